use crate::{Caller, Limits};
use model::{Failure, Timestamp, UserName};

/// Whether the request's credential is good; put into the request's extensions once, by one middleware in wiring, and
/// read by every door.
#[derive(Debug, Clone)]
pub struct Identified(pub Result<Caller, Failure>);

/// Local accounts, sessions and personal tokens. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {}

impl Accounts {
    pub async fn sign_in(&self, user: &str, password: &str) -> Result<SessionSecret, Failure> {
        let _ = (user, password);
        Err(Failure::internal("not built yet"))
    }
    pub async fn redeem_link(&self, secret: &str) -> Result<SessionSecret, Failure> {
        let _ = secret;
        Err(Failure::internal("not built yet"))
    }
    pub async fn sign_out(&self, headers: &http::HeaderMap) -> Result<(), Failure> {
        let _ = headers;
        Err(Failure::internal("not built yet"))
    }
    pub async fn create_token(
        &self,
        user: &UserName,
        name: &str,
        limits: Limits,
        expires_at: Option<Timestamp>,
    ) -> Result<String, Failure> {
        let _ = (user, name, limits, expires_at);
        Err(Failure::internal("not built yet"))
    }
}

/// The secret of a session, to be set as a cookie.
pub struct SessionSecret(pub(crate) String);

impl SessionSecret {
    /// The value of `Set-Cookie`.
    #[must_use]
    pub fn set_cookie(&self) -> String {
        self.0.clone()
    }
}
