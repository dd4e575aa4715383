//! v1 pipelines (Argo Workflows, as kfp 1.x compiles them), rewritten as the IR, so that one interpreter runs both.
//!
//! Every value is text. A template becomes a component; what a task's arguments speak of becomes hidden inputs of the
//! task, and the arguments constants with placeholders; a task with items becomes a loop around a group of its own.

mod container;
mod tags;
mod tasks;

use crate::SpecError;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(crate) fn is_workflow(document: &Value) -> bool {
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
    text("apiVersion").starts_with("argoproj.io/") && text("kind") == "Workflow"
}

/// The IR and the platform spec.
///
/// # Errors
/// What cannot be run here, or is no workflow, by its place.
pub(crate) fn translate(document: &Value) -> Result<(Value, Value), SpecError> {
    if document.pointer("/metadata/labels/pipelines.kubeflow.org~1v2_pipeline").is_some() {
        return Err(SpecError::new(
            "this pipeline was compiled by kfp 1.8 in its v2-compatible mode, which cannot be run here: compile it with kfp 2, or in kfp 1.8's own mode",
        ));
    }
    let spec = document.get("spec").ok_or_else(|| SpecError::new("spec: is missing"))?;
    let name = name_of(document);
    let templates: BTreeMap<&str, &Value> = list(spec, "templates")
        .iter()
        .filter_map(|template| Some((template.get("name")?.as_str()?, template)))
        .collect();
    let entry = text(spec, "entrypoint").ok_or_else(|| SpecError::new("spec.entrypoint: is missing"))?;
    let mut workflow = Workflow { templates, parts: Parts::default(), volumes: list(spec, "volumes").to_vec() };
    for (name, template) in workflow.templates.clone() {
        workflow.template(name, template)?;
    }
    let parameters: Map<String, Value> = list(spec.get("arguments").unwrap_or(&Value::Null), "parameters")
        .iter()
        .filter_map(|parameter| {
            let mut definition = json!({"parameterType": "STRING"});
            if let Some(value) = parameter.get("value").filter(|value| !value.is_null()) {
                definition["defaultValue"] = json!(crate::values::text(value));
            }
            Some((text(parameter, "name")?.to_owned(), definition))
        })
        .collect();
    let root = workflow.root(entry, text(spec, "onExit"), &parameters)?;
    let Parts { components, executors, platform } = workflow.parts;
    let mut config = json!({});
    if let Some(seconds) = spec.get("activeDeadlineSeconds").filter(|seconds| !seconds.is_null()) {
        config["activeDeadlineSeconds"] = seconds.clone();
    }
    let ir = json!({
        "pipelineInfo": {"name": name}, "schemaVersion": "2.1.0", "sdkVersion": "argo",
        "components": components, "deploymentSpec": {"executors": executors}, "root": root,
    });
    let platform =
        json!({"platforms": {"kubernetes": {"deploymentSpec": {"executors": platform}, "pipelineConfig": config}}});
    Ok((ir, platform))
}

/// The SDK's own name of the pipeline, or the workflow's without its dash.
fn name_of(document: &Value) -> String {
    let annotation = document.pointer("/metadata/annotations/pipelines.kubeflow.org~1pipeline_spec");
    let described: Option<Value> = annotation.and_then(Value::as_str).and_then(|text| serde_json::from_str(text).ok());
    let own = described.as_ref().and_then(|spec| text(spec, "name")).map(str::to_owned);
    let metadata = document.get("metadata").unwrap_or(&Value::Null);
    let generated =
        text(metadata, "generateName").or_else(|| text(metadata, "name")).map(|name| name.trim_end_matches('-'));
    let name = own.or_else(|| generated.map(str::to_owned)).unwrap_or_default();
    // It becomes a part of paths.
    let plain: String = name.chars().map(|c| if c == '/' || c.is_control() { '-' } else { c }).take(200).collect();
    if plain.chars().any(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) { plain } else { "workflow".to_owned() }
}

#[derive(Default)]
struct Parts {
    components: Map<String, Value>,
    executors: Map<String, Value>,
    platform: Map<String, Value>,
}

struct Workflow<'d> {
    templates: BTreeMap<&'d str, &'d Value>,
    parts: Parts,
    volumes: Vec<Value>,
}

impl Workflow<'_> {
    fn template(&mut self, name: &str, template: &Value) -> Result<(), SpecError> {
        let place = format!("spec.templates[\"{name}\"]");
        let mut component = json!({"inputDefinitions": {"parameters": {}, "artifacts": {}}});
        for input in list(template.get("inputs").unwrap_or(&Value::Null), "parameters") {
            let input_name = required(input, "name", &place)?;
            let mut definition = json!({"parameterType": "STRING"});
            if let Some(value) = input.get("value").filter(|value| !value.is_null()) {
                definition["defaultValue"] = json!(crate::values::text(value));
            }
            component["inputDefinitions"]["parameters"][input_name] = definition;
        }
        if let Some(dag) = template.get("dag") {
            component["dag"] = self.dag(dag, template, &place)?;
            self.group_outputs(&mut component, template, &place)?;
        } else if let Some(container) = template.get("container") {
            self.container(name, container, template, &mut component, &place)?;
        } else {
            let kind = ["resource", "script", "steps", "suspend", "http", "plugin", "containerSet", "data"];
            let kind = kind.into_iter().find(|kind| template.get(*kind).is_some()).unwrap_or("template without a body");
            return Err(SpecError(format!(
                "{place}: a {kind} needs Kubernetes with Argo; here containers and dags run"
            )));
        }
        self.parts.components.insert(name.to_owned(), component);
        Ok(())
    }

    /// The pipeline around its entry: the exit handler's group, if there is one.
    fn root(&mut self, entry: &str, exit: Option<&str>, parameters: &Map<String, Value>) -> Result<Value, SpecError> {
        let main = self
            .templates
            .get(entry)
            .ok_or_else(|| SpecError(format!("spec.entrypoint: there is no template \"{entry}\"")))?;
        let inputs = |template: &Value| -> Map<String, Value> {
            list(template.get("inputs").unwrap_or(&Value::Null), "parameters")
                .iter()
                .filter_map(|input| text(input, "name"))
                .filter(|name| parameters.contains_key(*name))
                .map(|name| (name.to_owned(), json!({"componentInputParameter": name})))
                .collect()
        };
        let mut tasks = Map::new();
        tasks
            .insert(entry.to_owned(), json!({"componentRef": {"name": entry}, "inputs": {"parameters": inputs(main)}}));
        if let Some(exit) = exit {
            let template = self
                .templates
                .get(exit)
                .ok_or_else(|| SpecError(format!("spec.onExit: there is no template \"{exit}\"")))?;
            let mut given = inputs(template);
            given.insert(tags::STATUS.to_owned(), json!({"taskFinalStatus": {"producerTask": entry}}));
            tasks.insert(
                "onExit".to_owned(),
                json!({"componentRef": {"name": exit}, "dependentTasks": [entry], "inputs": {"parameters": given},
                       "taskInfo": {"name": exit}, "triggerPolicy": {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"}}),
            );
            if let Some(component) = self.parts.components.get_mut(exit) {
                component["inputDefinitions"]["parameters"][tags::STATUS] =
                    json!({"parameterType": "TASK_FINAL_STATUS", "isOptional": true});
            }
        }
        Ok(json!({"dag": {"tasks": tasks}, "inputDefinitions": {"parameters": parameters}}))
    }
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}

fn required<'v>(value: &'v Value, name: &str, place: &str) -> Result<&'v str, SpecError> {
    text(value, name).ok_or_else(|| SpecError(format!("{place}: {name} is missing")))
}
