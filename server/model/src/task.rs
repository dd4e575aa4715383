use crate::{TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TaskKind {
    Container,
    Importer,
    Dag,
    Condition,
    Loop,
    Iteration,
    ExitHandler,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TaskState {
    Pending,
    Running,
    Succeeded,
    Cached,
    /// Its condition was false, or it was never reached.
    Skipped,
    Failed,
    Canceled,
}

macro_rules! words { ($type:ident { $($variant:ident = $word:literal),* $(,)? }) => {
    impl $type {
        pub const ALL: &[Self] = &[$(Self::$variant),*];
        /// As our tables write it.
        #[must_use] pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $word),* } }
        #[must_use] pub fn parse(text: &str) -> Option<Self> { match text { $($word => Some(Self::$variant),)* _ => None } }
    }
} }
words! { TaskKind { Container = "CONTAINER", Importer = "IMPORTER", Dag = "DAG", Condition = "CONDITION", Loop = "LOOP", Iteration = "ITERATION", ExitHandler = "EXIT_HANDLER" } }
words! { TaskState { Pending = "PENDING", Running = "RUNNING", Succeeded = "SUCCEEDED", Cached = "CACHED", Skipped = "SKIPPED", Failed = "FAILED", Canceled = "CANCELED" } }

impl TaskState {
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Running)
    }
}

impl TaskKind {
    /// Whether it stands for a process of its own; the others are groups of tasks.
    #[must_use]
    pub const fn is_leaf(self) -> bool {
        matches!(self, Self::Container | Self::Importer)
    }
}

/// One instance of a task in one run, as pages and the API show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub id: TaskId,
    pub parent: Option<TaskId>,
    /// The task's key in its DAG.
    pub name: String,
    pub display_name: String,
    pub kind: TaskKind,
    pub state: TaskState,
    /// Why it failed, waits or was skipped: one sentence.
    pub reason: Option<String>,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    /// Attempts begun so far.
    pub attempts: u32,
    pub iteration_index: Option<u32>,
    /// Siblings that it waits for.
    pub depends_on: Vec<TaskId>,
    pub component: String,
    /// `{"parameters": {name: value}, "artifacts": {name: [{name, uri, type, metadata}]}}`
    pub inputs: Value,
    /// Same shape as `inputs`.
    pub outputs: Value,
}
