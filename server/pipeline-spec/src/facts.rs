use crate::TaskPath;
use model::{RunId, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt};

/// All that is remembered of a run: what really happened to its steps (processes). Groups, conditions, importers and
/// outputs are derived from it by [`crate::advance`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub steps: BTreeMap<TaskPath, StepFact>,
    pub cancel_requested: bool,
    /// When a retry took the run up again; the run's own time limit counts from here.
    #[serde(default)]
    pub retried_at_millis: Option<i64>,
}

/// A step's attempts, oldest first. Only the last one may still be open.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StepFact {
    pub attempts: Vec<Attempt>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    pub started_at_millis: i64,
    /// `None` while it runs.
    pub ended: Option<Ended>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    pub at_millis: i64,
    pub result: StepResult,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum StepResult {
    Succeeded(Outputs),
    /// An earlier run had done the same work.
    Cached(Outputs, CachedFrom),
    Failed(FailureReason),
    /// Ended on request, by way of [`crate::Advance::stop`].
    Cancelled,
}

/// Whose results were taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CachedFrom {
    pub run: RunId,
    /// Its display name.
    pub run_name: String,
    pub task: TaskId,
    pub task_name: String,
}

impl CachedFrom {
    pub(crate) fn sentence(&self) -> String {
        format!(
            "taken from the cache: task \"{}\" ({}) of run \"{}\" ({}) did the same work",
            self.task_name, self.task, self.run_name, self.run
        )
    }
}

/// Why an attempt failed. `Display` is the sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailureReason {
    Exited {
        code: i32,
    },
    Killed {
        signal: i32,
    },
    TimedOut {
        after_seconds: u64,
    },
    /// It took more memory than it may have.
    OutOfMemory {
        limit_bytes: u64,
    },
    /// It left more behind than it may.
    DiskFull {
        limit_bytes: u64,
    },
    /// The process ended well, but what it left behind is not what it declared.
    BadOutputs(String),
    /// The engine lost sight of the process (the machine went down under it).
    Lost(String),
    /// The engine can't run it at all. Never retried.
    Refused(String),
}

impl FailureReason {
    pub(crate) const fn is_retried(&self) -> bool {
        !matches!(self, Self::Refused(_))
    }
}

impl fmt::Display for FailureReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited { code } => write!(f, "the step ended with exit code {code}"),
            Self::Killed { signal } => write!(f, "the step was ended by signal {signal}"),
            Self::TimedOut { after_seconds } => write!(f, "the step ran longer than its limit of {after_seconds} s"),
            Self::OutOfMemory { limit_bytes } => {
                write!(f, "the step ran out of memory: its limit is {} MiB", limit_bytes / (1 << 20))
            }
            Self::DiskFull { limit_bytes } => {
                write!(f, "the step filled the disk: it may write {} MiB", limit_bytes / (1 << 20))
            }
            Self::BadOutputs(text) | Self::Lost(text) | Self::Refused(text) => f.write_str(text),
        }
    }
}

/// What a step left behind, by output name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outputs {
    #[serde(default)]
    pub parameters: BTreeMap<String, Value>,
    #[serde(default)]
    pub artifacts: BTreeMap<String, Vec<Artifact>>,
}

/// One artifact: where it is and what is said about it, never its content.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Artifact {
    pub name: String,
    /// `system.Dataset`; for types given by `instanceSchema` or `schemaUri` that text.
    pub type_title: String,
    #[serde(default)]
    pub type_version: String,
    /// As the step said: an engine must check whose it is before it opens it for another step.
    pub uri: String,
    #[serde(default)]
    pub metadata: Map<String, Value>,
    /// A local path that replaces the one that follows from the URI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_path: Option<String>,
}
