use crate::{Provider, keys::unreachable};
use authn::{Flow, OpenId};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Failure, UserName};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(Deserialize)]
struct Tokens {
    id_token: Option<String>,
}

#[async_trait::async_trait]
impl OpenId for Provider {
    async fn begin(&self, redirect_uri: &str, flow: &Flow) -> Result<String, Failure> {
        let metadata = self.keys.metadata().await?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(flow.verifier.as_bytes()));
        let query = encoded(&[
            ("response_type", "code"),
            ("client_id", &self.settings.client_id),
            ("redirect_uri", redirect_uri),
            ("scope", &self.settings.scopes.join(" ")),
            ("state", &flow.state),
            ("nonce", &flow.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let join = if metadata.authorization_endpoint.contains('?') { '&' } else { '?' };
        Ok(format!("{}{join}{query}", metadata.authorization_endpoint))
    }

    async fn finish(&self, redirect_uri: &str, code: &str, flow: &Flow) -> Result<UserName, Failure> {
        let metadata = self.keys.metadata().await?;
        let form = encoded(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("client_id", &self.settings.client_id),
            ("code_verifier", &flow.verifier),
        ]);
        let mut request = self.http.post(&metadata.token_endpoint).body(form);
        request =
            request.header("content-type", "application/x-www-form-urlencoded").header("accept", "application/json");
        if let Some(secret) = &self.settings.client_secret {
            request = request.basic_auth(escaped(&self.settings.client_id), Some(escaped(secret)));
        }
        let answer = request.send().await.map_err(unreachable)?;
        if answer.status().is_client_error() {
            tracing::info!(status = %answer.status(), "the OpenID provider refused a code");
            return Err(Failure::unauthenticated("The provider did not take the code that the browser brought."));
        }
        let tokens: Tokens = answer.error_for_status().map_err(unreachable)?.json().await.map_err(unreachable)?;
        let missing =
            || Failure::unauthenticated("The provider's answer has no ID token: is the scope openid asked for?");
        let claims = self.checked(&tokens.id_token.ok_or_else(missing)?, &self.settings.client_id).await?;
        claims.check_sign_in(&self.settings.client_id, &flow.nonce)?;
        claims.user(&self.settings.user_claim)
    }
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(key, value)| format!("{key}={}", escaped(value))).collect::<Vec<_>>().join("&")
}
