//! Runs pipelines on this machine: every step is a launcher with its command in a sandbox.
//!
//! What is true of a run lies in files (see `places`), so the engine can be gone and come back: steps that still run are
//! taken up again by the lock that their launcher holds, and a step that has ended never runs again. What comes next is
//! never decided here: `pipeline_spec::advance` says it from the facts.

mod assign;
mod cache;
mod doctor;
mod engine;
mod log;
mod outputs;
mod pip;
mod places;
mod pod;
mod python;
mod queue;
mod run;
mod settings;
mod step;
mod watch;

pub use doctor::{Finding, doctor};
pub use engine::LocalEngine;
pub use settings::Settings;
