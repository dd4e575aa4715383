//! From protojson to [`crate::ir`].

use crate::{
    SpecError,
    cel::Expression,
    fields::{Fields, expected},
    ir::{
        ArtifactDefinition, ArtifactInput, Body, Component, Dag, DagTask, Inputs, Ir, Items, Iterator, Parameter,
        ParameterInput, ParameterSource, Retry, Selector, TypeSchema,
    },
    link, read_executors, values,
};
use model::ParameterType;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Longest name of a task, component, input or output; they become parts of paths.
const MAX_NAME: usize = 256;

pub(crate) fn ir(spec: &Value, platform: Option<&Value>) -> Result<Ir, SpecError> {
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
    fields.text("sdkVersion")?;
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
        Some(deployment) => read_executors::executors(deployment, platform, &mut unsupported)?,
    };
    fields.close()?;
    let mut ir = Ir { name, description, components, executors, unsupported };
    link::link(&mut ir)?;
    Ok(ir)
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

fn selector(mut fields: Fields<'_>, task: &str, key: &str) -> Result<Selector, SpecError> {
    let selector = Selector { task: fields.required(task)?, key: fields.required(key)? };
    fields.close()?;
    Ok(selector)
}

fn dag_task(name: &str, mut fields: Fields<'_>, unsupported: &mut Vec<String>) -> Result<DagTask, SpecError> {
    let mut display_name = name.to_owned();
    if let Some(mut info) = fields.object("taskInfo")? {
        display_name = info.text("name")?.filter(|text| !text.is_empty()).unwrap_or(display_name);
        info.close()?;
    }
    let mut reference = fields
        .object("componentRef")?
        .ok_or_else(|| fields.error("componentRef", "is missing; it names the task's component"))?;
    let component_name = reference.required("name")?;
    reference.close()?;
    if let Some(mut caching) = fields.object("cachingOptions")? {
        caching.flag("enableCache")?;
        caching.text("cacheKey")?;
        caching.close()?;
    }
    let mut condition = None;
    let mut runs_anyway = false;
    if let Some(mut trigger) = fields.object("triggerPolicy")? {
        if let Some(text) = trigger.text("condition")?.filter(|text| !text.is_empty()) {
            condition = Some(Expression::parse(&text).map_err(|message| trigger.error("condition", message))?);
        }
        runs_anyway = match trigger.some("strategy")? {
            None => false,
            Some(value) => match (value.as_str(), value.as_u64()) {
                (Some("ALL_UPSTREAM_TASKS_COMPLETED"), _) | (_, Some(2)) => true,
                (Some("ALL_UPSTREAM_TASKS_SUCCEEDED" | "TRIGGER_STRATEGY_UNSPECIFIED"), _) | (_, Some(0 | 1)) => false,
                _ => return Err(trigger.error("strategy", format!("unknown strategy {value}"))),
            },
        };
        trigger.close()?;
    }
    let mut parameters = Vec::new();
    let mut artifacts = Vec::new();
    if let Some(mut inputs) = fields.object("inputs")? {
        for (key, input) in inputs.named("parameters")? {
            parameters.push((key.to_owned(), parameter_input(input, unsupported)?));
        }
        for (key, mut input) in inputs.named("artifacts")? {
            let from = input.object("taskOutputArtifact")?;
            let source = match (from, input.text("componentInputArtifact")?) {
                (Some(from), None) => ArtifactInput::TaskOutput(selector(from, "producerTask", "outputArtifactKey")?),
                (None, Some(name)) => ArtifactInput::Component(name),
                _ => {
                    return Err(SpecError::at(
                        &input.place,
                        "expected either taskOutputArtifact or componentInputArtifact",
                    ));
                }
            };
            input.close()?;
            artifacts.push((key.to_owned(), source));
        }
        inputs.close()?;
    }
    let iterator = iterator(&mut fields)?;
    let mut parallelism = 0;
    if let Some(mut policy) = fields.object("iteratorPolicy")? {
        parallelism = policy.count("parallelismLimit")?;
        policy.close()?;
    }
    let retry = fields.object("retryPolicy")?.map(retry).transpose()?;
    let task = DagTask {
        name: name.to_owned(),
        display_name,
        place: fields.place.clone(),
        component_name,
        component: usize::MAX,
        dependent_tasks: fields.texts("dependentTasks")?,
        dependencies: Vec::new(),
        parameters,
        artifacts,
        condition,
        runs_anyway,
        iterator,
        parallelism,
        retry,
    };
    fields.close()?;
    Ok(task)
}

