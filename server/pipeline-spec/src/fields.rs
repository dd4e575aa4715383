//! Reading protojson objects: either spelling of a name, numbers as text, and no unknown fields.

use crate::SpecError;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// One object and its place in the document, for messages.
pub(crate) struct Fields<'a> {
    pub(crate) place: String,
    map: &'a Map<String, Value>,
    read: BTreeSet<&'a str>,
}

impl<'a> Fields<'a> {
    pub(crate) fn open(place: &str, value: &'a Value) -> Result<Self, SpecError> {
        let map = value.as_object().ok_or_else(|| expected(place, "an object", value))?;
        Ok(Self { place: place.to_owned(), map, read: BTreeSet::new() })
    }
    pub(crate) fn path(&self, name: &str) -> String {
        if self.place.is_empty() { name.to_owned() } else { format!("{}.{name}", self.place) }
    }
    pub(crate) fn error(&self, name: &str, message: impl std::fmt::Display) -> SpecError {
        SpecError::at(&self.path(name), message)
    }
    /// The value under `name` (camelCase) or its snake_case spelling, null included.
    pub(crate) fn value(&mut self, name: &str) -> Result<Option<&'a Value>, SpecError> {
        let snake = snake(name);
        let camel = self.map.get_key_value(name);
        let other = if snake == name { None } else { self.map.get_key_value(&snake) };
        if camel.is_some() && other.is_some() {
            return Err(self.error(name, "stands there twice, in both spellings"));
        }
        Ok(camel.or(other).map(|(key, value)| {
            self.read.insert(key);
            value
        }))
    }
    /// As [`Self::value`], null read as absent.
    pub(crate) fn some(&mut self, name: &str) -> Result<Option<&'a Value>, SpecError> {
        Ok(self.value(name)?.filter(|value| !value.is_null()))
    }
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, SpecError> {
        self.some(name)?
            .map(|value| value.as_str().map(str::to_owned).ok_or_else(|| expected(&self.path(name), "a string", value)))
            .transpose()
    }
    pub(crate) fn required(&mut self, name: &str) -> Result<String, SpecError> {
        self.text(name)?.filter(|text| !text.is_empty()).ok_or_else(|| self.error(name, "is missing"))
    }
    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, SpecError> {
        match self.some(name)? {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or_else(|| expected(&self.path(name), "true or false", value)),
        }
    }
    pub(crate) fn number(&mut self, name: &str) -> Result<Option<f64>, SpecError> {
        let Some(value) = self.some(name)? else { return Ok(None) };
        let number = match value {
            Value::String(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
            other => other.as_f64(),
        };
        number.map(Some).ok_or_else(|| expected(&self.path(name), "a number", value))
    }
    /// A whole number from 0 to 2^31-1.
    pub(crate) fn count(&mut self, name: &str) -> Result<u32, SpecError> {
        let Some(number) = self.number(name)? else { return Ok(0) };
        if number.fract() == 0.0 && (0.0..=f64::from(i32::MAX)).contains(&number) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked just above")]
            return Ok(number as u32);
        }
        Err(self.error(name, "expected a whole number from 0 on"))
    }
    /// protojson's Duration: seconds with `s`, as `"60s"` or `"0.5s"`; in milliseconds.
    pub(crate) fn duration(&mut self, name: &str) -> Result<Option<i64>, SpecError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let seconds = text.strip_suffix('s').and_then(|number| number.parse::<f64>().ok());
        match seconds {
            #[expect(clippy::cast_possible_truncation, reason = "checked by the guard")]
            Some(seconds) if (0.0..=1e10).contains(&seconds) => Ok(Some((seconds * 1000.0) as i64)),
            _ => Err(self.error(name, format!("expected a duration such as \"60s\", got \"{text}\""))),
        }
    }
    pub(crate) fn texts(&mut self, name: &str) -> Result<Vec<String>, SpecError> {
        let place = self.path(name);
        self.list(name)?
            .iter()
            .enumerate()
            .map(|(index, value)| {
                value
                    .as_str()
                    .map(str::to_owned)
                    .ok_or_else(|| expected(&format!("{place}[{index}]"), "a string", value))
            })
            .collect()
    }
    pub(crate) fn list(&mut self, name: &str) -> Result<&'a [Value], SpecError> {
        match self.some(name)? {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(value) => Err(expected(&self.path(name), "a list", value)),
        }
    }
    pub(crate) fn objects(&mut self, name: &str) -> Result<Vec<Self>, SpecError> {
        let place = self.path(name);
        self.list(name)?
            .iter()
            .enumerate()
            .map(|(index, value)| Self::open(&format!("{place}[{index}]"), value))
            .collect()
    }
    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Self>, SpecError> {
        let place = self.path(name);
        self.some(name)?.map(|value| Self::open(&place, value)).transpose()
    }
    /// A map from names of the author's choice to objects.
    pub(crate) fn named(&mut self, name: &str) -> Result<Vec<(&'a str, Self)>, SpecError> {
        let place = self.path(name);
        let Some(value) = self.some(name)? else { return Ok(Vec::new()) };
        let map = value.as_object().ok_or_else(|| expected(&place, "an object", value))?;
        map.iter().map(|(key, value)| Ok((key.as_str(), Self::open(&format!("{place}[\"{key}\"]"), value)?))).collect()
    }
    /// The names of what holds something and nobody asked for.
    pub(crate) fn unread(&self) -> Vec<String> {
        let empty = |value: &Value| match value {
            Value::Null => true,
            Value::Array(list) => list.is_empty(),
            Value::Object(map) => map.is_empty(),
            _ => false,
        };
        let unread = self.map.iter().filter(|(key, value)| !self.read.contains(key.as_str()) && !empty(value));
        unread.map(|(key, _)| key.clone()).collect()
    }
    /// Refuses what nobody asked for.
    pub(crate) fn close(self) -> Result<(), SpecError> {
        match self.map.keys().find(|key| !self.read.contains(key.as_str())) {
            None => Ok(()),
            Some(key) => Err(SpecError::at(&self.path(key), "unknown field")),
        }
    }
}

pub(crate) fn expected(place: &str, what: &str, got: &Value) -> SpecError {
    SpecError::at(place, format!("expected {what}, got {}", crate::values::kind(got)))
}

fn snake(camel: &str) -> String {
    let mut text = String::with_capacity(camel.len() + 4);
    for character in camel.chars() {
        if character.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(character.to_ascii_lowercase());
    }
    text
}
