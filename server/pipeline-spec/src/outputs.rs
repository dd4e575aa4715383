use crate::{Artifact, Outputs, StepOrder, values};
use model::ParameterType;
use serde_json::{Map, Value};

/// What a finished step left behind. `executor_output` is the text of the step's ExecutorOutput file, if it wrote one;
/// `parameter_files` gives the text of an output parameter's file by its path.
///
/// # Errors
/// A declared output that is missing or of the wrong type: the step has failed, and this is the reason.
pub fn collect_outputs(
    order: &StepOrder,
    executor_output: Option<&str>,
    parameter_files: &dyn Fn(&str) -> Option<String>,
) -> Result<Outputs, String> {
    let written: Map<String, Value> = match executor_output.filter(|text| !text.trim().is_empty()) {
        None => Map::new(),
        Some(text) => serde_json::from_str(text).map_err(|error| {
            format!("failed to read the step's output file {}: {error}", order.executor_output_file)
        })?,
    };
    let member =
        |camel: &str, snake: &str| written.get(camel).or_else(|| written.get(snake)).and_then(Value::as_object);
    let parameters = member("parameterValues", "parameter_values");
    let artifacts = member("artifacts", "artifacts");
    // kfp 1.8's form.
    let old = member("parameters", "parameters");

    let mut outputs = Outputs::default();
    for (name, declared) in &order.output_parameters {
        let value = match parameters.and_then(|given| given.get(name)) {
            Some(value) => values::normalised(value),
            None if old.is_some_and(|old| old.contains_key(name)) => {
                let value = old.and_then(|old| crate::upgrade::plain(old.get(name)?));
                let value = value.unwrap_or(Value::Null);
                match (&value, declared.parameter_type) {
                    (Value::String(text), Some(ParameterType::String) | None) => Value::String(text.clone()),
                    (Value::String(text), declared) => values::parse(declared, text)?,
                    _ => value,
                }
            }
            None => match parameter_files(&declared.file) {
                Some(text) => values::parse(declared.parameter_type, declared.trimmed(&text)).map_err(|error| {
                    format!("failed to read output parameter {name} from {}: {error}", declared.file)
                })?,
                // The SDK leaves an Optional output of None out of its file.
                None if executor_output.is_some() => Value::Null,
                None => {
                    return Err(format!(
                        "failed to read output parameter {name}: {}: no such file or directory",
                        declared.file
                    ));
                }
            },
        };
        outputs.parameters.insert(name.clone(), value);
    }
    for bound in &order.output_artifacts {
        let mut artifact = bound.artifact.clone();
        let given = artifacts
            .and_then(|all| all.get(&bound.key))
            .and_then(|list| list.get("artifacts"))
            .and_then(|list| list.get(0))
            .and_then(Value::as_object);
        if let Some(given) = given {
            merge(&mut artifact, given);
        }
        outputs.artifacts.insert(bound.key.clone(), vec![artifact]);
    }
    Ok(outputs)
}

/// URI and custom path replace, metadata is taken over key by key, name and type stay.
fn merge(artifact: &mut Artifact, given: &Map<String, Value>) {
    let text = |name: &str| given.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    if let Some(uri) = text("uri") {
        uri.clone_into(&mut artifact.uri);
    }
    if let Some(path) = text("customPath").or_else(|| text("custom_path")) {
        artifact.custom_path = Some(path.to_owned());
    }
    if let Some(metadata) = given.get("metadata").and_then(Value::as_object) {
        for (key, value) in metadata {
            artifact.metadata.insert(key.clone(), values::normalised(value));
        }
    }
}
