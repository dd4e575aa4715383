//! Pipelines whose package lies at an address, and what of a pipeline can be changed.

use crate::{
    Service, Upload, names,
    pipelines::{check_pipeline, check_version, open},
};
use authn::Caller;
use authz::pipelines;
use model::{
    Failure, NewPipeline, NewPipelineVersion, Pipeline, PipelineId, PipelineVersion, PipelineVersionId, Scope, Tags,
};

impl Service {
    /// A pipeline and its first version, whose package lies at `first.package_url`; of `first` only the addresses and
    /// the tags count, for it takes the pipeline's names.
    ///
    /// # Errors
    /// `Invalid` for an address that may not be asked or a file that is no pipeline, `TooLarge`, `Forbidden`, `Exists`.
    pub async fn create_pipeline_from_url(
        &self,
        caller: &Caller,
        scope: Scope,
        new: NewPipeline,
        first: NewPipelineVersion,
    ) -> Result<(Pipeline, PipelineVersion), Failure> {
        let file_name = file_name_of(&first.package_url)?.to_owned();
        let new = check_pipeline(new, &file_name)?;
        // Asked before the address: a stranger does not make this server ask anybody anything.
        let grant = self.guard().require::<pipelines::Create, _>(caller, scope).await?;
        let package = open(self.download(&first.package_url, file_name).await?).await?;
        self.keep_pipeline(&grant, new, first, &package).await
    }

    /// A version whose package lies at `new.package_url`.
    ///
    /// # Errors
    /// As [`Service::create_pipeline_from_url`], and `NotFound` for the pipeline.
    pub async fn create_pipeline_version(
        &self,
        caller: &Caller,
        pipeline: PipelineId,
        new: NewPipelineVersion,
    ) -> Result<PipelineVersion, Failure> {
        let file_name = file_name_of(&new.package_url)?.to_owned();
        let new = check_version(new, &file_name)?;
        let address = self.store().locate().pipeline(pipeline).await?;
        let grant = self.guard().require_over::<pipelines::Create, _>(caller, address).await?;
        let package = open(self.download(&new.package_url, file_name).await?).await?;
        self.keep_version(&grant, &new, &package).await
    }

    async fn download(&self, url: &str, file_name: String) -> Result<Upload, Failure> {
        Ok(Upload { file_name, bytes: self.parts().downloads.fetch(url).await? })
    }

    /// An empty display name stays as it is; so do tags that are not given.
    ///
    /// # Errors
    /// `Invalid` naming the field, `NotFound`, `Forbidden`.
    pub async fn update_pipeline(
        &self,
        caller: &Caller,
        id: PipelineId,
        display_name: &str,
        tags: Option<&Tags>,
    ) -> Result<Pipeline, Failure> {
        let display_name = check_change(display_name, tags)?;
        let address = self.store().locate().pipeline(id).await?;
        let grant = self.guard().require_over::<pipelines::Update, _>(caller, address).await?;
        let pipeline = self.store().pipelines().update(&grant, display_name, tags).await?;
        self.tell_of(grant.place());
        Ok(pipeline)
    }

    /// As [`Service::update_pipeline`].
    ///
    /// # Errors
    /// As [`Service::update_pipeline`].
    pub async fn update_pipeline_version(
        &self,
        caller: &Caller,
        id: PipelineVersionId,
        display_name: &str,
        tags: Option<&Tags>,
    ) -> Result<PipelineVersion, Failure> {
        let display_name = check_change(display_name, tags)?;
        let address = self.store().locate().pipeline_version(id).await?;
        let grant = self.guard().require_over::<pipelines::Update, _>(caller, address).await?;
        let version = self.store().pipeline_versions().update(&grant, display_name, tags).await?;
        self.tell_of(grant.place());
        Ok(version)
    }
}

fn check_change<'a>(display_name: &'a str, tags: Option<&Tags>) -> Result<Option<&'a str>, Failure> {
    let display_name = Some(display_name).filter(|name| !name.is_empty());
    display_name.map(|name| names::check("display_name", name, names::RUN)).transpose()?;
    tags.map(names::check_tags).transpose()?;
    Ok(display_name)
}

/// The last part of the address's path; it also tells what kind of file it is.
fn file_name_of(url: &str) -> Result<&str, Failure> {
    names::check("package_url.pipeline_url", url, names::URL)?;
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    match path.trim_end_matches('/').rsplit_once('/') {
        Some((_, name)) if !name.is_empty() => Ok(name),
        _ => Err(Failure::invalid(format!(
            "package_url.pipeline_url {url:?}: expected the https address of a file, as in https://example.com/pipeline.yaml"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_named_after_the_end_of_its_address() {
        assert_eq!(file_name_of("https://a.example/b/c.yaml?d=e/f#g"), Ok("c.yaml"));
        assert_eq!(file_name_of("https://a.example/b/"), Ok("b"));
        for bad in ["", "https://a.example", "https://a.example/", "c.yaml", &format!("https://a/{}", "x".repeat(3000))]
        {
            assert!(file_name_of(bad).unwrap_err().message.contains("package_url"), "{bad}");
        }
    }
}
