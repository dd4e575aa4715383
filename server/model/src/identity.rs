use crate::{Failure, Namespace};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who somebody is, as the identity provider writes it: an e-mail address, a local account, `system:serviceaccount:<ns>:<name>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserName(String);

impl UserName {
    /// # Errors
    /// `Invalid` for empty text, over 255 bytes, or control characters.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        if text.is_empty() || text.len() > 255 || text.trim() != text || text.chars().any(char::is_control) {
            return Err(Failure::invalid(format!(
                "user {text:?} is not a user name: expected 1 to 255 bytes without control characters or spaces at the ends"
            )));
        }
        Ok(Self(text.to_owned()))
    }
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl TryFrom<String> for UserName {
    type Error = Failure;
    fn try_from(text: String) -> Result<Self, Failure> {
        Self::parse(&text)
    }
}
impl From<UserName> for String {
    fn from(user: UserName) -> Self {
        user.0
    }
}

/// A person's role in a namespace, as Kubeflow's contributors have it. Each holds all that the one before it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    View,
    Edit,
    Admin,
}

impl Role {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Edit => "edit",
            Self::Admin => "admin",
        }
    }
    /// # Errors
    /// `Invalid`, naming the three roles.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        match text {
            "view" => Ok(Self::View),
            "edit" => Ok(Self::Edit),
            "admin" => Ok(Self::Admin),
            _ => Err(Failure::invalid(format!("role {text:?} is not a role: expected admin, edit or view"))),
        }
    }
}

/// One namespace that a person may use, and as what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub namespace: Namespace,
    pub role: Role,
}

/// Somebody in a namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub user: UserName,
    pub role: Role,
}
