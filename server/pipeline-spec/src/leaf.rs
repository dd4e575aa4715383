//! Steps (processes) and importers.

use crate::{
    Artifact, Attempt, Ended, StepFact, StepResult,
    group::next_attempt,
    inputs::{self, Surroundings},
    ir::{Component, Container, Importer, ImporterUri},
    placeholders::{self, RunNames},
    step, values,
    walk::{Bindings, MAX_ORDERS, Outcome, Position, State, Walk},
};
use model::TaskKind;
use serde_json::{Map, Value};
use std::sync::Arc;

impl<'a> Walk<'a> {
    #[expect(clippy::too_many_arguments, reason = "a step's whole surroundings, known only to the one caller")]
    pub(crate) fn container(
        &mut self,
        at: &Position<'a>,
        component: &'a Component,
        executor: &str,
        container: &Container,
        mut given: Bindings<'a>,
        around: &Surroundings<'a, '_>,
        names: &RunNames<'_>,
        ready_at: i64,
    ) -> Outcome<'a> {
        let effective = match inputs::typed(component, &mut given, self.plan.ir().is_old) {
            Ok(effective) => effective,
            Err(reason) => return self.fail(at, TaskKind::Container, ready_at, reason, &given),
        };
        let attempts = self.facts.steps.get(&at.path).map(|fact| fact.attempts.as_slice()).unwrap_or_default();
        let (mut outcome, wanted) = self.stand(at, attempts, ready_at);
        if wanted && self.orders < MAX_ORDERS {
            let attempt = u32::try_from(attempts.len()).unwrap_or(u32::MAX);
            let pod = container.kubernetes.resolve(at, around, names);
            let order = pod.and_then(|pod| {
                step::order(at, component, executor, container, attempt, &given, &effective, pod, names)
            });
            match order {
                Ok(order) => {
                    self.orders += 1;
                    self.found.start.push(order);
                }
                Err(reason) => {
                    let ended_at = outcome.ended_at.max(ready_at);
                    outcome = Outcome { state: State::Failed, ended_at, reason: Some(reason), ..outcome };
                }
            }
        }
        self.show(at, TaskKind::Container, &outcome, u32::try_from(attempts.len()).unwrap_or(u32::MAX), &effective);
        self.note_failure(at, &outcome);
        outcome
    }

    /// How a step stands by its attempts, and whether the next one is wanted now.
    fn stand(&mut self, at: &Position<'a>, attempts: &'a [Attempt], ready_at: i64) -> (Outcome<'a>, bool) {
        let cancel = self.cancel;
        let mut outcome = Outcome {
            ready_at,
            started_at: attempts.first().map(|first| first.started_at_millis),
            ..Outcome::default()
        };
        let Some(last) = attempts.last() else {
            if cancel {
                let reason = format!("{} before it started", self.why_cancelled());
                return (Outcome::derived(State::Cancelled, ready_at, Some(reason)), false);
            }
            return (outcome, true);
        };
        outcome.begun = true;
        outcome.state = State::Running;
        let Some(Ended { at_millis, result }) = &last.ended else {
            if cancel {
                self.found.stop.push(at.path.clone());
            }
            return (outcome, false);
        };
        outcome.ended_at = *at_millis;
        match result {
            StepResult::Succeeded(outputs) | StepResult::Cached(outputs, _) => {
                outcome.state = State::Succeeded;
                if let StepResult::Cached(_, from) = result {
                    outcome.cached = true;
                    outcome.reason = Some(from.sentence());
                }
                outcome.outputs = Bindings {
                    parameters: outputs
                        .parameters
                        .iter()
                        .map(|(name, value)| (name.as_str(), Arc::new(value.clone())))
                        .collect(),
                    artifacts: outputs
                        .artifacts
                        .iter()
                        .map(|(name, list)| (name.as_str(), Arc::new(list.clone())))
                        .collect(),
                };
            }
            StepResult::Cancelled => {
                outcome.state = if cancel { State::Cancelled } else { State::Failed };
                outcome.reason = Some(if cancel {
                    format!("the step was stopped, as {}", self.why_cancelled())
                } else {
                    "the step was stopped".to_owned()
                });
            }
            StepResult::Failed(reason) => {
                let first = outcome.started_at.unwrap_or(ready_at);
                let made = attempts.len();
                let most = at.task.retry.as_ref().map_or(1, |retry| retry.max_retries.saturating_add(1));
                let due = next_attempt(at.task.retry.as_ref(), attempts.len(), first, *at_millis)
                    .filter(|_| reason.is_retried());
                match due {
                    Some(_) if cancel => {
                        outcome.state = State::Cancelled;
                        outcome.reason = Some(format!("{reason}; {} before the next attempt", self.why_cancelled()));
                    }
                    Some(due) if due <= self.now => {
                        outcome.reason = Some(format!("{reason}; tries again ({} of {})", made + 1, most));
                        return (outcome, true);
                    }
                    Some(due) => {
                        outcome.reason = Some(format!("{reason}; waits to try again ({} of {})", made + 1, most));
                        self.found.wake(due);
                    }
                    None => {
                        outcome.state = State::Failed;
                        outcome.reason = Some(told(attempts, &reason.to_string()));
                    }
                }
            }
        }
        (outcome, false)
    }

    /// An importer has no process: its artifact follows from its inputs.
    pub(crate) fn import(
        &mut self,
        at: &Position<'a>,
        component: &'a Component,
        importer: &Importer,
        mut given: Bindings<'a>,
        ready_at: i64,
    ) -> Outcome<'a> {
        let effective = match inputs::typed(component, &mut given, self.plan.ir().is_old) {
            Ok(effective) => effective,
            Err(reason) => return self.fail(at, TaskKind::Importer, ready_at, reason, &given),
        };
        let imported = match imported(importer, &effective) {
            Ok(imported) => imported,
            Err(reason) => return self.fail(at, TaskKind::Importer, ready_at, reason, &effective),
        };
        let mut outcome = Outcome::derived(State::Succeeded, ready_at, None);
        for name in component.output_artifacts.keys() {
            let artifact = Artifact { name: name.clone(), ..imported.clone() };
            outcome.outputs.artifacts.insert(name, Arc::new(vec![artifact]));
        }
        self.show(at, TaskKind::Importer, &outcome, 0, &effective);
        outcome
    }
}

