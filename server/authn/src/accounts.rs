use crate::{Account, Credentials, Limits, NewToken, SESSION_COOKIE, TrustedHeader, identify::cookie, secret};
use model::{Chance, Clock, Failure, Timestamp, TokenId, UserName};
use std::sync::Arc;

/// A session ends after this long without use.
const SESSION_MILLIS: i64 = 14 * 24 * 3600 * 1000;
/// A link at start-up is for the person who reads it now.
const LINK_MILLIS: i64 = 24 * 3600 * 1000;
const TOKEN_PREFIX: &str = "mrg_";

/// Local accounts, sessions and personal tokens, and the way from a request to its caller. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    pub(crate) credentials: Arc<dyn Credentials>,
    pub(crate) clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    pub(crate) trusted_header: Option<Arc<TrustedHeader>>,
    secure_cookies: bool,
}

/// The secret of a session, to be set as a cookie.
pub struct SessionSecret {
    secret: String,
    secure: bool,
}

/// A new token: the only time that its secret is known.
pub struct Issued {
    pub id: TokenId,
    pub secret: String,
}

impl Accounts {
    #[must_use]
    pub fn new(
        credentials: Arc<dyn Credentials>,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        trusted_header: Option<TrustedHeader>,
    ) -> Self {
        Self { credentials, clock, chance, trusted_header: trusted_header.map(Arc::new), secure_cookies: false }
    }

    /// For a server that browsers reach over TLS: its cookies never travel without.
    #[must_use]
    pub fn with_secure_cookies(mut self, secure: bool) -> Self {
        self.secure_cookies = secure;
        self
    }

    /// # Errors
    /// `Unauthenticated`, the same for an unknown name and a wrong password.
    pub async fn sign_in(&self, user: &str, password: &str) -> Result<SessionSecret, Failure> {
        let account = match UserName::parse(user) {
            Ok(name) => self.credentials.account(&name).await?,
            Err(_) => None,
        };
        let account = account.filter(|account| !account.disabled);
        let (password, hash) =
            (password.to_owned(), account.as_ref().and_then(|account| account.password_hash.clone()));
        // Hashing takes tens of milliseconds of a core: not on the threads that answer requests.
        let check = tokio::task::spawn_blocking(move || secret::password_matches(&password, hash.as_deref()));
        match (check.await.map_err(Failure::internal)?, account) {
            (true, Some(Account { name, .. })) => self.begin_session(&name).await,
            _ => Err(Failure::unauthenticated("That user and password do not match an account here.")),
        }
    }

    /// # Errors
    /// `Unauthenticated` for a link that is unknown, was used, or has expired.
    pub async fn redeem_link(&self, link: &str) -> Result<SessionSecret, Failure> {
        match self.credentials.redeem_link(&secret::hash(link), self.clock.now()).await? {
            Some(user) => self.begin_session(&user).await,
            None => Err(Failure::unauthenticated("This sign-in link was used already, or has expired.")),
        }
    }

    /// The value of `Set-Cookie` that makes a browser forget its session.
    #[must_use]
    pub fn clear_cookie() -> String {
        format!("{SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
    }

    /// A secret that signs `user` in once, within a day. The user must have an account.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn issue_link(&self, user: &UserName) -> Result<String, Failure> {
        let (link, now) = (secret::fresh(&*self.chance), self.clock.now());
        self.credentials.add_link(&secret::hash(&link), user, now, now.plus_millis(LINK_MILLIS)).await?;
        Ok(link)
    }

    /// Ends the session of this request, if it has one.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn sign_out(&self, headers: &http::HeaderMap) -> Result<(), Failure> {
        match cookie(headers, SESSION_COOKIE) {
            Some(session) => self.credentials.end_session(&secret::hash(session)).await,
            None => Ok(()),
        }
    }

    /// # Errors
    /// `Invalid` for a name that is empty or over 128 bytes, or an end that has passed.
    pub async fn create_token(
        &self,
        user: &UserName,
        name: &str,
        limits: Limits,
        expires_at: Option<Timestamp>,
    ) -> Result<Issued, Failure> {
        let now = self.clock.now();
        if name.is_empty() || name.len() > 128 {
            return Err(Failure::invalid("name of the token: expected 1 to 128 bytes"));
        }
        if expires_at.is_some_and(|end| end <= now) {
            return Err(Failure::invalid("expires_at has passed already"));
        }
        let issued = Issued {
            id: TokenId::from_uuid(self.chance.uuid()),
            secret: format!("{TOKEN_PREFIX}{}", secret::fresh(&*self.chance)),
        };
        let hash = secret::hash(&issued.secret);
        let new = NewToken { id: issued.id, user: user.clone(), name: name.to_owned(), limits, expires_at };
        self.credentials.add_token(&hash, new, now).await?;
        Ok(issued)
    }

    /// What is kept of a password. Takes tens of milliseconds of a core.
    ///
    /// # Errors
    /// `Invalid` for fewer than 8 characters.
    pub fn hash_password(&self, password: &str) -> Result<String, Failure> {
        if password.chars().count() < 8 {
            return Err(Failure::invalid("password: expected at least 8 characters"));
        }
        secret::hash_password(password, &*self.chance)
    }

    /// A password that nobody can guess, for an account made without one.
    #[must_use]
    pub fn fresh_password(&self) -> String {
        secret::fresh(&*self.chance)
    }

    async fn begin_session(&self, user: &UserName) -> Result<SessionSecret, Failure> {
        let (session, now) = (secret::fresh(&*self.chance), self.clock.now());
        self.credentials.begin_session(&secret::hash(&session), user, now, session_end(now)).await?;
        Ok(SessionSecret { secret: session, secure: self.secure_cookies })
    }
}

pub(crate) const fn session_end(now: Timestamp) -> Timestamp {
    now.plus_millis(SESSION_MILLIS)
}

impl SessionSecret {
    /// The value of `Set-Cookie`.
    #[must_use]
    pub fn set_cookie(&self) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        let seconds = SESSION_MILLIS / 1000;
        format!("{SESSION_COOKIE}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}", self.secret)
    }
}
