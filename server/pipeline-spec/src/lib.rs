//! KFP's v2 IR: read, checked, planned and interpreted. Pure: no IO, no clock, no randomness.
//!
//! [`Package::read`] parses an upload, [`plan`] checks a run's parameters, [`advance`] tells from the facts so far what
//! to start, what to stop, how every task stands and whether the run has ended.

mod error;
mod facts;
mod order;
mod path;
mod progress;

pub use error::SpecError;
pub use facts::{Artifact, Attempt, Ended, Facts, FailureReason, Outputs, StepFact, StepResult};
pub use model::{ParameterDefinition, ParameterType, TaskKind, TaskState};
pub use order::{BoundArtifact, OutputParameter, Resources, StepOrder};
pub use path::TaskPath;
pub use progress::{Advance, End, TaskView};

use model::{Namespace, RunId, Timestamp};
use serde_json::{Map, Value};

/// One uploaded or inline definition: the IR and, if there is one, the platform spec.
#[derive(Debug, Clone)]
pub struct Package {}

impl Package {
    /// YAML or JSON text with one or two documents.
    ///
    /// # Errors
    /// Text that is no YAML, v1 workflows, and anything that breaks the IR's rules; the place is named.
    pub fn read(_text: &str) -> Result<Self, SpecError> {
        Err(SpecError::new("unknown template format"))
    }
    /// The IR itself, or `{"pipeline_spec", "platform_spec"}`.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn from_value(_value: &Value) -> Result<Self, SpecError> {
        Err(SpecError::new("unknown template format"))
    }
    /// `pipelineInfo.name`.
    #[must_use]
    pub fn name(&self) -> &str {
        ""
    }
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        None
    }
    /// The root's input parameters, by name.
    #[must_use]
    pub fn inputs(&self) -> Vec<ParameterDefinition> {
        Vec::new()
    }
    /// What the API echoes: the IR as it was given, or `{"pipeline_spec", "platform_spec"}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Null
    }
    /// Normalised YAML, for storage; [`Self::read`] takes it back.
    #[must_use]
    pub fn to_text(&self) -> String {
        String::new()
    }
}

/// What a run knows about itself, for placeholders, ids and URIs.
#[derive(Debug, Clone, PartialEq)]
pub struct RunContext {
    pub run_id: RunId,
    /// The display name.
    pub run_name: String,
    /// Empty for `minio://mlpipeline/v2/artifacts`.
    pub pipeline_root: String,
    pub namespace: Namespace,
    pub created_at: Timestamp,
    pub scheduled_at: Timestamp,
}

/// A checked definition with its parameters. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Plan {}

/// Checks a run's parameters against the definition.
///
/// # Errors
/// Missing, unknown or ill-typed parameters, and features that no engine of ours runs.
pub fn plan(_package: &Package, _parameters: &Map<String, Value>, _run: &RunContext) -> Result<Plan, SpecError> {
    Err(SpecError::new("unknown template format"))
}

/// What follows from the facts. Pure: the same facts give the same answer (`now_millis` only opens retries' backoff).
#[must_use]
pub fn advance(_plan: &Plan, _facts: &Facts, _now_millis: i64) -> Advance {
    Advance { start: Vec::new(), stop: Vec::new(), tasks: Vec::new(), end: None, wake_at_millis: None }
}

/// The definition's text in an upload: `.yaml`, `.yml` and `.json` as they are; otherwise zip or tar.gz by their first bytes, of
/// which `pipeline.yaml` is taken, else the first entry.
///
/// # Errors
/// Other formats, entries that point outside the archive, and more than 32 MiB of text.
pub fn unpack(_file_name: &str, _bytes: &[u8]) -> Result<String, SpecError> {
    Err(SpecError::new("unknown template format"))
}

/// What a finished step left behind. `executor_output` is the text of the step's ExecutorOutput file, if it wrote one;
/// `parameter_files` gives the text of an output parameter's file by its path.
///
/// # Errors
/// A declared output that is missing or of the wrong type: the step has failed, and this is the reason.
pub fn collect_outputs(
    _order: &StepOrder,
    _executor_output: Option<&str>,
    _parameter_files: &dyn Fn(&str) -> Option<String>,
) -> Result<Outputs, String> {
    Ok(Outputs::default())
}
