use crate::{Namespace, Timestamp, TokenId};
use serde::{Deserialize, Serialize};

/// A personal access token as its owner may see it: everything but its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenSummary {
    pub id: TokenId,
    /// What its owner calls it.
    pub name: String,
    /// Empty means every namespace of the owner.
    pub namespaces: Vec<Namespace>,
    pub read_only: bool,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}
