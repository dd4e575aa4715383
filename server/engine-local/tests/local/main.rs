//! The local engine with real launchers, sandboxes and definitions.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod bench;
mod caching;
mod contract;
mod isolation;
mod limits;
mod pods;
mod retries;
mod runs;
