use super::source;
use crate::json::{Enum, Moment, Named, message};
use model::Page;
use serde_json::{Map, Value};

message! {
    /// The artifact of KFP's own API after its metadata store, and beside its fields the run and the task that made it.
    Artifact {
        artifact_id: String,
        name: String,
        description: String,
        type_ as "type": Enum<ArtifactType>,
        uri: String,
        metadata: Map<String, Value>,
        number_value: Option<f64>,
        created_at: Moment,
        namespace: String,
        run_id: String,
        task_id: String,
    }

    /// What a task put out, inside of a message: base64.
    ReadArtifactResponse { data: String }

    ListArtifactsResponse { artifacts: Vec<Artifact>, total_size: i32, next_page_token: String }
}

/// An index into the names of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArtifactType(&'static str);

impl Named for ArtifactType {
    const UNSPECIFIED: &'static str = "TYPE_UNSPECIFIED";
    const WORDS: &'static [(i64, &'static str, Self)] = &[
        (1, "Artifact", Self("Artifact")),
        (2, "Model", Self("Model")),
        (3, "Dataset", Self("Dataset")),
        (4, "HTML", Self("HTML")),
        (5, "Markdown", Self("Markdown")),
        (6, "Metric", Self("Metric")),
        (7, "ClassificationMetric", Self("ClassificationMetric")),
        (8, "SlicedClassificationMetric", Self("SlicedClassificationMetric")),
    ];
}

impl From<model::Artifact> for Artifact {
    fn from(artifact: model::Artifact) -> Self {
        let known = ArtifactType::WORDS.iter().find(|(_, word, _)| *word == artifact.artifact_type);
        let numbers: Vec<f64> = match artifact.artifact_type.as_str() {
            "Metric" => artifact.metadata.values().filter_map(Value::as_f64).collect(),
            _ => Vec::new(),
        };
        Self {
            artifact_id: artifact.id.to_string(),
            name: artifact.name,
            description: String::new(),
            type_: Enum(known.map(|(_, _, kind)| *kind)),
            uri: artifact.uri,
            // A metric is one number; where a step logged several, the metadata has them by name.
            number_value: (numbers.len() == 1).then(|| numbers.first().copied()).flatten(),
            metadata: artifact.metadata,
            created_at: artifact.created_at.into(),
            namespace: artifact.namespace.into(),
            run_id: artifact.run_id.to_string(),
            task_id: artifact.task_id.to_string(),
        }
    }
}

impl From<Page<model::Artifact>> for ListArtifactsResponse {
    fn from(page: Page<model::Artifact>) -> Self {
        let (artifacts, total_size, next_page_token) = source::page(page);
        Self { artifacts, total_size, next_page_token }
    }
}
