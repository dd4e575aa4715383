use crate::{Change, Service, Upload, names};
use authn::Caller;
use authz::{PipelineGrant, ScopeGrant, pipelines};
use bytes::Bytes;
use model::{
    Failure, Listing, NewPipeline, NewPipelineVersion, Page, ParameterDefinition, Pipeline, PipelineId,
    PipelineVersion, PipelineVersionId, Scope,
};
use pipeline_spec::Package;

/// KFP's limit for one uploaded file.
const UPLOAD_BYTES: usize = 32 << 20;

impl Service {
    /// A pipeline without versions.
    ///
    /// # Errors
    /// `Invalid` naming the field, `Forbidden`, `Exists`.
    pub async fn create_pipeline(&self, caller: &Caller, scope: Scope, new: NewPipeline) -> Result<Pipeline, Failure> {
        let new = check_pipeline(new, "")?;
        let grant = self.guard().require::<pipelines::Create, _>(caller, scope).await?;
        let id = PipelineId::from_uuid(self.parts().chance.uuid());
        let pipeline = self.store().pipelines().create(&grant, id, &new, self.now()).await?;
        self.tell_of(grant.place());
        Ok(pipeline)
    }

    /// A pipeline and its first version, which takes the pipeline's name.
    ///
    /// # Errors
    /// `Invalid` for a file that is no pipeline, `TooLarge`, `Forbidden`, `Exists`.
    pub async fn upload_pipeline(
        &self,
        caller: &Caller,
        scope: Scope,
        new: NewPipeline,
        upload: Upload,
    ) -> Result<(Pipeline, PipelineVersion), Failure> {
        self.upload_pipeline_as(caller, scope, new, NewPipelineVersion::default(), upload).await
    }

    /// The same with what the caller says of the first version: its tags and addresses. Its names are the pipeline's.
    ///
    /// # Errors
    /// As [`Service::upload_pipeline`].
    pub async fn upload_pipeline_as(
        &self,
        caller: &Caller,
        scope: Scope,
        new: NewPipeline,
        first: NewPipelineVersion,
        upload: Upload,
    ) -> Result<(Pipeline, PipelineVersion), Failure> {
        let new = check_pipeline(new, &upload.file_name)?;
        // Asked before the file is opened: a stranger's archive is not worth unpacking.
        let grant = self.guard().require::<pipelines::Create, _>(caller, scope).await?;
        let package = open(upload).await?;
        self.keep_pipeline(&grant, new, first, &package).await
    }

    /// `new` is checked already.
    pub(crate) async fn keep_pipeline(
        &self,
        grant: &ScopeGrant<pipelines::Create>,
        new: NewPipeline,
        first: NewPipelineVersion,
        package: &Package,
    ) -> Result<(Pipeline, PipelineVersion), Failure> {
        let first = NewPipelineVersion {
            // A pipeline's name may be one byte longer than a version's.
            name: new.name[..new.name.floor_char_boundary(names::PIPELINE_VERSION)].to_owned(),
            display_name: new.display_name.clone(),
            description: new.description.clone(),
            ..first
        };
        let first = check_version(first, "")?;
        let chance = &self.parts().chance;
        let (id, version_id) = (PipelineId::from_uuid(chance.uuid()), PipelineVersionId::from_uuid(chance.uuid()));
        let spec = package.to_value();
        let made = self.store().pipelines().upload(grant, id, &new, version_id, &first, &spec, self.now()).await?;
        self.tell_of(grant.place());
        Ok(made)
    }

    /// # Errors
    /// As [`Service::upload_pipeline`], and `NotFound` for the pipeline.
    pub async fn upload_pipeline_version(
        &self,
        caller: &Caller,
        pipeline: PipelineId,
        new: NewPipelineVersion,
        upload: Upload,
    ) -> Result<PipelineVersion, Failure> {
        let new = check_version(new, &upload.file_name)?;
        let address = self.store().locate().pipeline(pipeline).await?;
        let grant = self.guard().require_over::<pipelines::Create, _>(caller, address).await?;
        let package = open(upload).await?;
        self.keep_version(&grant, &new, &package).await
    }

    /// `new` is checked already.
    pub(crate) async fn keep_version(
        &self,
        grant: &PipelineGrant<pipelines::Create>,
        new: &NewPipelineVersion,
        package: &Package,
    ) -> Result<PipelineVersion, Failure> {
        let id = PipelineVersionId::from_uuid(self.parts().chance.uuid());
        let spec = package.to_value();
        let version = self.store().pipeline_versions().create(grant, id, new, &spec, self.now()).await?;
        self.tell_of(grant.place());
        Ok(version)
    }

    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn pipeline(&self, caller: &Caller, id: PipelineId) -> Result<Pipeline, Failure> {
        let address = self.store().locate().pipeline(id).await?;
        let grant = self.guard().require_over::<pipelines::Get, _>(caller, address).await?;
        self.store().pipelines().get(&grant).await
    }

    /// Only in that scope: no namespace means the shared pipelines, never "any".
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn pipeline_by_name(&self, caller: &Caller, scope: Scope, name: String) -> Result<Pipeline, Failure> {
        let grant = self.guard().require::<pipelines::Get, _>(caller, scope).await?;
        self.store().pipelines().get_by_name(&grant, &name).await
    }

