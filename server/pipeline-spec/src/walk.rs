//! The walk over a run: from the root down, each task once, in topological order.

use crate::{
    Advance, Artifact, End, Facts, Plan, StepOrder, TaskPath, TaskView,
    ir::{Body, DagTask},
};
use model::{RunState, Task, TaskId, TaskKind, TaskState, Timestamp};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// Most task instances of one run.
const MAX_TASKS: usize = 50_000;
/// Most orders in one answer; the rest comes when these have been started.
pub(crate) const MAX_ORDERS: usize = 256;

/// What follows from the facts. Pure: the same facts give the same answer (`now_millis` only opens retries' backoff).
///
/// `start` holds at most 256 orders: ask again once they are recorded as started.
#[must_use]
pub fn advance(plan: &Plan, facts: &Facts, now_millis: i64) -> Advance {
    let deadline = plan.ir().deadline_seconds.map(|seconds| {
        let from = facts.retried_at_millis.unwrap_or_else(|| plan.run().created_at.millis());
        from.saturating_add(i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX))
    });
    let overdue = deadline.is_some_and(|at| at <= now_millis) && !facts.cancel_requested;
    let mut walk = Walk {
        plan,
        facts,
        now: now_millis,
        cancel: facts.cancel_requested || overdue,
        found: Found { wake: deadline.filter(|_| !overdue), ..Found::default() },
        tasks: 0,
        orders: 0,
    };
    let scope = Bindings {
        parameters: plan.parameters().iter().map(|(name, value)| (name.as_str(), Arc::clone(value))).collect(),
        artifacts: BTreeMap::new(),
    };
    let root = TaskPath::root();
    let outcome = match plan.ir().components.first().map(|component| &component.body) {
        Some(Body::Dag(dag)) => walk.dag(dag, &root, None, &scope, plan.run().created_at.millis()),
        _ => Outcome::default(),
    };
    let too_large = walk.is_too_large();
    let mut found = walk.found;
    if too_large {
        return refuse(facts, found.tasks);
    }
    let end = outcome.is_final().then(|| {
        let first = found.failure.take();
        if overdue && found.cancelled {
            return End { state: RunState::Failed, error: Some(walk_limit(plan)) };
        }
        let state = if facts.cancel_requested && found.cancelled {
            RunState::Canceled
        } else if outcome.state == State::Failed {
            RunState::Failed
        } else {
            RunState::Succeeded
        };
        let error = match (state, first) {
            (RunState::Failed, Some(first)) => Some(first.sentence()),
            (RunState::Failed, None) => outcome.reason,
            _ => None,
        };
        End { state, error }
    });
    Advance { start: found.start, stop: found.stop, tasks: found.tasks, end, wake_at_millis: found.wake }
}

fn walk_limit(plan: &Plan) -> String {
    format!("the run took longer than its limit of {} s", plan.ir().deadline_seconds.unwrap_or_default())
}

/// The run has outgrown its bound: whatever runs is stopped, then it ends as failed.
fn refuse(facts: &Facts, mut tasks: Vec<TaskView>) -> Advance {
    let open: Vec<TaskPath> = facts
        .steps
        .iter()
        .filter(|(_, step)| step.attempts.last().is_some_and(|attempt| attempt.ended.is_none()))
        .map(|(path, _)| path.clone())
        .collect();
    let error = format!("the run would have more than {MAX_TASKS} tasks, or groups more than 64 deep");
    let end = open.is_empty().then(|| End { state: RunState::Failed, error: Some(error.clone()) });
    if end.is_some() {
        for view in tasks.iter_mut().filter(|view| !view.task.state.is_final()) {
            view.task.state = TaskState::Skipped;
            view.task.reason = Some(error.clone());
        }
    }
    Advance { start: Vec::new(), stop: open, tasks, end, wake_at_millis: None }
}

/// Values by name: a group's inputs, or a task's inputs or outputs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bindings<'a> {
    pub(crate) parameters: BTreeMap<&'a str, Arc<Value>>,
    pub(crate) artifacts: BTreeMap<&'a str, Arc<Vec<Artifact>>>,
}

impl Bindings<'_> {
    pub(crate) fn to_value(&self) -> Value {
        let parameters: serde_json::Map<String, Value> =
            self.parameters.iter().map(|(name, value)| ((*name).to_owned(), (**value).clone())).collect();
        let artifacts: serde_json::Map<String, Value> = self
            .artifacts
            .iter()
            .map(|(name, list)| {
                let list = list.iter().map(
                    |one| json!({"name": one.name, "uri": one.uri, "type": one.type_title, "metadata": one.metadata}),
                );
                ((*name).to_owned(), Value::Array(list.collect()))
            })
            .collect();
        json!({ "parameters": parameters, "artifacts": artifacts })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum State {
    #[default]
    Pending,
    Running,
    Succeeded,
    /// Its condition was false. Dependents go on.
    Skipped,
    /// Never reached, because something failed. Dependents are omitted, too.
    Omitted,
    Failed,
    Cancelled,
}

/// How one task stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome<'a> {
    pub(crate) state: State,
    /// A process of it was started at some time.
    pub(crate) begun: bool,
    /// When it could have started.
    pub(crate) ready_at: i64,
    pub(crate) started_at: Option<i64>,
    /// Meaningful once final.
    pub(crate) ended_at: i64,
    pub(crate) outputs: Bindings<'a>,
    pub(crate) reason: Option<String>,
    /// Succeeded without having run.
    pub(crate) cached: bool,
}

