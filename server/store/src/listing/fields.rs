use crate::row::Row;
use model::Failure;
use sea_orm::QueryResult;
use sea_orm::sea_query::Expr;
use serde::{Deserialize, Serialize};

/// One thing that a list can be sorted or filtered by, under all the names that the two versions of the API give it.
pub(crate) struct Field {
    names: &'static [&'static str],
    pub(crate) column: Column,
}

impl Field {
    pub(crate) const fn new(names: &'static [&'static str], column: Column) -> Self {
        Self { names, column }
    }
    pub(crate) fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.names.contains(&name)
    }
}

/// Where a field's value is, and of what kind it is.
#[derive(Clone, Copy)]
pub(crate) enum Column {
    Text(&'static str),
    /// Long: it can be searched, but nobody wants it in a page token.
    LongText(&'static str),
    /// Milliseconds; the API compares seconds.
    Moment(&'static str),
    /// A number that only orders.
    Position(&'static str),
    /// `AVAILABLE` or `ARCHIVED`; older clients write `STORAGESTATE_...`.
    StorageState(&'static str),
    /// `state` in v1beta1's words.
    V1Status,
    /// The same for every row.
    Always(&'static str),
}

/// Runs that v1beta1 has no word of its own for take the nearest one, as KFP's converter does.
const V1_STATUS: &str = "CASE state WHEN 'PENDING' THEN 'Pending' WHEN 'PAUSED' THEN 'Pending' \
    WHEN 'RUNNING' THEN 'Running' WHEN 'SUCCEEDED' THEN 'Succeeded' WHEN 'SKIPPED' THEN 'Skipped' \
    WHEN 'FAILED' THEN 'Failed' WHEN 'CANCELED' THEN 'Failed' WHEN 'CANCELING' THEN 'Terminating' ELSE 'Unknown' END";

impl Column {
    pub(crate) fn expression(self) -> Expr {
        match self {
            Self::Text(name)
            | Self::LongText(name)
            | Self::Moment(name)
            | Self::Position(name)
            | Self::StorageState(name) => Expr::col(name),
            Self::V1Status => Expr::cust(V1_STATUS),
            Self::Always(word) => Expr::val(word),
        }
    }
    pub(crate) const fn sorts(self) -> bool {
        !matches!(self, Self::LongText(_))
    }
    /// `None` where all rows are equal and the id alone orders them.
    pub(crate) fn sort_expression(self) -> Option<Expr> {
        match self {
            Self::Always(_) | Self::Text("id") => None,
            other => Some(other.expression()),
        }
    }
    /// What the row was ordered by.
    pub(crate) fn sort_value(self, row: &QueryResult) -> Result<SortValue, Failure> {
        match self {
            Self::Always(_) | Self::Text("id") => Ok(SortValue::Text(String::new())),
            Self::Moment(_) | Self::Position(_) => row.number("sort_value").map(SortValue::Number),
            _ => row.text("sort_value").map(SortValue::Text),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum SortValue {
    Number(i64),
    Text(String),
}
