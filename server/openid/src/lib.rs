//! An OpenID provider: browsers sign in there (authorisation code flow with PKCE), and its JWTs are good bearer tokens.
//!
//! Signatures are checked by `jsonwebtoken`; what must hold of the claims is checked here against the clock that wiring
//! hands over. The provider tells about itself (discovery), and its keys are fetched again when a token names a new one.

mod claims;
mod keys;
mod sign_in;

pub use claims::Claims;

use authn::{Verdict, Via, Vouched, Vouching};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use keys::Keys;
use model::{Clock, Failure, FailureKind};
use serde_json::Value;
use std::sync::Arc;

/// What is to be known of the provider.
#[derive(Clone)]
pub struct Settings {
    /// As its tokens name it, without `/.well-known/...`.
    pub issuer: String,
    pub client_id: String,
    /// `None` for a public client, which has PKCE alone.
    pub client_secret: Option<String>,
    /// Whom a bearer token must be for.
    pub audience: String,
    /// The claim that names a person. Of `email` only one that the provider says it has verified is taken.
    pub user_claim: String,
    pub groups_claim: String,
    pub scopes: Vec<String>,
}

/// The provider.
pub struct Provider {
    settings: Settings,
    http: reqwest::Client,
    keys: Keys,
    clock: Arc<dyn Clock>,
}

impl Provider {
    /// Nothing is asked of the provider yet: it may come up later than we do.
    #[must_use]
    pub fn new(settings: Settings, http: reqwest::Client, clock: Arc<dyn Clock>) -> Self {
        let keys = Keys::new(settings.issuer.clone(), http.clone(), Arc::clone(&clock));
        Self { settings, http, keys, clock }
    }

    /// # Errors
    /// `Unauthenticated`, `Unavailable`.
    async fn checked(&self, token: &str, audience: &str) -> Result<Claims, Failure> {
        let claims = self.keys.verified(token).await?;
        let claims = Claims(claims);
        claims.check(&self.settings.issuer, audience, self.clock.now())?;
        Ok(claims)
    }
}

#[async_trait::async_trait]
impl Vouching for Provider {
    async fn vouch(&self, token: &str) -> Result<Verdict, Failure> {
        if issuer_of(token).is_none_or(|issuer| issuer != self.settings.issuer) {
            return Ok(Verdict::NotOurs);
        }
        let claims = match self.checked(token, &self.settings.audience).await {
            Ok(claims) => claims,
            Err(failure) if failure.kind == FailureKind::Unauthenticated => {
                tracing::info!("a token of the OpenID provider is not good: {failure}");
                return Ok(Verdict::Refused);
            }
            Err(failure) => return Err(failure),
        };
        Ok(match claims.user(&self.settings.user_claim) {
            Ok(user) => {
                let groups = claims.groups(&self.settings.groups_claim);
                Verdict::Good(Vouched { user, groups, via: Via::OpenIdToken })
            }
            Err(failure) => {
                tracing::info!("a token of the OpenID provider names nobody: {failure}");
                Verdict::Refused
            }
        })
    }
}

/// What a JWT says of its issuer, believed only to find out whom to ask.
fn issuer_of(token: &str) -> Option<String> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    payload["iss"].as_str().map(str::to_owned)
}
