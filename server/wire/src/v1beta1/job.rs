use super::reference::{Relationship, ResourceReference, ResourceType, id_of};
use super::run::{Manifest, PipelineSpec, read_spec, written_spec};
use crate::json::{Enum, Int64, Moment, Named, message};
use crate::v2beta1::Trigger;
use model::{ExperimentId, Failure, Namespace, NewRecurringRun, PipelineSource, RecurringRunMode};

message! {
    /// A recurring run.
    Job {
        id: String,
        name: String,
        description: String,
        pipeline_spec: Option<PipelineSpec>,
        resource_references: Vec<ResourceReference>,
        service_account: String,
        max_concurrency: Int64,
        trigger: Option<Trigger>,
        /// What the caller wants; never written.
        mode: Enum<Mode>,
        created_at: Moment,
        updated_at: Moment,
        status: String,
        error: String,
        enabled: bool,
        no_catchup: bool,
    }

    ListJobsResponse { jobs: Vec<Job>, total_size: i32, next_page_token: String }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode(RecurringRunMode);

impl Named for Mode {
    const UNSPECIFIED: &'static str = "UNKNOWN_MODE";
    const WORDS: &'static [(i64, &'static str, Self)] =
        &[(1, "ENABLED", Self(RecurringRunMode::Enabled)), (2, "DISABLED", Self(RecurringRunMode::Disabled))];
}

impl Job {
    #[must_use]
    pub fn of(job: model::RecurringRun, manifest: Manifest) -> Self {
        let mut references = vec![
            ResourceReference::new(ResourceType::Namespace, &job.namespace, Relationship::Owner),
            ResourceReference::new(ResourceType::Experiment, job.experiment_id, Relationship::Owner),
        ];
        let creators = match &job.source {
            PipelineSource::Version { pipeline_id, pipeline_version_id } => {
                (Some(pipeline_id), Some(pipeline_version_id))
            }
            PipelineSource::Latest { pipeline_id } => (Some(pipeline_id), None),
            PipelineSource::Inline { .. } => (None, None),
        };
        let creator = |kind, id: String| ResourceReference::new(kind, id, Relationship::Creator);
        references.extend(creators.0.map(|id| creator(ResourceType::Pipeline, id.to_string())));
        references.extend(creators.1.map(|id| creator(ResourceType::PipelineVersion, id.to_string())));
        let enabled = job.mode == RecurringRunMode::Enabled;
        Self {
            id: job.id.to_string(),
            name: job.display_name,
            description: job.description,
            pipeline_spec: Some(written_spec(&job.source, String::new(), job.runtime_config, manifest)),
            resource_references: references,
            service_account: job.service_account,
            max_concurrency: Int64(job.max_concurrency.into()),
            trigger: job.trigger.map(Trigger::from),
            mode: Enum(None),
            created_at: job.created_at.into(),
            updated_at: job.updated_at.into(),
            status: if enabled { "ENABLED" } else { "DISABLED" }.to_owned(),
            error: job.stopped.unwrap_or_default(),
            enabled,
            no_catchup: job.no_catchup,
        }
    }

    /// The body of a create, and its parameters where they are texts.
    ///
    /// # Errors
    /// `Invalid` naming the field, `NotFound` for an id that can be no id.
    pub fn into_new(self) -> Result<(NewRecurringRun, Vec<(String, String)>), Failure> {
        let references = &self.resource_references;
        let experiment_id = id_of(references, ResourceType::Experiment).map(ExperimentId::parse).transpose()?;
        let namespace = id_of(references, ResourceType::Namespace).map(Namespace::parse).transpose()?;
        let (source, runtime_config, texts) = read_spec(self.pipeline_spec.unwrap_or_default(), references)?;
        let wanted = if self.enabled { RecurringRunMode::Enabled } else { RecurringRunMode::Disabled };
        let new = NewRecurringRun {
            experiment_id,
            namespace,
            display_name: self.name,
            description: self.description,
            service_account: self.service_account,
            source,
            // KFP looks the newest version up once, when the job is made.
            pin_latest: true,
            runtime_config,
            trigger: self.trigger.and_then(Option::from),
            mode: self.mode.0.map_or(wanted, |Mode(mode)| mode),
            max_concurrency: self.max_concurrency.0,
            no_catchup: self.no_catchup,
        };
        Ok((new, texts))
    }
}
