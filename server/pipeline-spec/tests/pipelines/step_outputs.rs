//! What a finished step left behind.

use crate::support::{pipeline, planned, task};
use mooring_pipeline_spec::{Facts, StepOrder, advance, collect_outputs};
use serde_json::{Value, json};

fn order() -> StepOrder {
    let spec = pipeline(
        json!({"comp": {
            "executorLabel": "exec",
            "outputDefinitions": {
                "parameters": {"n": {"parameterType": "NUMBER_INTEGER"}, "s": {"parameterType": "STRING"}},
                "artifacts": {"m": {"artifactType": {"schemaTitle": "system.Model"}, "metadata": {"kept": 1}}},
            },
        }}),
        json!({"dag": {"tasks": {"t": task("comp", json!({}))}}}),
    );
    advance(&planned(&spec, json!({})), &Facts::default(), 0).start.remove(0)
}

#[test]
fn the_steps_own_file_comes_first_then_the_parameter_files() {
    let written = json!({"parameterValues": {"n": 3.0}, "artifacts": {"m": {"artifacts": [
        {"name": "other", "uri": "s3://b/k", "metadata": {"framework": "x"}, "custom_path": "/data/m"}]}}});
    let outputs = collect_outputs(&order(), Some(&written.to_string()), &|path| {
        (path == "/tmp/kfp/outputs/s").then(|| "text\n".to_owned())
    })
    .unwrap();
    assert_eq!(outputs.parameters["n"], json!(3));
    assert_eq!(outputs.parameters["s"], json!("text\n"));
    let model = &outputs.artifacts["m"][0];
    assert_eq!((model.name.as_str(), model.uri.as_str()), ("m", "s3://b/k"));
    assert_eq!(Value::Object(model.metadata.clone()), json!({"kept": 1, "framework": "x"}));
    assert_eq!(model.custom_path.as_deref(), Some("/data/m"));
}

#[test]
fn without_any_file_the_step_has_failed_but_the_sdk_may_leave_none_out() {
    let missing = collect_outputs(&order(), None, &|_| None).unwrap_err();
    assert!(missing.contains("failed to read output parameter n") && missing.contains("no such file"), "{missing}");
    let outputs = collect_outputs(&order(), Some("{}"), &|_| None).unwrap();
    assert_eq!(outputs.parameters["s"], Value::Null);
}

#[test]
fn ill_typed_files_and_broken_json_fail_in_words() {
    let wrong = collect_outputs(&order(), None, &|_| Some("many".to_owned())).unwrap_err();
    assert!(wrong.contains("output parameter n") && wrong.contains("\"many\""), "{wrong}");
    assert!(collect_outputs(&order(), Some("{"), &|_| None).unwrap_err().contains("output_metadata.json"));
    assert!(collect_outputs(&order(), Some("[]"), &|_| None).is_err());
}
