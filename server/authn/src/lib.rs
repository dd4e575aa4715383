//! Who is asking: a request becomes a [`Caller`], or nobody.

mod caller;

pub use caller::{Caller, Limits, Via};
