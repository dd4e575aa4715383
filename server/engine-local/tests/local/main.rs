//! The local engine with real launchers, sandboxes and definitions.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod bench;
mod isolation;
mod runs;
