pub(crate) mod experiments;
pub(crate) mod jobs;
pub(crate) mod pipeline_uploads;
pub(crate) mod pipeline_versions;
pub(crate) mod pipelines;
pub(crate) mod runs;

use crate::extract::Query;
use model::Failure;
use wire::v1beta1::{ResourceType, key_of};

/// The key by which a list is asked for: `{name}.type` and `{name}.id`.
fn key(query: &Query, name: &str) -> Result<Option<(ResourceType, String)>, Failure> {
    key_of(query.text(&format!("{name}.type"))?, query.text(&format!("{name}.id"))?)
}
