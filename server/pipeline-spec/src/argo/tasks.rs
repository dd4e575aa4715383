//! Groups of tasks: arguments, conditions, loops.

use super::{
    Workflow, list, required,
    tags::{Finder, Inputs, artifact},
    text,
};
use crate::SpecError;
use serde_json::{Map, Value, json};

/// The input of a loop's own group that holds the item, and the one of its task that holds the items.
const ITEM: &str = "item";
const ITEMS: &str = "items";

impl Workflow<'_> {
    pub(super) fn dag(&mut self, dag: &Value, template: &Value, place: &str) -> Result<Value, SpecError> {
        let group = required(template, "name", place)?;
        let mut tasks = Map::new();
        for task in list(dag, "tasks") {
            let name = required(task, "name", place)?;
            let place = format!("{place}.dag.tasks[\"{name}\"]");
            let translated = if task.get("withItems").is_some() || task.get("withParam").is_some() {
                self.looped(group, name, task, &place)?
            } else {
                let mut finder = Finder { item: None, outer: None };
                self.plain(task, &mut finder, &mut Map::new(), &place)?
            };
            tasks.insert(name.to_owned(), with_dependencies(translated, task, &place)?);
        }
        Ok(json!({"tasks": tasks}))
    }

    /// A task without items. `outer_artifacts` are handed in where it stands in a loop's own group.
    fn plain(
        &mut self,
        task: &Value,
        finder: &mut Finder<'_>,
        outer_artifacts: &mut Map<String, Value>,
        place: &str,
    ) -> Result<Value, SpecError> {
        let wrong = |message: String| SpecError(format!("{place}: {message}"));
        let template = required(task, "template", place)?;
        let Some(body) = self.templates.get(template) else {
            return Err(wrong(format!("there is no template \"{template}\"")));
        };
        let arguments = task.get("arguments").unwrap_or(&Value::Null);
        let mut inputs = Inputs::default();
        for argument in list(arguments, "parameters") {
            let value = argument.get("value").map(crate::values::text).unwrap_or_default();
            inputs.bind(required(argument, "name", place)?, &value, finder).map_err(wrong)?;
        }
        let mut artifacts = Map::new();
        for argument in list(arguments, "artifacts") {
            let name = required(argument, "name", place)?;
            let from = text(argument, "from").and_then(artifact);
            let mut source =
                from.ok_or_else(|| wrong(format!("the artifact {name}: expected from: {{{{tasks...}}}}")))?;
            if finder.outer.is_some() {
                let hidden = format!("from-{name}");
                outer_artifacts.insert(hidden.clone(), source);
                source = json!({"componentInputArtifact": hidden});
            }
            artifacts.insert(name.to_owned(), source);
        }
        let mut translated = json!({
            "componentRef": {"name": template}, "taskInfo": {"name": display_name(body, task)},
        });
        if let Some(when) = text(task, "when") {
            let condition =
                condition(when, &mut inputs, finder).map_err(|message| wrong(format!("when: {message}")))?;
            translated["triggerPolicy"] = json!({"condition": condition});
        }
        if let Some(retry) = body.get("retryStrategy") {
            translated["retryPolicy"] = retry_policy(retry);
        }
        translated["inputs"] = json!({"parameters": inputs.parameters, "artifacts": artifacts});
        Ok(translated)
    }

    /// A loop around a group of its own that holds nothing but the task.
    fn looped(&mut self, group: &str, name: &str, task: &Value, place: &str) -> Result<Value, SpecError> {
        let wrong = |message: String| SpecError(format!("{place}: {message}"));
        let mut outer = Inputs::default();
        let mut outer_artifacts = Map::new();
        let inner = {
            let mut finder = Finder { item: Some(ITEM), outer: Some(&mut outer) };
            self.plain(task, &mut finder, &mut outer_artifacts, place)?
        };
        let items = match task.get("withItems") {
            Some(items) => json!({"raw": items.to_string()}),
            None => {
                let text = task.get("withParam").map(crate::values::text).unwrap_or_default();
                outer.bind(ITEMS, &text, &mut Finder { item: None, outer: None }).map_err(wrong)?;
                json!({"inputParameter": ITEMS})
            }
        };
        let parameters: Map<String, Value> = outer
            .parameters
            .keys()
            .map(|name| (name.clone(), json!({"parameterType": "STRING", "isOptional": true})))
            .chain([(ITEM.to_owned(), json!({"parameterType": "STRING", "isOptional": true}))])
            .collect();
        let artifacts: Map<String, Value> = outer_artifacts
            .keys()
            .map(|name| (name.clone(), json!({"artifactType": {"schemaTitle": "system.Artifact"}, "isOptional": true})))
            .collect();
        let component = format!("{group}.{name}.item");
        let mut tasks = Map::new();
        let template = inner["componentRef"]["name"].as_str().unwrap_or(name).to_owned();
        tasks.insert(name.to_owned(), inner);
        self.parts.components.insert(
            component.clone(),
            json!({"dag": {"tasks": tasks}, "inputDefinitions": {"parameters": parameters, "artifacts": artifacts}}),
        );
        let limit = self.templates.get(template.as_str()).and_then(|body| body.get("parallelism")).cloned();
        Ok(json!({
            "componentRef": {"name": component}, "taskInfo": {"name": name},
            "inputs": {"parameters": outer.parameters, "artifacts": outer_artifacts},
            "parameterIterator": {"itemInput": ITEM, "items": items},
            "iteratorPolicy": {"parallelismLimit": limit.unwrap_or(json!(0))},
        }))
    }

    /// What a group hands out of its tasks' outputs.
    pub(super) fn group_outputs(
        &mut self,
        component: &mut Value,
        template: &Value,
        place: &str,
    ) -> Result<(), SpecError> {
        let outputs = template.get("outputs").unwrap_or(&Value::Null);
        for output in list(outputs, "parameters") {
            let name = required(output, "name", place)?;
            let from = output.pointer("/valueFrom/parameter").and_then(Value::as_str).unwrap_or_default();
            let tag = from.trim().trim_start_matches("{{").trim_end_matches("}}").trim();
            let found = tag.strip_prefix("tasks.").and_then(|rest| rest.split_once(".outputs.parameters."));
            let (task, key) =
                found.ok_or_else(|| SpecError(format!("{place}: the output {name} names no task's output")))?;
            component["dag"]["outputs"]["parameters"][name] =
                json!({"valueFromParameter": {"producerSubtask": task, "outputParameterKey": key}});
            component["outputDefinitions"]["parameters"][name] = json!({"parameterType": "STRING"});
        }
        for output in list(outputs, "artifacts") {
            let name = required(output, "name", place)?;
            let found = text(output, "from").and_then(artifact);
            let found = found.as_ref().and_then(|source| source.get("taskOutputArtifact"));
            let from = found.ok_or_else(|| SpecError(format!("{place}: the output {name} names no task's output")))?;
            component["dag"]["outputs"]["artifacts"][name] = json!({"artifactSelectors": [
                {"producerSubtask": from["producerTask"], "outputArtifactKey": from["outputArtifactKey"]}]});
            component["outputDefinitions"]["artifacts"][name] =
                json!({"artifactType": {"schemaTitle": "system.Artifact"}});
        }
        Ok(())
    }
}

