//! What tests put in the place of the world: hands of a clock, chance that can be foretold, an engine without processes,
//! and small pipelines. The bench that puts a whole server on them is beside the server's tests.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod fake_engine;
mod pipelines;
mod world;

pub use fake_engine::FakeEngine;
pub use pipelines::{pipeline, pipeline_with_parameter, step_spec};
pub use world::{CountedChance, Hands};
