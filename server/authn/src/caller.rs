use model::{Namespace, UserName};
use std::net::IpAddr;

/// Somebody whose identity this room has checked. Only this crate can make one.
///
/// ```compile_fail,E0451
/// let forged = authn::Caller { user: model::UserName::parse("alice").unwrap(), via: authn::Via::Session, limits: None, groups: Vec::new(), from: None };
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub(crate) user: UserName,
    pub(crate) via: Via,
    pub(crate) limits: Option<Limits>,
    pub(crate) groups: Vec<String>,
    pub(crate) from: Option<IpAddr>,
}

/// How the identity was shown; the audit line says it, and only sessions need protection against cross-site requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    TrustedHeader,
    Session,
    PersonalToken,
    /// Nobody showed anything: the scheduler asks for somebody what they may do now.
    OnBehalf,
    /// A token of the cluster, vouched for by its TokenReview.
    ClusterToken,
    /// A JWT of the OpenID provider.
    OpenIdToken,
}

impl Via {
    /// As the audit writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TrustedHeader => "trusted header",
            Self::Session => "session",
            Self::PersonalToken => "personal token",
            Self::ClusterToken => "cluster token",
            Self::OpenIdToken => "openid token",
            Self::OnBehalf => "schedule",
        }
    }
    /// Whether it is only ever sent on purpose: a browser adds cookies and a proxy's header by itself, never a token.
    #[must_use]
    pub const fn is_on_purpose(self) -> bool {
        matches!(self, Self::PersonalToken | Self::ClusterToken | Self::OpenIdToken)
    }
}

/// What a personal access token may do at most, whatever its owner may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Empty means every namespace of the owner.
    pub namespaces: Vec<Namespace>,
    pub read_only: bool,
}

impl Caller {
    /// Somebody who is not here. Banned by `clippy.toml` everywhere but in `authz::System`, which only the background work
    /// holds.
    #[must_use]
    pub const fn on_behalf_of(user: UserName) -> Self {
        Self { user, via: Via::OnBehalf, limits: None, groups: Vec::new(), from: None }
    }
    #[must_use]
    pub const fn user(&self) -> &UserName {
        &self.user
    }
    #[must_use]
    pub const fn via(&self) -> Via {
        self.via
    }
    #[must_use]
    pub const fn limits(&self) -> Option<&Limits> {
        self.limits.as_ref()
    }
    #[must_use]
    pub fn groups(&self) -> &[String] {
        &self.groups
    }
    /// The address that they ask from, as far as it can be known behind a trusted proxy.
    #[must_use]
    pub const fn from(&self) -> Option<IpAddr> {
        self.from
    }
}
