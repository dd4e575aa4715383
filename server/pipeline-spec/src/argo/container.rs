//! One step: its container, its files, its pod.

use super::{
    Workflow, list, required,
    tags::{Piece, of_run, pieces},
    text,
};
use crate::SpecError;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

impl Workflow<'_> {
    pub(super) fn container(
        &mut self,
        name: &str,
        container: &Value,
        template: &Value,
        component: &mut Value,
        place: &str,
    ) -> Result<(), SpecError> {
        let wrong = |message: String| SpecError(format!("{place}: {message}"));
        for refused in ["sidecars", "initContainers"] {
            if !list(template, refused).is_empty() {
                return Err(wrong(format!("{refused} need Kubernetes: a step here is one process")));
            }
        }
        let artifact = || json!({"artifactType": {"schemaTitle": "system.Artifact", "schemaVersion": "0.0.1"}});
        let (inputs, outputs) =
            (template.get("inputs").unwrap_or(&Value::Null), template.get("outputs").unwrap_or(&Value::Null));
        // Where the author wants files: what its arguments speak of.
        let mut paths: HashMap<String, String> = HashMap::new();
        let mut files = json!({"inputs": {}, "outputs": {}, "parameters": {}, "raw": {}});
        for input in list(inputs, "artifacts") {
            let (key, path) = (required(input, "name", place)?, required(input, "path", place)?);
            paths.insert(format!("inputs.artifacts.{key}.path"), path.to_owned());
            if let Some(data) = input.pointer("/raw/data").and_then(Value::as_str) {
                files["raw"][path] = json!(data);
                continue;
            }
            files["inputs"][key] = json!(path);
            component["inputDefinitions"]["artifacts"][key] = artifact();
            if input.get("optional") == Some(&json!(true)) {
                component["inputDefinitions"]["artifacts"][key]["isOptional"] = json!(true);
            }
        }
        for output in list(outputs, "artifacts") {
            let (key, path) = (required(output, "name", place)?, required(output, "path", place)?);
            paths.insert(format!("outputs.artifacts.{key}.path"), path.to_owned());
            files["outputs"][key] = json!(path);
            component["outputDefinitions"]["artifacts"][key] = artifact();
        }
        for output in list(outputs, "parameters") {
            let key = required(output, "name", place)?;
            let path = output.pointer("/valueFrom/path").and_then(Value::as_str);
            let path = path.ok_or_else(|| wrong(format!("the output parameter {key}: valueFrom.path is missing")))?;
            paths.insert(format!("outputs.parameters.{key}.path"), path.to_owned());
            files["parameters"][key] = json!(path);
            component["outputDefinitions"]["parameters"][key] = json!({"parameterType": "STRING"});
        }
        let spoken = |text: &str| spoken(text, &paths).map_err(wrong);
        let words = |field: &str| -> Result<Vec<String>, SpecError> {
            list(container, field).iter().map(|word| spoken(&crate::values::text(word))).collect()
        };
        let mut translated = json!({
            "image": spoken(text(container, "image").unwrap_or_default())?,
            "command": words("command")?, "args": words("args")?, "files": files,
        });
        let resources = container.get("resources").unwrap_or(&Value::Null);
        for (ours, kind, what) in [
            ("resourceCpuLimit", "limits", "cpu"),
            ("resourceMemoryLimit", "limits", "memory"),
            ("resourceCpuRequest", "requests", "cpu"),
            ("resourceMemoryRequest", "requests", "memory"),
        ] {
            if let Some(amount) = resources.get(kind).and_then(|kind| kind.get(what)) {
                translated["resources"][ours] = json!(spoken(&crate::values::text(amount))?);
            }
        }
        let mut pod = Map::new();
        if let Some(seconds) = template.get("activeDeadlineSeconds").filter(|seconds| !seconds.is_null()) {
            pod.insert("activeDeadlineSeconds".to_owned(), json!(crate::values::text(seconds)));
        }
        let mut plain = Vec::new();
        for variable in list(container, "env") {
            let key = required(variable, "name", place)?;
            match variable.get("valueFrom") {
                None => {
                    let value = variable.get("value").map(crate::values::text).unwrap_or_default();
                    plain.push(json!({"name": key, "value": spoken(&value)?}));
                }
                Some(from) => self::from(key, from, &mut pod).map_err(wrong)?,
            }
        }
        translated["env"] = json!(plain);
        let volumes: Vec<&Value> = self.volumes.iter().chain(list(template, "volumes")).collect();
        for mount in list(container, "volumeMounts") {
            self::mount(mount, &volumes, &mut pod).map_err(wrong)?;
        }
        component["executorLabel"] = json!(name);
        self.parts.executors.insert(name.to_owned(), json!({"container": translated}));
        if !pod.is_empty() {
            self.parts.platform.insert(name.to_owned(), Value::Object(pod));
        }
        Ok(())
    }
}

