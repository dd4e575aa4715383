//! What runs and recurring runs share: where the definition comes from, and with which settings it runs.

use crate::json::{Object, message};
use model::{Failure, NewRunSource, Page, PipelineId, PipelineSource, PipelineVersionId};
use serde_json::{Map, Value};

message! {
    PipelineVersionReference { pipeline_id: String, pipeline_version_id: String }

    RuntimeConfig { parameters: Map<String, Value>, pipeline_root: String }

    /// google.rpc.Status.
    Status { code: i32, message: String, details: Vec<Object> }
}

/// gRPC's UNKNOWN: the failure of a user's own code is none of the API's.
const UNKNOWN: i32 = 2;

impl From<String> for Status {
    fn from(message: String) -> Self {
        Self { code: UNKNOWN, message, details: Vec::new() }
    }
}

/// KFP leaves the whole message out when it would say nothing.
pub(super) fn written_config(config: model::RuntimeConfig) -> Option<RuntimeConfig> {
    let pipeline_root = config.pipeline_root.unwrap_or_default();
    let config = RuntimeConfig { parameters: config.parameters, pipeline_root };
    (config != RuntimeConfig::default()).then_some(config)
}

impl From<RuntimeConfig> for model::RuntimeConfig {
    fn from(config: RuntimeConfig) -> Self {
        Self {
            parameters: config.parameters,
            pipeline_root: Some(config.pipeline_root).filter(|root| !root.is_empty()),
        }
    }
}

/// The two members of the oneof as they go out.
pub(super) fn written(source: PipelineSource) -> (Option<Object>, Option<PipelineVersionReference>) {
    match source {
        PipelineSource::Version { pipeline_id, pipeline_version_id } => {
            let reference = PipelineVersionReference {
                pipeline_id: pipeline_id.to_string(),
                pipeline_version_id: pipeline_version_id.to_string(),
            };
            (None, Some(reference))
        }
        PipelineSource::Latest { pipeline_id } => {
            let reference =
                PipelineVersionReference { pipeline_id: pipeline_id.to_string(), pipeline_version_id: String::new() };
            (None, Some(reference))
        }
        PipelineSource::Inline { spec } => (spec.map(Object), None),
    }
}

/// KFP's order of use: the version, else the newest version of the pipeline, else the text itself. The bare version id
/// is an old spelling of the reference.
pub(super) fn read(
    spec: Option<Object>,
    reference: Option<PipelineVersionReference>,
    bare_version_id: String,
) -> Result<NewRunSource, Failure> {
    let given =
        usize::from(spec.is_some()) + usize::from(reference.is_some()) + usize::from(!bare_version_id.is_empty());
    if given > 1 {
        return Err(Failure::invalid(
            "pipeline_source is given more than once: expected one of pipeline_version_reference and pipeline_spec",
        ));
    }
    let reference = reference
        .unwrap_or(PipelineVersionReference { pipeline_id: String::new(), pipeline_version_id: bare_version_id });
    if !reference.pipeline_version_id.is_empty() {
        let pipeline_id = match reference.pipeline_id.as_str() {
            "" => None,
            id => Some(PipelineId::parse(id)?),
        };
        let pipeline_version_id = PipelineVersionId::parse(&reference.pipeline_version_id)?;
        return Ok(NewRunSource::Version { pipeline_id, pipeline_version_id });
    }
    if !reference.pipeline_id.is_empty() {
        return Ok(NewRunSource::Latest { pipeline_id: PipelineId::parse(&reference.pipeline_id)? });
    }
    match spec {
        Some(Object(spec)) => Ok(NewRunSource::Inline { spec }),
        None => Err(Failure::invalid(
            "pipeline_source is missing: expected pipeline_version_reference with a pipeline_id, or pipeline_spec",
        )),
    }
}

/// A page's parts as every list response has them.
pub(crate) fn page<T, W: From<T>>(page: Page<T>) -> (Vec<W>, i32, String) {
    let total_size = i32::try_from(page.total_size).unwrap_or(i32::MAX);
    (page.items.into_iter().map(W::from).collect(), total_size, page.next_page_token.unwrap_or_default())
}
