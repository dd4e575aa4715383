//! `{{$...}}` in arguments, and the structured arguments IfPresent and Concat. One pass: what a value contains is never
//! read as a placeholder again.

use crate::{Artifact, BoundArtifact, OutputParameter};
use crate::{Plan, values, walk::Bindings};
use model::TaskId;
use serde_json::Value;
use std::collections::BTreeMap;

/// Where steps find the run's shared directory.
pub(crate) const WORKSPACE: &str = "/kfp-workspace";

/// Replaces every placeholder that `lookup` knows; the rest stays as it is.
///
/// # Errors
/// A result beyond [`values::MAX_TEXT`].
pub(crate) fn substitute(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{$") {
        let (before, from) = rest.split_at(start);
        result.push_str(before);
        let Some(end) = from.find("}}") else {
            rest = from;
            break;
        };
        let inner = from.get(3..end).unwrap_or_default();
        match escaped(inner, lookup) {
            Some(value) => {
                result.push_str(&value);
                rest = &from[end + 2..];
            }
            None => {
                result.push_str("{{$");
                rest = &from[3..];
            }
        }
        if result.len() > values::MAX_TEXT {
            return Err(format!("a value grows beyond {} bytes", values::MAX_TEXT));
        }
    }
    result.push_str(rest);
    if result.len() > values::MAX_TEXT {
        Err(format!("a value grows beyond {} bytes", values::MAX_TEXT))
    } else {
        Ok(result)
    }
}

/// Vertex's `.json_escape[n]`: the value escaped as the inside of a JSON string, n times.
fn escaped(inner: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let Some((plain, count)) = inner.strip_suffix(']').and_then(|text| text.rsplit_once(".json_escape[")) else {
        return lookup(inner);
    };
    let count: u32 = count.parse().ok().filter(|count| *count <= 4)?;
    let mut value = lookup(plain)?;
    for _ in 0..count {
        let quoted = Value::String(value).to_string();
        value = quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned();
    }
    Some(value)
}

/// `['name']` or `["name"]` after `prefix`: the name and what follows.
fn named<'t>(text: &'t str, prefix: &str) -> Option<(&'t str, &'t str)> {
    let rest = text.strip_prefix(prefix)?.strip_prefix('[')?;
    let (quote, close) = if rest.starts_with('\'') { ('\'', "']") } else { ('"', "\"]") };
    let rest = rest.strip_prefix(quote)?;
    let end = rest.find(close)?;
    Some((&rest[..end], &rest[end + 2..]))
}

/// The run's own facts, known in constants and in arguments.
pub(crate) struct RunNames<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) task_name: &'a str,
    pub(crate) group: TaskId,
}

impl RunNames<'_> {
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let run = self.plan.run();
        Some(match name {
            ".pipeline_job_name" => run.run_name.clone(),
            ".pipeline_job_resource_name" => self.plan.resource_name(),
            ".pipeline_job_uuid" => run.run_id.to_string(),
            ".pipeline_task_name" => self.task_name.to_owned(),
            ".pipeline_task_uuid" => self.group.to_string(),
            ".pipeline_job_create_time_utc" => run.created_at.to_rfc3339(),
            ".pipeline_job_schedule_time_utc" => run.scheduled_at.to_rfc3339(),
            ".pipeline_root" => crate::locations::root(&run.pipeline_root).to_owned(),
            ".workspace_path" => WORKSPACE.to_owned(),
            _ => return None,
        })
    }
}

/// `.inputs.parameters['x']` alone: what importers, resources and constants may contain.
pub(crate) fn input_parameter(name: &str, parameters: &Bindings<'_>) -> Option<String> {
    let (key, rest) = named(name, ".inputs.parameters")?;
    if rest.is_empty() {
        Some(parameters.parameters.get(key).map(|value| values::text(value)).unwrap_or_default())
    } else {
        None
    }
}

/// All that a step's arguments can speak of.
pub(crate) struct StepValues<'a> {
    /// As given, without the component's defaults: what IfPresent asks for.
    pub(crate) given: &'a Bindings<'a>,
    pub(crate) effective: &'a Bindings<'a>,
    pub(crate) input_artifacts: &'a [BoundArtifact],
    pub(crate) output_artifacts: &'a [BoundArtifact],
    pub(crate) output_parameters: &'a BTreeMap<String, OutputParameter>,
    pub(crate) executor_input: &'a str,
    pub(crate) executor_output_file: &'a str,
    pub(crate) names: &'a RunNames<'a>,
}

