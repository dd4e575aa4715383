//! v2beta1: one file per noun.

mod experiment;
mod filter;
mod healthz;
mod pipeline;
mod recurring_run;
mod run;
mod source;
mod task;

pub use experiment::{Experiment, ListExperimentsResponse};
pub use filter::{Filter, Predicate};
pub use healthz::Healthz;
pub use pipeline::{ListPipelineVersionsResponse, ListPipelinesResponse, Pipeline, PipelineVersion, Url};
pub use recurring_run::{
    CronSchedule, ListRecurringRunsResponse, Mode, PeriodicSchedule, RecurringRun, RecurringRunStatus, Trigger,
};
pub use run::{ListRunsResponse, Run, RunDetails, RuntimeStatus};
pub use source::{PipelineVersionReference, RuntimeConfig, Status};
pub use task::{ArtifactList, ChildTask, PipelineTaskDetail};

/// The answer of an operation that has nothing to say: `{}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Empty {}
