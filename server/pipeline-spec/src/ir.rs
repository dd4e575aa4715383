//! The IR as types, strictly read. Names are still names here; `link` ties them together.

use crate::{cel::Expression, fields::Fields};
use model::ParameterType;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};

#[derive(Debug)]
pub(crate) struct Ir {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// The root is the first.
    pub(crate) components: Vec<Component>,
    pub(crate) executors: HashMap<String, Executor>,
    /// What can be stored but not run, each a whole sentence.
    pub(crate) unsupported: Vec<String>,
    /// Steps speak the old form of ExecutorInput and ExecutorOutput.
    pub(crate) is_old: bool,
    /// Made of an Argo workflow: templates may contain themselves, and variables speak of inputs.
    pub(crate) is_argo: bool,
    /// How long the whole run may take.
    pub(crate) deadline_seconds: Option<u64>,
}

#[derive(Debug)]
pub(crate) struct Component {
    pub(crate) name: String,
    pub(crate) inputs: Inputs,
    pub(crate) output_parameters: BTreeMap<String, Option<ParameterType>>,
    pub(crate) output_artifacts: BTreeMap<String, ArtifactDefinition>,
    pub(crate) body: Body,
}

#[derive(Debug, Default)]
pub(crate) struct Inputs {
    pub(crate) parameters: BTreeMap<String, Parameter>,
    pub(crate) artifacts: BTreeMap<String, ArtifactDefinition>,
}

#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) parameter_type: Option<ParameterType>,
    pub(crate) default: Option<Value>,
    pub(crate) optional: bool,
    pub(crate) literals: Vec<Value>,
    pub(crate) description: Option<String>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct ArtifactDefinition {
    pub(crate) title: TypeSchema,
    pub(crate) optional: bool,
    pub(crate) metadata: Map<String, Value>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct TypeSchema {
    /// Which of `schemaTitle`, `instanceSchema` and `schemaUri` the text is, is told by [`Self::field`].
    pub(crate) text: String,
    pub(crate) version: String,
}

#[derive(Debug)]
pub(crate) enum Body {
    Dag(Dag),
    Executor(String),
}

#[derive(Debug, Default)]
pub(crate) struct Dag {
    /// In an order in which producers stand before consumers.
    pub(crate) tasks: Vec<DagTask>,
    pub(crate) positions: HashMap<String, usize>,
    pub(crate) output_parameters: BTreeMap<String, Vec<Selector>>,
    pub(crate) output_artifacts: BTreeMap<String, Vec<Selector>>,
}

/// An output of a task; of several, the first that succeeded counts (OneOf).
#[derive(Debug)]
pub(crate) struct Selector {
    pub(crate) task: String,
    pub(crate) key: String,
}

#[derive(Debug)]
pub(crate) struct DagTask {
    pub(crate) name: String,
    pub(crate) display_name: String,
    pub(crate) place: String,
    pub(crate) component_name: String,
    pub(crate) component: usize,
    pub(crate) dependent_tasks: Vec<String>,
    /// Positions in the DAG.
    pub(crate) dependencies: Vec<usize>,
    pub(crate) parameters: Vec<(String, ParameterInput)>,
    pub(crate) artifacts: Vec<(String, ArtifactInput)>,
    pub(crate) condition: Option<Expression>,
    /// ALL_UPSTREAM_TASKS_COMPLETED: exit tasks and `ignore_upstream_failure`.
    pub(crate) runs_anyway: bool,
    pub(crate) iterator: Option<Iterator>,
    /// 0 for no limit.
    pub(crate) parallelism: u32,
    pub(crate) retry: Option<Retry>,
    /// `Some` where results may be taken from the cache; the text is the author's own key, often empty.
    pub(crate) caching: Option<String>,
}

#[derive(Debug)]
pub(crate) struct ParameterInput {
    pub(crate) source: ParameterSource,
    pub(crate) selector: Option<Expression>,
}

#[derive(Debug)]
pub(crate) enum ParameterSource {
    Component(String),
    TaskOutput(Selector),
    Constant(Value),
    FinalStatus(String),
}

#[derive(Debug)]
pub(crate) enum ArtifactInput {
    Component(String),
    TaskOutput(Selector),
}

#[derive(Debug)]
pub(crate) struct Iterator {
    pub(crate) item: String,
    pub(crate) items: Items,
}

#[derive(Debug)]
pub(crate) enum Items {
    Raw(Vec<Value>),
    Parameter(String),
    Artifact(String),
}

#[derive(Debug, Clone)]
pub(crate) struct Retry {
    pub(crate) max_retries: u32,
    pub(crate) backoff_millis: i64,
    pub(crate) factor: f64,
    pub(crate) max_elapsed_millis: i64,
}

#[derive(Debug)]
pub(crate) enum Executor {
    Container(Box<Container>),
    Importer(Importer),
    Unsupported(&'static str),
}

#[derive(Debug, Default)]
pub(crate) struct Container {
    pub(crate) image: String,
    pub(crate) command: Vec<String>,
    pub(crate) args: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) resources: crate::Resources,
    pub(crate) kubernetes: crate::pod::Kubernetes,
    pub(crate) files: Files,
}

/// Paths of the author's own choice inside a step, by input or output (only in what was an Argo workflow).
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) inputs: BTreeMap<String, String>,
    pub(crate) outputs: BTreeMap<String, String>,
    pub(crate) parameters: BTreeMap<String, String>,
    /// Texts that lie there before the start, by path.
    pub(crate) raw: BTreeMap<String, String>,
}

#[derive(Debug)]
pub(crate) struct Importer {
    pub(crate) uri: ImporterUri,
    pub(crate) schema: TypeSchema,
    pub(crate) metadata: Value,
}

#[derive(Debug)]
pub(crate) enum ImporterUri {
    Constant(String),
    Input(String),
}

impl TypeSchema {
    /// ExecutorInput's field for the text: titles are dotted names, instance schemas are YAML, the rest are URIs.
    pub(crate) fn field(text: &str) -> &'static str {
        if text.contains('\n') || text.trim_start().starts_with('{') {
            "instanceSchema"
        } else if text.contains("://") {
            "schemaUri"
        } else {
            "schemaTitle"
        }
    }
    pub(crate) fn read(mut fields: Fields<'_>) -> Result<Self, crate::SpecError> {
        let title = fields.text("schemaTitle")?;
        let instance = fields.text("instanceSchema")?;
        let uri = fields.text("schemaUri")?;
        let version = fields.text("schemaVersion")?.unwrap_or_default();
        fields.close()?;
        Ok(Self { text: title.or(instance).or(uri).unwrap_or_default(), version })
    }
}
