//! Typed parameters as fields of a form, and their text back as values.

use model::{ParameterDefinition, ParameterType};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// What a field asks for, in a word or two.
#[must_use]
pub const fn kind_word(kind: ParameterType) -> &'static str {
    match kind {
        ParameterType::NumberDouble => "number",
        ParameterType::NumberInteger => "whole number",
        ParameterType::String => "text",
        ParameterType::Boolean => "true or false",
        ParameterType::List => "JSON list",
        ParameterType::Struct => "JSON object",
        ParameterType::TaskFinalStatus => "final status",
        ParameterType::TaskConfig => "task configuration",
    }
}

/// Whether the system fills it in, so that no person can.
#[must_use]
pub const fn is_filled_by_system(kind: ParameterType) -> bool {
    matches!(kind, ParameterType::TaskFinalStatus | ParameterType::TaskConfig)
}

/// A value as the text of its field.
#[must_use]
pub fn to_text(kind: ParameterType, value: &Value) -> String {
    match (kind, value) {
        (_, Value::Null) => String::new(),
        (ParameterType::String, Value::String(text)) => text.clone(),
        (ParameterType::NumberInteger, Value::Number(number)) => number
            .as_f64()
            .filter(|float| float.fract() == 0.0)
            .map_or_else(|| number.to_string(), |float| format!("{float:.0}")),
        (ParameterType::List | ParameterType::Struct, value) => serde_json::to_string_pretty(value).unwrap_or_default(),
        (_, Value::String(text)) => text.clone(),
        (_, value) => value.to_string(),
    }
}

/// The text of a field as its value; `None` when the field is empty and may be left out.
///
/// # Errors
/// One sentence that says what was expected; for JSON with the line.
pub fn to_value(definition: &ParameterDefinition, text: &str) -> Result<Option<Value>, String> {
    let kind = definition.parameter_type;
    let may_be_left_out = definition.optional || definition.default.is_some();
    if kind == ParameterType::String {
        let unset = text.is_empty() && definition.default.is_none() && definition.optional;
        let value = Value::String(text.to_owned());
        return if unset { Ok(None) } else { among(definition, value) };
    }
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return if may_be_left_out { Ok(None) } else { Err(format!("A value is needed: {}.", kind_word(kind))) };
    }
    let value = match kind {
        ParameterType::NumberInteger => {
            trimmed.parse::<i64>().map(Value::from).map_err(|_| "A whole number is expected, such as 42.".to_owned())
        }
        ParameterType::NumberDouble => {
            let float = trimmed.parse::<f64>().ok().and_then(serde_json::Number::from_f64).map(Value::Number);
            float.ok_or_else(|| "A number is expected, such as 0.5.".to_owned())
        }
        ParameterType::Boolean => match trimmed {
            "true" | "True" | "on" => Ok(Value::Bool(true)),
            "false" | "False" => Ok(Value::Bool(false)),
            _ => Err("Either true or false is expected.".to_owned()),
        },
        ParameterType::List => json(trimmed, "a JSON list, such as [1, 2]")
            .and_then(|value| shape(value, Value::is_array, "a JSON list, such as [1, 2]")),
        ParameterType::Struct => json(trimmed, "a JSON object")
            .and_then(|value| shape(value, Value::is_object, "a JSON object, such as {\"a\": 1}")),
        _ => json(trimmed, "JSON"),
    }?;
    among(definition, value)
}

fn json(text: &str, expected: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| {
        let what = error.to_string();
        let what = what.split(" at line").next().unwrap_or_default();
        format!("Line {}, column {}: {what}. Expected {expected}.", error.line(), error.column())
    })
}

fn shape(value: Value, fits: fn(&Value) -> bool, expected: &str) -> Result<Value, String> {
    if fits(&value) { Ok(value) } else { Err(format!("This is JSON, but not {expected}.")) }
}

fn among(definition: &ParameterDefinition, value: Value) -> Result<Option<Value>, String> {
    if definition.literals.is_empty() || definition.literals.contains(&value) {
        return Ok(Some(value));
    }
    let allowed: Vec<String> =
        definition.literals.iter().map(|literal| to_text(definition.parameter_type, literal)).collect();
    Err(format!("Only these are allowed: {}.", allowed.join(", ")))
}

