use crate::Failure;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A Kubernetes namespace: 1 to 63 of `a-z`, `0-9` and `-`, beginning and ending with a letter or digit (RFC 1123).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Namespace(String);

impl Namespace {
    /// # Errors
    /// `Invalid`, naming the rule.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let whole = !text.is_empty() && text.len() <= 63 && text.chars().all(inner);
        if whole && !text.starts_with('-') && !text.ends_with('-') {
            Ok(Self(text.to_owned()))
        } else {
            Err(Failure::invalid(format!(
                "namespace {text:?} is not a namespace name: expected 1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit"
            )))
        }
    }
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl FromStr for Namespace {
    type Err = Failure;
    fn from_str(text: &str) -> Result<Self, Failure> {
        Self::parse(text)
    }
}
impl TryFrom<String> for Namespace {
    type Error = Failure;
    fn try_from(text: String) -> Result<Self, Failure> {
        Self::parse(&text)
    }
}
impl From<Namespace> for String {
    fn from(namespace: Namespace) -> Self {
        namespace.0
    }
}

/// Where a pipeline lives. Shared pipelines are the one exception to "everything belongs to a namespace":
/// every signed-in caller may read them, platform admins write them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    Shared,
    In(Namespace),
}

impl Scope {
    #[must_use]
    pub const fn namespace(&self) -> Option<&Namespace> {
        match self {
            Self::Shared => None,
            Self::In(namespace) => Some(namespace),
        }
    }
    /// As KFP's wire and our tables write it: the namespace, or empty for shared.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.namespace().map_or("", Namespace::as_str)
    }
    /// The inverse of [`Scope::as_str`].
    ///
    /// # Errors
    /// `Invalid` for text that is neither empty nor a namespace name.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        if text.is_empty() { Ok(Self::Shared) } else { Namespace::parse(text).map(Self::In) }
    }
}
