use super::metric::RunMetric;
use super::reference::{Relationship, ResourceReference, ResourceType, id_of};
use crate::json::{Enum, Moment, Named, message};
use model::{
    ExperimentId, Failure, Namespace, NewRun, NewRunSource, PipelineId, PipelineSource, PipelineVersionId, RunState,
    StorageState,
};
use serde_json::{Map, Value};

message! {
    Run {
        id: String,
        name: String,
        storage_state: Enum<State>,
        description: String,
        pipeline_spec: Option<PipelineSpec>,
        resource_references: Vec<ResourceReference>,
        service_account: String,
        created_at: Moment,
        scheduled_at: Moment,
        /// 1970 while it is not finished.
        finished_at: Moment,
        status: String,
        error: String,
        metrics: Vec<RunMetric>,
    }

    PipelineSpec {
        pipeline_id: String,
        pipeline_name: String,
        /// An Argo workflow's text.
        workflow_manifest: String,
        /// A v2 definition's text.
        pipeline_manifest: String,
        parameters: Vec<Parameter>,
        runtime_config: Option<RuntimeConfig>,
    }

    Parameter { name: String, value: String }

    RuntimeConfig { parameters: Map<String, Value>, pipeline_root: String }

    PipelineRuntime { pipeline_manifest: String, workflow_manifest: String }

    RunDetail { run: Option<Run>, pipeline_runtime: Option<PipelineRuntime> }

    ListRunsResponse { runs: Vec<Run>, total_size: i32, next_page_token: String }
}

/// The one state that is written; the other one is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State(());

impl Named for State {
    const UNSPECIFIED: &'static str = "STORAGESTATE_AVAILABLE";
    const WORDS: &'static [(i64, &'static str, Self)] = &[(1, "STORAGESTATE_ARCHIVED", Self(()))];
}

/// A definition's text, by its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manifest {
    Workflow(String),
    Pipeline(String),
    /// Not read along, as in lists.
    Unread,
}

/// v1beta1's words for states.
pub(super) const fn status(state: RunState) -> &'static str {
    match state {
        RunState::Pending | RunState::Paused => "Pending",
        RunState::Running => "Running",
        RunState::Succeeded => "Succeeded",
        RunState::Skipped => "Skipped",
        RunState::Failed | RunState::Canceled => "Failed",
        RunState::Canceling => "Terminating",
    }
}

/// Texts as they are, other values as JSON.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub(super) fn written_spec(
    source: &PipelineSource,
    pipeline_name: String,
    config: model::RuntimeConfig,
    manifest: Manifest,
) -> PipelineSpec {
    let mut spec = PipelineSpec { pipeline_name, ..PipelineSpec::default() };
    if let PipelineSource::Version { pipeline_id, .. } | PipelineSource::Latest { pipeline_id } = source {
        spec.pipeline_id = pipeline_id.to_string();
    }
    if let Manifest::Workflow(text_of_workflow) = manifest {
        spec.workflow_manifest = text_of_workflow;
        let parameter = |(name, value): (String, Value)| Parameter { name, value: text(&value) };
        spec.parameters = config.parameters.into_iter().map(parameter).collect();
        return spec;
    }
    if let Manifest::Pipeline(text_of_pipeline) = manifest {
        spec.pipeline_manifest = text_of_pipeline;
    }
    let written =
        RuntimeConfig { parameters: config.parameters, pipeline_root: config.pipeline_root.unwrap_or_default() };
    spec.runtime_config = Some(written).filter(|config| *config != RuntimeConfig::default());
    spec
}

