use crate::{
    Account, Act, Caller, Cookies, Credentials, Journal, Limits, NewToken, OpenId, SESSION_COOKIE, Session,
    TrustedHeader, Via, Vouching, identify::cookie, secret,
};
use model::{Chance, Clock, Failure, Timestamp, TokenId, UserName};
use std::{net::IpAddr, sync::Arc};

/// A session ends after this long without use.
const SESSION_MILLIS: i64 = 14 * 24 * 3600 * 1000;
/// After this long a session gets a new secret at its next page.
const ROTATE_MILLIS: i64 = 3600 * 1000;
/// The old one stays good for what is under way.
const ROTATED_MILLIS: i64 = 60 * 1000;
/// A link at start-up is for the person who reads it now.
const LINK_MILLIS: i64 = 24 * 3600 * 1000;
pub(crate) const TOKEN_PREFIX: &str = "mrg_";

/// Local accounts, sessions and personal tokens, and the way from a request to its caller. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    pub(crate) credentials: Arc<dyn Credentials>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) chance: Arc<dyn Chance>,
    pub(crate) trusted_header: Option<Arc<TrustedHeader>>,
    pub(crate) vouching: Arc<Vec<Arc<dyn Vouching>>>,
    /// With the address to which it sends browsers back.
    pub(crate) open_id: Option<(Arc<dyn OpenId>, Arc<str>)>,
    pub(crate) journal: Option<Arc<dyn Journal>>,
    pub(crate) cookies: Cookies,
}

/// The secret of a session, to be set as a cookie.
pub struct SessionSecret {
    secret: String,
    cookies: Cookies,
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
        Self {
            credentials,
            clock,
            chance,
            trusted_header: trusted_header.map(Arc::new),
            vouching: Arc::default(),
            open_id: None,
            journal: None,
            cookies: Cookies::default(),
        }
    }

    #[must_use]
    pub const fn cookies(&self) -> Cookies {
        self.cookies
    }
    #[must_use]
    pub const fn with_cookies(mut self, cookies: Cookies) -> Self {
        self.cookies = cookies;
        self
    }
    /// Who else knows bearer tokens, in the order in which they are asked.
    #[must_use]
    pub fn with_vouching(mut self, vouching: Vec<Arc<dyn Vouching>>) -> Self {
        self.vouching = Arc::new(vouching);
        self
    }
    /// A provider for browsers, which sends them back to `redirect_uri`.
    #[must_use]
    pub fn with_open_id(mut self, open_id: Arc<dyn OpenId>, redirect_uri: &str) -> Self {
        self.open_id = Some((open_id, redirect_uri.into()));
        self
    }
    /// Keeps a row of every sign-in, token and refusal.
    #[must_use]
    pub fn with_journal(mut self, journal: Arc<dyn Journal>) -> Self {
        self.journal = Some(journal);
        self
    }

    /// Tells the audit.
    ///
    /// # Errors
    /// `Unavailable` when the row cannot be kept.
    pub async fn tell(&self, act: &Act) -> Result<(), Failure> {
        crate::tell(self.journal.as_deref(), act).await
    }

    /// # Errors
    /// `Unauthenticated`, the same for an unknown name and a wrong password.
    pub async fn sign_in(&self, user: &str, password: &str, from: Option<IpAddr>) -> Result<SessionSecret, Failure> {
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
            (true, Some(Account { name, .. })) => self.begin_session(&name, from).await,
            (_, account) => {
                let refusal = Failure::unauthenticated("That user and password do not match an account here.");
                let mut act = Act::of_nobody("password", from, "sessions", "create").refused(refusal.message.clone());
                // A name without an account may be a password that was typed into the wrong field.
                act.object = account.map(|account| account.name.to_string());
                self.tell(&act).await?;
                Err(refusal)
            }
        }
    }

    /// # Errors
    /// `Unauthenticated` for a link that is unknown, was used, or has expired.
    pub async fn redeem_link(&self, link: &str, from: Option<IpAddr>) -> Result<SessionSecret, Failure> {
        match self.credentials.redeem_link(&secret::hash(link), self.clock.now()).await? {
            Some(user) => self.begin_session(&user, from).await,
            None => Err(Failure::unauthenticated("This sign-in link was used already, or has expired.")),
        }
    }

    /// The value of `Set-Cookie` that makes a browser forget its session.
    #[must_use]
    pub fn clear_cookie(&self) -> String {
        format!("{SESSION_COOKIE}=; Path=/; HttpOnly; {}; Max-Age=0", self.cookies.way())
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

    /// Ends every session of this person, in every browser.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn sign_out_everywhere(&self, caller: &Caller) -> Result<(), Failure> {
        self.tell(&Act::of(caller, "sessions", "delete")).await?;
        self.credentials.end_sessions(caller.user()).await
    }

    /// A new secret for a session whose present one is old; the old one goes on for a minute, for what is under way.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn rotate(&self, headers: &http::HeaderMap, caller: &Caller) -> Result<Option<SessionSecret>, Failure> {
        let Some(old) = cookie(headers, SESSION_COOKIE).filter(|_| caller.via() == Via::Session) else {
            return Ok(None);
        };
        let (hash, now) = (secret::hash(old), self.clock.now());
        match self.credentials.session(&hash, now).await? {
            Some(Session { user, begun_at, .. }) if now.millis() - begun_at.millis() >= ROTATE_MILLIS => {
                let fresh = self.fresh_session(&user).await?;
                self.credentials.touch_session(&hash, now, now.plus_millis(ROTATED_MILLIS)).await?;
                Ok(Some(fresh))
            }
            _ => Ok(None),
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

    pub(crate) async fn begin_session(&self, user: &UserName, from: Option<IpAddr>) -> Result<SessionSecret, Failure> {
        let mut act = Act::of_nobody(Via::Session.as_str(), from, "sessions", "create");
        act.user = Some(user.clone());
        self.tell(&act).await?;
        self.fresh_session(user).await
    }

    async fn fresh_session(&self, user: &UserName) -> Result<SessionSecret, Failure> {
        let (session, now) = (secret::fresh(&*self.chance), self.clock.now());
        self.credentials.begin_session(&secret::hash(&session), user, now, session_end(now)).await?;
        Ok(SessionSecret { secret: session, cookies: self.cookies })
    }
}

pub(crate) const fn session_end(now: Timestamp) -> Timestamp {
    now.plus_millis(SESSION_MILLIS)
}

impl SessionSecret {
    /// The value of `Set-Cookie`.
    #[must_use]
    pub fn set_cookie(&self) -> String {
        let (seconds, way) = (SESSION_MILLIS / 1000, self.cookies.way());
        format!("{SESSION_COOKIE}={}; Path=/; HttpOnly; Max-Age={seconds}; {way}", self.secret)
    }
}
