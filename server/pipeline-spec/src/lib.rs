//! KFP's v2 IR: read, checked, planned and interpreted. Pure: no IO, no clock, no randomness.
//!
//! [`Package::read`] parses an upload, [`plan`] checks a run's parameters, [`advance`] tells from the facts so far what
//! to start, what to stop, how every task stands and whether the run has ended.

mod argo;
mod cel;
mod error;
mod facts;
mod fields;
mod fingerprint;
mod group;
mod inputs;
mod ir;
mod leaf;
mod link;
mod locations;
mod loops;
mod order;
mod outputs;
mod package;
mod path;
mod placeholders;
mod plan;
mod pod;
mod progress;
mod read;
mod read_executors;
mod read_task;
mod repeat;
mod step;
mod unpack;
mod upgrade;
mod values;
mod walk;

pub use error::SpecError;
pub use facts::{Artifact, Attempt, CachedFrom, Ended, Facts, FailureReason, Outputs, StepFact, StepResult};
pub use model::{ParameterDefinition, ParameterType, TaskKind, TaskState};
pub use order::{BoundArtifact, OutputParameter, Resources, StepOrder};
pub use outputs::collect_outputs;
pub use package::Package;
pub use path::TaskPath;
pub use plan::{Plan, RunContext, plan};
pub use pod::{EnvSource, Keeper, MountSource, Pod, PodMount, VolumeOperation};
pub use progress::{Advance, End, TaskView};
pub use repeat::steps_to_repeat;
pub use unpack::unpack;
pub use walk::advance;
