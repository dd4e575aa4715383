use crate::{StepOrder, TaskPath};
use model::{RunState, Task};

/// What follows from a plan and the facts so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Advance {
    /// Every step that should be started now and has no open attempt: the whole list each time, so an order of an
    /// earlier answer that isn't repeated is withdrawn. An engine with no room left may start fewer.
    pub start: Vec<StepOrder>,
    /// Steps whose open attempt should be ended.
    pub stop: Vec<TaskPath>,
    /// Every task known so far, parents before children, siblings in topological order. Tasks of a group appear with
    /// the group, as Pending.
    pub tasks: Vec<TaskView>,
    /// Set once nothing runs any more and nothing will be started.
    pub end: Option<End>,
    /// When to ask again even if nothing happens (a retry's backoff).
    pub wake_at_millis: Option<i64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TaskView {
    pub path: TaskPath,
    pub task: Task,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Succeeded, Failed or Canceled.
    pub state: RunState,
    pub error: Option<String>,
}
