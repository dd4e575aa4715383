use model::{Failure, RunState, StorageState, Timestamp};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, fmt};

/// Where in the caller's JSON something stands; shown as `runtime_config.parameters` or `predicates[0].key`.
#[derive(Clone, Copy)]
pub enum At<'a> {
    /// The name of the whole text; not shown before a field of it.
    Root(&'a str),
    Field(&'a Self, &'a str),
    Item(&'a Self, usize),
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(what) => f.write_str(what),
            Self::Field(Self::Root(_), name) => f.write_str(name),
            Self::Field(parent, name) => write!(f, "{parent}.{name}"),
            Self::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

impl At<'_> {
    pub(crate) fn expected(&self, what: &str, found: &Value) -> Failure {
        let found = match found {
            Value::Null => "null".to_owned(),
            Value::Bool(_) | Value::Number(_) => found.to_string(),
            Value::String(text) => format!("{:?}", text.chars().take(64).collect::<String>()),
            Value::Array(_) => "a list".to_owned(),
            Value::Object(_) => "an object".to_owned(),
        };
        Failure::invalid(format!("invalid value for field {self}: expected {what}, found {found}"))
    }
}

/// How one type of field is read and written.
pub trait Field: Sized + Serialize {
    /// `value` is never null.
    ///
    /// # Errors
    /// `Invalid`, naming the field and what was expected.
    fn read(value: Value, at: &At<'_>) -> Result<Self, Failure>;

    /// Whether it is left out on writing.
    fn is_unset(&self) -> bool;

    /// What OpenAPI calls it; messages write themselves into `all` and are referred to.
    fn schema(all: &mut Schemas) -> Value;
}

/// The messages of an OpenAPI document, by name.
pub type Schemas = BTreeMap<String, Value>;

/// `v2beta1.Run`: both versions have messages of the same name.
pub(crate) fn schema_name(module: &str, name: &str) -> String {
    match module.split("::").find(|part| part.starts_with("v1") || part.starts_with("v2")) {
        Some(version) => format!("{version}.{name}"),
        None => name.to_owned(),
    }
}

/// A present `Option` counts as set whatever it holds: members of a oneof need that.
impl<T: Field> Field for Option<T> {
    fn read(value: Value, at: &At<'_>) -> Result<Self, Failure> {
        T::read(value, at).map(Some)
    }
    fn is_unset(&self) -> bool {
        self.is_none()
    }
    fn schema(all: &mut Schemas) -> Value {
        T::schema(all)
    }
}

impl<T: Field> Field for Vec<T> {
    fn read(value: Value, at: &At<'_>) -> Result<Self, Failure> {
        let Value::Array(items) = value else {
            return Err(at.expected("a list", &value));
        };
        items.into_iter().enumerate().map(|(index, item)| T::read(item, &At::Item(at, index))).collect()
    }
    fn is_unset(&self) -> bool {
        self.is_empty()
    }
    fn schema(all: &mut Schemas) -> Value {
        json!({ "type": "array", "items": T::schema(all) })
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    fn read(value: Value, at: &At<'_>) -> Result<Self, Failure> {
        let Value::Object(entries) = value else {
            return Err(at.expected("an object", &value));
        };
        entries
            .into_iter()
            .map(|(key, value)| {
                let value = T::read(value, &At::Field(at, &key))?;
                Ok((key, value))
            })
            .collect()
    }
    fn is_unset(&self) -> bool {
        self.is_empty()
    }
    fn schema(all: &mut Schemas) -> Value {
        json!({ "type": "object", "additionalProperties": T::schema(all) })
    }
}

/// Text without NUL, which no database of ours could keep.
impl Field for String {
    fn read(value: Value, at: &At<'_>) -> Result<Self, Failure> {
        match value {
            Value::String(text) if text.contains('\0') => Err(at.expected("text without NUL characters", &Value::Null)),
            Value::String(text) => Ok(text),
            other => Err(at.expected("a string", &other)),
        }
    }
    fn is_unset(&self) -> bool {
        self.is_empty()
    }
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "string" })
    }
}

impl Field for bool {
    fn read(value: Value, at: &At<'_>) -> Result<Self, Failure> {
        value.as_bool().ok_or_else(|| at.expected("true or false", &value))
    }
    fn is_unset(&self) -> bool {
        !*self
    }
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "boolean" })
    }
}

/// Protobuf's int64: a number or its text comes in, text goes out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Int64(pub i64);

impl Field for Int64 {
    fn read(value: Value, at: &At<'_>) -> Result<Self, Failure> {
        integer(&value).map(Self).ok_or_else(|| at.expected("a whole number of 64 bits", &value))
    }
    fn is_unset(&self) -> bool {
        self.0 == 0
    }
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "string", "format": "int64" })
    }
}
impl Serialize for Int64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Field for i32 {
    fn read(value: Value, at: &At<'_>) -> Result<Self, Failure> {
        integer(&value)
            .and_then(|number| Self::try_from(number).ok())
            .ok_or_else(|| at.expected("a whole number of 32 bits", &value))
    }
    fn is_unset(&self) -> bool {
        *self == 0
    }
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "integer", "format": "int32" })
    }
}

/// A finite number; protobuf's texts for the others are nobody's metric.
impl Field for f64 {
    fn read(value: Value, at: &At<'_>) -> Result<Self, Failure> {
        let number = match &value {
            Value::String(text) => text.parse().ok(),
            other => other.as_f64(),
        };
        number.filter(|number: &Self| number.is_finite()).ok_or_else(|| at.expected("a number", &value))
    }
    fn is_unset(&self) -> bool {
        *self == 0.0
    }
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "number", "format": "double" })
    }
}

