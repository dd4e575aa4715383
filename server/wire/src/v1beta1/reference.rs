use crate::json::{Enum, Named, message};
use model::Failure;

message! {
    /// How v1beta1 says what belongs to what.
    ResourceReference { key: Option<ResourceKey>, name: String, relationship: Enum<Relationship> }

    ResourceKey { type_ as "type": Enum<ResourceType>, id: String }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceType {
    Experiment,
    Job,
    Pipeline,
    PipelineVersion,
    Namespace,
}

impl Named for ResourceType {
    const UNSPECIFIED: &'static str = "UNKNOWN_RESOURCE_TYPE";
    const WORDS: &'static [(i64, &'static str, Self)] = &[
        (1, "EXPERIMENT", Self::Experiment),
        (2, "JOB", Self::Job),
        (3, "PIPELINE", Self::Pipeline),
        (4, "PIPELINE_VERSION", Self::PipelineVersion),
        (5, "NAMESPACE", Self::Namespace),
    ];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relationship {
    Owner,
    Creator,
}

impl Named for Relationship {
    const UNSPECIFIED: &'static str = "UNKNOWN_RELATIONSHIP";
    const WORDS: &'static [(i64, &'static str, Self)] = &[(1, "OWNER", Self::Owner), (2, "CREATOR", Self::Creator)];
}

impl ResourceReference {
    pub(super) fn new(kind: ResourceType, id: impl ToString, relationship: Relationship) -> Self {
        let key = ResourceKey { type_: kind.into(), id: id.to_string() };
        Self { key: Some(key), name: String::new(), relationship: relationship.into() }
    }
}

/// The id of the first reference of this type; as in KFP, whatever its relationship.
pub(super) fn id_of(references: &[ResourceReference], kind: ResourceType) -> Option<&str> {
    let keys = references.iter().filter_map(|reference| reference.key.as_ref());
    let mut ids = keys.filter(|key| key.type_ == kind.into()).map(|key| key.id.as_str());
    ids.next().filter(|id| !id.is_empty())
}

/// `*_key.type` and `*_key.id` of a query; `None` when no type is given.
///
/// # Errors
/// `Invalid` for a type that is none.
pub fn key_of(kind: &str, id: &str) -> Result<Option<(ResourceType, String)>, Failure> {
    let found = ResourceType::WORDS.iter().find(|(number, word, _)| *word == kind || number.to_string() == kind);
    match (found, kind) {
        (Some((_, _, kind)), _) => Ok(Some((*kind, id.to_owned()))),
        (None, "" | "0" | ResourceType::UNSPECIFIED) => Ok(None),
        (None, _) => {
            let words: Vec<_> = ResourceType::WORDS.iter().map(|(_, word, _)| *word).collect();
            Err(Failure::invalid(format!("reference key type {kind:?}: expected one of {}", words.join(", "))))
        }
    }
}
