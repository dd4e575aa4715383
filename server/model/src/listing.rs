use crate::Failure;
use serde::{Deserialize, Serialize};

/// KFP: 0 or absent means 20, more than 200 means 200, negative is invalid.
pub const DEFAULT_PAGE_SIZE: u32 = 20;
pub const MAX_PAGE_SIZE: u32 = 200;

/// One page of a list that is ordered by (sort field, id).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Rows that match the filter, over all pages.
    pub total_size: u32,
    /// Opaque and signed; absent on the last page.
    pub next_page_token: Option<String>,
}

impl<T> Page<T> {
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            total_size: self.total_size,
            next_page_token: self.next_page_token,
        }
    }
}

/// What a caller asks of a list, parsed but not yet matched against the resource's fields (the store does that).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Already clamped by [`Listing::clamp_page_size`].
    pub page_size: u32,
    pub page_token: Option<String>,
    pub sort: Option<Sort>,
    pub filter: Filter,
}

impl Listing {
    /// # Errors
    /// `Invalid` for a negative size.
    pub fn clamp_page_size(asked: i64) -> Result<u32, Failure> {
        match asked {
            0 => Ok(DEFAULT_PAGE_SIZE),
            size if size < 0 => {
                Err(Failure::invalid(format!("page_size {size} is negative: expected 0 to {MAX_PAGE_SIZE}")))
            }
            size => Ok(u32::try_from(size).map_or(MAX_PAGE_SIZE, |size| size.min(MAX_PAGE_SIZE))),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// The API's name of the field, lower case.
    pub field: String,
    pub descending: bool,
}

/// All predicates must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    pub predicates: Vec<Predicate>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predicate {
    pub key: String,
    pub comparison: Comparison,
    pub value: PredicateValue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Comparison {
    Equals,
    NotEquals,
    GreaterThan,
    GreaterThanEquals,
    LessThan,
    LessThanEquals,
    In,
    IsSubstring,
}

/// Lists go with `In`, one value with all others; `wire` refuses the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PredicateValue {
    Number(i64),
    Text(String),
    /// Compared as seconds.
    Moment(crate::Timestamp),
    Numbers(Vec<i64>),
    Texts(Vec<String>),
}
