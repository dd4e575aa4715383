//! The rules of the use-cases, told over the API of a whole server.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "bench/mod.rs"]
mod bench;
#[path = "journeys/experiments.rs"]
mod experiments;
#[path = "journeys/pipelines.rs"]
mod pipelines;
#[path = "journeys/recurring_runs.rs"]
mod recurring_runs;
#[path = "journeys/runs.rs"]
mod runs;
