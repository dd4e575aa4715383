//! A task's inputs, found in its group's inputs and its siblings' outputs.

use crate::{
    cel::Scope,
    ir::{ArtifactInput, Body, Component, DagTask, ParameterSource},
    placeholders::{self, RunNames},
    values,
    walk::{Bindings, Outcome, State},
};
use model::ParameterType;
use serde_json::{Map, Value, json};
use std::{collections::HashMap, sync::Arc};

/// What a task of a group can see.
pub(crate) struct Surroundings<'a, 's> {
    pub(crate) scope: &'s Bindings<'a>,
    pub(crate) positions: &'a HashMap<String, usize>,
    pub(crate) siblings: &'s [Outcome<'a>],
}

impl<'a> Surroundings<'a, '_> {
    fn sibling(&self, name: &str) -> Option<&Outcome<'a>> {
        self.siblings.get(*self.positions.get(name)?)
    }
    /// An input of the group that has a value.
    pub(crate) fn parameter(&self, name: &str) -> Option<Arc<Value>> {
        self.scope.parameters.get(name).filter(|value| !value.is_null()).cloned()
    }
    pub(crate) fn output(&self, task: &str, key: &str) -> Option<Arc<Value>> {
        self.sibling(task)?.outputs.parameters.get(key).filter(|value| !value.is_null()).cloned()
    }
    /// Inputs of the group that were left out on purpose.
    pub(crate) fn is_optional(&self, source: &ParameterSource) -> bool {
        matches!(source, ParameterSource::Component(_))
    }
}

/// The inputs as given, without defaults.
///
/// # Errors
/// Why a required input has no value: a sentence for a person.
pub(crate) fn given<'a>(
    task: &'a DagTask,
    component: &Component,
    around: &Surroundings<'a, '_>,
    names: &RunNames<'_>,
) -> Result<Bindings<'a>, String> {
    let mut found = Bindings::default();
    // A group passes on what it has; whoever needs a value that isn't there says so.
    let group = matches!(component.body, Body::Dag(_));
    let optional = |name: &str| {
        let definition = component.inputs.parameters.get(name);
        group || definition.is_none_or(|definition| definition.optional || definition.default.is_some())
    };
    for (name, input) in &task.parameters {
        let value: Result<Arc<Value>, String> = match &input.source {
            ParameterSource::Constant(Value::Null) => Err("it is null".to_owned()),
            // Constants may speak of the task's other inputs, which have to be known first.
            ParameterSource::Constant(Value::String(text)) if text.contains("{{$") => continue,
            ParameterSource::Constant(value) => Ok(Arc::new(value.clone())),
            ParameterSource::Component(from) => around
                .scope
                .parameters
                .get(from.as_str())
                .filter(|value| !value.is_null())
                .cloned()
                .ok_or_else(|| format!("\"{from}\" has no value here")),
            ParameterSource::TaskOutput(from) => {
                let producer = around.sibling(&from.task);
                match producer.and_then(|producer| producer.outputs.parameters.get(from.key.as_str())) {
                    Some(value) if !value.is_null() => Ok(value.clone()),
                    Some(_) => Err(format!("the output \"{}\" of \"{}\" is null", from.key, from.task)),
                    None => {
                        let reason = missing(&from.task, &from.key, producer);
                        if !task.runs_anyway {
                            return Err(format!("input parameter \"{name}\": {reason}"));
                        }
                        Err(reason)
                    }
                }
            }
            ParameterSource::FinalStatus(from) => Ok(Arc::new(final_status(from, around.sibling(from), names))),
        };
        match value {
            Ok(value) => {
                let value = match &input.selector {
                    None => value,
                    Some(selector) => Arc::new(
                        selector
                            .value(&Selected(&value))
                            .map_err(|error| format!("input parameter \"{name}\": {error}"))?,
                    ),
                };
                if !value.is_null() {
                    found.parameters.insert(name, value);
                }
            }
            Err(_) if optional(name) => {}
            Err(reason) => return Err(format!("input parameter \"{name}\": {reason}")),
        }
    }
    let mut constants = Vec::new();
    for (name, input) in &task.parameters {
        if let ParameterSource::Constant(Value::String(text)) = &input.source
            && text.contains("{{$")
        {
            let lookup = |inner: &str| placeholders::input_parameter(inner, &found).or_else(|| names.get(inner));
            let text = placeholders::substitute(text, &lookup)
                .map_err(|error| format!("input parameter \"{name}\": {error}"))?;
            constants.push((name.as_str(), Arc::new(Value::String(text))));
        }
    }
    found.parameters.extend(constants);
    for (name, input) in &task.artifacts {
        let list = match input {
            ArtifactInput::Component(from) => around
                .scope
                .artifacts
                .get(from.as_str())
                .cloned()
                .ok_or_else(|| format!("\"{from}\" has no value here")),
            ArtifactInput::TaskOutput(from) => {
                let producer = around.sibling(&from.task);
                producer
                    .and_then(|producer| producer.outputs.artifacts.get(from.key.as_str()))
                    .cloned()
                    .ok_or_else(|| missing(&from.task, &from.key, producer))
            }
        };
        match list {
            Ok(list) => {
                found.artifacts.insert(name, list);
            }
            Err(reason) => {
                if !component.inputs.artifacts.get(name).is_none_or(|definition| definition.optional) {
                    return Err(format!("input artifact \"{name}\": {reason}"));
                }
            }
        }
    }
    Ok(found)
}

