use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{Jwk, JwkSet},
};
use model::{Clock, Failure, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;
use tokio::sync::Mutex;

/// So long we believe what the provider said of itself.
const FRESH_MILLIS: i64 = 10 * 60 * 1000;
/// A key that is not known is looked for again after this long at the earliest: strangers could make us ask without end.
const AGAIN_MILLIS: i64 = 30 * 1000;

/// Signatures that only the holder of a private key can make. With `HS*` our own client secret would do, with `none` nothing.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// What the provider says of itself.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) issuer: String,
    pub(crate) authorization_endpoint: String,
    pub(crate) token_endpoint: String,
    jwks_uri: String,
}

#[derive(Clone)]
struct Known {
    at: Timestamp,
    metadata: Metadata,
    keys: Arc<JwkSet>,
}

pub(crate) struct Keys {
    issuer: String,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    /// Held while the provider is asked: of many who wait, one asks.
    known: Mutex<Option<Known>>,
}

impl Keys {
    pub(crate) fn new(issuer: String, http: reqwest::Client, clock: Arc<dyn Clock>) -> Self {
        Self { issuer, http, clock, known: Mutex::new(None) }
    }

    pub(crate) async fn metadata(&self) -> Result<Metadata, Failure> {
        Ok(self.known(FRESH_MILLIS).await?.metadata)
    }

    /// The claims of a token that the provider signed.
    pub(crate) async fn verified(&self, token: &str) -> Result<Map<String, Value>, Failure> {
        let bad = || Failure::unauthenticated("The token is not one that the provider signed.");
        let header = decode_header(token).map_err(|_| bad())?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(bad());
        }
        let find = |keys: &JwkSet| match &header.kid {
            Some(kid) => keys.find(kid).cloned(),
            None => keys.keys.first().filter(|_| keys.keys.len() == 1).cloned(),
        };
        let key = match find(&self.known(FRESH_MILLIS).await?.keys) {
            Some(key) => key,
            None => find(&self.known(AGAIN_MILLIS).await?.keys).ok_or_else(bad)?,
        };
        read(token, &key, header.alg).ok_or_else(bad)
    }

    async fn known(&self, fresh_millis: i64) -> Result<Known, Failure> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        if let Some(known) = known.as_ref().filter(|known| now.millis() - known.at.millis() < fresh_millis) {
            return Ok(known.clone());
        }
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let metadata: Metadata = self.get(&address).await?;
        if metadata.issuer != self.issuer {
            let cause = format!("{address} is about {:?}", metadata.issuer);
            return Err(Failure::unavailable("The OpenID provider is not the one that is configured", cause));
        }
        let keys = Arc::new(self.get::<JwkSet>(&metadata.jwks_uri).await?);
        let found = Known { at: now, metadata, keys };
        *known = Some(found.clone());
        Ok(found)
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, address: &str) -> Result<T, Failure> {
        let answer = self.http.get(address).send().await.and_then(reqwest::Response::error_for_status);
        let answer = answer.map_err(unreachable)?;
        answer.json().await.map_err(unreachable)
    }
}

/// The clock of the claims is ours ([`crate::Claims::check`]).
fn read(token: &str, key: &Jwk, algorithm: Algorithm) -> Option<Map<String, Value>> {
    let key = DecodingKey::from_jwk(key).ok()?;
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    decode::<Map<String, Value>>(token, &key, &validation).ok().map(|token| token.claims)
}

pub(crate) fn unreachable(error: reqwest::Error) -> Failure {
    Failure::unavailable("The OpenID provider does not answer. Try again in a moment.", error)
}