/// A text of the container with our own placeholders.
fn spoken(text: &str, paths: &HashMap<String, String>) -> Result<String, String> {
    let mut spoken = String::new();
    for piece in pieces(text) {
        match piece {
            Piece::Plain(plain) => spoken.push_str(plain),
            Piece::Tag(tag) => {
                if let Some(path) = paths.get(tag) {
                    spoken.push_str(path);
                } else if let Some(name) = tag.strip_prefix("inputs.parameters.") {
                    spoken.push_str(&format!("{{{{$.inputs.parameters['{name}']}}}}"));
                } else if let Some(ours) = of_run(tag) {
                    spoken.push_str(ours);
                } else if tag == "workflow.status" {
                    spoken.push_str("{{$.argo.workflow_status}}");
                } else if tag == "retries" {
                    return Err("{{retries}} is not known here: read KFP_RETRY_INDEX".to_owned());
                } else if ["inputs.", "outputs.", "tasks.", "workflow."].iter().any(|start| tag.starts_with(start)) {
                    return Err(format!("{{{{{tag}}}}} is not known here"));
                } else {
                    // Not Argo's: some program's own braces.
                    spoken.push_str(&format!("{{{{{tag}}}}}"));
                }
            }
        }
    }
    Ok(spoken)
}

fn push(pod: &mut Map<String, Value>, name: &str, item: Value) {
    if let Value::Array(items) = pod.entry(name).or_insert_with(|| json!([])) {
        items.push(item);
    }
}

fn from(variable: &str, from: &Value, pod: &mut Map<String, Value>) -> Result<(), String> {
    let optional = |reference: &Value| reference.get("optional").cloned().unwrap_or(json!(false));
    if let Some(reference) = from.get("secretKeyRef") {
        let item = json!({"secretName": reference["name"], "optional": optional(reference),
                          "keyToEnv": [{"secretKey": reference["key"], "envVar": variable}]});
        push(pod, "secretAsEnv", item);
    } else if let Some(reference) = from.get("configMapKeyRef") {
        let item = json!({"configMapName": reference["name"], "optional": optional(reference),
                          "keyToEnv": [{"configMapKey": reference["key"], "envVar": variable}]});
        push(pod, "configMapAsEnv", item);
    } else if let Some(path) = from.pointer("/fieldRef/fieldPath") {
        push(pod, "fieldPathAsEnv", json!({"name": variable, "fieldPath": path}));
    } else {
        return Err(format!("the variable {variable}: expected secretKeyRef, configMapKeyRef or fieldRef"));
    }
    Ok(())
}

fn mount(mount: &Value, volumes: &[&Value], pod: &mut Map<String, Value>) -> Result<(), String> {
    let name = text(mount, "name").unwrap_or_default();
    let volume = volumes.iter().find(|volume| text(volume, "name") == Some(name));
    let volume = volume.ok_or_else(|| format!("volumeMounts: there is no volume \"{name}\""))?;
    let (path, optional) = (&mount["mountPath"], |of: &Value| of.get("optional").cloned().unwrap_or(json!(false)));
    if let Some(secret) = volume.get("secret") {
        push(
            pod,
            "secretAsVolume",
            json!({"secretName": secret["secretName"], "mountPath": path, "optional": optional(secret)}),
        );
    } else if let Some(map) = volume.get("configMap") {
        push(
            pod,
            "configMapAsVolume",
            json!({"configMapName": map["name"], "mountPath": path, "optional": optional(map)}),
        );
    } else if volume.get("emptyDir").is_some() {
        push(pod, "emptyDirMounts", json!({"volumeName": name, "mountPath": path}));
    } else if let Some(claim) = volume.get("persistentVolumeClaim") {
        let sub_path = mount.get("subPath").cloned().unwrap_or(json!(""));
        push(pod, "pvcMount", json!({"constant": claim["claimName"], "mountPath": path, "subPath": sub_path}));
    } else {
        return Err(format!("the volume \"{name}\" is of a kind that needs Kubernetes"));
    }
    Ok(())
}
