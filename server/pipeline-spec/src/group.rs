//! DAGs, loops and conditions: everything that is made of tasks.

use crate::{
    TaskPath,
    inputs::{self, Surroundings, Trigger},
    ir::{Body, Component, Dag, DagTask, Executor, Retry},
    placeholders::RunNames,
    walk::{Bindings, Found, Outcome, Position, State, Walk},
};
use model::{TaskId, TaskKind};

/// When the next attempt may begin, if there is one: `made` attempts were made, the first at `first`, the last ended at `ended`.
pub(crate) fn next_attempt(retry: Option<&Retry>, made: usize, first: i64, ended: i64) -> Option<i64> {
    let retry = retry?;
    let done = u32::try_from(made).ok()?;
    if done > retry.max_retries {
        return None;
    }
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "casts to integers saturate")]
    let delay = (retry.backoff_millis as f64 * retry.factor.powi(i32::try_from(done).ok()? - 1)) as i64;
    let due = ended.saturating_add(delay);
    (due.saturating_sub(first) <= retry.max_elapsed_millis).then_some(due)
}

impl<'a> Walk<'a> {
    /// All tasks of one DAG. `id` is the group's own task, none for the root.
    pub(crate) fn dag(
        &mut self,
        dag: &'a Dag,
        path: &TaskPath,
        id: Option<TaskId>,
        scope: &Bindings<'a>,
        ready_at: i64,
    ) -> Outcome<'a> {
        // A v1 pipeline that recurs too deep has too many tasks, too.
        let too_deep = path.as_str().split('.').count() > crate::link::MAX_DEPTH + 1;
        if !self.count(if too_deep { usize::MAX } else { dag.tasks.len() }) {
            return Outcome::default();
        }
        let paths: Vec<TaskPath> = dag.tasks.iter().map(|task| path.child(&task.name)).collect();
        let ids: Vec<TaskId> = paths.iter().map(|path| self.plan.task_id(path)).collect();
        let positions: Vec<Position<'a>> = dag
            .tasks
            .iter()
            .zip(paths)
            .zip(&ids)
            .map(|((task, path), own)| Position {
                task,
                path,
                id: *own,
                group: id,
                depends_on: task.dependencies.iter().map(|producer| ids[*producer]).collect(),
            })
            .collect();
        let mut outcomes: Vec<Outcome<'a>> = Vec::with_capacity(positions.len());
        let mut parts: Vec<Found> = Vec::with_capacity(positions.len());
        for at in &positions {
            let around = Surroundings { scope, positions: &dag.positions, siblings: &outcomes };
            let (outcome, part) = self.apart(|walk| walk.task(at, &around, ready_at));
            outcomes.push(outcome);
            parts.push(part);
        }
        self.fail_fast(dag, &positions, scope, ready_at, &mut outcomes, &mut parts);
        for part in parts {
            self.found.join(part);
        }
        let mut outcome = summary(outcomes.iter(), ready_at);
        if outcome.state == State::Failed {
            outcome.reason = dag
                .tasks
                .iter()
                .zip(&outcomes)
                .filter(|(_, outcome)| outcome.state == State::Failed)
                .min_by_key(|(_, outcome)| outcome.ended_at)
                .map(|(task, outcome)| {
                    format!("\"{}\" failed: {}", task.name, outcome.reason.as_deref().unwrap_or("no reason is known"))
                });
        }
        if outcome.state == State::Succeeded {
            outcome.outputs = outputs(dag, &outcomes);
        }
        outcome
    }

    /// After a failure nothing new starts in this DAG; what has begun goes on, and tasks that run anyway wait only for
    /// what is left. What was final before the failure stays as it was.
    fn fail_fast(
        &mut self,
        dag: &'a Dag,
        positions: &[Position<'a>],
        scope: &Bindings<'a>,
        ready_at: i64,
        outcomes: &mut [Outcome<'a>],
        parts: &mut [Found],
    ) {
        let failed = outcomes.iter().filter(|outcome| outcome.state == State::Failed);
        let Some(moment) = failed.map(|outcome| outcome.ended_at).min() else { return };
        for index in 0..outcomes.len() {
            let outcome = &outcomes[index];
            if outcome.begun || outcome.state == State::Omitted || (outcome.is_final() && outcome.ready_at <= moment) {
                continue;
            }
            self.drop_orders(&parts[index]);
            let at = &positions[index];
            let (outcome, part) = if at.task.runs_anyway {
                let around = Surroundings { scope, positions: &dag.positions, siblings: outcomes };
                self.apart(|walk| walk.task(at, &around, ready_at))
            } else {
                let reason = "another task failed first".to_owned();
                let outcome = Outcome::derived(State::Omitted, ready_at, Some(reason));
                self.apart(|walk| {
                    walk.show(at, walk.kind(at.task), &outcome, 0, &Bindings::default());
                    outcome
                })
            };
            outcomes[index] = outcome;
            parts[index] = part;
        }
    }

    fn component(&self, task: &DagTask) -> Option<&'a Component> {
        self.plan.ir().components.get(task.component)
    }

    pub(crate) fn kind(&self, task: &DagTask) -> TaskKind {
        if task.iterator.is_some() {
            return TaskKind::Loop;
        }
        match self.component(task).map(|component| &component.body) {
            Some(Body::Executor(label)) => match self.plan.ir().executors.get(label) {
                Some(Executor::Importer(_)) => TaskKind::Importer,
                _ => TaskKind::Container,
            },
            _ if task.name.starts_with("condition-") || task.condition.is_some() => TaskKind::Condition,
            _ if task.name.starts_with("exit-handler-") => TaskKind::ExitHandler,
            _ => TaskKind::Dag,
        }
    }

    fn task(&mut self, at: &Position<'a>, around: &Surroundings<'a, '_>, group_ready: i64) -> Outcome<'a> {
        let task = at.task;
        let kind = self.kind(task);
        let none = Bindings::default();
        let siblings =
            |positions: &[usize]| positions.iter().filter_map(|at| around.siblings.get(*at)).collect::<Vec<_>>();
        let producers = siblings(&task.dependencies);
        // In the second round of `fail_fast` a producer may stand behind; it never does in topological order.
        let waits = producers.iter().any(|producer| !producer.is_final());
        let blocked = |state: State| !task.runs_anyway && producers.iter().any(|producer| producer.state == state);
        let ready_at = producers.iter().map(|producer| producer.ended_at).max().unwrap_or(group_ready).max(group_ready);
        let early = if blocked(State::Failed) || blocked(State::Omitted) {
            Some(Outcome::derived(
                State::Omitted,
                group_ready,
                Some("a task that it depends on did not succeed".to_owned()),
            ))
        } else if waits {
            Some(Outcome { reason: Some(waiting(task, around)), ..Outcome::default() })
        } else if blocked(State::Cancelled) {
            Some(Outcome::derived(State::Cancelled, ready_at, Some("the run was cancelled".to_owned())))
        } else {
            None
        };
        if let Some(outcome) = early {
            self.show(at, kind, &outcome, 0, &none);
            return outcome;
        }
        let Some(component) = self.component(task) else { return Outcome::default() };
        let group = at.group.unwrap_or_else(|| self.plan.task_id(&TaskPath::root()));
        let plan = self.plan;
        let names = RunNames { plan, task_name: &task.name, group };
        let mut given = match inputs::given(task, component, around, &names) {
            Ok(given) => given,
            Err(reason) => return self.fail(at, kind, ready_at, reason, &none),
        };
        if let Some(condition) = &task.condition {
            let mut seen = given.clone();
            inputs::fill(component, &mut seen);
            match condition.is_true(&Trigger(&seen)) {
                Ok(true) => {}
                Ok(false) => {
                    let outcome = Outcome::derived(State::Skipped, ready_at, Some("its condition is false".to_owned()));
                    self.show(at, kind, &outcome, 0, &seen);
                    return outcome;
                }
                Err(error) => {
                    return self.fail(at, kind, ready_at, format!("its condition cannot be decided: {error}"), &seen);
                }
            }
        }
        match &component.body {
            Body::Executor(label) => match self.plan.ir().executors.get(label) {
                Some(Executor::Importer(importer)) => self.import(at, component, importer, given, ready_at),
                Some(Executor::Container(container)) => {
                    self.container(at, component, label, container, given, around, &names, ready_at)
                }
                _ => self.fail(at, kind, ready_at, format!("the executor \"{label}\" cannot run"), &none),
            },
            Body::Dag(dag) => {
                inputs::fill(component, &mut given);
                match &task.iterator {
                    Some(iterator) => self.iterate(at, dag, &iterator.items, &iterator.item, given, ready_at),
                    None => self.sub_dag(at, kind, dag, &given, ready_at),
                }
            }
        }
    }

    /// A failure that is known without starting anything.
    pub(crate) fn fail(
        &mut self,
        at: &Position<'a>,
        kind: TaskKind,
        ready_at: i64,
        reason: String,
        inputs: &Bindings<'a>,
    ) -> Outcome<'a> {
        let outcome = Outcome::derived(State::Failed, ready_at, Some(reason));
        self.show(at, kind, &outcome, 0, inputs);
        self.note_failure(at, &outcome);
        outcome
    }

    /// A DAG inside a DAG, again and again while its retry policy allows. Each attempt has tasks of its own.
    fn sub_dag(
        &mut self,
        at: &Position<'a>,
        kind: TaskKind,
        dag: &'a Dag,
        scope: &Bindings<'a>,
        ready_at: i64,
    ) -> Outcome<'a> {
        let mut attempts = 1;
        let mut from = ready_at;
        let mut earlier = Found::default();
        let (mut outcome, part) = loop {
            let path = at.path.attempt(attempts);
            let (mut outcome, mut part) = self.apart(|walk| walk.dag(dag, &path, Some(at.id), scope, from));
            let made = usize::try_from(attempts).unwrap_or(usize::MAX);
            let retried = outcome.state == State::Failed && outcome.begun && !self.cancel;
            let Some(due) = retried
                .then(|| next_attempt(at.task.retry.as_ref(), made, ready_at, outcome.ended_at))
                .flatten()
                .filter(|_| !self.is_too_large())
            else {
                break (outcome, part);
            };
            part.failure = None;
            if due > self.now {
                part.wake(due);
                outcome.state = State::Running;
                outcome.reason = Some("waits to try again".to_owned());
                break (outcome, part);
            }
            earlier.join(part);
            attempts += 1;
            from = due;
        };
        outcome.ready_at = ready_at;
        outcome.begun |= attempts > 1;
        self.show(at, kind, &outcome, if outcome.begun { attempts } else { 0 }, scope);
        self.found.join(earlier);
        self.found.join(part);
        outcome
    }
}

