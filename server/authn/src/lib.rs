//! Who is asking: a request becomes a [`Caller`], or nobody.

mod accounts;
mod caller;

pub use accounts::{Accounts, Identified, SessionSecret};
pub use caller::{Caller, Limits, Via};
