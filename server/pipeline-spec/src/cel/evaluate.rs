use super::parser::{Comparison, Function, Node};
use serde_json::{Map, Number, Value};
use std::cmp::Ordering;

/// Where an expression's names come from.
pub(crate) trait Scope {
    fn variable(&self, name: &str) -> Option<Value>;
}

#[derive(Debug, Clone, PartialEq)]
enum Cel {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    List(Vec<Value>),
    Map(Map<String, Value>),
}

pub(super) fn value(node: &Node, scope: &dyn Scope) -> Result<Value, String> {
    Ok(match evaluate(node, scope)? {
        Cel::Null => Value::Null,
        Cel::Bool(value) => Value::Bool(value),
        Cel::Int(value) => Value::from(value),
        Cel::Double(value) => crate::values::normalised(&Number::from_f64(value).map_or(Value::Null, Value::Number)),
        Cel::Text(value) => Value::String(value),
        Cel::List(value) => Value::Array(value),
        Cel::Map(value) => Value::Object(value),
    })
}

fn from_json(value: Value) -> Cel {
    match value {
        Value::Null => Cel::Null,
        Value::Bool(value) => Cel::Bool(value),
        Value::Number(number) => number.as_f64().map_or(Cel::Null, Cel::Double),
        Value::String(text) => Cel::Text(text),
        Value::Array(items) => Cel::List(items),
        Value::Object(map) => Cel::Map(map),
    }
}

fn evaluate(node: &Node, scope: &dyn Scope) -> Result<Cel, String> {
    match node {
        Node::Null => Ok(Cel::Null),
        Node::Bool(value) => Ok(Cel::Bool(*value)),
        Node::Int(value) => Ok(Cel::Int(*value)),
        Node::Double(value) => Ok(Cel::Double(*value)),
        Node::Text(text) => Ok(Cel::Text(text.clone())),
        Node::Name(name) => scope.variable(name).map(from_json).ok_or_else(|| format!("there is no \"{name}\"")),
        Node::Field(of, name) => member(evaluate(of, scope)?, name),
        Node::Index(of, index) => match (evaluate(of, scope)?, evaluate(index, scope)?) {
            (Cel::List(items), index) => {
                let at = match index {
                    Cel::Int(at) => usize::try_from(at).ok(),
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked by the guard")]
                    Cel::Double(at) if at.fract() == 0.0 && (0.0..1e9).contains(&at) => Some(at as usize),
                    _ => None,
                };
                at.and_then(|at| items.into_iter().nth(at)).map(from_json).ok_or("index out of range".to_owned())
            }
            (map, Cel::Text(key)) => member(map, &key),
            (_, index) => Err(format!("cannot index with {}", kind(&index))),
        },
        Node::Call(function, argument) => call(*function, evaluate(argument, scope)?),
        Node::Not(of) => match evaluate(of, scope)? {
            Cel::Bool(value) => Ok(Cel::Bool(!value)),
            other => Err(format!("cannot negate {}", kind(&other))),
        },
        Node::Minus(of) => match evaluate(of, scope)? {
            Cel::Int(value) => value.checked_neg().map(Cel::Int).ok_or("integer overflow".to_owned()),
            Cel::Double(value) => Ok(Cel::Double(-value)),
            other => Err(format!("cannot negate {}", kind(&other))),
        },
        Node::And(left, right) => decide(evaluate(left, scope), || evaluate(right, scope), false),
        Node::Or(left, right) => decide(evaluate(left, scope), || evaluate(right, scope), true),
        Node::Compare(comparison, left, right) => {
            compare(*comparison, &evaluate(left, scope)?, &evaluate(right, scope)?)
        }
    }
}

/// CEL's logic: an operand equal to `decisive` decides, even if the other is an error.
fn decide(
    left: Result<Cel, String>,
    right: impl FnOnce() -> Result<Cel, String>,
    decisive: bool,
) -> Result<Cel, String> {
    let truth = |side: Result<Cel, String>| match side {
        Ok(Cel::Bool(value)) => Ok(value),
        Ok(other) => Err(format!("expected true or false, got {}", kind(&other))),
        Err(error) => Err(error),
    };
    let left = truth(left);
    if left == Ok(decisive) {
        return Ok(Cel::Bool(decisive));
    }
    match (left, truth(right())) {
        (_, Ok(right)) if right == decisive => Ok(Cel::Bool(decisive)),
        (Err(error), _) | (_, Err(error)) => Err(error),
        _ => Ok(Cel::Bool(!decisive)),
    }
}