    /// # Errors
    /// `Forbidden`; `Invalid` for a sort, filter or page token that does not fit.
    pub async fn pipelines(&self, caller: &Caller, scope: Scope, listing: Listing) -> Result<Page<Pipeline>, Failure> {
        let grant = self.guard().require::<pipelines::List, _>(caller, scope).await?;
        self.store().pipelines().list(&grant, &listing).await
    }

    /// # Errors
    /// `NotFound`, `Forbidden`, `Precondition` for one with versions unless `cascade`.
    pub async fn delete_pipeline(&self, caller: &Caller, id: PipelineId, cascade: bool) -> Result<(), Failure> {
        let address = self.store().locate().pipeline(id).await?;
        let grant = self.guard().require_over::<pipelines::Delete, _>(caller, address).await?;
        self.store().pipelines().delete(&grant, cascade).await?;
        self.tell_of(grant.place());
        Ok(())
    }

    /// With its definition.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn pipeline_version(&self, caller: &Caller, id: PipelineVersionId) -> Result<PipelineVersion, Failure> {
        let address = self.store().locate().pipeline_version(id).await?;
        let grant = self.guard().require_over::<pipelines::Get, _>(caller, address).await?;
        self.store().pipeline_versions().get(&grant).await
    }

    /// Without definitions.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`; `Invalid` for a sort, filter or page token that does not fit.
    pub async fn pipeline_versions(
        &self,
        caller: &Caller,
        pipeline: PipelineId,
        listing: Listing,
    ) -> Result<Page<PipelineVersion>, Failure> {
        let address = self.store().locate().pipeline(pipeline).await?;
        let grant = self.guard().require_over::<pipelines::List, _>(caller, address).await?;
        self.store().pipeline_versions().list(&grant, &listing).await
    }

    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn delete_pipeline_version(&self, caller: &Caller, id: PipelineVersionId) -> Result<(), Failure> {
        let address = self.store().locate().pipeline_version(id).await?;
        let grant = self.guard().require_over::<pipelines::Delete, _>(caller, address).await?;
        self.store().pipeline_versions().delete(&grant).await?;
        self.tell_of(grant.place());
        Ok(())
    }

    /// What a form must ask for to run this version.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn parameters(
        &self,
        caller: &Caller,
        version: PipelineVersionId,
    ) -> Result<Vec<ParameterDefinition>, Failure> {
        let address = self.store().locate().pipeline_version(version).await?;
        let grant = self.guard().require_over::<pipelines::Get, _>(caller, address).await?;
        let spec = self.store().pipeline_versions().spec(&grant).await?;
        Ok(Package::from_value(&spec)?.inputs())
    }

    pub(crate) fn tell_of(&self, scope: &Scope) {
        if let Some(namespace) = scope.namespace() {
            self.changes_of().tell(Change::list(namespace));
        }
    }
}

/// A missing name takes the display name, a missing display name the name, both missing the file's name.
fn named(name: String, display_name: String, file_name: &str) -> (String, String) {
    match (name.is_empty(), display_name.is_empty()) {
        (true, true) => (file_name.to_owned(), file_name.to_owned()),
        (true, false) => (display_name.clone(), display_name),
        (false, true) => (name.clone(), name),
        (false, false) => (name, display_name),
    }
}

pub(crate) fn check_pipeline(new: NewPipeline, file_name: &str) -> Result<NewPipeline, Failure> {
    let (name, display_name) = named(new.name, new.display_name, file_name);
    names::check("name", &name, names::PIPELINE)?;
    names::check("display_name", &display_name, names::RUN)?;
    names::check_description(&new.description)?;
    names::check_tags(&new.tags)?;
    Ok(NewPipeline { name, display_name, ..new })
}

pub(crate) fn check_version(new: NewPipelineVersion, file_name: &str) -> Result<NewPipelineVersion, Failure> {
    let (name, display_name) = named(new.name, new.display_name, file_name);
    names::check("name", &name, names::PIPELINE_VERSION)?;
    names::check("display_name", &display_name, names::RUN)?;
    names::check_description(&new.description)?;
    names::check_optional("code_source_url", &new.code_source_url, names::URL)?;
    names::check_optional("package_url", &new.package_url, names::URL)?;
    names::check_tags(&new.tags)?;
    Ok(NewPipelineVersion { name, display_name, ..new })
}

/// Unpacking and parsing 32 MiB takes a core a while: not on the threads that answer requests.
pub(crate) async fn open(upload: Upload) -> Result<Package, Failure> {
    let Upload { file_name, bytes } = upload;
    if bytes.len() > UPLOAD_BYTES {
        return Err(Failure::too_large(format!(
            "uploadfile has {} bytes: expected {UPLOAD_BYTES} (32 MiB) at most",
            bytes.len()
        )));
    }
    let read = move || -> Result<Package, Failure> { Ok(Package::read(&text_of(&file_name, &bytes)?)?) };
    tokio::task::spawn_blocking(read).await.map_err(Failure::internal)?
}

fn text_of(file_name: &str, bytes: &Bytes) -> Result<String, Failure> {
    Ok(pipeline_spec::unpack(file_name, bytes)?)
}