/// What the fields of a form say, by the parameters' names. A field that was left empty leaves the default.
///
/// # Errors
/// A sentence that names the parameter.
pub fn from_form(
    definitions: &[ParameterDefinition],
    texts: &HashMap<String, String>,
) -> Result<Map<String, Value>, String> {
    let mut values = Map::new();
    for definition in definitions.iter().filter(|one| !is_filled_by_system(one.parameter_type)) {
        let Some(text) = texts.get(&definition.name) else { continue };
        let value = to_value(definition, text).map_err(|why| format!("Parameter {}: {why}", definition.name))?;
        values.extend(value.map(|value| (definition.name.clone(), value)));
    }
    Ok(values)
}

/// The root inputs of a definition that came inline (the IR, or `{"pipeline_spec": IR}`).
#[must_use]
pub fn from_spec(spec: &Value) -> Vec<ParameterDefinition> {
    let ir = spec.get("pipeline_spec").unwrap_or(spec);
    let Some(Value::Object(parameters)) = ir.pointer("/root/inputDefinitions/parameters") else { return Vec::new() };
    let read = |(name, body): (&String, &Value)| {
        let kind = body.get("parameterType").cloned().unwrap_or_else(|| Value::String("STRING".to_owned()));
        ParameterDefinition {
            name: name.clone(),
            parameter_type: serde_json::from_value(kind).unwrap_or(ParameterType::String),
            default: body.get("defaultValue").filter(|value| !value.is_null()).cloned(),
            optional: body.get("isOptional").and_then(Value::as_bool).unwrap_or_default(),
            literals: body.get("literals").and_then(Value::as_array).cloned().unwrap_or_default(),
            description: body.get("description").and_then(Value::as_str).map(str::to_owned),
        }
    };
    parameters.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn definition(parameter_type: ParameterType) -> ParameterDefinition {
        ParameterDefinition {
            name: "p".to_owned(),
            parameter_type,
            default: None,
            optional: false,
            literals: Vec::new(),
            description: None,
        }
    }

    #[test]
    fn text_becomes_a_value_of_its_type() {
        for (kind, text, value) in [
            (ParameterType::NumberInteger, " 42 ", json!(42)),
            (ParameterType::NumberDouble, "0.5", json!(0.5)),
            (ParameterType::String, "007", json!("007")),
            (ParameterType::Boolean, "true", json!(true)),
            (ParameterType::List, "[1, 2]", json!([1, 2])),
            (ParameterType::Struct, "{\"a\": 1}", json!({"a": 1})),
        ] {
            assert_eq!(to_value(&definition(kind), text), Ok(Some(value.clone())));
            let again = to_value(&definition(kind), &to_text(kind, &value));
            assert_eq!(again, Ok(Some(value)));
        }
    }

    #[test]
    fn what_does_not_fit_is_explained() {
        let broken = to_value(&definition(ParameterType::Struct), "{\n  \"a\": }");
        assert!(broken.is_err_and(|text| text.starts_with("Line 2, column 8")));
        assert!(to_value(&definition(ParameterType::List), "{}").is_err_and(|text| text.contains("not a JSON list")));
        assert!(to_value(&definition(ParameterType::NumberInteger), "1.5").is_err());
        assert!(to_value(&definition(ParameterType::NumberDouble), "NaN").is_err());
        assert!(to_value(&definition(ParameterType::NumberDouble), "").is_err());
        let optional = ParameterDefinition { optional: true, ..definition(ParameterType::NumberDouble) };
        assert_eq!(to_value(&optional, ""), Ok(None));
        let choice = ParameterDefinition { literals: vec![json!("a")], ..definition(ParameterType::String) };
        assert!(to_value(&choice, "b").is_err_and(|text| text.contains("Only these")));
    }

    #[test]
    fn an_inline_definition_tells_its_inputs() {
        let spec = json!({"root": {"inputDefinitions": {"parameters": {
            "n": {"parameterType": "NUMBER_INTEGER", "defaultValue": 3.0},
            "s": {"parameterType": "STRING", "isOptional": true}
        }}}});
        let read = from_spec(&json!({ "pipeline_spec": spec }));
        assert_eq!(read.len(), 2);
        assert_eq!(to_text(read[0].parameter_type, read[0].default.as_ref().unwrap_or(&Value::Null)), "3");
        assert!(read[1].optional);
        assert_eq!(from_spec(&Value::Null), Vec::new());
    }
}
