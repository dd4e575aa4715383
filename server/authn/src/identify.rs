use crate::{
    Accounts, Caller, Limits, Session, TrustedHeader, Verdict, Via,
    accounts::{TOKEN_PREFIX, session_end},
    certificate, secret,
};
use http::{HeaderMap, header};
use model::{Failure, UserName};
use std::net::IpAddr;

pub const SESSION_COOKIE: &str = "mooring_session";

/// Writing the last use of a session or token down at every request would make every read a write.
const TOUCH_EVERY_MILLIS: i64 = 60_000;

/// The caller of a request, or why there is none. Put into the request's extensions once, by one middleware in wiring,
/// and read by every door.
#[derive(Debug, Clone)]
pub struct Identified(pub Result<Caller, Failure>);

/// The address that a request comes from, as far as it can be known. Put beside [`Identified`].
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

impl Accounts {
    /// # Errors
    /// `Unauthenticated` without a credential or with a bad one; `Unavailable` when the database does not answer.
    pub async fn identify(&self, headers: &HeaderMap, peer: IpAddr) -> Result<Caller, Failure> {
        let mut caller = self.find(headers, peer).await?;
        caller.from = Some(self.origin(headers, peer));
        Ok(caller)
    }

    /// Whom a request comes from: the peer, or whom a trusted peer says that it speaks for.
    #[must_use]
    pub fn origin(&self, headers: &HeaderMap, peer: IpAddr) -> IpAddr {
        let believed = self.trusted_header.as_ref().is_some_and(|trusted| trusted.believes(headers, peer));
        let last = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
        let last = last.and_then(|text| text.rsplit(',').next()).and_then(|text| text.trim().parse().ok());
        last.filter(|_| believed).unwrap_or(peer)
    }

    /// What was shown, good or not; `None` when nothing was.
    #[must_use]
    pub fn shown(&self, headers: &HeaderMap) -> Option<&'static str> {
        if self.trusted_header.as_ref().is_some_and(|trusted| headers.contains_key(&trusted.name)) {
            Some("trusted header")
        } else if headers.contains_key(header::AUTHORIZATION) {
            Some("bearer token")
        } else {
            cookie(headers, SESSION_COOKIE).map(|_| "session")
        }
    }

    async fn find(&self, headers: &HeaderMap, peer: IpAddr) -> Result<Caller, Failure> {
        if let Some(trusted) = &self.trusted_header
            && let Some(user) = user_of_header(trusted, headers, peer)?
        {
            return Ok(Caller { user, via: Via::TrustedHeader, limits: None, groups: Vec::new(), from: None });
        }
        if let Some(value) = headers.get(header::AUTHORIZATION) {
            return self.bearer(value.to_str().unwrap_or_default()).await;
        }
        match cookie(headers, SESSION_COOKIE) {
            Some(session) => self.session(session).await,
            None => Err(Failure::unauthenticated(
                "Request header error: there is no user identity header, no bearer token and no session.",
            )),
        }
    }

    async fn bearer(&self, value: &str) -> Result<Caller, Failure> {
        let Some(token) = value.strip_prefix("Bearer ").map(str::trim) else {
            return Err(Failure::unauthenticated("authorization: expected 'Bearer ' and a token"));
        };
        if !token.starts_with(TOKEN_PREFIX) && !self.vouching.is_empty() {
            return self.vouched(token).await;
        }
        let now = self.clock.now();
        let Some(token) = self.credentials.token(&secret::hash(token), now).await? else {
            return Err(Failure::unauthenticated("The bearer token is unknown, revoked or expired."));
        };
        if token.last_used_at.is_none_or(|at| now.millis() - at.millis() >= TOUCH_EVERY_MILLIS) {
            self.credentials.touch_token(token.id, now).await?;
        }
        let unlimited = token.limits == Limits { namespaces: Vec::new(), read_only: false };
        let limits = (!unlimited).then_some(token.limits);
        Ok(Caller { user: token.user, via: Via::PersonalToken, limits, groups: Vec::new(), from: None })
    }

    /// A token that is not ours: the first who knows its kind decides.
    async fn vouched(&self, token: &str) -> Result<Caller, Failure> {
        for one in &*self.vouching {
            match one.vouch(token).await? {
                Verdict::Good(vouched) => {
                    let crate::Vouched { user, groups, via } = vouched;
                    return Ok(Caller { user, via, limits: None, groups, from: None });
                }
                Verdict::Refused => break,
                Verdict::NotOurs => {}
            }
        }
        Err(Failure::unauthenticated("The bearer token is not one that anybody here vouches for, or has expired."))
    }

    async fn session(&self, session: &str) -> Result<Caller, Failure> {
        let (hash, now) = (secret::hash(session), self.clock.now());
        let Some(Session { user, last_seen_at, .. }) = self.credentials.session(&hash, now).await? else {
            return Err(Failure::unauthenticated("The session has ended: sign in again."));
        };
        if now.millis() - last_seen_at.millis() >= TOUCH_EVERY_MILLIS {
            self.credentials.touch_session(&hash, now, session_end(now)).await?;
        }
        Ok(Caller { user, via: Via::Session, limits: None, groups: Vec::new(), from: None })
    }
}

/// `None` when the header is absent: then other credentials are looked at. Present, it decides.
fn user_of_header(trusted: &TrustedHeader, headers: &HeaderMap, peer: IpAddr) -> Result<Option<UserName>, Failure> {
    let mut values = headers.get_all(&trusted.name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if !trusted.believes(headers, peer) {
        let certificates = certificate::identities(headers);
        tracing::warn!(%peer, ?certificates, header = %trusted.name, "a peer that is not trusted sent the user header");
        return Err(Failure::unauthenticated(format!("Header {} is not accepted from this address.", trusted.name)));
    }
    if values.next().is_some() {
        return Err(Failure::unauthenticated(format!("Request header error: more than one {} header.", trusted.name)));
    }
    let refused = || {
        Failure::unauthenticated(format!(
            "Request header error: {} does not hold a user with the prefix that is configured.",
            trusted.name
        ))
    };
    let user = value.to_str().ok().and_then(|value| value.strip_prefix(trusted.prefix.as_str())).ok_or_else(refused)?;
    UserName::parse(user).map(Some).map_err(|_| refused())
}

/// The value of one cookie. A browser that was given two of the same name sends the most specific first.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name && !value.is_empty()).then_some(value))
}
