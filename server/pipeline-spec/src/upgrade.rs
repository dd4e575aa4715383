//! PipelineJobs of kfp 1.8 (schema version 2.0.0), rewritten as what kfp 2 would have compiled.

use serde_json::{Map, Value, json};

/// What stands in `sdkVersion` of pipelines whose steps speak the old form of ExecutorInput and ExecutorOutput.
const OLD_SDK: &str = "kfp-1.";

/// Whether steps of this pipeline import kfp 1.8.
pub(crate) fn is_old(sdk_version: &str) -> bool {
    sdk_version.starts_with(OLD_SDK)
}

/// The pipeline spec of a job, with the job's parameters as defaults of the root.
pub(crate) fn job(document: &Value) -> Option<Value> {
    let mut spec = document.get("pipelineSpec")?.clone();
    if spec.get("schemaVersion").and_then(Value::as_str) != Some("2.0.0") {
        return None;
    }
    let given = document.pointer("/runtimeConfig/parameters").and_then(Value::as_object).cloned().unwrap_or_default();
    spec["schemaVersion"] = json!("2.1.0");
    if !spec.get("sdkVersion").and_then(Value::as_str).is_some_and(is_old) {
        spec["sdkVersion"] = json!("kfp-1.8");
    }
    if let Some(root) = spec.get_mut("root") {
        component(root);
        let declared = root.pointer_mut("/inputDefinitions/parameters").and_then(Value::as_object_mut);
        for (name, parameter) in declared.into_iter().flatten() {
            if let Some(value) = given.get(name).and_then(plain) {
                parameter["defaultValue"] = value;
            }
        }
    }
    for one in spec.get_mut("components").and_then(Value::as_object_mut).into_iter().flatten() {
        component(one.1);
    }
    Some(spec)
}

fn component(component: &mut Value) {
    for place in ["/inputDefinitions/parameters", "/outputDefinitions/parameters"] {
        let parameters = component.pointer_mut(place).and_then(Value::as_object_mut);
        for (_, parameter) in parameters.into_iter().flatten() {
            let Some(parameter) = parameter.as_object_mut() else { continue };
            let now = match parameter.remove("type").as_ref().and_then(Value::as_str) {
                Some("INT") => "NUMBER_INTEGER",
                Some("DOUBLE") => "NUMBER_DOUBLE",
                _ => "STRING",
            };
            parameter.insert("parameterType".to_owned(), json!(now));
        }
    }
}

/// `{"intValue": "3"}` and the like.
pub(crate) fn plain(value: &Value) -> Option<Value> {
    let number = |name: &str| match value.get(name)? {
        Value::String(text) => text.parse::<f64>().ok().map(|number| crate::values::normalised(&json!(number))),
        number => Some(crate::values::normalised(number)),
    };
    value.get("stringValue").cloned().or_else(|| number("intValue")).or_else(|| number("doubleValue"))
}

/// Parameters as the old executor reads them.
pub(crate) fn typed(parameters: &Map<String, Value>) -> Map<String, Value> {
    let one = |value: &Value| match value {
        Value::Number(number) if number.as_f64().is_some_and(|number| number.fract() == 0.0) => {
            json!({"intValue": crate::values::text(value)})
        }
        Value::Number(_) => json!({"doubleValue": value}),
        other => json!({"stringValue": crate::values::text(other)}),
    };
    parameters.iter().map(|(name, value)| (name.clone(), one(value))).collect()
}
