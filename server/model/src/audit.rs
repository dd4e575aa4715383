use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// One line of the audit: what was refused, or what somebody was let in to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    pub at: Timestamp,
    /// Empty for nobody.
    pub user: String,
    /// How they showed who they are: `session`, `personal token`, `trusted header`, `cluster token`, `openid token`, `command line`.
    pub via: String,
    /// The address that they asked from; empty when it is this machine's command line.
    pub from: String,
    /// Empty where no namespace is concerned.
    pub namespace: String,
    pub resource: String,
    pub verb: String,
    /// The object's id or name, where one was named.
    pub object: String,
    pub outcome: AuditOutcome,
    /// Why it was refused.
    pub reason: String,
}

/// Allowed means that the change was let through; whether it then could be made is for its own answer to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AuditOutcome {
    Allowed,
    Refused,
}

impl AuditOutcome {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
        }
    }
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "allowed" => Some(Self::Allowed),
            "refused" => Some(Self::Refused),
            _ => None,
        }
    }
}
