use pipeline_spec::StepOrder;
use serde_json::Value;

/// Parts of the Kubernetes configuration that say where and how a pod is placed; on one machine they say nothing.
const WITHOUT_MEANING: &[&str] = &[
    "activeDeadlineSeconds", // already in the order's time limit
    "enabledSharedMemory",   // every sandbox has /dev/shm
    "imagePullPolicy",
    "imagePullSecret",
    "nodeAffinity",
    "nodeSelector",
    "podAffinity",
    "podMetadata",
    "tolerations",
];

/// The first thing that a step asks of Kubernetes and that this engine does not do.
pub(crate) fn unsupported(order: &StepOrder) -> Option<String> {
    let asked = order.kubernetes.as_ref()?.as_object()?;
    asked
        .iter()
        .filter(|(_, value)| !is_empty(value))
        .map(|(name, _)| name.as_str())
        .find(|name| !WITHOUT_MEANING.contains(&camel(name).as_str()))
        .map(|name| format!("the step asks for {name} of its pod, which the local engine does not provide"))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// protojson allows both spellings.
fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut characters = part.chars();
        text.extend(characters.next().map(|c| c.to_ascii_uppercase()));
        text.push_str(characters.as_str());
    }
    text
}
