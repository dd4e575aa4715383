//! `dag.tasks`: one task, its inputs, iterator and policies.

use crate::{
    SpecError,
    cel::Expression,
    fields::Fields,
    ir::{ArtifactInput, DagTask, Items, Iterator, ParameterInput, ParameterSource, Retry, Selector},
    values,
};
use serde_json::Value;

pub(crate) fn selector(mut fields: Fields<'_>, task: &str, key: &str) -> Result<Selector, SpecError> {
    let selector = Selector { task: fields.required(task)?, key: fields.required(key)? };
    fields.close()?;
    Ok(selector)
}

pub(crate) fn dag_task(
    name: &str,
    mut fields: Fields<'_>,
    unsupported: &mut Vec<String>,
) -> Result<DagTask, SpecError> {
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
    let mut caching = None;
    if let Some(mut options) = fields.object("cachingOptions")? {
        let own_key = options.text("cacheKey")?.unwrap_or_default();
        caching = options.flag("enableCache")?.then_some(own_key);
        options.close()?;
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
        caching,
    };
    fields.close()?;
    Ok(task)
}

pub(crate) fn parameter_input(
    mut fields: Fields<'_>,
    unsupported: &mut Vec<String>,
) -> Result<ParameterInput, SpecError> {
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
