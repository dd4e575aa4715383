use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The IR's parameter types that a person can fill in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ParameterType {
    NumberDouble,
    NumberInteger,
    String,
    Boolean,
    List,
    Struct,
    TaskFinalStatus,
    TaskConfig,
}

/// One root input of a pipeline, as forms and checks need it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParameterDefinition {
    pub name: String,
    pub parameter_type: ParameterType,
    pub default: Option<Value>,
    pub optional: bool,
    /// If not empty, only these values are allowed.
    pub literals: Vec<Value>,
    pub description: Option<String>,
}
