//! From protojson to [`crate::ir`].

use crate::{
    SpecError,
    fields::{Fields, expected},
    ir::{ArtifactDefinition, Body, Component, Dag, Inputs, Ir, Parameter, TypeSchema},
    link, read_executors,
    read_task::{dag_task, selector},
    values,
};
use model::ParameterType;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Longest name of a task, component, input or output; they become parts of paths.
const MAX_NAME: usize = 256;

/// `is_argo` for what [`crate::argo`] made of a workflow: it says more of files than the IR can.
pub(crate) fn ir(spec: &Value, platform: Option<&Value>, is_argo: bool) -> Result<Ir, SpecError> {
    let mut fields = Fields::open("", spec)?;
    let version = fields.text("schemaVersion")?.unwrap_or_default();
    if version != "2.1.0" {
        return Err(SpecError(format!(
            "KFP only supports schema version 2.1.0, but the pipeline spec has version \"{version}\""
        )));
    }
    let mut info = fields
        .object("pipelineInfo")?
        .ok_or_else(|| SpecError::new("pipelineInfo: is missing; the pipeline's name stands there"))?;
    let name = info.text("name")?.unwrap_or_default();
    if !name.chars().any(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) {
        return Err(info.error(
            "name",
            format!("invalid pipeline name \"{name}\": expected one with a lower-case letter or a digit"),
        ));
    }
    check_name("pipelineInfo.name", &name)?;
    info.text("displayName")?;
    let description = info.text("description")?;
    info.close()?;
    let is_old = fields.text("sdkVersion")?.is_some_and(|version| crate::upgrade::is_old(&version));
    fields.text("defaultPipelineRoot")?;

    let mut unsupported = Vec::new();
    let root = fields.object("root")?.ok_or_else(|| SpecError::new("root: is missing"))?;
    let mut components = vec![component("root", root, &mut unsupported)?];
    for (key, body) in fields.named("components")? {
        check_name(&body.place, key)?;
        components.push(component(key, body, &mut unsupported)?);
    }
    let executors = match fields.object("deploymentSpec")? {
        None => HashMap::new(),
        Some(deployment) => read_executors::executors(deployment, platform, is_argo, &mut unsupported)?,
    };
    fields.close()?;
    let deadline_seconds = platform.map(deadline).transpose()?.flatten();
    let mut ir = Ir { name, description, components, executors, unsupported, is_old, is_argo, deadline_seconds };
    link::link(&mut ir)?;
    Ok(ir)
}

/// `pipelineConfig.activeDeadlineSeconds`. The rest of it says how a cluster keeps the run.
fn deadline(platform: &Value) -> Result<Option<u64>, SpecError> {
    let mut fields = Fields::open("", platform)?;
    for (name, mut one) in fields.named("platforms")? {
        if name == "kubernetes"
            && let Some(mut config) = one.object("pipelineConfig")?
        {
            return Ok(Some(u64::from(config.count("activeDeadlineSeconds")?)).filter(|seconds| *seconds > 0));
        }
    }
    Ok(None)
}

fn check_name(place: &str, name: &str) -> Result<(), SpecError> {
    if name.is_empty()
        || name.len() > MAX_NAME
        || matches!(name, "." | "..")
        || name.contains(['/', '\\'])
        || name.chars().any(char::is_control)
    {
        return Err(SpecError::at(
            place,
            format!("expected a name of 1 to {MAX_NAME} bytes without slashes and control characters"),
        ));
    }
    Ok(())
}

fn component(name: &str, mut fields: Fields<'_>, unsupported: &mut Vec<String>) -> Result<Component, SpecError> {
    let mut inputs = Inputs::default();
    if let Some(mut definitions) = fields.object("inputDefinitions")? {
        for (key, parameter) in definitions.named("parameters")? {
            check_name(&parameter.place, key)?;
            inputs.parameters.insert(key.to_owned(), parameter_definition(parameter)?);
        }
        for (key, artifact) in definitions.named("artifacts")? {
            check_name(&artifact.place, key)?;
            inputs.artifacts.insert(key.to_owned(), artifact_definition(artifact)?);
        }
        definitions.close()?;
    }
    let mut output_parameters = BTreeMap::new();
    let mut output_artifacts = BTreeMap::new();
    if let Some(mut definitions) = fields.object("outputDefinitions")? {
        for (key, parameter) in definitions.named("parameters")? {
            check_name(&parameter.place, key)?;
            output_parameters.insert(key.to_owned(), parameter_definition(parameter)?.parameter_type);
        }
        for (key, artifact) in definitions.named("artifacts")? {
            check_name(&artifact.place, key)?;
            output_artifacts.insert(key.to_owned(), artifact_definition(artifact)?);
        }
        definitions.close()?;
    }
    let dag = fields.object("dag")?.map(|dag| dag_spec(dag, unsupported)).transpose()?;
    let executor = fields.text("executorLabel")?;
    fields.some("taskConfigPassthroughs")?;
    fields.some("singlePlatformSpecs")?;
    let body = match (dag, executor) {
        (Some(dag), None) => Body::Dag(dag),
        (None, Some(label)) => Body::Executor(label),
        (Some(_), Some(_)) => {
            return Err(SpecError::at(&fields.place, "has both a dag and an executorLabel; expected one"));
        }
        (None, None) => {
            return Err(SpecError::at(&fields.place, "has neither a dag nor an executorLabel; expected one"));
        }
    };
    fields.close()?;
    Ok(Component { name: name.to_owned(), inputs, output_parameters, output_artifacts, body })
}

