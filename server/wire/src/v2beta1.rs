//! v2beta1: one file per noun.

mod artifact;
mod experiment;
mod filter;
mod healthz;
mod pipeline;
mod pipeline_task;
mod recurring_run;
mod run;
mod source;
mod task;

pub use artifact::{Artifact, ArtifactType, ListArtifactsResponse, ReadArtifactResponse};
pub use experiment::{Experiment, ListExperimentsResponse};
pub use filter::{Filter, Predicate};
pub use healthz::Healthz;
pub use pipeline::{
    CreatePipelineAndVersionRequest, ListPipelineVersionsResponse, ListPipelinesResponse, Pipeline, PipelinePatch,
    PipelineVersion, PipelineVersionPatch, Url,
};
pub use pipeline_task::{
    InputOutputs, IoArtifact, IoParameter, ListTasksResponse, PipelineTask, TaskType, TypeAttributes,
};
pub use recurring_run::{
    CronSchedule, ListRecurringRunsResponse, Mode, PeriodicSchedule, RecurringRun, RecurringRunStatus, Trigger,
};
pub use run::{ListRunsResponse, Run, RunDetails, RuntimeStatus, run_listing};
pub use source::{PipelineVersionReference, RuntimeConfig, Status};
pub use task::{ArtifactList, ChildTask, PipelineTaskDetail};

pub(crate) use source::page;

/// The answer of an operation that has nothing to say: `{}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Empty {}

impl crate::Field for Empty {
    fn read(value: serde_json::Value, at: &crate::At<'_>) -> Result<Self, model::Failure> {
        if value.is_object() { Ok(Self {}) } else { Err(at.expected("an object", &value)) }
    }
    fn is_unset(&self) -> bool {
        false
    }
    fn schema(_: &mut crate::Schemas) -> serde_json::Value {
        serde_json::json!({ "type": "object" })
    }
}
