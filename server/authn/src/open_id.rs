//! Signing in with an OpenID provider. The browser keeps one secret in a cookie while it is away; state, nonce and PKCE's
//! verifier are hashes of it, so the provider's answer fits this browser and no other.

use crate::{Accounts, SessionSecret, identify::cookie, secret, vouching::Flow};
use http::HeaderMap;
use model::Failure;
use std::net::IpAddr;

const FLOW_COOKIE: &str = "mooring_openid";
/// How long somebody may take at the provider.
const FLOW_SECONDS: i64 = 600;

/// On the way to the provider.
pub struct Departure {
    pub location: String,
    pub set_cookie: String,
}

/// Back from it.
pub struct Arrival {
    pub session: SessionSecret,
    /// The cookie of the way, taken away.
    pub clear_cookie: String,
    /// Where the browser wanted to go, as text that came with the request.
    pub next: String,
}

fn flow(secret: &str) -> Flow {
    let part = |name: &str| secret::hash(&format!("openid {name} {secret}"));
    Flow { state: part("state"), nonce: part("nonce"), verifier: part("verifier") }
}

impl Accounts {
    #[must_use]
    pub fn has_open_id(&self) -> bool {
        self.open_id.is_some()
    }

    /// `next` is kept for the way back.
    ///
    /// # Errors
    /// `NotFound` without a provider, `Unavailable` when it does not answer.
    pub async fn begin_open_id(&self, next: &str) -> Result<Departure, Failure> {
        let (open_id, redirect_uri) = self.provider()?;
        let secret = secret::fresh(&*self.chance);
        let location = open_id.begin(redirect_uri, &flow(&secret)).await?;
        let value = format!("{secret}.{}", secret::encode(next));
        let cookie = format!("{FLOW_COOKIE}={value}; Path=/; HttpOnly; {}; Max-Age={FLOW_SECONDS}", self.cookies.way());
        Ok(Departure { location, set_cookie: cookie })
    }

    /// # Errors
    /// `Unauthenticated` for an answer that was not asked for by this browser or is not good, `Forbidden` for a name that a
    /// local account has.
    pub async fn finish_open_id(
        &self,
        headers: &HeaderMap,
        from: Option<IpAddr>,
        code: &str,
        state: &str,
    ) -> Result<Arrival, Failure> {
        let (open_id, redirect_uri) = self.provider()?;
        let unasked = || Failure::unauthenticated("This sign-in was not begun in this browser, or took too long.");
        let (secret, next) = cookie(headers, FLOW_COOKIE).and_then(|text| text.split_once('.')).ok_or_else(unasked)?;
        let flow = flow(secret);
        if flow.state != state {
            return Err(unasked());
        }
        let user = open_id.finish(redirect_uri, code, &flow).await?;
        self.credentials.admit_from_provider(&user, self.clock.now()).await?;
        let session = self.begin_session(&user, from).await?;
        let clear_cookie = format!("{FLOW_COOKIE}=; Path=/; HttpOnly; {}; Max-Age=0", self.cookies.way());
        Ok(Arrival { session, clear_cookie, next: secret::decode(next).unwrap_or_default() })
    }

    fn provider(&self) -> Result<(&dyn crate::OpenId, &str), Failure> {
        let provider = self.open_id.as_ref().ok_or_else(|| Failure::not_found("OpenID provider", "here"))?;
        Ok((&*provider.0, &provider.1))
    }
}
