use crate::Via;
use model::{Failure, UserName};

/// Somebody else who knows whose a bearer token is: the cluster, an OpenID provider.
#[async_trait::async_trait]
pub trait Vouching: Send + Sync {
    /// # Errors
    /// `Unavailable` when the question cannot be put; nobody is let in for want of an answer.
    async fn vouch(&self, token: &str) -> Result<Verdict, Failure>;
}

/// What is said of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Not of a kind that could be known here: the next one may be asked.
    NotOurs,
    /// Of our kind, and not good. Nobody else is asked.
    Refused,
    Good(Vouched),
}

/// Whose a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    pub user: UserName,
    pub groups: Vec<String>,
    pub via: Via,
}

/// An OpenID provider, for browsers: the authorisation code flow with PKCE.
#[async_trait::async_trait]
pub trait OpenId: Send + Sync {
    /// The address to send the browser to.
    ///
    /// # Errors
    /// `Unavailable` when the provider does not tell about itself.
    async fn begin(&self, redirect_uri: &str, flow: &Flow) -> Result<String, Failure>;
    /// Who came back with this code.
    ///
    /// # Errors
    /// `Unauthenticated` for a code or an answer that is not good, `Unavailable` when the provider does not answer.
    async fn finish(&self, redirect_uri: &str, code: &str, flow: &Flow) -> Result<UserName, Failure>;
}

/// The three secrets of one sign-in. All come from one that only the browser keeps, so nothing waits on the server.
#[derive(Clone, PartialEq, Eq)]
pub struct Flow {
    pub state: String,
    pub nonce: String,
    /// PKCE's code verifier.
    pub verifier: String,
}
