use crate::{Artifact, Pod, TaskPath, VolumeOperation};
use model::{ParameterType, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// One attempt at one step, ready to run: nothing is left to resolve. Written to disk for the launcher.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepOrder {
    pub path: TaskPath,
    pub task_id: TaskId,
    /// Counts from 0, as `KFP_RETRY_INDEX` does.
    pub attempt: u32,
    pub task_name: String,
    /// The component's key.
    pub component: String,
    /// The executor's key, by which platform specs are found.
    pub executor: String,
    pub image: String,
    pub command: Vec<String>,
    pub args: Vec<String>,
    pub env: Vec<(String, String)>,
    /// Texts that lie in the step's mount view before the start, by path.
    #[serde(default)]
    pub files: Vec<(String, String)>,
    /// ExecutorInput as the SDK reads it; the same text that `{{$}}` became in `args`.
    pub executor_input: Value,
    /// Where the step may write its ExecutorOutput: a path inside the step's mount view.
    pub executor_output_file: String,
    pub output_parameters: BTreeMap<String, OutputParameter>,
    /// Artifacts to make readable before the start, in input order.
    pub input_artifacts: Vec<BoundArtifact>,
    /// Artifacts that the step may write; the parents of their paths must exist before the start.
    pub output_artifacts: Vec<BoundArtifact>,
    pub resources: Resources,
    /// From `activeDeadlineSeconds` of the platform spec.
    pub timeout_seconds: Option<u64>,
    /// The step uses `/kfp-workspace`.
    pub uses_workspace: bool,
    #[serde(default)]
    pub pod: Pod,
    /// Set for a step without a process.
    #[serde(default)]
    pub volume: Option<VolumeOperation>,
    /// The name of this step's results, if they may be taken from an earlier run of the namespace and kept for later ones:
    /// equal for equal work.
    #[serde(default)]
    pub fingerprint: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputParameter {
    /// `None` if the definition doesn't say: read as text.
    pub parameter_type: Option<ParameterType>,
    /// `/tmp/kfp/outputs/<name>`, inside the step's mount view; a v1 pipeline chooses it.
    pub file: String,
    /// One line break at the end is none of the value's (v1).
    #[serde(default)]
    pub trims_line_end: bool,
}

impl OutputParameter {
    pub(crate) fn trimmed<'t>(&self, text: &'t str) -> &'t str {
        if self.trims_line_end { text.strip_suffix('\n').unwrap_or(text) } else { text }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoundArtifact {
    /// The input's or output's name.
    pub key: String,
    /// The path inside the step's mount view that belongs to the URI (or the artifact's custom path).
    pub path: String,
    pub artifact: Artifact,
}

/// What the component asks for, as Kubernetes quantities ("500m", "1Gi"), placeholders resolved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    pub cpu_limit: Option<String>,
    pub cpu_request: Option<String>,
    pub memory_limit: Option<String>,
    pub memory_request: Option<String>,
    pub accelerator_type: Option<String>,
    pub accelerator_count: Option<String>,
}
