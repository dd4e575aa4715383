use crate::{ExperimentId, Namespace, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StorageState {
    Available,
    Archived,
}

impl StorageState {
    /// As v2beta1 and our tables write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Available => "AVAILABLE",
            Self::Archived => "ARCHIVED",
        }
    }
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "AVAILABLE" => Some(Self::Available),
            "ARCHIVED" => Some(Self::Archived),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Experiment {
    pub id: ExperimentId,
    pub namespace: Namespace,
    /// Unique in the namespace.
    pub display_name: String,
    pub description: String,
    pub created_at: Timestamp,
    /// `created_at` of its newest run.
    pub last_run_created_at: Option<Timestamp>,
    pub storage_state: StorageState,
}

/// What a caller may say about an experiment to be. Lengths are checked by the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewExperiment {
    pub display_name: String,
    pub description: String,
}