fn missing(task: &str, key: &str, producer: Option<&Outcome<'_>>) -> String {
    match producer.map(|producer| producer.state) {
        Some(State::Skipped) => format!("\"{task}\" was skipped, so there is no \"{key}\""),
        _ => format!("\"{task}\" has no output \"{key}\""),
    }
}

/// Upstream's names of states, in the shape that the SDK reads.
fn final_status(name: &str, producer: Option<&Outcome<'_>>, names: &RunNames<'_>) -> Value {
    let state = match producer.map(|producer| producer.state) {
        Some(State::Succeeded) => "COMPLETE",
        Some(State::Skipped | State::Omitted | State::Cancelled) => "CANCELED",
        Some(State::Failed) => "FAILED",
        Some(State::Pending | State::Running) | None => "RUNNING",
    };
    let error = match producer {
        Some(Outcome { state: State::Failed, reason: Some(reason), .. }) => json!({ "message": reason }),
        _ => json!({}),
    };
    json!({
        "state": state, "pipelineTaskName": name, "pipelineJobResourceName": names.plan.resource_name(), "error": error,
    })
}

/// Protobuf's Value, as selectors see it.
struct Selected<'v>(&'v Value);

impl Scope for Selected<'_> {
    fn variable(&self, name: &str) -> Option<Value> {
        match name {
            "string_value" => Some(Value::String(values::text(self.0))),
            "number_value" if self.0.is_number() => Some(self.0.clone()),
            "bool_value" if self.0.is_boolean() => Some(self.0.clone()),
            "list_value" if self.0.is_array() => Some(self.0.clone()),
            "struct_value" if self.0.is_object() => Some(self.0.clone()),
            _ => None,
        }
    }
}

/// The inputs of a process, with its component's types and defaults applied.
pub(crate) fn typed<'a>(
    component: &'a Component,
    given: &mut Bindings<'a>,
    is_old: bool,
) -> Result<Bindings<'a>, String> {
    for (name, definition) in &component.inputs.parameters {
        // kfp 1.8 types the items of a loop as text.
        if is_old
            && let Some(value) = given.parameters.get_mut(name.as_str())
            && let Some(text) = value.as_str()
            && let Ok(parsed) = values::parse(definition.parameter_type, text)
        {
            *value = Arc::new(parsed);
        }
        let Some(value) = given.parameters.get_mut(name.as_str()) else {
            if !definition.optional && definition.default.is_none() && !is_provided(definition.parameter_type) {
                return Err(format!("input parameter \"{name}\" has no value"));
            }
            continue;
        };
        match definition.parameter_type {
            Some(ParameterType::String) if !value.is_string() => *value = Arc::new(Value::String(values::text(value))),
            Some(declared) if !values::conforms(declared, value) => {
                return Err(format!(
                    "input parameter \"{name}\" type mismatch: expect {}, got {}",
                    values::type_name(declared),
                    values::kind(value)
                ));
            }
            _ => {}
        }
    }
    for (name, definition) in &component.inputs.artifacts {
        if !definition.optional && !given.artifacts.contains_key(name.as_str()) {
            return Err(format!("input artifact \"{name}\" has no value"));
        }
    }
    let mut effective = given.clone();
    fill(component, &mut effective);
    Ok(effective)
}

const fn is_provided(parameter_type: Option<ParameterType>) -> bool {
    matches!(parameter_type, Some(ParameterType::TaskConfig))
}

/// Defaults where nothing was given; null ones stay out.
pub(crate) fn fill<'a>(component: &'a Component, bindings: &mut Bindings<'a>) {
    for (name, definition) in &component.inputs.parameters {
        if bindings.parameters.contains_key(name.as_str()) {
            continue;
        }
        if let Some(default) = definition.default.as_ref().filter(|default| !default.is_null()) {
            bindings.parameters.insert(name, Arc::new(default.clone()));
        } else if is_provided(definition.parameter_type) {
            bindings.parameters.insert(name, Arc::new(Value::Object(Map::new())));
        }
    }
}

/// ExecutorInput as a condition sees it.
pub(crate) struct Trigger<'b, 'a>(pub(crate) &'b Bindings<'a>);

impl Scope for Trigger<'_, '_> {
    fn variable(&self, name: &str) -> Option<Value> {
        if name != "inputs" {
            return None;
        }
        let mut plain = Map::new();
        let mut typed = Map::new();
        for (name, value) in &self.0.parameters {
            plain.insert((*name).to_owned(), (**value).clone());
            let mut one = Map::new();
            one.insert("string_value".to_owned(), Value::String(values::text(value)));
            if value.is_number() {
                one.insert("int_value".to_owned(), (**value).clone());
                one.insert("double_value".to_owned(), (**value).clone());
            }
            typed.insert((*name).to_owned(), Value::Object(one));
        }
        let mut artifacts = Map::new();
        for (name, list) in &self.0.artifacts {
            let list: Vec<Value> = list.iter().map(placeholders::artifact_json).collect();
            artifacts.insert((*name).to_owned(), json!({ "artifacts": list }));
        }
        Some(
            json!({ "parameter_values": plain, "parameterValues": plain, "parameters": typed, "artifacts": artifacts }),
        )
    }
}