fn waiting(task: &DagTask, around: &Surroundings<'_, '_>) -> String {
    let mut names: Vec<&str> = around
        .positions
        .iter()
        .filter(|(_, at)| {
            task.dependencies.contains(at) && around.siblings.get(**at).is_some_and(|sibling| !sibling.is_final())
        })
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    format!("waits for {}", names.join(", "))
}

/// How a group stands, from how its members stand.
pub(crate) fn summary<'o, 'a: 'o>(members: impl Iterator<Item = &'o Outcome<'a>>, ready_at: i64) -> Outcome<'a> {
    let mut summary = Outcome { ready_at, ended_at: ready_at, ..Outcome::default() };
    let (mut open, mut failed, mut cancelled) = (false, false, false);
    for member in members {
        summary.begun |= member.begun;
        open |= !member.is_final();
        failed |= member.state == State::Failed;
        cancelled |= member.state == State::Cancelled;
        summary.ended_at = summary.ended_at.max(member.ended_at);
        summary.started_at = match (summary.started_at, member.started_at) {
            (Some(one), Some(another)) => Some(one.min(another)),
            (one, another) => one.or(another),
        };
    }
    summary.state = match (open, failed, cancelled) {
        (true, ..) if summary.begun => State::Running,
        (true, ..) => State::Pending,
        (false, true, _) => State::Failed,
        (false, false, true) => State::Cancelled,
        (false, false, false) => State::Succeeded,
    };
    summary
}

/// A DAG's outputs. What a skipped task would have given is absent; who needs it says so.
fn outputs<'a>(dag: &'a Dag, outcomes: &[Outcome<'a>]) -> Bindings<'a> {
    let succeeded = |name: &str| {
        dag.positions.get(name).and_then(|at| outcomes.get(*at)).filter(|outcome| outcome.state == State::Succeeded)
    };
    let mut found = Bindings::default();
    for (key, selectors) in &dag.output_parameters {
        let first = selectors.iter().find_map(|from| succeeded(&from.task)?.outputs.parameters.get(from.key.as_str()));
        if let Some(value) = first {
            found.parameters.insert(key, value.clone());
        }
    }
    for (key, selectors) in &dag.output_artifacts {
        let first = selectors.iter().find_map(|from| succeeded(&from.task)?.outputs.artifacts.get(from.key.as_str()));
        if let Some(list) = first {
            found.artifacts.insert(key, list.clone());
        }
    }
    found
}
