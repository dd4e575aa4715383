//! From a step that may start to its [`StepOrder`].

use crate::{
    Artifact, BoundArtifact, OutputParameter, Pod, Resources, StepOrder, VolumeOperation, fingerprint,
    ir::{Component, Container},
    locations,
    placeholders::{RunNames, StepValues, WORKSPACE, artifact_json},
    values as plain,
    walk::{Bindings, Position},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Where a step writes its output parameters.
const PARAMETER_DIRECTORY: &str = "/tmp/kfp/outputs";

#[expect(clippy::too_many_arguments, reason = "a step's whole surroundings, known only to the one caller")]
pub(crate) fn order(
    at: &Position<'_>,
    component: &Component,
    executor: &str,
    container: &Container,
    attempt: u32,
    given: &Bindings<'_>,
    effective: &Bindings<'_>,
    pod: Pod,
    names: &RunNames<'_>,
) -> Result<StepOrder, String> {
    let run = names.plan.run();
    // The task's id is the salt: no two tasks of a run share a directory, and every attempt has the same.
    let directory = format!(
        "{}/{}/{}/{}/{}",
        locations::root(&run.pipeline_root),
        names.plan.ir().name,
        run.run_id,
        at.task.name,
        at.id
    );
    let executor_output_file = locations::path_of(&format!("{directory}/output_metadata.json"));
    let output_parameters: BTreeMap<String, OutputParameter> = component
        .output_parameters
        .iter()
        .map(|(name, declared)| {
            let own = container.files.parameters.get(name);
            let file = own.cloned().unwrap_or_else(|| format!("{PARAMETER_DIRECTORY}/{name}"));
            (name.clone(), OutputParameter { parameter_type: *declared, file, trims_line_end: own.is_some() })
        })
        .collect();
    let output_artifacts: Vec<BoundArtifact> = component
        .output_artifacts
        .iter()
        .map(|(name, definition)| {
            let artifact = Artifact {
                name: name.clone(),
                type_title: definition.title.text.clone(),
                type_version: definition.title.version.clone(),
                uri: format!("{directory}/{name}"),
                metadata: definition.metadata.clone(),
                custom_path: container.files.outputs.get(name).cloned(),
            };
            bound(name, artifact)
        })
        .collect();
    let input_artifacts: Vec<BoundArtifact> = effective
        .artifacts
        .iter()
        .flat_map(|(name, list)| list.iter().map(|artifact| bound(name, artifact.clone())))
        .map(|one| match container.files.inputs.get(&one.key) {
            Some(path) => BoundArtifact { path: path.clone(), ..one },
            None => one,
        })
        .collect();
    let mut executor_input = executor_input(effective, &output_parameters, &output_artifacts, &executor_output_file);
    if names.plan.ir().is_old
        && let Some(parameters) = executor_input.pointer("/inputs/parameterValues").and_then(Value::as_object)
    {
        executor_input["inputs"]["parameters"] = Value::Object(crate::upgrade::typed(parameters));
    }
    let text = executor_input.to_string();
    let values = StepValues {
        given,
        effective,
        input_artifacts: &input_artifacts,
        output_artifacts: &output_artifacts,
        output_parameters: &output_parameters,
        executor_input: &text,
        executor_output_file: &executor_output_file,
        names,
    };
    let all = |list: &[String]| -> Result<Vec<String>, String> {
        let mut found = Vec::with_capacity(list.len());
        for entry in list {
            found.extend(values.argument(entry)?);
        }
        Ok(found)
    };
    let command = all(&container.command)?;
    let args = all(&container.args)?;
    let one = |text: &Option<String>| text.as_deref().map(|text| values.text(text)).transpose();
    let asked = &container.resources;
    let resources = Resources {
        cpu_limit: one(&asked.cpu_limit)?,
        cpu_request: one(&asked.cpu_request)?,
        memory_limit: one(&asked.memory_limit)?,
        memory_request: one(&asked.memory_request)?,
        accelerator_type: one(&asked.accelerator_type)?,
        accelerator_count: one(&asked.accelerator_count)?,
    };
    let mut env = container.env.clone();
    if names.plan.ir().is_argo {
        for (_, value) in &mut env {
            *value = values.text(value)?;
        }
    }
    let uses_workspace = command.iter().chain(&args).any(|argument| argument.contains(WORKSPACE));
    Ok(StepOrder {
        path: at.path.clone(),
        task_id: at.id,
        attempt,
        task_name: at.task.name.clone(),
        component: component.name.clone(),
        executor: executor.to_owned(),
        image: values.text(&container.image)?,
        command,
        args,
        env,
        files: container.files.raw.clone().into_iter().collect(),
        executor_output_file,
        output_parameters,
        resources,
        timeout_seconds: container.kubernetes.timeout_seconds,
        uses_workspace,
        volume: volume_operation(at, container, effective)?,
        fingerprint: fingerprint::of(at, component, container, &names.plan.ir().name, given, &output_artifacts, &pod),
        pod,
        input_artifacts,
        output_artifacts,
        executor_input,
    })
}

/// Upstream's images that stand for work on a volume.
fn volume_operation(
    at: &Position<'_>,
    container: &Container,
    inputs: &Bindings<'_>,
) -> Result<Option<VolumeOperation>, String> {
    let text = |name: &str| inputs.parameters.get(name).map(|value| plain::text(value)).filter(|text| !text.is_empty());
    match container.image.as_str() {
        "argostub/createpvc" => {
            let name = match (text("pvc_name"), text("pvc_name_suffix")) {
                (Some(_), Some(_)) => return Err("give either pvc_name or pvc_name_suffix, not both".to_owned()),
                (Some(name), None) => name,
                // The task's id is as good as a random one, and the same after a crash.
                (None, suffix) => format!("{}{}", at.id, suffix.unwrap_or_default()),
            };
            Ok(Some(VolumeOperation::Create { name }))
        }
        "argostub/deletepvc" => {
            let name = text("pvc_name").ok_or_else(|| "input parameter \"pvc_name\" has no value".to_owned())?;
            Ok(Some(VolumeOperation::Delete { name }))
        }
        _ => Ok(None),
    }
}

fn bound(key: &str, artifact: Artifact) -> BoundArtifact {
    let path = artifact.custom_path.clone().unwrap_or_else(|| locations::path_of(&artifact.uri));
    BoundArtifact { key: key.to_owned(), path, artifact }
}

/// protojson leaves empty maps out; so do we.
fn executor_input(
    inputs: &Bindings<'_>,
    output_parameters: &BTreeMap<String, OutputParameter>,
    output_artifacts: &[BoundArtifact],
    output_file: &str,
) -> Value {
    let parameters: Map<String, Value> =
        inputs.parameters.iter().map(|(name, value)| ((*name).to_owned(), (**value).clone())).collect();
    let artifacts: Map<String, Value> = inputs
        .artifacts
        .iter()
        .map(|(name, list)| {
            let list: Vec<Value> = list.iter().map(artifact_json).collect();
            ((*name).to_owned(), json!({ "artifacts": list }))
        })
        .collect();
    let files: Map<String, Value> =
        output_parameters.iter().map(|(name, output)| (name.clone(), json!({"outputFile": output.file}))).collect();
    let produced: Map<String, Value> = output_artifacts
        .iter()
        .map(|bound| (bound.key.clone(), json!({"artifacts": [artifact_json(&bound.artifact)]})))
        .collect();
    let some = |pairs: [(&str, Map<String, Value>); 2]| -> Map<String, Value> {
        pairs
            .into_iter()
            .filter(|(_, map)| !map.is_empty())
            .map(|(name, map)| (name.to_owned(), Value::Object(map)))
            .collect()
    };
    let inputs = some([("parameterValues", parameters), ("artifacts", artifacts)]);
    let mut outputs = some([("parameters", files), ("artifacts", produced)]);
    outputs.insert("outputFile".to_owned(), Value::from(output_file));
    json!({ "inputs": inputs, "outputs": outputs })
}
