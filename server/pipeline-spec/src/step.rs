//! From a step that may start to its [`StepOrder`].

use crate::{
    Artifact, BoundArtifact, OutputParameter, Resources, StepOrder,
    ir::{Component, Container},
    locations,
    placeholders::{RunNames, StepValues, WORKSPACE, artifact_json},
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
            (name.clone(), OutputParameter { parameter_type: *declared, file: format!("{PARAMETER_DIRECTORY}/{name}") })
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
                custom_path: None,
            };
            bound(name, artifact)
        })
        .collect();
    let input_artifacts: Vec<BoundArtifact> = effective
        .artifacts
        .iter()
        .flat_map(|(name, list)| list.iter().map(|artifact| bound(name, artifact.clone())))
        .collect();
    let executor_input = executor_input(effective, &output_parameters, &output_artifacts, &executor_output_file);
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
        env: container.env.clone(),
        executor_output_file,
        output_parameters,
        resources,
        timeout_seconds: container.timeout_seconds,
        uses_workspace,
        kubernetes: container.kubernetes.clone(),
        input_artifacts,
        output_artifacts,
        executor_input,
    })
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
