use crate::Limits;
use model::{Failure, Timestamp, TokenId, UserName};

/// A local account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: UserName,
    /// Argon2's own text format; `None` for an account that only signs in by links.
    pub password_hash: Option<String>,
    pub disabled: bool,
}

/// Somebody who is signed in with a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub user: UserName,
    /// When its present secret was made.
    pub begun_at: Timestamp,
    pub last_seen_at: Timestamp,
}

/// A personal access token that is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub id: TokenId,
    pub user: UserName,
    pub limits: Limits,
    pub last_used_at: Option<Timestamp>,
}

/// A personal access token to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    pub id: TokenId,
    pub user: UserName,
    pub name: String,
    pub limits: Limits,
    pub expires_at: Option<Timestamp>,
}

/// Where accounts, sessions and tokens are kept; secrets only as hashes. The store implements it; each question fails
/// with `Unavailable` when the database does not answer.
#[async_trait::async_trait]
pub trait Credentials: Send + Sync {
    async fn account(&self, name: &UserName) -> Result<Option<Account>, Failure>;
    /// A session that has not expired, of an account that is not disabled.
    async fn session(&self, hash: &str, now: Timestamp) -> Result<Option<Session>, Failure>;
    async fn begin_session(&self, hash: &str, user: &UserName, now: Timestamp, end: Timestamp) -> Result<(), Failure>;
    async fn touch_session(&self, hash: &str, now: Timestamp, end: Timestamp) -> Result<(), Failure>;
    async fn end_session(&self, hash: &str) -> Result<(), Failure>;
    /// Ends every session of this person.
    async fn end_sessions(&self, user: &UserName) -> Result<(), Failure>;
    /// Uses a sign-in link up and tells whose it was; `None` for one that is unknown, used or expired.
    async fn redeem_link(&self, hash: &str, now: Timestamp) -> Result<Option<UserName>, Failure>;
    async fn add_link(&self, hash: &str, user: &UserName, now: Timestamp, end: Timestamp) -> Result<(), Failure>;
    /// A token that is neither revoked nor expired, of a user who is not disabled.
    async fn token(&self, hash: &str, now: Timestamp) -> Result<Option<Token>, Failure>;
    async fn touch_token(&self, id: TokenId, now: Timestamp) -> Result<(), Failure>;
    /// An account for somebody whom the OpenID provider sends; one that is there already is left as it is.
    ///
    /// # Errors
    /// `Forbidden` when a local account has the name, or it is disabled.
    async fn admit_from_provider(&self, user: &UserName, now: Timestamp) -> Result<(), Failure>;
    async fn add_token(&self, hash: &str, new: NewToken, now: Timestamp) -> Result<(), Failure>;
}
