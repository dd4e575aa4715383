//! A run as the Argo workflow that v1beta1's clients and UI read: its graph is in the nodes of its status.

use super::run::{status, text};
use model::{Run, RunState, Task, TaskId, TaskKind, TaskState, Timestamp};
use serde_json::{Map, Value, json};

/// `spec` is the definition: of a v1 workflow its own `spec` stays, of a v2 definition an outline is told.
#[must_use]
pub fn workflow(run: &Run, spec: &Value, tasks: &[Task]) -> Value {
    let base: String = run.pipeline_name.chars().take(200).collect();
    let base = if base.is_empty() { "workflow".to_owned() } else { base };
    let name = format!("{base}-{}", &run.id.to_string()[..8]);
    let mut nodes = Map::new();
    nodes.insert(name.clone(), root(run, &name, tasks));
    for task in tasks {
        nodes.insert(task.id.to_string(), node(task, &name, tasks));
    }
    let mut status_of_run =
        json!({ "phase": phase(run.state), "startedAt": moment(Some(run.created_at)), "nodes": nodes });
    if let Some(finished) = run.finished_at {
        status_of_run["finishedAt"] = moment(Some(finished));
    }
    if let Some(error) = &run.error {
        status_of_run["message"] = error.as_str().into();
    }
    json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {
            "name": name,
            "generateName": format!("{base}-"),
            "namespace": run.namespace,
            "uid": run.id,
            "creationTimestamp": moment(Some(run.created_at)),
            "labels": { "pipeline/runid": run.id },
            "annotations": { "pipelines.kubeflow.org/run_name": run.display_name },
        },
        "spec": spec_of(run, spec, tasks),
        "status": status_of_run,
    })
}

fn spec_of(run: &Run, spec: &Value, tasks: &[Task]) -> Value {
    let given = |(name, value): (&String, &Value)| json!({ "name": name, "value": text(value) });
    let parameters = &run.runtime_config.parameters;
    let mut told = match spec.get("spec").filter(|_| spec.get("apiVersion").is_some()) {
        Some(workflow) => workflow.clone(),
        None => {
            let mut names: Vec<&str> = tasks.iter().map(|task| task.component.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            let templates: Vec<_> = names.into_iter().map(|name| json!({ "name": name })).collect();
            json!({ "entrypoint": run.pipeline_name, "templates": templates })
        }
    };
    let defaults = told.pointer("/arguments/parameters").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_given = |argument: &Value| argument["name"].as_str().is_some_and(|name| parameters.contains_key(name));
    let kept = defaults.into_iter().filter(|argument| !is_given(argument));
    let all: Vec<Value> = parameters.iter().map(given).chain(kept).collect();
    if let Some(told) = told.as_object_mut() {
        told.insert("arguments".to_owned(), json!({ "parameters": all }));
        told.insert("serviceAccountName".to_owned(), run.service_account.as_str().into());
    }
    told
}

fn root(run: &Run, name: &str, tasks: &[Task]) -> Value {
    json!({
        "id": name,
        "name": name,
        "displayName": run.display_name,
        "type": "DAG",
        "phase": phase(run.state),
        "startedAt": moment(Some(run.created_at)),
        "finishedAt": moment(run.finished_at),
        "children": first_of(None, tasks),
    })
}

fn node(task: &Task, workflow: &str, tasks: &[Task]) -> Value {
    let after = tasks.iter().filter(|other| other.depends_on.contains(&task.id)).map(|other| other.id.to_string());
    let children: Vec<String> = first_of(Some(task.id), tasks).into_iter().chain(after).collect();
    let mut node = json!({
        "id": task.id,
        "name": format!("{workflow}.{}", task.name),
        "displayName": task.display_name,
        "type": match task.kind {
            TaskKind::Container | TaskKind::Importer => "Pod",
            TaskKind::Dag => "DAG",
            _ => "TaskGroup",
        },
        "templateName": task.component,
        "phase": match task.state {
            TaskState::Pending => "Pending",
            TaskState::Running => "Running",
            TaskState::Succeeded | TaskState::Cached => "Succeeded",
            TaskState::Skipped => "Skipped",
            TaskState::Failed | TaskState::Canceled => "Failed",
        },
        "boundaryID": task.parent.map_or_else(|| workflow.to_owned(), |parent| parent.to_string()),
        "startedAt": moment(task.started_at),
        "finishedAt": moment(task.finished_at),
        "children": children,
        "inputs": values(&task.inputs),
        "outputs": values(&task.outputs),
    });
    if let Some(reason) = &task.reason {
        node["message"] = reason.as_str().into();
    }
    node
}

/// The tasks directly below that wait for no sibling.
fn first_of(parent: Option<TaskId>, tasks: &[Task]) -> Vec<String> {
    let first = tasks.iter().filter(|task| task.parent == parent && task.depends_on.is_empty());
    first.map(|task| task.id.to_string()).collect()
}

fn values(side: &Value) -> Value {
    let named = |what: &str| side.get(what).and_then(Value::as_object).into_iter().flatten();
    let parameters: Vec<_> =
        named("parameters").map(|(name, value)| json!({ "name": name, "value": text(value) })).collect();
    let artifacts: Vec<_> = named("artifacts")
        .map(|(name, list)| {
            let uri = list.get(0).and_then(|artifact| artifact.get("uri")).and_then(Value::as_str).unwrap_or_default();
            let key = uri.strip_prefix("minio://mlpipeline/");
            key.map_or_else(
                || json!({ "name": name }),
                |key| json!({ "name": name, "s3": { "bucket": "mlpipeline", "key": key } }),
            )
        })
        .collect();
    json!({ "parameters": parameters, "artifacts": artifacts })
}

/// Argo's word: a run that is being ended still runs there.
const fn phase(state: RunState) -> &'static str {
    match state {
        RunState::Canceling => "Running",
        other => status(other),
    }
}

fn moment(time: Option<Timestamp>) -> Value {
    time.map_or(Value::Null, |time| time.to_rfc3339().into())
}
