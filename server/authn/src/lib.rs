//! Who is asking: a request becomes a [`Caller`], or nobody.
//!
//! Credentials are looked at in a fixed order: the trusted header, the bearer token, the session cookie. The first that
//! is present decides; a bad one is refused, never passed over for a weaker one.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test may fail by panicking"))]

mod accounts;
mod caller;
mod credentials;
mod cross_site;
mod header;
mod identify;
mod secret;
#[cfg(test)]
mod tests;

pub use accounts::{Accounts, Issued, SessionSecret};
pub use caller::{Caller, Limits, Via};
pub use credentials::{Account, Credentials, NewToken, Session, Token};
pub use cross_site::refuse_cross_site;
pub use header::{Network, TrustedHeader};
pub use identify::{Identified, SESSION_COOKIE};
