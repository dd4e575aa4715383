use crate::{
    ExperimentId, Namespace, PipelineId, PipelineVersionId, RecurringRunId, RunId, StorageState, TaskId, Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// KFP's runtime states. `Succeeded`, `Skipped`, `Failed` and `Canceled` are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RunState {
    Pending,
    Running,
    Succeeded,
    Skipped,
    Failed,
    Canceling,
    Canceled,
    Paused,
}

impl RunState {
    pub const ALL: [Self; 8] = [
        Self::Pending,
        Self::Running,
        Self::Succeeded,
        Self::Skipped,
        Self::Failed,
        Self::Canceling,
        Self::Canceled,
        Self::Paused,
    ];

    /// As v2beta1 and our tables write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Skipped => "SKIPPED",
            Self::Failed => "FAILED",
            Self::Canceling => "CANCELING",
            Self::Canceled => "CANCELED",
            Self::Paused => "PAUSED",
        }
    }
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Skipped | Self::Failed | Self::Canceled)
    }
    /// Only these can be terminated (KFP answers 400 for the others).
    #[must_use]
    pub const fn can_terminate(self) -> bool {
        matches!(self, Self::Pending | Self::Running | Self::Paused)
    }
    /// The one place that says which change of state may be written by an engine's report. A final state is left only by
    /// a retry ([`Self::may_be_retried`]).
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Pending | Self::Paused | Self::Running => !matches!(next, Self::Pending),
            Self::Canceling => matches!(next, Self::Canceled | Self::Succeeded | Self::Failed),
            Self::Failed | Self::Canceled | Self::Succeeded | Self::Skipped => false,
        }
    }
    /// Which runs a retry takes up again. Where everything succeeded there is nothing to do unless a step is chosen.
    #[must_use]
    pub const fn may_be_retried(self, from_chosen_step: bool) -> bool {
        match self {
            Self::Failed | Self::Canceled => true,
            Self::Succeeded | Self::Skipped => from_chosen_step,
            Self::Pending | Self::Running | Self::Canceling | Self::Paused => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateChange {
    pub at: Timestamp,
    pub state: RunState,
    pub error: Option<String>,
}

/// What a run executes. The text itself is read apart (it is long).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PipelineSource {
    Version {
        pipeline_id: PipelineId,
        pipeline_version_id: PipelineVersionId,
    },
    /// The newest version of it whenever a run starts. Only recurring runs have this one.
    Latest {
        pipeline_id: PipelineId,
    },
    /// The definition came with the request: the IR, or `{"pipeline_spec","platform_spec"}`. `None` when it was not read along.
    Inline {
        spec: Option<Value>,
    },
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RuntimeConfig {
    pub parameters: Map<String, Value>,
    pub pipeline_root: Option<String>,
}

/// All that an engine must know of a run, as the store keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Launching {
    /// The run's display name.
    pub display_name: String,
    /// The definition, already compiled once by the service, so valid.
    pub spec: Value,
    /// Root parameters as the caller gave them.
    pub parameters: Map<String, Value>,
    /// `None` for the engine's own default.
    pub pipeline_root: Option<String>,
    pub service_account: String,
    pub created_at: Timestamp,
    pub scheduled_at: Timestamp,
    /// A termination was already asked for (it may have come before a restart).
    #[serde(default)]
    pub cancel_requested: bool,
    /// How often the run was retried. A greater number than the engine knows is the order to take the ended run up again.
    #[serde(default)]
    pub retries: u32,
    /// The step that the last retry begins at: it and all that depends on it run again, whatever became of them.
    #[serde(default)]
    pub retry_from: Option<TaskId>,
}

/// How far a run is, counted over its leaf tasks that are known so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunProgress {
    pub done: u32,
    pub total: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub id: RunId,
    pub namespace: Namespace,
    pub experiment_id: ExperimentId,
    pub recurring_run_id: Option<RecurringRunId>,
    pub display_name: String,
    pub description: String,
    pub service_account: String,
    pub source: PipelineSource,
    /// The definition's own name, for lists.
    pub pipeline_name: String,
    pub runtime_config: RuntimeConfig,
    pub state: RunState,
    pub storage_state: StorageState,
    pub created_at: Timestamp,
    pub scheduled_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    pub error: Option<String>,
    pub state_history: Vec<StateChange>,
    pub progress: RunProgress,
    /// The display name of a task that is running now, if one is.
    pub running_task: Option<String>,
}

/// What a caller may say about a run to be; anything output-only has no place here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewRun {
    /// Required in multi-user mode; checked by the service, whose error text KFP's clients assert on.
    pub experiment_id: Option<ExperimentId>,
    /// If given it must be the experiment's.
    pub namespace: Option<Namespace>,
    pub display_name: String,
    pub description: String,
    pub service_account: String,
    pub source: NewRunSource,
    pub runtime_config: RuntimeConfig,
}

/// The ways to name a definition, in KFP's order of use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum NewRunSource {
    /// Must belong to `pipeline_id` if that is given.
    Version {
        pipeline_id: Option<PipelineId>,
        pipeline_version_id: PipelineVersionId,
    },
    /// The latest version of it.
    Latest {
        pipeline_id: PipelineId,
    },
    Inline {
        spec: Value,
    },
}