impl Outcome<'_> {
    pub(crate) const fn is_final(&self) -> bool {
        !matches!(self.state, State::Pending | State::Running)
    }
    /// An end without a process.
    pub(crate) fn derived(state: State, at: i64, reason: Option<String>) -> Self {
        Self { state, ready_at: at, ended_at: at, reason, ..Self::default() }
    }
}

/// A failure that counts for the run's message.
#[derive(Debug)]
pub(crate) struct First {
    at: i64,
    path: TaskPath,
    reason: String,
}

impl First {
    fn sentence(&self) -> String {
        let name = self.path.as_str().strip_prefix("root.").unwrap_or("root");
        format!("{name}: {}", self.reason)
    }
}

/// What a part of the walk has found; parts can be dropped before they are joined.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) tasks: Vec<TaskView>,
    pub(crate) start: Vec<StepOrder>,
    pub(crate) stop: Vec<TaskPath>,
    pub(crate) wake: Option<i64>,
    pub(crate) failure: Option<First>,
    pub(crate) cancelled: bool,
}

impl Found {
    pub(crate) fn join(&mut self, mut other: Self) {
        self.tasks.append(&mut other.tasks);
        self.start.append(&mut other.start);
        self.stop.append(&mut other.stop);
        self.wake = match (self.wake, other.wake) {
            (Some(one), Some(another)) => Some(one.min(another)),
            (one, another) => one.or(another),
        };
        self.cancelled |= other.cancelled;
        if let Some(failure) = other.failure {
            self.note(failure);
        }
    }
    fn note(&mut self, failure: First) {
        if self.failure.as_ref().is_none_or(|known| (failure.at, &failure.path) < (known.at, &known.path)) {
            self.failure = Some(failure);
        }
    }
    pub(crate) fn wake(&mut self, at: i64) {
        self.wake = Some(self.wake.map_or(at, |known| known.min(at)));
    }
}

pub(crate) struct Walk<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) facts: &'a Facts,
    pub(crate) now: i64,
    /// Nothing new begins, and what runs is stopped.
    pub(crate) cancel: bool,
    pub(crate) found: Found,
    tasks: usize,
    pub(crate) orders: usize,
}

/// Where a task stands in its group.
pub(crate) struct Position<'a> {
    pub(crate) task: &'a DagTask,
    pub(crate) path: TaskPath,
    pub(crate) id: TaskId,
    pub(crate) group: Option<TaskId>,
    pub(crate) depends_on: Vec<TaskId>,
}

impl<'a> Walk<'a> {
    pub(crate) fn why_cancelled(&self) -> String {
        if self.facts.cancel_requested { "the run was cancelled".to_owned() } else { walk_limit(self.plan) }
    }
    /// Counts `more` tasks; false once there are too many.
    pub(crate) const fn count(&mut self, more: usize) -> bool {
        self.tasks = self.tasks.saturating_add(more);
        !self.is_too_large()
    }
    pub(crate) const fn is_too_large(&self) -> bool {
        self.tasks > MAX_TASKS
    }
    /// Runs `part` with its own findings.
    pub(crate) fn apart<R>(&mut self, part: impl FnOnce(&mut Self) -> R) -> (R, Found) {
        let outer = std::mem::take(&mut self.found);
        let result = part(self);
        (result, std::mem::replace(&mut self.found, outer))
    }
    pub(crate) const fn drop_orders(&mut self, found: &Found) {
        self.orders -= found.start.len();
    }

    /// Writes down how a task stands, and remembers a leaf's failure.
    pub(crate) fn show(
        &mut self,
        at: &Position<'a>,
        kind: TaskKind,
        outcome: &Outcome<'a>,
        attempts: u32,
        inputs: &Bindings<'a>,
    ) {
        let state = match outcome.state {
            State::Pending => TaskState::Pending,
            State::Running => TaskState::Running,
            State::Succeeded if outcome.cached => TaskState::Cached,
            State::Succeeded => TaskState::Succeeded,
            State::Skipped | State::Omitted => TaskState::Skipped,
            State::Failed => TaskState::Failed,
            State::Cancelled => TaskState::Canceled,
        };
        self.found.cancelled |= outcome.state == State::Cancelled;
        // A process never skipped has a start; what is derived starts and ends at once.
        let ran = matches!(outcome.state, State::Running | State::Succeeded | State::Failed | State::Cancelled);
        let started = outcome.started_at.or((ran && outcome.is_final()).then_some(outcome.ended_at));
        self.found.tasks.push(TaskView {
            path: at.path.clone(),
            task: Task {
                id: at.id,
                parent: at.group,
                name: at.task.name.clone(),
                display_name: at.task.display_name.clone(),
                kind,
                state,
                reason: outcome.reason.clone(),
                started_at: started.map(Timestamp::from_millis),
                finished_at: outcome.is_final().then(|| Timestamp::from_millis(outcome.ended_at)),
                attempts,
                iteration_index: None,
                depends_on: at.depends_on.clone(),
                component: at.task.component_name.clone(),
                inputs: inputs.to_value(),
                outputs: outcome.outputs.to_value(),
            },
        });
    }

    pub(crate) fn note_failure(&mut self, at: &Position<'a>, outcome: &Outcome<'a>) {
        if outcome.state == State::Failed {
            let reason = outcome.reason.clone().unwrap_or_else(|| "failed".to_owned());
            self.found.note(First { at: outcome.ended_at, path: at.path.clone(), reason });
        }
    }
}