fn parameter_input(mut fields: Fields<'_>, unsupported: &mut Vec<String>) -> Result<ParameterInput, SpecError> {
    let mut sources = Vec::new();
    if let Some(from) = fields.object("taskOutputParameter")? {
        sources.push(ParameterSource::TaskOutput(selector(from, "producerTask", "outputParameterKey")?));
    }
    if let Some(name) = fields.text("componentInputParameter")? {
        sources.push(ParameterSource::Component(name));
    }
    if let Some(mut status) = fields.object("taskFinalStatus")? {
        sources.push(ParameterSource::FinalStatus(status.required("producerTask")?));
        status.close()?;
    }
    if let Some(mut runtime) = fields.object("runtimeValue")? {
        let legacy = runtime.object("constantValue")?;
        let named = runtime.text("runtimeParameter")?;
        let value = match (runtime.value("constant")?, legacy, named) {
            (Some(constant), _, _) => values::normalised(constant),
            (None, Some(mut legacy), _) => {
                let number = legacy.number("intValue")?.or(legacy.number("doubleValue")?);
                let value = match (legacy.text("stringValue")?, number) {
                    (Some(text), _) => Value::String(text),
                    (None, Some(number)) => values::normalised(&Value::from(number)),
                    (None, None) => {
                        return Err(SpecError::at(&legacy.place, "expected intValue, doubleValue or stringValue"));
                    }
                };
                legacy.close()?;
                value
            }
            (None, None, Some(name)) => {
                unsupported.push(format!("{}: runtimeParameter \"{name}\" is not supported", runtime.place));
                Value::Null
            }
            (None, None, None) => return Err(runtime.error("constant", "is missing")),
        };
        runtime.close()?;
        sources.push(ParameterSource::Constant(value));
    }
    let selector = match fields.text("parameterExpressionSelector")?.filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => {
            Some(Expression::parse(&text).map_err(|message| fields.error("parameterExpressionSelector", message))?)
        }
    };
    let place = fields.place.clone();
    fields.close()?;
    match (sources.pop(), sources.is_empty()) {
        (Some(source), true) => Ok(ParameterInput { source, selector }),
        _ => Err(SpecError::at(
            &place,
            "expected exactly one of taskOutputParameter, componentInputParameter, runtimeValue and taskFinalStatus",
        )),
    }
}

fn iterator(fields: &mut Fields<'_>) -> Result<Option<Iterator>, SpecError> {
    let over_parameter = fields.object("parameterIterator")?;
    let over_artifact = fields.object("artifactIterator")?;
    match (over_parameter, over_artifact) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(SpecError::at(&fields.place, "has both a parameterIterator and an artifactIterator")),
        (Some(mut iterator), None) => {
            let mut items = iterator.object("items")?.ok_or_else(|| iterator.error("items", "is missing"))?;
            let raw = items.text("raw")?;
            let source = match (raw, items.text("inputParameter")?) {
                (Some(raw), None) => Items::Raw(
                    serde_json::from_str::<Vec<Value>>(&raw)
                        .map_err(|error| items.error("raw", format!("expected the text of a JSON list: {error}")))?
                        .iter()
                        .map(values::normalised)
                        .collect(),
                ),
                (None, Some(name)) => Items::Parameter(name),
                _ => return Err(SpecError::at(&items.place, "expected either raw or inputParameter")),
            };
            items.close()?;
            let item = iterator.required("itemInput")?;
            iterator.close()?;
            Ok(Some(Iterator { item, items: source }))
        }
        (None, Some(mut iterator)) => {
            let mut items = iterator.object("items")?.ok_or_else(|| iterator.error("items", "is missing"))?;
            let source = Items::Artifact(items.required("inputArtifact")?);
            items.close()?;
            let item = iterator.required("itemInput")?;
            iterator.close()?;
            Ok(Some(Iterator { item, items: source }))
        }
    }
}

fn retry(mut fields: Fields<'_>) -> Result<Retry, SpecError> {
    let factor = fields.number("backoffFactor")?.unwrap_or(0.0);
    let max_elapsed = fields.duration("backoffMaxDuration")?.unwrap_or(0);
    let retry = Retry {
        max_retries: fields.count("maxRetryCount")?.min(1000),
        backoff_millis: fields.duration("backoffDuration")?.unwrap_or(0),
        factor: if factor > 0.0 { factor } else { 2.0 },
        max_elapsed_millis: if max_elapsed > 0 { max_elapsed } else { 3_600_000 },
    };
    fields.close()?;
    Ok(retry)
}
