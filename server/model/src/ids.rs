use crate::{Failure, Namespace, Scope};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// An id of one kind of object, and the kind of place that such objects live in.
pub trait ObjectId: Copy + Eq + fmt::Debug + fmt::Display + Send + Sync {
    type Place: Clone + Eq + fmt::Debug + Send + Sync;
}

/// Where an object is: its id and its place, and nothing of its content. Found by the store, checked by the guard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address<Id: ObjectId> {
    pub place: Id::Place,
    pub id: Id,
}

macro_rules! ids { ($($(#[$doc:meta])* $name:ident, $word:literal, $place:ty;)*) => { $(
    $(#[$doc])*
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(transparent)]
    pub struct $name(Uuid);

    impl $name {
        #[must_use] pub const fn from_uuid(uuid: Uuid) -> Self { Self(uuid) }
        #[must_use] pub const fn uuid(self) -> Uuid { self.0 }
        /// # Errors
        /// `NotFound`: text that is no UUID names no object, and KFP's clients expect 404 for it.
        pub fn parse(text: &str) -> Result<Self, Failure> {
            Uuid::parse_str(text).map(Self).map_err(|_| Failure::not_found($word, text))
        }
        #[must_use] pub fn not_found(self) -> Failure { Failure::not_found($word, &self.to_string()) }
    }
    impl fmt::Display for $name {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
    }
    impl FromStr for $name {
        type Err = Failure;
        fn from_str(text: &str) -> Result<Self, Failure> { Self::parse(text) }
    }
    impl ObjectId for $name { type Place = $place; }
)* } }

ids! {
    ExperimentId, "Experiment", Namespace;
    RunId, "Run", Namespace;
    RecurringRunId, "RecurringRun", Namespace;
    PipelineId, "Pipeline", Scope;
    PipelineVersionId, "PipelineVersion", Scope;
    /// One instance of a task in one run: a version 5 UUID of the run's id and the task's path.
    TaskId, "Task", Namespace;
    /// One artifact: a version 5 UUID of its task's id and its output's name.
    ArtifactId, "Artifact", Namespace;
    /// A personal access token (its public id, never its secret).
    TokenId, "Token", Namespace;
}

pub type ExperimentAddress = Address<ExperimentId>;
pub type RunAddress = Address<RunId>;
pub type RecurringRunAddress = Address<RecurringRunId>;
pub type PipelineAddress = Address<PipelineId>;
pub type PipelineVersionAddress = Address<PipelineVersionId>;