fn parameter_definition(mut fields: Fields<'_>) -> Result<Parameter, SpecError> {
    let parameter_type = match fields.some("parameterType")? {
        None => None,
        Some(value) => parameter_type(value).map_err(|message| fields.error("parameterType", message))?,
    };
    // The type of schema 2.0.0, which 2.1.0 no longer reads.
    fields.some("type")?;
    let parameter = Parameter {
        parameter_type,
        default: fields.value("defaultValue")?.map(values::normalised),
        optional: fields.flag("isOptional")?,
        literals: fields.list("literals")?.iter().map(values::normalised).collect(),
        description: fields.text("description")?,
    };
    if let (Some(declared), Some(default)) = (parameter.parameter_type, &parameter.default)
        && !default.is_null()
        && !values::conforms(declared, default)
    {
        return Err(expected(&fields.path("defaultValue"), values::type_name(declared), default));
    }
    fields.close()?;
    Ok(parameter)
}

fn parameter_type(value: &Value) -> Result<Option<ParameterType>, String> {
    const NAMES: [&str; 9] = [
        "PARAMETER_TYPE_ENUM_UNSPECIFIED",
        "NUMBER_DOUBLE",
        "NUMBER_INTEGER",
        "STRING",
        "BOOLEAN",
        "LIST",
        "STRUCT",
        "TASK_FINAL_STATUS",
        "TASK_CONFIG",
    ];
    let position = match value {
        Value::String(name) => NAMES.iter().position(|known| known == name),
        other => other.as_u64().and_then(|number| usize::try_from(number).ok()),
    };
    Ok(match position {
        Some(0) => None,
        Some(1) => Some(ParameterType::NumberDouble),
        Some(2) => Some(ParameterType::NumberInteger),
        Some(3) => Some(ParameterType::String),
        Some(4) => Some(ParameterType::Boolean),
        Some(5) => Some(ParameterType::List),
        Some(6) => Some(ParameterType::Struct),
        Some(7) => Some(ParameterType::TaskFinalStatus),
        Some(8) => Some(ParameterType::TaskConfig),
        _ => return Err(format!("unknown type {value}; expected one of {}", NAMES[1..].join(", "))),
    })
}

fn artifact_definition(mut fields: Fields<'_>) -> Result<ArtifactDefinition, SpecError> {
    let title = fields.object("artifactType")?.map(TypeSchema::read).transpose()?.unwrap_or_default();
    let optional = fields.flag("isOptional")?;
    fields.flag("isArtifactList")?;
    fields.text("description")?;
    let metadata = match fields.some("metadata")? {
        None => serde_json::Map::new(),
        Some(Value::Object(map)) => map.clone(),
        Some(other) => return Err(expected(&fields.path("metadata"), "an object", other)),
    };
    fields.some("properties")?;
    fields.some("customProperties")?;
    fields.close()?;
    Ok(ArtifactDefinition { title, optional, metadata })
}

fn dag_spec(mut fields: Fields<'_>, unsupported: &mut Vec<String>) -> Result<Dag, SpecError> {
    let mut dag = Dag::default();
    for (name, task) in fields.named("tasks")? {
        check_name(&task.place, name)?;
        dag.tasks.push(dag_task(name, task, unsupported)?);
    }
    if dag.tasks.is_empty() {
        return Err(fields.error("tasks", "a dag needs at least one task"));
    }
    if let Some(mut outputs) = fields.object("outputs")? {
        for (key, mut output) in outputs.named("parameters")? {
            let single = output.object("valueFromParameter")?;
            let one_of = output.object("valueFromOneof")?;
            let selectors = match (single, one_of) {
                (Some(single), None) => vec![selector(single, "producerSubtask", "outputParameterKey")?],
                (None, Some(mut one_of)) => {
                    let selectors = one_of
                        .objects("parameterSelectors")?
                        .into_iter()
                        .map(|one| selector(one, "producerSubtask", "outputParameterKey"))
                        .collect::<Result<_, _>>()?;
                    one_of.close()?;
                    selectors
                }
                _ => return Err(SpecError::at(&output.place, "expected either valueFromParameter or valueFromOneof")),
            };
            output.close()?;
            dag.output_parameters.insert(key.to_owned(), selectors);
        }
        for (key, mut output) in outputs.named("artifacts")? {
            let selectors = output
                .objects("artifactSelectors")?
                .into_iter()
                .map(|one| selector(one, "producerSubtask", "outputArtifactKey"))
                .collect::<Result<_, _>>()?;
            output.close()?;
            dag.output_artifacts.insert(key.to_owned(), selectors);
        }
        outputs.close()?;
    }
    fields.close()?;
    Ok(dag)
}
