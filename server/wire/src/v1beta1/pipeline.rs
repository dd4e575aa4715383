use super::reference::{Relationship, ResourceReference, ResourceType, id_of};
use super::run::Parameter;
use crate::json::{Moment, message};
use model::{Failure, NewPipeline, NewPipelineVersion, Page, PipelineId, Scope};
use serde_json::Value;

message! {
    Pipeline {
        id: String,
        created_at: Moment,
        name: String,
        description: String,
        parameters: Vec<Parameter>,
        url: Option<Url>,
        error: String,
        /// The newest one.
        default_version: Option<PipelineVersion>,
        /// None for a shared pipeline.
        resource_references: Vec<ResourceReference>,
    }

    Url { pipeline_url: String }

    ListPipelinesResponse { pipelines: Vec<Pipeline>, total_size: i32, next_page_token: String }

    PipelineVersion {
        id: String,
        name: String,
        created_at: Moment,
        parameters: Vec<Parameter>,
        code_source_url: String,
        package_url: Option<Url>,
        resource_references: Vec<ResourceReference>,
        description: String,
    }

    ListPipelineVersionsResponse { versions: Vec<PipelineVersion>, next_page_token: String, total_size: i32 }

    GetTemplateResponse { template: String }
}

impl From<model::PipelineVersion> for PipelineVersion {
    fn from(version: model::PipelineVersion) -> Self {
        let url = Some(version.package_url).filter(|url| !url.is_empty());
        let owner = ResourceReference::new(ResourceType::Pipeline, version.pipeline_id, Relationship::Owner);
        Self {
            id: version.id.to_string(),
            name: version.name,
            created_at: version.created_at.into(),
            parameters: version.spec.as_ref().map(parameters).unwrap_or_default(),
            code_source_url: version.code_source_url,
            package_url: url.map(|pipeline_url| Url { pipeline_url }),
            resource_references: vec![owner],
            description: version.description,
        }
    }
}

/// The arguments of a v1 workflow; a v2 definition has none that v1beta1 could show.
fn parameters(spec: &Value) -> Vec<Parameter> {
    let arguments = spec.pointer("/spec/arguments/parameters").and_then(Value::as_array);
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let one = |argument: &Value| {
        let name = argument.get("name")?.as_str()?.to_owned();
        Some(Parameter { name, value: argument.get("value").map(text).unwrap_or_default() })
    };
    arguments.into_iter().flatten().filter_map(one).collect()
}

impl Pipeline {
    #[must_use]
    pub fn of(pipeline: model::Pipeline, latest: Option<model::PipelineVersion>) -> Self {
        let owner = pipeline
            .scope
            .namespace()
            .map(|namespace| ResourceReference::new(ResourceType::Namespace, namespace, Relationship::Owner));
        let default_version = latest.map(PipelineVersion::from);
        Self {
            id: pipeline.id.to_string(),
            created_at: pipeline.created_at.into(),
            name: pipeline.name,
            description: pipeline.description,
            parameters: default_version.as_ref().map(|version| version.parameters.clone()).unwrap_or_default(),
            url: default_version.as_ref().and_then(|version| version.package_url.clone()),
            error: String::new(),
            default_version,
            resource_references: owner.into_iter().collect(),
        }
    }

    /// The body of a create: a pipeline whose first version lies at an address.
    ///
    /// # Errors
    /// `Invalid` for a malformed namespace.
    pub fn into_new(self) -> Result<(Scope, NewPipeline, NewPipelineVersion), Failure> {
        let scope = Scope::parse(id_of(&self.resource_references, ResourceType::Namespace).unwrap_or_default())?;
        let package_url = self.url.map(|url| url.pipeline_url).unwrap_or_default();
        let new = NewPipeline { name: self.name, description: self.description, ..NewPipeline::default() };
        Ok((scope, new, NewPipelineVersion { package_url, ..NewPipelineVersion::default() }))
    }
}

impl PipelineVersion {
    /// The body of a create.
    ///
    /// # Errors
    /// `Invalid` without a reference to the pipeline, `NotFound` for an id that can be no id.
    pub fn into_new(self) -> Result<(PipelineId, NewPipelineVersion), Failure> {
        let pipeline = id_of(&self.resource_references, ResourceType::Pipeline).ok_or_else(|| {
            Failure::invalid("resource_references has no PIPELINE: expected the version's pipeline as its OWNER")
        })?;
        let pipeline = PipelineId::parse(pipeline)?;
        let Self { name, description, code_source_url, package_url, .. } = self;
        let package_url = package_url.map(|url| url.pipeline_url).unwrap_or_default();
        let new =
            NewPipelineVersion { name, description, code_source_url, package_url, ..NewPipelineVersion::default() };
        Ok((pipeline, new))
    }
}

impl From<Page<(model::Pipeline, Option<model::PipelineVersion>)>> for ListPipelinesResponse {
    fn from(page: Page<(model::Pipeline, Option<model::PipelineVersion>)>) -> Self {
        let page = page.map(|(pipeline, latest)| Pipeline::of(pipeline, latest));
        let (pipelines, total_size, next_page_token) = crate::v2beta1::page(page);
        Self { pipelines, total_size, next_page_token }
    }
}

impl From<Page<model::PipelineVersion>> for ListPipelineVersionsResponse {
    fn from(page: Page<model::PipelineVersion>) -> Self {
        let (versions, total_size, next_page_token) = crate::v2beta1::page(page);
        Self { versions, next_page_token, total_size }
    }
}