impl Run {
    #[must_use]
    pub fn of(run: model::Run, manifest: Manifest, metrics: Vec<model::RunMetric>) -> Self {
        let mut references = vec![
            ResourceReference::new(ResourceType::Experiment, run.experiment_id, Relationship::Owner),
            ResourceReference::new(ResourceType::Namespace, &run.namespace, Relationship::Owner),
        ];
        match (run.recurring_run_id, &run.source) {
            (Some(job), _) => references.push(ResourceReference::new(ResourceType::Job, job, Relationship::Creator)),
            (None, PipelineSource::Version { pipeline_version_id, .. }) => references.push(ResourceReference::new(
                ResourceType::PipelineVersion,
                pipeline_version_id,
                Relationship::Creator,
            )),
            // A run is always of one version; `Latest` stands in recurring runs only.
            (None, PipelineSource::Latest { .. } | PipelineSource::Inline { .. }) => {}
        }
        let terminated = (run.state == RunState::Canceled).then(|| "The run was terminated".to_owned());
        let name = match run.source {
            PipelineSource::Version { .. } | PipelineSource::Latest { .. } => run.pipeline_name,
            PipelineSource::Inline { .. } => String::new(),
        };
        Self {
            id: run.id.to_string(),
            name: run.display_name,
            storage_state: Enum((run.storage_state == StorageState::Archived).then_some(State(()))),
            description: run.description,
            pipeline_spec: Some(written_spec(&run.source, name, run.runtime_config, manifest)),
            resource_references: references,
            service_account: run.service_account,
            created_at: run.created_at.into(),
            scheduled_at: run.scheduled_at.into(),
            finished_at: Moment::or_zero(run.finished_at),
            status: status(run.state).to_owned(),
            error: run.error.or(terminated).unwrap_or_default(),
            metrics: metrics.into_iter().map(RunMetric::from).collect(),
        }
    }

    /// The body of a create, and its parameters where they are texts: the definition says what they mean.
    ///
    /// # Errors
    /// `Invalid` naming the field, `NotFound` for an id that can be no id.
    pub fn into_new(self) -> Result<(NewRun, Vec<(String, String)>), Failure> {
        let references = &self.resource_references;
        let experiment_id = id_of(references, ResourceType::Experiment).map(ExperimentId::parse).transpose()?;
        let namespace = id_of(references, ResourceType::Namespace).map(Namespace::parse).transpose()?;
        let (source, runtime_config, texts) = read_spec(self.pipeline_spec.unwrap_or_default(), references)?;
        let new = NewRun {
            experiment_id,
            namespace,
            display_name: self.name,
            description: self.description,
            service_account: self.service_account,
            source,
            runtime_config,
        };
        Ok((new, texts))
    }
}

type ReadSpec = (NewRunSource, model::RuntimeConfig, Vec<(String, String)>);

/// KFP's order of use: the version, else the newest version of the pipeline, else the text itself, which the service
/// reads: it may be YAML.
pub(super) fn read_spec(spec: PipelineSpec, references: &[ResourceReference]) -> Result<ReadSpec, Failure> {
    if !spec.workflow_manifest.is_empty() && !spec.pipeline_manifest.is_empty() {
        return Err(Failure::invalid(
            "pipeline_spec has both workflow_manifest and pipeline_manifest: expected one of them",
        ));
    }
    if !spec.parameters.is_empty() && spec.runtime_config.is_some() {
        return Err(Failure::invalid("pipeline_spec has both parameters and runtime_config: expected one of them"));
    }
    let pipeline_id = Some(spec.pipeline_id.as_str())
        .filter(|id| !id.is_empty())
        .or_else(|| id_of(references, ResourceType::Pipeline))
        .map(PipelineId::parse)
        .transpose()?;
    let version = id_of(references, ResourceType::PipelineVersion).map(PipelineVersionId::parse).transpose()?;
    let manifest = [spec.workflow_manifest, spec.pipeline_manifest].into_iter().find(|text| !text.is_empty());
    let source = match (version, pipeline_id, manifest) {
        (Some(pipeline_version_id), pipeline_id, _) => NewRunSource::Version { pipeline_id, pipeline_version_id },
        (None, Some(pipeline_id), _) => NewRunSource::Latest { pipeline_id },
        (None, None, Some(text)) => NewRunSource::Inline { spec: Value::String(text) },
        (None, None, None) => {
            return Err(Failure::invalid(
                "pipeline_spec is empty: expected pipeline_id, workflow_manifest, pipeline_manifest or a resource reference to a PIPELINE_VERSION",
            ));
        }
    };
    let config = spec.runtime_config.unwrap_or_default();
    let config = model::RuntimeConfig {
        parameters: config.parameters,
        pipeline_root: Some(config.pipeline_root).filter(|root| !root.is_empty()),
    };
    Ok((source, config, spec.parameters.into_iter().map(|one| (one.name, one.value)).collect()))
}