fn with_dependencies(mut translated: Value, task: &Value, place: &str) -> Result<Value, SpecError> {
    if task.get("depends").is_some() {
        return Err(SpecError(format!("{place}: depends is not known here; kfp writes dependencies")));
    }
    translated["dependentTasks"] = json!(list(task, "dependencies"));
    Ok(translated)
}

fn display_name(body: &Value, task: &Value) -> String {
    let annotation = body.pointer("/metadata/annotations/pipelines.kubeflow.org~1task_display_name");
    let name = annotation.and_then(Value::as_str).or_else(|| text(task, "name"));
    name.unwrap_or_default().to_owned()
}

/// `"a" == "b"`, `{{x}} > 3`: the one comparison that kfp writes.
fn condition(when: &str, inputs: &mut Inputs, finder: &mut Finder<'_>) -> Result<String, String> {
    let operators = [" == ", " != ", " <= ", " >= ", " < ", " > "];
    let found = operators.iter().find_map(|operator| Some((when.split_once(operator)?, *operator)));
    let ((left, right), operator) = found.ok_or_else(|| format!("expected one comparison, got {when}"))?;
    Ok(format!("{}{operator}{}", inputs.operand(left, finder)?, inputs.operand(right, finder)?))
}

fn retry_policy(retry: &Value) -> Value {
    let plain = |value: &Value| crate::values::text(value);
    let mut policy =
        json!({"maxRetryCount": retry.get("limit").map(plain).unwrap_or_default().parse::<u32>().unwrap_or(0)});
    if let Some(backoff) = retry.get("backoff") {
        let seconds = |name: &str| backoff.get(name).map(plain).and_then(|text| duration_seconds(&text));
        if let Some(seconds) = seconds("duration") {
            policy["backoffDuration"] = json!(format!("{seconds}s"));
        }
        if let Some(factor) = backoff.get("factor").map(plain).and_then(|text| text.parse::<f64>().ok()) {
            policy["backoffFactor"] = json!(factor);
        }
        if let Some(seconds) = seconds("maxDuration") {
            policy["backoffMaxDuration"] = json!(format!("{seconds}s"));
        }
    }
    policy
}

/// Argo's durations: `30`, `30s`, `2m`, `1h`.
fn duration_seconds(text: &str) -> Option<f64> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "" | "s" => 1.0,
        "ms" => 0.001,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * factor)
}
