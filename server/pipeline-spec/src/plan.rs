use crate::{Package, SpecError, TaskPath, ir::Ir, values};
use model::{Namespace, ParameterType, RunId, TaskId, Timestamp};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

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
pub struct Plan(Arc<Prepared>);

#[derive(Debug)]
struct Prepared {
    package: Package,
    parameters: BTreeMap<String, Arc<Value>>,
    run: RunContext,
}

impl Plan {
    pub(crate) fn ir(&self) -> &Ir {
        &self.0.package.0.ir
    }
    pub(crate) fn parameters(&self) -> &BTreeMap<String, Arc<Value>> {
        &self.0.parameters
    }
    pub(crate) fn run(&self) -> &RunContext {
        &self.0.run
    }
    /// The id of the task at `path`: the same in every life of the server.
    #[must_use]
    pub fn task_id(&self, path: &TaskPath) -> TaskId {
        TaskId::from_uuid(Uuid::new_v5(&self.0.run.run_id.uuid(), path.as_str().as_bytes()))
    }
    /// The name that a cluster would give the run's workflow.
    pub(crate) fn resource_name(&self) -> String {
        let id = self.0.run.run_id.uuid().simple().to_string();
        format!("{}-{}", self.0.package.name(), id.get(..5).unwrap_or_default())
    }
}

/// Checks a run's parameters against the definition.
///
/// # Errors
/// Missing, unknown or ill-typed parameters, and features that no engine of ours runs.
pub fn plan(package: &Package, parameters: &Map<String, Value>, run: &RunContext) -> Result<Plan, SpecError> {
    let ir = &package.0.ir;
    if let Some(first) = ir.unsupported.first() {
        return Err(SpecError::new(first));
    }
    let root = ir.components.first().ok_or_else(|| SpecError::new("root: is missing"))?;
    if let Some((name, _)) = root.inputs.artifacts.iter().find(|(_, artifact)| !artifact.optional) {
        return Err(SpecError(format!("artifact {name} is an input of the pipeline; runs take parameters only")));
    }
    let unknown: Vec<&str> =
        parameters.keys().filter(|name| !root.inputs.parameters.contains_key(*name)).map(String::as_str).collect();
    if !unknown.is_empty() {
        return Err(SpecError(format!("parameter(s) provided are not required by pipeline: {}", unknown.join(", "))));
    }
    let mut values = BTreeMap::new();
    for (name, definition) in &root.inputs.parameters {
        if definition.parameter_type == Some(ParameterType::TaskFinalStatus) {
            return Err(SpecError(format!(
                "parameter {name} has the type TASK_FINAL_STATUS, which a run cannot be given"
            )));
        }
        let given = parameters.get(name).filter(|value| !value.is_null()).map(values::normalised);
        let value = match (given, &definition.default) {
            (Some(given), _) => given,
            (None, Some(default)) if !default.is_null() => default.clone(),
            (None, _) if definition.optional => Value::Null,
            (None, _) => {
                return Err(SpecError(format!(
                    "parameter {name} is not optional, yet has neither default value nor user provided value"
                )));
            }
        };
        if !value.is_null() {
            if let Some(declared) = definition.parameter_type
                && !values::conforms(declared, &value)
            {
                return Err(SpecError(format!(
                    "parameter {name}: expected {}, got {}",
                    values::type_name(declared),
                    values::kind(&value)
                )));
            }
            if !definition.literals.is_empty() && !definition.literals.contains(&value) {
                let allowed: Vec<String> = definition.literals.iter().map(ToString::to_string).collect();
                return Err(SpecError(format!(
                    "parameter {name}: expected one of {}, got {value}",
                    allowed.join(", ")
                )));
            }
        }
        values.insert(name.clone(), Arc::new(value));
    }
    Ok(Plan(Arc::new(Prepared { package: package.clone(), parameters: values, run: run.clone() })))
}
