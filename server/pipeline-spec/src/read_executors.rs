//! `deploymentSpec.executors`, with what the platform spec adds to each.

use crate::{
    Resources, SpecError,
    fields::Fields,
    ir::{Container, Executor, Files, Importer, ImporterUri, TypeSchema},
    pod::Kubernetes,
};
use serde_json::Value;
use std::collections::HashMap;

pub(crate) fn executors(
    mut deployment: Fields<'_>,
    platform: Option<&Value>,
    is_argo: bool,
    unsupported: &mut Vec<String>,
) -> Result<HashMap<String, Executor>, SpecError> {
    let mut kubernetes = platform.map(kubernetes_executors).transpose()?.unwrap_or_default();
    let mut executors = HashMap::new();
    for (label, mut fields) in deployment.named("executors")? {
        let container = fields.object("container")?;
        let importer = fields.object("importer")?;
        let resolver = fields.some("resolver")?;
        let custom_job = fields.some("customJob")?;
        let executor = match (container, importer, resolver, custom_job) {
            (Some(container), None, None, None) => {
                let platform = kubernetes.remove(label);
                Executor::Container(Box::new(self::container(container, platform, is_argo)?))
            }
            (None, Some(importer), None, None) => Executor::Importer(self::importer(importer, unsupported)?),
            (None, None, Some(_), None) => Executor::Unsupported("resolver"),
            (None, None, None, Some(_)) => Executor::Unsupported("customJob"),
            _ => {
                return Err(SpecError::at(
                    &fields.place,
                    "expected exactly one of container, importer, resolver and customJob",
                ));
            }
        };
        if let Executor::Unsupported(what) = executor {
            unsupported.push(format!("{}.{what}: not supported; only containers and importers can run", fields.place));
        }
        fields.close()?;
        executors.insert(label.to_owned(), executor);
    }
    deployment.close()?;
    Ok(executors)
}

/// By executor label. Other platforms are ignored, as upstream does.
fn kubernetes_executors(platform: &Value) -> Result<HashMap<String, Value>, SpecError> {
    let mut fields = Fields::open("", platform)?;
    let mut found = HashMap::new();
    for (name, mut one) in fields.named("platforms")? {
        if name != "kubernetes" {
            continue;
        }
        if let Some(mut deployment) = one.object("deploymentSpec")? {
            let place = deployment.path("executors");
            if let Some(value) = deployment.some("executors")? {
                let map = value.as_object().ok_or_else(|| crate::fields::expected(&place, "an object", value))?;
                for (label, config) in map {
                    Fields::open(&format!("{place}[\"{label}\"]"), config)?;
                    found.insert(label.clone(), config.clone());
                }
            }
        }
    }
    fields.close()?;
    Ok(found)
}

fn container(mut fields: Fields<'_>, kubernetes: Option<Value>, is_argo: bool) -> Result<Container, SpecError> {
    let mut env = Vec::new();
    for mut variable in fields.objects("env")? {
        env.push((variable.required("name")?, variable.text("value")?.unwrap_or_default()));
        variable.close()?;
    }
    fields.some("lifecycle")?;
    let kubernetes = match &kubernetes {
        None => Kubernetes::default(),
        Some(config) => Kubernetes::read(Fields::open("platforms.kubernetes", config)?)?,
    };
    let mut files = Files::default();
    if is_argo && let Some(mut own) = fields.object("files")? {
        for (name, into) in [
            ("inputs", &mut files.inputs),
            ("outputs", &mut files.outputs),
            ("parameters", &mut files.parameters),
            ("raw", &mut files.raw),
        ] {
            let paths = own.some(name)?.and_then(Value::as_object).into_iter().flatten();
            into.extend(paths.filter_map(|(key, path)| Some((key.clone(), path.as_str()?.to_owned()))));
        }
    }
    let container = Container {
        image: fields.required("image")?,
        command: fields.texts("command")?,
        args: fields.texts("args")?,
        env,
        resources: fields.object("resources")?.map(resources).transpose()?.unwrap_or_default(),
        kubernetes,
        files,
    };
    fields.close()?;
    Ok(container)
}

/// The string fields win over the deprecated numbers, whose memory is in gigabytes.
fn resources(mut fields: Fields<'_>) -> Result<Resources, SpecError> {
    let cpu = |number: f64| format!("{number}");
    let memory = |number: f64| format!("{}M", number * 1000.0);
    let positive = |number: Option<f64>| number.filter(|number| *number > 0.0);
    let mut resources = Resources {
        cpu_limit: fields.text("resourceCpuLimit")?.or(positive(fields.number("cpuLimit")?).map(cpu)),
        cpu_request: fields.text("resourceCpuRequest")?.or(positive(fields.number("cpuRequest")?).map(cpu)),
        memory_limit: fields.text("resourceMemoryLimit")?.or(positive(fields.number("memoryLimit")?).map(memory)),
        memory_request: fields.text("resourceMemoryRequest")?.or(positive(fields.number("memoryRequest")?).map(memory)),
        ..Resources::default()
    };
    // Both spellings are known even where the string wins.
    for name in ["cpuLimit", "cpuRequest", "memoryLimit", "memoryRequest"] {
        fields.number(name)?;
    }
    if let Some(mut accelerator) = fields.object("accelerator")? {
        let old_type = accelerator.text("type")?;
        let old_count = accelerator.number("count")?.map(|count| count.to_string());
        resources.accelerator_type = accelerator.text("resourceType")?.or(old_type);
        resources.accelerator_count = accelerator.text("resourceCount")?.or(old_count);
        accelerator.close()?;
    }
    fields.close()?;
    Ok(resources)
}

fn importer(mut fields: Fields<'_>, unsupported: &mut Vec<String>) -> Result<Importer, SpecError> {
    let mut uri = fields.object("artifactUri")?.ok_or_else(|| fields.error("artifactUri", "is missing"))?;
    let source = match (uri.text("constant")?, uri.text("runtimeParameter")?) {
        (Some(text), None) => ImporterUri::Constant(text),
        (None, Some(name)) => ImporterUri::Input(name),
        _ => return Err(SpecError::at(&uri.place, "expected either constant or runtimeParameter")),
    };
    uri.close()?;
    let schema = fields.object("typeSchema")?.map(TypeSchema::read).transpose()?.unwrap_or_default();
    let metadata = fields.some("metadata")?.cloned().unwrap_or_default();
    if !matches!(metadata, Value::Null | Value::Object(_)) {
        return Err(crate::fields::expected(&fields.path("metadata"), "an object", &metadata));
    }
    // There is no store of artifacts across runs yet in which an earlier import could be found again.
    fields.flag("reimport")?;
    if fields.flag("downloadToWorkspace")? {
        unsupported.push(format!("{}.downloadToWorkspace: not supported", fields.place));
    }
    fields.some("properties")?;
    fields.some("customProperties")?;
    fields.close()?;
    Ok(Importer { uri: source, schema, metadata })
}
