//! Loops: a DAG once for each item.

use crate::{
    TaskPath,
    group::summary,
    ir::{Dag, Items},
    walk::{Bindings, Found, Outcome, Position, State, Walk},
};
use model::TaskKind;
use serde_json::Value;
use std::sync::Arc;

impl<'a> Walk<'a> {
    pub(crate) fn iterate(
        &mut self,
        at: &Position<'a>,
        dag: &'a Dag,
        items: &'a Items,
        item: &'a str,
        given: Bindings<'a>,
        ready_at: i64,
    ) -> Outcome<'a> {
        let items = match elements(items, &given) {
            Ok(items) => items,
            Err(reason) => return self.fail(at, TaskKind::Loop, ready_at, reason, &given),
        };
        if !self.count(items.len()) {
            return Outcome::default();
        }
        let limit = match at.task.parallelism {
            0 => usize::MAX,
            limit => usize::try_from(limit).unwrap_or(usize::MAX),
        };
        let paths: Vec<TaskPath> = (0..items.len()).map(|index| at.path.iteration(index)).collect();
        let mut iterations: Vec<Option<(Outcome<'a>, Found)>> = Vec::with_capacity(items.len());
        // First those that have begun: only they can tell how much room is left, and whether one has failed.
        for (index, (path, element)) in paths.iter().zip(&items).enumerate() {
            iterations.push(if self.has_begun(path) {
                Some(self.iteration(at, dag, path, index, element.bind(item, &given), ready_at))
            } else {
                None
            });
        }
        let known = || iterations.iter().flatten();
        let mut active = known().filter(|(outcome, _)| !outcome.is_final()).count();
        let mut failed = known().any(|(outcome, _)| outcome.state == State::Failed);
        for (index, (path, element)) in paths.iter().zip(&items).enumerate() {
            if iterations[index].is_some() || (!failed && active >= limit) {
                continue;
            }
            let (outcome, part) = self.iteration(at, dag, path, index, element.bind(item, &given), ready_at);
            failed |= outcome.state == State::Failed;
            if !outcome.is_final() {
                if failed {
                    self.drop_orders(&part);
                    continue;
                }
                active += 1;
            }
            iterations[index] = Some((outcome, part));
        }
        let mut outcomes = Vec::with_capacity(items.len());
        let mut parts = Vec::with_capacity(items.len());
        for (index, iteration) in iterations.into_iter().enumerate() {
            let (outcome, part) = match iteration {
                Some((outcome, part)) if !failed || outcome.begun || outcome.is_final() => (outcome, part),
                unwanted => {
                    if let Some((_, part)) = &unwanted {
                        self.drop_orders(part);
                    }
                    let outcome = if failed {
                        Outcome::derived(State::Omitted, ready_at, Some("another iteration failed first".to_owned()))
                    } else {
                        Outcome { reason: Some("waits for its turn".to_owned()), ..Outcome::default() }
                    };
                    let path = &paths[index];
                    self.apart(|walk| {
                        walk.show_iteration(at, path, index, &outcome, &Bindings::default());
                        outcome
                    })
                }
            };
            outcomes.push(outcome);
            parts.push(part);
        }
        let mut outcome = summary(outcomes.iter(), ready_at);
        if outcome.state == State::Failed {
            let first = outcomes.iter().enumerate().filter(|(_, one)| one.state == State::Failed);
            outcome.reason = first.min_by_key(|(_, one)| one.ended_at).map(|(index, one)| {
                format!("iteration {index} failed: {}", one.reason.as_deref().unwrap_or("no reason is known"))
            });
        }
        if outcome.state == State::Succeeded {
            outcome.outputs = collected(dag, &outcomes);
        }
        let attempts = u32::from(outcome.begun);
        self.show(at, TaskKind::Loop, &outcome, attempts, &given);
        for part in parts {
            self.found.join(part);
        }
        outcome
    }

    /// Whether any step under `path` (an iteration, whose path ends in a bracket) was ever started.
    fn has_begun(&self, path: &TaskPath) -> bool {
        self.facts
            .steps
            .range(path.clone()..)
            .next()
            .is_some_and(|(first, _)| first.as_str().starts_with(path.as_str()))
    }

