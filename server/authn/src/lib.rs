//! Who is asking: a request becomes a [`Caller`], or nobody.
//!
//! Credentials are looked at in a fixed order: the trusted header, the bearer token, the session cookie. The first that
//! is present decides; a bad one is refused, never passed over for a weaker one. A bearer token is a personal one of ours
//! (`mrg_`), or one that the OpenID provider or the cluster vouches for.

mod accounts;
mod caller;
mod certificate;
mod cookies;
mod credentials;
mod cross_site;
mod header;
mod identify;
mod journal;
mod open_id;
mod secret;
#[cfg(test)]
mod tests;
mod vouching;

pub use accounts::{Accounts, Issued, SessionSecret};
pub use caller::{Caller, Limits, Via};
pub use cookies::Cookies;
pub use credentials::{Account, Credentials, NewToken, Session, Token};
pub use cross_site::refuse_cross_site;
pub use header::{Network, TrustedHeader};
pub use identify::{Identified, Peer, SESSION_COOKIE};
pub use journal::{Act, Journal, tell};
pub use open_id::{Arrival, Departure};
pub use vouching::{Flow, OpenId, Verdict, Vouched, Vouching};
