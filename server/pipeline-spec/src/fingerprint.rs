//! The name of a step's results: equal for equal work, so that an earlier run's may stand for them.

use crate::{
    BoundArtifact, EnvSource, Pod,
    ir::{Component, Container},
    placeholders::WORKSPACE,
    walk::{Bindings, Position},
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// `None` where caching is off, or where work leaves traces that no output tells of (volumes' own steps, the workspace).
///
/// What counts is what upstream counts: the inputs as given, without defaults, artifacts by what they are called (here
/// their URIs, which a cached producer hands on unchanged), the outputs' types, and the container before substitution.
/// The environment counts too, which upstream forgets.
pub(crate) fn of(
    at: &Position<'_>,
    component: &Component,
    container: &Container,
    pipeline: &str,
    given: &Bindings<'_>,
    outputs: &[BoundArtifact],
    pod: &Pod,
) -> Option<String> {
    let own_key = at.task.caching.as_ref()?;
    let mut words = container.command.iter().chain(&container.args);
    if container.image.starts_with("argostub/")
        || words.any(|word| word.contains(WORKSPACE) || word.contains("workspace_path"))
    {
        return None;
    }
    if !own_key.is_empty() {
        return Some(hex(json!([pipeline, at.task.component_name, own_key])));
    }
    if given.parameters.values().any(|value| value.as_str().is_some_and(|text| text.contains(WORKSPACE))) {
        return None;
    }
    let parameters: Map<String, Value> =
        given.parameters.iter().map(|(name, value)| ((*name).to_owned(), (**value).clone())).collect();
    let artifacts: Map<String, Value> = given
        .artifacts
        .iter()
        .map(|(name, list)| ((*name).to_owned(), list.iter().map(|one| one.uri.as_str()).collect()))
        .collect();
    let outputs: Vec<Value> = outputs
        .iter()
        .map(|one| json!([one.key, one.artifact.type_title, one.artifact.type_version, one.artifact.metadata]))
        .collect();
    let types: Map<String, Value> = component
        .output_parameters
        .iter()
        .map(|(name, declared)| (name.clone(), json!(declared.map(|declared| format!("{declared:?}")))))
        .collect();
    let entries: Vec<&(String, EnvSource)> =
        pod.env.iter().filter(|(_, source)| matches!(source, EnvSource::Entry { .. })).collect();
    Some(hex(json!({
        "pipeline": pipeline, "parameters": parameters, "artifacts": artifacts, "outputs": outputs, "types": types,
        "image": container.image, "command": container.command, "args": container.args, "env": container.env,
        "mounts": pod.mounts, "entries": entries,
    })))
}

/// Equal content gives equal text: the order of keys does not count.
fn hex(mut content: Value) -> String {
    content.sort_all_objects();
    Sha256::digest(content.to_string()).iter().map(|byte| format!("{byte:02x}")).collect()
}
