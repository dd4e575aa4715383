use super::{Status, run::RuntimeStatus};
use crate::json::{Enum, Int64, Moment, message};
use model::{Run, RunState, Task, TaskId, TaskState};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

message! {
    PipelineTaskDetail {
        run_id: String,
        task_id: String,
        display_name: String,
        create_time: Moment,
        start_time: Moment,
        end_time: Moment,
        state: Enum<RunState>,
        execution_id: Int64,
        error: Option<Status>,
        /// By artifact name.
        inputs: BTreeMap<String, ArtifactList>,
        outputs: BTreeMap<String, ArtifactList>,
        parent_task_id: String,
        state_history: Vec<RuntimeStatus>,
        pod_name: String,
        child_tasks: Vec<ChildTask>,
    }

    /// KFP numbers artifacts in its metadata store. We have none, so only the names of the lists are told.
    ArtifactList { artifact_ids: Vec<Int64> }

    ChildTask { task_id: String, pod_name: String }
}

/// A task's state in the words that KFP has for runs and tasks alike.
pub(super) fn state(state: TaskState) -> RunState {
    match state {
        TaskState::Pending => RunState::Pending,
        TaskState::Running => RunState::Running,
        TaskState::Succeeded => RunState::Succeeded,
        // KFP's own description of SKIPPED names caching as its example.
        TaskState::Cached | TaskState::Skipped => RunState::Skipped,
        TaskState::Failed => RunState::Failed,
        TaskState::Canceled => RunState::Canceled,
    }
}

pub(super) fn details(run: &Run, tasks: Vec<Task>) -> Vec<PipelineTaskDetail> {
    let mut children: HashMap<TaskId, Vec<ChildTask>> = HashMap::new();
    for task in &tasks {
        if let Some(parent) = task.parent {
            let child = ChildTask { task_id: task.id.to_string(), pod_name: String::new() };
            children.entry(parent).or_default().push(child);
        }
    }
    let detail = |task: Task| PipelineTaskDetail {
        state_history: history(run, &task),
        run_id: run.id.to_string(),
        task_id: task.id.to_string(),
        display_name: task.display_name,
        create_time: run.created_at.into(),
        start_time: Moment::or_zero(task.started_at),
        end_time: Moment::or_zero(task.finished_at),
        state: state(task.state).into(),
        execution_id: Int64::default(),
        error: task.reason.filter(|_| task.state == TaskState::Failed).map(Status::from),
        inputs: artifacts(&task.inputs),
        outputs: artifacts(&task.outputs),
        parent_task_id: task.parent.map(|parent| parent.to_string()).unwrap_or_default(),
        pod_name: String::new(),
        child_tasks: children.remove(&task.id).unwrap_or_default(),
    };
    tasks.into_iter().map(detail).collect()
}

/// What is known of a task's way: it waited from the run's beginning, began, and ended.
pub(super) fn history(run: &Run, task: &Task) -> Vec<RuntimeStatus> {
    let entry = |at: model::Timestamp, state: RunState, error: Option<Status>| RuntimeStatus {
        update_time: at.into(),
        state: state.into(),
        error,
    };
    let error = task.reason.clone().filter(|_| task.state == TaskState::Failed).map(Status::from);
    let begun = task.started_at.map(|at| entry(at, RunState::Running, None));
    let ended = task.finished_at.filter(|_| task.state.is_final()).map(|at| entry(at, state(task.state), error));
    std::iter::once(entry(run.created_at, RunState::Pending, None)).chain(begun).chain(ended).collect()
}

fn artifacts(side: &Value) -> BTreeMap<String, ArtifactList> {
    let named = side.get("artifacts").and_then(Value::as_object).into_iter().flatten();
    named.map(|(name, _)| (name.clone(), ArtifactList::default())).collect()
}