impl StepValues<'_> {
    fn lookup(&self, inner: &str) -> Option<String> {
        if inner.is_empty() {
            return Some(self.executor_input.to_owned());
        }
        if let Some(text) = input_parameter(inner, self.effective) {
            return Some(text);
        }
        if inner == ".argo.workflow_status" {
            let status = self.effective.parameters.get("workflow-status");
            return Some(match status.and_then(|status| status.get("state")).and_then(Value::as_str) {
                Some("COMPLETE") => "Succeeded".to_owned(),
                Some("FAILED") => "Failed".to_owned(),
                _ => "Error".to_owned(),
            });
        }
        if matches!(inner, ".outputs.output_file" | ".outputMetadataUri") {
            return Some(self.executor_output_file.to_owned());
        }
        if let Some((name, rest)) = named(inner, ".outputs.parameters") {
            return (rest == ".output_file")
                .then(|| self.output_parameters.get(name).map(|output| output.file.clone()))
                .flatten();
        }
        if let Some((name, rest)) = named(inner, ".inputs.artifacts") {
            if rest.is_empty() {
                let list: Vec<Value> = self
                    .input_artifacts
                    .iter()
                    .filter(|one| one.key == name)
                    .map(|one| artifact_json(&one.artifact))
                    .collect();
                return serde_json::to_string(&list).ok();
            }
            // An optional artifact that isn't there has no URI and no path.
            return match self.input_artifacts.iter().find(|one| one.key == name) {
                Some(one) => part(one, rest),
                None => Some(String::new()),
            };
        }
        if let Some((name, rest)) = named(inner, ".outputs.artifacts") {
            return self.output_artifacts.iter().find(|one| one.key == name).and_then(|one| part(one, rest));
        }
        self.names.get(inner)
    }

    pub(crate) fn text(&self, text: &str) -> Result<String, String> {
        substitute(text, &|inner| self.lookup(inner))
    }

    /// One entry of `command` or `args`: none, one or several arguments.
    pub(crate) fn argument(&self, text: &str) -> Result<Vec<String>, String> {
        let start = text.trim_start();
        let structured = start.starts_with("{\"IfPresent\":") || start.starts_with("{\"Concat\":");
        if structured && let Ok(structure) = serde_json::from_str::<Value>(start) {
            return self.structured(&structure);
        }
        Ok(vec![self.text(text)?])
    }

    fn structured(&self, node: &Value) -> Result<Vec<String>, String> {
        match node {
            Value::String(text) => Ok(vec![self.text(text)?]),
            Value::Array(parts) => {
                let mut all = Vec::new();
                for part in parts {
                    all.extend(self.structured(part)?);
                }
                Ok(all)
            }
            Value::Object(map) => {
                if let Some(parts) = map.get("Concat") {
                    let text = self.structured(parts)?.concat();
                    return if text.len() > values::MAX_TEXT {
                        Err("a Concat grows too large".to_owned())
                    } else {
                        Ok(vec![text])
                    };
                }
                let Some(choice) = map.get("IfPresent") else {
                    return Err(format!("expected Concat or IfPresent in an argument, got {node}"));
                };
                let name = choice.get("InputName").and_then(Value::as_str).ok_or("IfPresent: InputName is missing")?;
                let present = self.given.parameters.contains_key(name) || self.given.artifacts.contains_key(name);
                let branch = if present { "Then" } else { "Else" };
                choice
                    .get(branch)
                    .filter(|branch| !branch.is_null())
                    .map_or(Ok(Vec::new()), |branch| self.structured(branch))
            }
            other => Ok(vec![values::text(other)]),
        }
    }
}

fn part(bound: &BoundArtifact, which: &str) -> Option<String> {
    let metadata = |key: &str| bound.artifact.metadata.get(key).map(values::text).unwrap_or_default();
    Some(match which {
        ".uri" => bound.artifact.uri.clone(),
        ".path" => bound.path.clone(),
        ".name" => bound.artifact.name.clone(),
        ".metadata" => Value::Object(bound.artifact.metadata.clone()).to_string(),
        other => match (named(other, ".metadata"), named(other, ".properties")) {
            (Some((key, "")), _) | (_, Some((key, ""))) => metadata(key),
            _ => return None,
        },
    })
}

/// ExecutorInput's RuntimeArtifact.
pub(crate) fn artifact_json(artifact: &Artifact) -> Value {
    let mut schema = serde_json::Map::new();
    if !artifact.type_title.is_empty() {
        schema.insert(
            crate::ir::TypeSchema::field(&artifact.type_title).to_owned(),
            Value::from(artifact.type_title.as_str()),
        );
    }
    if !artifact.type_version.is_empty() {
        schema.insert("schemaVersion".to_owned(), Value::from(artifact.type_version.as_str()));
    }
    let mut json = serde_json::json!({
        "name": artifact.name, "type": schema, "uri": artifact.uri, "metadata": artifact.metadata,
    });
    if let (Some(path), Some(map)) = (&artifact.custom_path, json.as_object_mut()) {
        map.insert("customPath".to_owned(), Value::from(path.as_str()));
    }
    json
}
