use crate::json::{Moment, Object, message};
use model::{Failure, NewPipeline, NewPipelineVersion, Page, Scope, Tags};

message! {
    Pipeline {
        pipeline_id: String,
        display_name: String,
        name: String,
        description: String,
        created_at: Moment,
        /// Absent for a shared pipeline.
        namespace: String,
        error: Option<super::Status>,
        tags: Tags,
    }

    ListPipelinesResponse { pipelines: Vec<Pipeline>, total_size: i32, next_page_token: String }

    PipelineVersion {
        pipeline_id: String,
        pipeline_version_id: String,
        display_name: String,
        name: String,
        description: String,
        created_at: Moment,
        package_url: Option<Url>,
        code_source_url: String,
        /// Absent in lists, for it is long.
        pipeline_spec: Option<Object>,
        error: Option<super::Status>,
        tags: Tags,
    }

    Url { pipeline_url: String }

    /// A pipeline and the address of its first version's package.
    CreatePipelineAndVersionRequest { pipeline: Option<Pipeline>, pipeline_version: Option<PipelineVersion> }

    /// The body of an update: a pipeline, of which only two fields can be changed.
    PipelinePatch {
        pipeline_id: String,
        display_name: String,
        name: String,
        description: String,
        created_at: Moment,
        namespace: String,
        error: Option<super::Status>,
        /// Absent keeps them, `{}` clears them.
        tags: Option<Tags>,
    }

    /// As [`PipelinePatch`], of a version.
    PipelineVersionPatch {
        pipeline_id: String,
        pipeline_version_id: String,
        display_name: String,
        name: String,
        description: String,
        created_at: Moment,
        package_url: Option<Url>,
        code_source_url: String,
        pipeline_spec: Option<Object>,
        error: Option<super::Status>,
        tags: Option<Tags>,
    }

    ListPipelineVersionsResponse { pipeline_versions: Vec<PipelineVersion>, next_page_token: String, total_size: i32 }
}

impl From<model::Pipeline> for Pipeline {
    fn from(pipeline: model::Pipeline) -> Self {
        Self {
            pipeline_id: pipeline.id.to_string(),
            display_name: pipeline.display_name,
            name: pipeline.name,
            description: pipeline.description,
            created_at: pipeline.created_at.into(),
            namespace: pipeline.scope.as_str().to_owned(),
            error: None,
            tags: pipeline.tags,
        }
    }
}

impl Pipeline {
    /// The body of a create without a version.
    ///
    /// # Errors
    /// `Invalid` for a malformed namespace.
    pub fn into_new(self) -> Result<(Scope, NewPipeline), Failure> {
        let scope = Scope::parse(&self.namespace)?;
        let Self { name, display_name, description, tags, .. } = self;
        Ok((scope, NewPipeline { name, display_name, description, tags }))
    }
}

impl PipelineVersion {
    /// The body of a create: what the caller may say, and the address of the package.
    #[must_use]
    pub fn into_new(self) -> NewPipelineVersion {
        let Self { name, display_name, description, package_url, code_source_url, tags, .. } = self;
        let package_url = package_url.map(|url| url.pipeline_url).unwrap_or_default();
        NewPipelineVersion { name, display_name, description, code_source_url, package_url, tags }
    }
}

impl CreatePipelineAndVersionRequest {
    /// Of the version only its address and tags count; it takes the pipeline's names.
    ///
    /// # Errors
    /// `Invalid` without a pipeline, or for a malformed namespace.
    pub fn into_new(self) -> Result<(Scope, NewPipeline, NewPipelineVersion), Failure> {
        let pipeline = self.pipeline.ok_or_else(|| Failure::invalid("pipeline is missing: expected a pipeline"))?;
        let (scope, new) = pipeline.into_new()?;
        Ok((scope, new, self.pipeline_version.unwrap_or_default().into_new()))
    }
}

impl From<model::PipelineVersion> for PipelineVersion {
    fn from(version: model::PipelineVersion) -> Self {
        let package_url = Some(version.package_url).filter(|url| !url.is_empty());
        Self {
            pipeline_id: version.pipeline_id.to_string(),
            pipeline_version_id: version.id.to_string(),
            display_name: version.display_name,
            name: version.name,
            description: version.description,
            created_at: version.created_at.into(),
            package_url: package_url.map(|pipeline_url| Url { pipeline_url }),
            code_source_url: version.code_source_url,
            pipeline_spec: version.spec.map(Object),
            error: None,
            tags: version.tags,
        }
    }
}

impl From<Page<model::Pipeline>> for ListPipelinesResponse {
    fn from(page: Page<model::Pipeline>) -> Self {
        let (pipelines, total_size, next_page_token) = super::source::page(page);
        Self { pipelines, total_size, next_page_token }
    }
}

impl From<Page<model::PipelineVersion>> for ListPipelineVersionsResponse {
    fn from(page: Page<model::PipelineVersion>) -> Self {
        let (pipeline_versions, total_size, next_page_token) = super::source::page(page);
        Self { pipeline_versions, next_page_token, total_size }
    }
}
