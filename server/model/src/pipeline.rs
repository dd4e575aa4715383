use crate::{PipelineId, PipelineVersionId, Scope, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Key (1 to 63 characters without `.`) to value (63 at most); 20 at most.
pub type Tags = BTreeMap<String, String>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pipeline {
    pub id: PipelineId,
    pub scope: Scope,
    /// Unique in its scope.
    pub name: String,
    pub display_name: String,
    pub description: String,
    pub created_at: Timestamp,
    pub tags: Tags,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipelineVersion {
    pub id: PipelineVersionId,
    pub pipeline_id: PipelineId,
    /// Unique in its pipeline.
    pub name: String,
    pub display_name: String,
    pub description: String,
    pub created_at: Timestamp,
    pub code_source_url: String,
    pub package_url: String,
    pub tags: Tags,
    /// The definition as the API echoes it; absent in lists, for it is long.
    pub spec: Option<serde_json::Value>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPipeline {
    pub name: String,
    pub display_name: String,
    pub description: String,
    pub tags: Tags,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPipelineVersion {
    pub name: String,
    pub display_name: String,
    pub description: String,
    pub code_source_url: String,
    pub package_url: String,
    pub tags: Tags,
}