fn member(of: Cel, name: &str) -> Result<Cel, String> {
    match of {
        Cel::Map(mut map) => map.remove(name).map(from_json).ok_or_else(|| format!("there is no \"{name}\"")),
        other => Err(format!("{} has no fields", kind(&other))),
    }
}

fn call(function: Function, argument: Cel) -> Result<Cel, String> {
    match (function, argument) {
        (Function::Int, Cel::Int(value)) => Ok(Cel::Int(value)),
        #[expect(clippy::cast_possible_truncation, reason = "CEL truncates; the range is checked")]
        (Function::Int, Cel::Double(value)) if value.abs() < 9.2e18 => Ok(Cel::Int(value.trunc() as i64)),
        (Function::Int, Cel::Text(text)) => {
            text.trim().parse().map(Cel::Int).map_err(|_| format!("int(): \"{text}\" is no integer"))
        }
        #[expect(clippy::cast_precision_loss, reason = "CEL's conversion")]
        (Function::Double, Cel::Int(value)) => Ok(Cel::Double(value as f64)),
        (Function::Double, Cel::Double(value)) => Ok(Cel::Double(value)),
        (Function::Double, Cel::Text(text)) => {
            text.trim().parse().map(Cel::Double).map_err(|_| format!("double(): \"{text}\" is no number"))
        }
        (Function::String, Cel::Text(text)) => Ok(Cel::Text(text)),
        (Function::String, Cel::Int(value)) => Ok(Cel::Text(value.to_string())),
        (Function::String, Cel::Double(value)) => Ok(Cel::Text(value.to_string())),
        (Function::String, Cel::Bool(value)) => Ok(Cel::Text(value.to_string())),
        (Function::ParseJson, Cel::Text(text)) => {
            serde_json::from_str(&text).map(from_json).map_err(|error| format!("parseJson(): {error}"))
        }
        (Function::Size, argument) => {
            let size = match &argument {
                Cel::Text(text) => text.chars().count(),
                Cel::List(items) => items.len(),
                Cel::Map(map) => map.len(),
                other => return Err(format!("size(): {} has no size", kind(other))),
            };
            i64::try_from(size).map(Cel::Int).map_err(|error| error.to_string())
        }
        (function, argument) => Err(format!("{function:?}: does not take {}", kind(&argument))),
    }
}

fn compare(comparison: Comparison, left: &Cel, right: &Cel) -> Result<Cel, String> {
    let equal = || match order(left, right) {
        Some(order) => order == Ordering::Equal,
        None => match (left, right) {
            (Cel::List(one), Cel::List(other)) => one == other,
            (Cel::Map(one), Cel::Map(other)) => one == other,
            (Cel::Null, Cel::Null) => true,
            _ => false,
        },
    };
    let ordered = |accept: fn(Ordering) -> bool| {
        order(left, right).map(accept).ok_or_else(|| format!("cannot compare {} with {}", kind(left), kind(right)))
    };
    Ok(Cel::Bool(match comparison {
        Comparison::Equal => equal(),
        Comparison::Unequal => !equal(),
        Comparison::Less => ordered(Ordering::is_lt)?,
        Comparison::LessOrEqual => ordered(Ordering::is_le)?,
        Comparison::Greater => ordered(Ordering::is_gt)?,
        Comparison::GreaterOrEqual => ordered(Ordering::is_ge)?,
    }))
}

#[expect(clippy::cast_precision_loss, reason = "CEL compares numbers of both kinds by value")]
fn order(left: &Cel, right: &Cel) -> Option<Ordering> {
    match (left, right) {
        (Cel::Int(left), Cel::Int(right)) => Some(left.cmp(right)),
        (Cel::Double(left), Cel::Double(right)) => left.partial_cmp(right),
        (Cel::Int(left), Cel::Double(right)) => (*left as f64).partial_cmp(right),
        (Cel::Double(left), Cel::Int(right)) => left.partial_cmp(&(*right as f64)),
        (Cel::Text(left), Cel::Text(right)) => Some(left.cmp(right)),
        (Cel::Bool(left), Cel::Bool(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

const fn kind(value: &Cel) -> &'static str {
    match value {
        Cel::Null => "null",
        Cel::Bool(_) => "a boolean",
        Cel::Int(_) | Cel::Double(_) => "a number",
        Cel::Text(_) => "a string",
        Cel::List(_) => "a list",
        Cel::Map(_) => "an object",
    }
}
