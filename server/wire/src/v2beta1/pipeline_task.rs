//! Tasks as KFP's API has them since it keeps them itself: run-scoped, with the values that went in and came out.

use super::{Status, run::RuntimeStatus, task};
use crate::json::{Enum, Int64, Moment, Named, Object, message};
use model::{Page, Run, RunState, Task, TaskKind, TaskState};
use serde_json::{Map, Value};

message! {
    PipelineTask {
        name: String,
        display_name: String,
        task_id: String,
        run_id: String,
        create_time: Moment,
        start_time: Moment,
        end_time: Moment,
        state: Enum<RunState>,
        state_history: Vec<RuntimeStatus>,
        type_ as "type": Enum<TaskType>,
        type_attributes: Option<TypeAttributes>,
        /// Why it failed.
        error: Option<Status>,
        /// Why it waits, was skipped or was taken from the cache, as one sentence under `message`.
        status_metadata: Map<String, Value>,
        parent_task_id: String,
        inputs: Option<InputOutputs>,
        outputs: Option<InputOutputs>,
    }

    TypeAttributes { iteration_index: Option<Int64> }

    InputOutputs { parameters: Vec<IoParameter>, artifacts: Vec<IoArtifact> }

    IoParameter { value: Value, parameter_key: String }

    IoArtifact { artifacts: Vec<Object>, artifact_key: String }

    ListTasksResponse { tasks: Vec<PipelineTask>, next_page_token: String, total_size: i32 }
}

/// KFP's word for a kind of task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskType(TaskKind);

impl Named for TaskType {
    const UNSPECIFIED: &'static str = "RUNTIME";
    const WORDS: &'static [(i64, &'static str, Self)] = &[
        (2, "CONDITION", Self(TaskKind::Condition)),
        (3, "LOOP", Self(TaskKind::Loop)),
        (4, "EXIT_HANDLER", Self(TaskKind::ExitHandler)),
        (5, "IMPORTER", Self(TaskKind::Importer)),
        (6, "DAG", Self(TaskKind::Dag)),
        (7, "LOOP_ITERATION", Self(TaskKind::Iteration)),
    ];
}

impl PipelineTask {
    #[must_use]
    pub fn of(run: &Run, task: Task) -> Self {
        let state_history = task::history(run, &task);
        let failed = task.state == TaskState::Failed;
        let mut status_metadata = Map::new();
        if let Some(reason) = task.reason.clone().filter(|_| !failed) {
            status_metadata.insert("message".to_owned(), reason.into());
        }
        let iteration_index = task.iteration_index.map(|index| Int64(index.into()));
        Self {
            name: task.name,
            display_name: task.display_name,
            task_id: task.id.to_string(),
            run_id: run.id.to_string(),
            create_time: run.created_at.into(),
            start_time: Moment::or_zero(task.started_at),
            end_time: Moment::or_zero(task.finished_at),
            state: task::state(task.state).into(),
            state_history,
            type_: Enum(Some(TaskType(task.kind)).filter(|TaskType(kind)| *kind != TaskKind::Container)),
            type_attributes: iteration_index.map(|index| TypeAttributes { iteration_index: Some(index) }),
            error: task.reason.filter(|_| failed).map(Status::from),
            status_metadata,
            parent_task_id: task.parent.map(|parent| parent.to_string()).unwrap_or_default(),
            inputs: values(&task.inputs),
            outputs: values(&task.outputs),
        }
    }
}

impl ListTasksResponse {
    #[must_use]
    pub fn of(run: &Run, page: Page<Task>) -> Self {
        let total_size = i32::try_from(page.total_size).unwrap_or(i32::MAX);
        let tasks = page.items.into_iter().map(|task| PipelineTask::of(run, task)).collect();
        Self { tasks, next_page_token: page.next_page_token.unwrap_or_default(), total_size }
    }
}

/// One side of a task, if anything is there.
fn values(side: &Value) -> Option<InputOutputs> {
    let named = |what: &str| side.get(what).and_then(Value::as_object).into_iter().flatten();
    let parameters: Vec<_> = named("parameters")
        .map(|(key, value)| IoParameter { value: value.clone(), parameter_key: key.clone() })
        .collect();
    let artifacts: Vec<_> = named("artifacts")
        .map(|(key, list)| {
            let list = list.as_array().into_iter().flatten().filter(|artifact| artifact.is_object());
            IoArtifact { artifacts: list.cloned().map(Object).collect(), artifact_key: key.clone() }
        })
        .collect();
    (!parameters.is_empty() || !artifacts.is_empty()).then_some(InputOutputs { parameters, artifacts })
}
