//! The rules of the use-cases, told over the API of a whole server.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "journeys/artifacts.rs"]
mod artifacts;
#[path = "bench/mod.rs"]
mod bench;
#[path = "journeys/experiments.rs"]
mod experiments;
#[path = "journeys/pipeline_urls.rs"]
mod pipeline_urls;
#[path = "journeys/pipelines.rs"]
mod pipelines;
#[path = "journeys/recurring_runs.rs"]
mod recurring_runs;
#[path = "journeys/runs.rs"]
mod runs;
#[path = "journeys/v1beta1.rs"]
mod v1beta1;
