use serde_json::{Value, json};

/// A pipeline of one container step; it runs anywhere that has a shell.
#[must_use]
pub fn pipeline(name: &str, script: &str) -> Value {
    step_spec(name, script, &json!({}))
}

/// The same with one root parameter, a string without a default.
#[must_use]
pub fn pipeline_with_parameter(name: &str, parameter: &str) -> Value {
    step_spec(name, "true", &json!({ "parameters": { parameter: { "parameterType": "STRING" } } }))
}

/// A pipeline of one container step with these root inputs.
#[must_use]
pub fn step_spec(name: &str, script: &str, inputs: &Value) -> Value {
    json!({
        "schemaVersion": "2.1.0",
        "sdkVersion": "kfp-2.17.3",
        "pipelineInfo": { "name": name },
        "root": {
            "inputDefinitions": inputs,
            "dag": { "tasks": {
                "step": { "taskInfo": { "name": "step" }, "componentRef": { "name": "comp-step" } }
            } }
        },
        "components": { "comp-step": { "executorLabel": "exec-step" } },
        "deploymentSpec": { "executors": {
            "exec-step": { "container": { "image": "alpine", "command": ["sh", "-c", script] } }
        } }
    })
}
