//! What tests put in the place of the world: hands of a clock, chance that can be foretold, an engine without processes,
//! and small pipelines. The bench that puts a whole server on them is beside the server's tests.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by panicking")]

mod engine_contract;
mod fake_engine;
mod nobody;
mod pipelines;
mod world;

pub use engine_contract::{Subject, engine_contract};
pub use fake_engine::FakeEngine;
pub use nobody::system;
pub use pipelines::{pipeline, pipeline_with_parameter, step_spec};
pub use world::{CountedChance, Hands};
