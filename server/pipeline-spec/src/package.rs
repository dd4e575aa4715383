use crate::{SpecError, argo, fields::Fields, ir::Ir, read, upgrade};
use model::{ParameterDefinition, ParameterType};
use serde_json::{Value, json};
use std::sync::Arc;

/// One uploaded or inline definition: the IR and, if there is one, the platform spec. Checked; cheap to clone.
#[derive(Debug, Clone)]
pub struct Package(pub(crate) Arc<Definition>);

#[derive(Debug)]
pub(crate) struct Definition {
    spec: Value,
    platform: Option<Value>,
    pub(crate) ir: Ir,
}

const UNKNOWN: &str =
    "unknown template format: expected a pipeline compiled by kfp 2 (with pipelineInfo, root and schemaVersion)";

impl Package {
    /// YAML or JSON text with one or two documents.
    ///
    /// # Errors
    /// Text that is no YAML, v1 workflows, and anything that breaks the IR's rules; the place is named.
    pub fn read(text: &str) -> Result<Self, SpecError> {
        Self::from_documents(documents(text)?)
    }

    /// The IR itself, or `{"pipeline_spec", "platform_spec"}`.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn from_value(value: &Value) -> Result<Self, SpecError> {
        if is_job(value) {
            return Self::from_documents(vec![value.clone()]);
        }
        let wrapped = value.get("pipeline_spec").or_else(|| value.get("pipelineSpec")).is_some();
        if !wrapped {
            return Self::from_documents(vec![value.clone()]);
        }
        let mut fields = Fields::open("", value)?;
        let spec = fields.some("pipelineSpec")?.cloned().ok_or_else(|| SpecError::new("pipeline_spec: is null"))?;
        let platform = fields.some("platformSpec")?.cloned();
        fields.close()?;
        Self::from_documents(std::iter::once(spec).chain(platform).collect())
    }

    fn from_documents(documents: Vec<Value>) -> Result<Self, SpecError> {
        let mut spec = None;
        let mut platform = None;
        for document in documents {
            let document = if is_job(&document) { upgrade::job(&document).unwrap_or(document) } else { document };
            let place = match shape(&document)? {
                Shape::Nothing => continue,
                Shape::Pipeline => &mut spec,
                Shape::Platform => &mut platform,
            };
            if place.replace(document).is_some() {
                return Err(SpecError::new(
                    "expected one pipeline spec and at most one platform spec, got two of a kind",
                ));
            }
        }
        let spec = spec.ok_or_else(|| SpecError::new(UNKNOWN))?;
        let ir = if argo::is_workflow(&spec) {
            let (ir, platform) = argo::translate(&spec)?;
            read::ir(&ir, Some(&platform), true)?
        } else {
            read::ir(&spec, platform.as_ref(), false)?
        };
        Ok(Self(Arc::new(Definition { spec, platform, ir })))
    }

    /// `pipelineInfo.name`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.ir.name
    }
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.0.ir.description.as_deref()
    }
    /// The root's input parameters, by name.
    #[must_use]
    pub fn inputs(&self) -> Vec<ParameterDefinition> {
        let root = self.0.ir.components.first();
        root.into_iter()
            .flat_map(|root| &root.inputs.parameters)
            .map(|(name, parameter)| ParameterDefinition {
                name: name.clone(),
                parameter_type: parameter.parameter_type.unwrap_or(ParameterType::String),
                default: parameter.default.clone(),
                optional: parameter.optional,
                literals: parameter.literals.clone(),
                description: parameter.description.clone(),
            })
            .collect()
    }
    /// What the API echoes: the IR as it was given, or `{"pipeline_spec", "platform_spec"}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match &self.0.platform {
            None => self.0.spec.clone(),
            Some(platform) => json!({"pipeline_spec": self.0.spec, "platform_spec": platform}),
        }
    }
    /// Normalised YAML, for storage; [`Self::read`] takes it back.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = yaml(&self.0.spec);
        if let Some(platform) = &self.0.platform {
            text.push_str("---\n");
            text.push_str(&yaml(platform));
        }
        text
    }
}

/// JSON values always have a YAML text; were the writer to fail, JSON is YAML too.
fn yaml(value: &Value) -> String {
    serde_saphyr::to_string(value).unwrap_or_else(|_| format!("{value}\n"))
}

fn documents(text: &str) -> Result<Vec<Value>, SpecError> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        // JSON keys may be longer than YAML's simple keys; also, this is several times faster.
        let documents: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
        if let Ok(documents) = documents {
            return Ok(documents);
        }
    }
    // As the SDK's writer sees it: `n` and `yes` are texts that it leaves unquoted or quotes, never booleans; so are `08` and the like.
    let options = serde_saphyr::options! { strict_booleans: true, leading_zero_numbers_as_strings: true };
    serde_saphyr::from_multiple_with_options(text, options).map_err(|error| {
        let message = error.without_snippet().to_string();
        SpecError(format!("unknown template format: the text is not YAML: {message}"))
    })
}

/// What kfp 1.8's v2 compiler writes.
fn is_job(document: &Value) -> bool {
    document.get("pipelineSpec").is_some() && document.get("runtimeConfig").is_some()
}

enum Shape {
    Nothing,
    Pipeline,
    Platform,
}

fn shape(document: &Value) -> Result<Shape, SpecError> {
    let has = |name: &str| document.get(name).is_some();
    if document.is_null() {
        return Ok(Shape::Nothing);
    }
    if argo::is_workflow(document) {
        return Ok(Shape::Pipeline);
    }
    if is_job(document) {
        return Err(SpecError::new(
            "this is a PipelineJob whose pipelineSpec has another schema version than kfp 1.8's 2.0.0: upload the pipelineSpec alone",
        ));
    }
    if has("pipelineInfo") || has("pipeline_info") || has("root") || has("schemaVersion") || has("schema_version") {
        return Ok(Shape::Pipeline);
    }
    if has("platforms") {
        return Ok(Shape::Platform);
    }
    if document.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok(Shape::Nothing);
    }
    Err(SpecError::new(UNKNOWN))
}
