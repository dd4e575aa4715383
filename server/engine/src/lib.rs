//! The port to whatever runs pipelines: this machine, or Kubernetes with Argo Workflows.
//!
//! An engine is told to launch, cancel and forget runs, and reports what happens. It decides no rule of its own: the
//! order of steps comes from `pipeline-spec`, the states of a run from `model`.

mod order;
mod report;
mod secrets;

pub use order::LaunchOrder;
pub use report::{Event, LogChunk, Report, Reporter, Reports, reporting};
pub use secrets::{NoSecrets, Secrets};

use authz::{Grant, RunGrant, runs};
use bytes::Bytes;
use futures::stream::BoxStream;
use model::{Failure, TaskId};

/// What an engine must do. All of it is idempotent on the run's id: orders are repeated after a crash.
#[async_trait::async_trait]
pub trait Engine: Send + Sync {
    /// Takes a run on, or takes it up again: steps that still run are watched, finished ones are not run again.
    /// Returns once the order is safe with the engine; what happens then comes as [`Report`]s.
    ///
    /// A run that is at its end is only told again, unless [`model::Launching::retries`] is greater than it was: then what
    /// did not succeed, what is retried from a chosen step, and all that depends on either runs again; the rest is kept.
    /// In every case the first report of tasks tells all that are known.
    ///
    /// # Errors
    /// `Invalid` for a definition that this engine cannot run; `Unavailable` when it should be asked again.
    async fn launch(&self, order: LaunchOrder) -> Result<(), Failure>;

    /// Ends a run's steps; the end is reported as `Canceled`. Unknown runs are no error.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn cancel(&self, grant: &RunGrant<runs::Terminate>) -> Result<(), Failure>;

    /// Ends whatever still runs and removes all that the engine keeps of the run (steps, logs).
    ///
    /// # Errors
    /// `Unavailable`.
    async fn forget(&self, grant: &RunGrant<runs::Delete>) -> Result<(), Failure>;

    /// Bytes that the namespace's runs keep with the engine: logs, artifacts, volumes.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn disk_use(&self, grant: &Grant<runs::List>) -> Result<u64, Failure>;

    /// Forgets what is kept of this task's results for later runs (the cache), whether the task made them or took them.
    /// `false` if nothing was kept.
    ///
    /// # Errors
    /// `NotFound` for a task that the run does not have.
    async fn forget_results(&self, grant: &RunGrant<runs::Retry>, task: TaskId) -> Result<bool, Failure>;

    /// The log of one task, from byte `offset` on: first what is there, then, while the step runs, what comes. The
    /// stream ends when the step has ended and all was sent. A step that has not started yet is waited for.
    ///
    /// # Errors
    /// `NotFound` for a task that the run does not have.
    async fn follow_log(
        &self,
        grant: &RunGrant<runs::Get>,
        task: TaskId,
        offset: u64,
    ) -> Result<BoxStream<'static, LogChunk>, Failure>;

    /// The log as it stands now, from byte `offset` on, at most 1 MiB.
    ///
    /// # Errors
    /// `NotFound` for a task that the run does not have.
    async fn read_log(&self, grant: &RunGrant<runs::Get>, task: TaskId, offset: u64) -> Result<Bytes, Failure>;
}
