//! The nouns and rules of Mooring. Plain data: no IO, no clock, no framework; compiles to WebAssembly.
//!
//! A value of these types was parsed once, at the edge. Names follow KFP's v2beta1 API.

mod artifact;
mod audit;
mod experiment;
mod failure;
mod identity;
mod ids;
mod listing;
mod macros;
mod namespace;
mod parameter;
mod pipeline;
mod recurring_run;
mod run;
mod run_metric;
mod schedule;
mod secret;
mod task;
mod time_and_chance;
mod token;

pub use artifact::{Artifact, artifact_type};
pub use audit::{AuditEntry, AuditOutcome};
pub use experiment::{Experiment, NewExperiment, StorageState};
pub use failure::{Failure, FailureKind};
pub use identity::{Member, Membership, Role, UserName};
pub use ids::{
    Address, ArtifactId, ExperimentAddress, ExperimentId, ObjectId, PipelineAddress, PipelineId,
    PipelineVersionAddress, PipelineVersionId, RecurringRunAddress, RecurringRunId, RunAddress, RunId, TaskId, TokenId,
};
pub use listing::{
    Comparison, DEFAULT_PAGE_SIZE, Filter, Listing, MAX_PAGE_SIZE, Page, Predicate, PredicateValue, Sort,
};
pub use macros::Macros;
pub use namespace::{Namespace, Scope};
pub use parameter::{ParameterDefinition, ParameterType};
pub use pipeline::{NewPipeline, NewPipelineVersion, Pipeline, PipelineVersion, Tags};
pub use recurring_run::{
    Firing, FiringOutcome, NewRecurringRun, RecurringRun, RecurringRunMode, Trigger, resource_name,
};
pub use run::{
    Launching, NewRun, NewRunSource, PipelineSource, Run, RunProgress, RunState, RuntimeConfig, StateChange,
};
pub use run_metric::{MetricFormat, RunMetric};
pub use schedule::{Cadence, Due, MOST_SLOTS_COUNTED, PeoplesSchedule, Schedule, Weekdays, Zone};
pub use secret::{SecretData, SecretName, SecretValue};
pub use task::{Task, TaskKind, TaskState};
pub use time_and_chance::{Chance, Clock, Timestamp};
pub use token::TokenSummary;