/// The reason of every attempt, where there were several.
fn told(attempts: &[Attempt], last: &str) -> String {
    let [earlier @ .., _] = attempts else { return last.to_owned() };
    let mut different: Vec<String> = Vec::new();
    for (number, attempt) in (1..).zip(earlier) {
        let Some(Ended { result: StepResult::Failed(reason), .. }) = &attempt.ended else { continue };
        let reason = reason.to_string();
        if reason != last {
            different.push(format!("attempt {number}: {reason}"));
        }
    }
    match (earlier.len(), different.is_empty()) {
        (0, _) => last.to_owned(),
        (more, true) => format!("{last} (in all {} attempts)", more + 1),
        (more, false) => format!("{last} (attempt {} of {}; {})", more + 1, more + 1, different.join("; ")),
    }
}

fn imported(importer: &Importer, inputs: &Bindings<'_>) -> Result<Artifact, String> {
    let lookup = |inner: &str| placeholders::input_parameter(inner, inputs);
    let uri = match &importer.uri {
        ImporterUri::Constant(text) => placeholders::substitute(text, &lookup)?,
        ImporterUri::Input(name) => {
            let value = inputs
                .parameters
                .get(name.as_str())
                .ok_or_else(|| format!("input parameter \"{name}\" has no value"))?;
            values::text(value)
        }
    };
    let known = ["gs://", "s3://", "minio://"].iter().any(|scheme| uri.starts_with(scheme));
    let model_image = uri.starts_with("oci://") && importer.schema.text == "system.Model";
    if !known && !model_image {
        return Err(format!(
            "cannot import \"{uri}\": expected a gs://, s3:// or minio:// URI, or oci:// for a system.Model"
        ));
    }
    let metadata = match resolved(&importer.metadata, &lookup)? {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    Ok(Artifact {
        name: String::new(),
        type_title: importer.schema.text.clone(),
        type_version: importer.schema.version.clone(),
        uri,
        metadata,
        custom_path: None,
    })
}

/// Placeholders in every string, keys of objects too. The document's depth is bounded by its parser.
fn resolved(value: &Value, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => Value::String(placeholders::substitute(text, lookup)?),
        Value::Array(items) => Value::Array(items.iter().map(|item| resolved(item, lookup)).collect::<Result<_, _>>()?),
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(key, value)| Ok((placeholders::substitute(key, lookup)?, resolved(value, lookup)?)))
                .collect::<Result<_, String>>()?,
        ),
        other => values::normalised(other),
    })
}

impl StepFact {
    /// Whether an attempt is open.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.attempts.last().is_some_and(|attempt| attempt.ended.is_none())
    }
}
