//! The use-cases. Every door (REST, server functions, event streams, command line) comes through here, and each method
//! asks the guard before it touches the store. Malformed input ends here or before.

mod experiments;
mod live;
mod pipelines;
mod recurring_runs;
mod runs;

pub use live::Change;
use model::{ExperimentId, Namespace};

/// All use-cases over one store, one policy and one engine. Cheap to clone.
#[derive(Clone)]
pub struct Service {}

/// Whose runs: KFP lists them by namespace or by experiment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    Namespace(Namespace),
    Experiment(ExperimentId),
}

/// An uploaded file.
#[derive(Debug, Clone)]
pub struct Upload {
    pub file_name: String,
    pub bytes: bytes::Bytes,
}