    fn iteration(
        &mut self,
        at: &Position<'a>,
        dag: &'a Dag,
        path: &TaskPath,
        index: usize,
        scope: Bindings<'a>,
        ready_at: i64,
    ) -> (Outcome<'a>, Found) {
        let id = self.plan.task_id(path);
        let (outcome, inside) = self.apart(|walk| walk.dag(dag, path, Some(id), &scope, ready_at));
        self.apart(|walk| {
            walk.show_iteration(at, path, index, &outcome, &scope);
            walk.found.join(inside);
            outcome
        })
    }

    fn show_iteration(
        &mut self,
        at: &Position<'a>,
        path: &TaskPath,
        index: usize,
        outcome: &Outcome<'a>,
        scope: &Bindings<'a>,
    ) {
        let place = Position {
            task: at.task,
            path: path.clone(),
            id: self.plan.task_id(path),
            group: Some(at.id),
            depends_on: Vec::new(),
        };
        // Only the item tells iterations apart; the rest stands at the loop.
        let item = at.task.iterator.as_ref().map(|iterator| iterator.item.as_str());
        let inputs = Bindings {
            parameters: scope
                .parameters
                .iter()
                .filter(|(name, _)| Some(**name) == item)
                .map(|(n, v)| (*n, v.clone()))
                .collect(),
            artifacts: scope
                .artifacts
                .iter()
                .filter(|(name, _)| Some(**name) == item)
                .map(|(n, v)| (*n, v.clone()))
                .collect(),
        };
        self.show(&place, TaskKind::Iteration, outcome, u32::from(outcome.begun), &inputs);
        if let Some(view) = self.found.tasks.last_mut() {
            view.task.iteration_index = u32::try_from(index).ok();
            view.task.display_name = format!("{} [{index}]", at.task.display_name);
        }
    }
}

/// A loop's outputs: lists in iteration order. Iterations without the output (a skipped branch) have no entry.
fn collected<'a>(dag: &'a Dag, outcomes: &[Outcome<'a>]) -> Bindings<'a> {
    let mut found = Bindings::default();
    for key in dag.output_parameters.keys() {
        let values =
            outcomes.iter().filter_map(|one| one.outputs.parameters.get(key.as_str())).map(|value| (**value).clone());
        found.parameters.insert(key, Arc::new(Value::Array(values.collect())));
    }
    for key in dag.output_artifacts.keys() {
        let lists = outcomes.iter().filter_map(|one| one.outputs.artifacts.get(key.as_str()));
        found.artifacts.insert(key, Arc::new(lists.flat_map(|list| list.iter().cloned()).collect()));
    }
    found
}

enum Element {
    Value(Arc<Value>),
    Artifact(Arc<Vec<crate::Artifact>>),
}

impl Element {
    fn bind<'a>(&self, item: &'a str, given: &Bindings<'a>) -> Bindings<'a> {
        let mut scope = given.clone();
        match self {
            Self::Value(value) => {
                scope.parameters.insert(item, value.clone());
            }
            Self::Artifact(list) => {
                scope.artifacts.insert(item, list.clone());
            }
        }
        scope
    }
}

fn elements(items: &Items, given: &Bindings<'_>) -> Result<Vec<Element>, String> {
    let values = |list: &[Value]| list.iter().map(|value| Element::Value(Arc::new(value.clone()))).collect();
    match items {
        Items::Raw(list) => Ok(values(list)),
        Items::Parameter(name) => match given.parameters.get(name.as_str()).map(|value| &**value) {
            Some(Value::Array(list)) => Ok(values(list)),
            Some(Value::String(text)) => serde_json::from_str::<Vec<Value>>(text)
                .map(|list| values(&list))
                .map_err(|_| format!("\"{name}\": a value of type STRING that is no JSON list cannot be iterated")),
            Some(other) => {
                Err(format!("\"{name}\": a value of type {} cannot be iterated", crate::values::kind(other)))
            }
            None => Err(format!("\"{name}\" has no value, so there is nothing to iterate")),
        },
        Items::Artifact(name) => Ok(given
            .artifacts
            .get(name.as_str())
            .map(|list| list.iter().map(|one| Element::Artifact(Arc::new(vec![one.clone()]))).collect())
            .unwrap_or_default()),
    }
}
