use crate::failure::failure;
use model::{Failure, Timestamp};
use sea_orm::QueryResult;
use serde::de::DeserializeOwned;
use std::fmt::Display;

/// Reads a row's columns as the model's types. What our own tables hold and the model refuses is our fault.
pub(crate) trait Row {
    fn text(&self, column: &str) -> Result<String, Failure>;
    fn number(&self, column: &str) -> Result<i64, Failure>;
    fn flag(&self, column: &str) -> Result<bool, Failure>;
    fn real(&self, column: &str) -> Result<f64, Failure>;

    fn count(&self, column: &str) -> Result<u32, Failure> {
        u32::try_from(self.number(column)?).map_err(Failure::internal)
    }
    fn moment(&self, column: &str) -> Result<Timestamp, Failure> {
        self.number(column).map(Timestamp::from_millis)
    }
    /// 0 stands for "not yet", so that the column can be sorted.
    fn moment_if_any(&self, column: &str) -> Result<Option<Timestamp>, Failure> {
        Ok(Some(self.moment(column)?).filter(|moment| *moment != Timestamp::ZERO))
    }
    /// Empty stands for "none".
    fn text_if_any(&self, column: &str) -> Result<Option<String>, Failure> {
        Ok(Some(self.text(column)?).filter(|text| !text.is_empty()))
    }
    fn parsed<T, E: Display>(&self, column: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Result<T, Failure> {
        let text = self.text(column)?;
        parse(&text).map_err(|error| Failure::internal(format!("column {column}: {error}")))
    }
    fn word<T>(&self, column: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Failure> {
        self.parsed(column, |text| parse(text).ok_or_else(|| format!("{text:?} is no word of ours")))
    }
    fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, Failure> {
        self.parsed(column, |text| serde_json::from_str(text))
    }
}

impl Row for QueryResult {
    fn text(&self, column: &str) -> Result<String, Failure> {
        self.try_get("", column).map_err(failure)
    }
    fn number(&self, column: &str) -> Result<i64, Failure> {
        self.try_get("", column).map_err(failure)
    }
    fn flag(&self, column: &str) -> Result<bool, Failure> {
        self.try_get("", column).map_err(failure)
    }
    fn real(&self, column: &str) -> Result<f64, Failure> {
        self.try_get("", column).map_err(failure)
    }
}

/// A value as one text column keeps it.
pub(crate) fn to_json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(Failure::internal)
}

/// The inverse of [`Row::moment_if_any`].
pub(crate) fn millis(moment: Option<Timestamp>) -> i64 {
    moment.unwrap_or(Timestamp::ZERO).millis()
}
