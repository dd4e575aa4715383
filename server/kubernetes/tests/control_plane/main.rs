//! Identity and rights by the control plane: against a scripted API server, and against a real one.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod people;
mod plane;
mod real;
mod scripted;
