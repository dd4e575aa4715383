//! Parameter values: their types, their text, and numbers as protobuf keeps them.

use model::ParameterType;
use serde_json::{Number, Value};

/// Longest text that a value may become by substitution.
pub(crate) const MAX_TEXT: usize = 4 << 20;
/// From here on a double doesn't hold every integer.
const SAFE_INTEGER: f64 = 9_007_199_254_740_992.0;

pub(crate) const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

pub(crate) const fn type_name(parameter_type: ParameterType) -> &'static str {
    match parameter_type {
        ParameterType::NumberDouble => "NUMBER_DOUBLE",
        ParameterType::NumberInteger => "NUMBER_INTEGER",
        ParameterType::String => "STRING",
        ParameterType::Boolean => "BOOLEAN",
        ParameterType::List => "LIST",
        ParameterType::Struct => "STRUCT",
        ParameterType::TaskFinalStatus => "TASK_FINAL_STATUS",
        ParameterType::TaskConfig => "TASK_CONFIG",
    }
}

/// Upstream's rule: the JSON kind decides, so 3.5 is taken for an integer, and "3" is not.
pub(crate) fn conforms(parameter_type: ParameterType, value: &Value) -> bool {
    match parameter_type {
        ParameterType::NumberDouble | ParameterType::NumberInteger => value.is_number(),
        ParameterType::String => value.is_string(),
        ParameterType::Boolean => value.is_boolean(),
        ParameterType::List => value.is_array(),
        ParameterType::Struct | ParameterType::TaskFinalStatus | ParameterType::TaskConfig => value.is_object(),
    }
}

/// Whole doubles as integers, all the way down: `5.0` is `5`, as protobuf's JSON writes it.
pub(crate) fn normalised(value: &Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "whole and in the safe range")]
            Some(double) if number.is_f64() && double.fract() == 0.0 && double.abs() < SAFE_INTEGER => {
                Value::Number(Number::from(double as i64))
            }
            _ => value.clone(),
        },
        Value::Array(items) => Value::Array(items.iter().map(normalised).collect()),
        Value::Object(map) => Value::Object(map.iter().map(|(key, value)| (key.clone(), normalised(value))).collect()),
        other => other.clone(),
    }
}

/// The text of a value in an argument: strings as they are, numbers without exponent and without `.0`, lists and structs as JSON.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Number(number) if number.is_f64() => number.as_f64().unwrap_or_default().to_string(),
        other => other.to_string(),
    }
}

/// An output parameter's file, read by its declared type.
pub(crate) fn parse(parameter_type: Option<ParameterType>, raw: &str) -> Result<Value, String> {
    let number = |text: &str| {
        let double: f64 = text.trim().parse().map_err(|_| format!("expected a number, got \"{}\"", short(text)))?;
        Number::from_f64(double)
            .map(|number| normalised(&Value::Number(number)))
            .ok_or("expected a finite number".to_owned())
    };
    match parameter_type {
        None | Some(ParameterType::String) => Ok(Value::String(raw.to_owned())),
        Some(ParameterType::NumberDouble) => number(raw),
        Some(ParameterType::NumberInteger) => match raw.trim().parse::<i64>() {
            Ok(integer) => Ok(Value::from(integer)),
            Err(_) => number(raw),
        },
        Some(ParameterType::Boolean) => match raw.trim() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Value::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Value::Bool(false)),
            other => Err(format!("expected true or false, got \"{}\"", short(other))),
        },
        Some(declared) => {
            let value: Value = serde_json::from_str(raw).map_err(|error| format!("expected JSON: {error}"))?;
            if conforms(declared, &value) {
                Ok(value)
            } else {
                Err(format!("expected {}, got {}", type_name(declared), kind(&value)))
            }
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_become_text_without_exponent_or_point_zero() {
        for (value, expected) in [
            (json!(5.0), "5"),
            (json!(3), "3"),
            (json!(0.5), "0.5"),
            (json!(1e21), "1000000000000000000000"),
            (json!(true), "true"),
            (json!({"k": [1, "x"]}), r#"{"k":[1,"x"]}"#),
            (json!("as is\n"), "as is\n"),
        ] {
            assert_eq!(text(&value), expected);
        }
        assert_eq!(normalised(&json!({"a": [5.0, 0.5, 1e300]})).to_string(), r#"{"a":[5,0.5,1e+300]}"#);
    }

    #[test]
    fn parameter_files_are_read_by_type() {
        assert_eq!(parse(Some(ParameterType::String), "a\n"), Ok(json!("a\n")));
        assert_eq!(parse(Some(ParameterType::NumberInteger), " 12\n"), Ok(json!(12)));
        assert_eq!(parse(Some(ParameterType::NumberDouble), "2.50\n"), Ok(json!(2.5)));
        assert_eq!(parse(Some(ParameterType::Boolean), "T"), Ok(json!(true)));
        assert_eq!(parse(Some(ParameterType::List), "[1]"), Ok(json!([1])));
        assert!(parse(Some(ParameterType::List), "{}").is_err());
        assert!(parse(Some(ParameterType::NumberDouble), "NaN").is_err());
        assert!(parse(Some(ParameterType::Boolean), "yes").is_err());
    }
}