/// Any JSON value, echoed as it came.
impl Field for Value {
    fn read(value: Value, _: &At<'_>) -> Result<Self, Failure> {
        Ok(value)
    }
    fn is_unset(&self) -> bool {
        self.is_null()
    }
    fn schema(_: &mut Schemas) -> Value {
        json!({})
    }
}

/// Protobuf takes `5`, `"5"` and `5.0` for the number five.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_i64().or_else(|| {
            // Up to 2^53 every whole double is exactly one integer; beyond, it is not clear which one was meant.
            let number = number.as_f64()?;
            (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0)
                .then(|| format!("{number:.0}").parse().ok())?
        }),
        _ => None,
    }
}

/// A timestamp. `Some(Timestamp::ZERO)` is written as 1970, which is how KFP says "not yet".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment(pub Option<Timestamp>);

impl Moment {
    #[must_use]
    pub const fn or_zero(time: Option<Timestamp>) -> Self {
        match time {
            Some(_) => Self(time),
            None => Self(Some(Timestamp::ZERO)),
        }
    }
}
impl From<Timestamp> for Moment {
    fn from(time: Timestamp) -> Self {
        Self(Some(time))
    }
}
impl Field for Moment {
    fn read(value: Value, at: &At<'_>) -> Result<Self, Failure> {
        match value.as_str().and_then(Timestamp::parse_rfc3339) {
            Some(time) => Ok(time.into()),
            None => Err(at.expected("an RFC 3339 time such as \"2024-05-01T10:00:00Z\"", &value)),
        }
    }
    fn is_unset(&self) -> bool {
        self.0.is_none()
    }
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "string", "format": "date-time" })
    }
}
impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.unwrap_or_default().to_rfc3339())
    }
}

/// The words of an enum on the wire.
pub trait Named: Copy + PartialEq + 'static {
    /// The word for 0.
    const UNSPECIFIED: &'static str;
    /// Number, word, meaning; without the unspecified one.
    const WORDS: &'static [(i64, &'static str, Self)];
}

/// An enum's value; `None` is the unspecified one, which is left out on writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enum<T>(pub Option<T>);

impl<T> Default for Enum<T> {
    fn default() -> Self {
        Self(None)
    }
}
impl<T> From<T> for Enum<T> {
    fn from(value: T) -> Self {
        Self(Some(value))
    }
}
impl<T: Named> Field for Enum<T> {
    fn read(value: Value, at: &At<'_>) -> Result<Self, Failure> {
        let found = match &value {
            Value::String(word) if word == T::UNSPECIFIED => Some(Self(None)),
            Value::String(word) => {
                T::WORDS.iter().find(|(_, known, _)| known == word).map(|(_, _, meaning)| Self(Some(*meaning)))
            }
            Value::Number(_) => match integer(&value) {
                Some(0) => Some(Self(None)),
                number => T::WORDS
                    .iter()
                    .find(|(known, _, _)| Some(*known) == number)
                    .map(|(_, _, meaning)| Self(Some(*meaning))),
            },
            _ => None,
        };
        found.ok_or_else(|| {
            let words: Vec<_> = T::WORDS.iter().map(|(_, word, _)| *word).collect();
            at.expected(&format!("one of {}", words.join(", ")), &value)
        })
    }
    fn is_unset(&self) -> bool {
        self.0.is_none()
    }
    fn schema(_: &mut Schemas) -> Value {
        let words = std::iter::once(T::UNSPECIFIED).chain(T::WORDS.iter().map(|(_, word, _)| *word));
        json!({ "type": "string", "enum": words.collect::<Vec<_>>() })
    }
}
impl<T: Named> Serialize for Enum<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let word = T::WORDS.iter().find(|(_, _, meaning)| Some(*meaning) == self.0);
        serializer.serialize_str(word.map_or(T::UNSPECIFIED, |(_, word, _)| word))
    }
}

impl Named for StorageState {
    const UNSPECIFIED: &'static str = "STORAGE_STATE_UNSPECIFIED";
    const WORDS: &'static [(i64, &'static str, Self)] =
        &[(1, Self::Available.as_str(), Self::Available), (2, Self::Archived.as_str(), Self::Archived)];
}

impl Named for RunState {
    const UNSPECIFIED: &'static str = "RUNTIME_STATE_UNSPECIFIED";
    const WORDS: &'static [(i64, &'static str, Self)] = &[
        (1, Self::Pending.as_str(), Self::Pending),
        (2, Self::Running.as_str(), Self::Running),
        (3, Self::Succeeded.as_str(), Self::Succeeded),
        (4, Self::Skipped.as_str(), Self::Skipped),
        (5, Self::Failed.as_str(), Self::Failed),
        (6, Self::Canceling.as_str(), Self::Canceling),
        (7, Self::Canceled.as_str(), Self::Canceled),
        (8, Self::Paused.as_str(), Self::Paused),
    ];
}

/// Protobuf's Struct: any JSON object, echoed as it came.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Object(pub Value);

impl Field for Object {
    fn read(value: Value, at: &At<'_>) -> Result<Self, Failure> {
        if value.is_object() { Ok(Self(value)) } else { Err(at.expected("an object", &value)) }
    }
    fn is_unset(&self) -> bool {
        false
    }
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "object" })
    }
}

/// A map from text to any JSON value.
impl Field for Map<String, Value> {
    fn read(value: Value, at: &At<'_>) -> Result<Self, Failure> {
        match value {
            Value::Object(entries) => Ok(entries),
            other => Err(at.expected("an object", &other)),
        }
    }
    fn is_unset(&self) -> bool {
        self.is_empty()
    }
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "object", "additionalProperties": true })
    }
}
