use crate::{ArtifactId, Namespace, RunAddress, RunId, Task, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// One artifact that a task made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Artifact {
    pub id: ArtifactId,
    pub namespace: Namespace,
    pub run_id: RunId,
    pub task_id: TaskId,
    /// The output of its task that it is, or is one of.
    pub output: String,
    pub name: String,
    /// As KFP's artifact API names types: `Artifact`, `Model`, `Dataset`, ... (see [`artifact_type`]).
    pub artifact_type: String,
    pub uri: String,
    pub metadata: Map<String, Value>,
    pub created_at: Timestamp,
}

/// KFP's word for the title of an artifact's schema; a title that it has no word for is an `Artifact`.
#[must_use]
pub fn artifact_type(schema_title: &str) -> &'static str {
    match schema_title {
        "system.Model" => "Model",
        "system.Dataset" => "Dataset",
        "system.HTML" => "HTML",
        "system.Markdown" => "Markdown",
        "system.Metrics" => "Metric",
        "system.ClassificationMetrics" => "ClassificationMetric",
        "system.SlicedClassificationMetrics" => "SlicedClassificationMetric",
        _ => "Artifact",
    }
}

impl Artifact {
    /// What a finished leaf task has put out; none for others, for a group only passes on what its tasks made. An id is a
    /// version 5 UUID of the task's and the output's name, so that it stays when a task is told again.
    #[must_use]
    pub fn made_by(task: &Task, run: &RunAddress) -> Vec<Self> {
        let outputs = task.outputs.get("artifacts").and_then(Value::as_object);
        let outputs = outputs.filter(|_| task.kind.is_leaf() && task.state.is_final()).into_iter().flatten();
        let made_at = task.finished_at.or(task.started_at).unwrap_or_default();
        let each = |(output, list): (&String, &Value)| {
            let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
            let artifact = |(index, artifact): (usize, &Value)| Self {
                id: ArtifactId::from_uuid(Uuid::new_v5(&task.id.uuid(), format!("{output}/{index}").as_bytes())),
                namespace: run.place.clone(),
                run_id: run.id,
                task_id: task.id,
                output: output.clone(),
                name: text(artifact, "name").unwrap_or(output).to_owned(),
                artifact_type: artifact_type(schema_title(artifact)).to_owned(),
                uri: text(artifact, "uri").unwrap_or_default().to_owned(),
                metadata: artifact.get("metadata").and_then(Value::as_object).cloned().unwrap_or_default(),
                created_at: made_at,
            };
            list.iter().enumerate().map(artifact).collect::<Vec<_>>()
        };
        outputs.flat_map(each).collect()
    }
}

fn text<'a>(artifact: &'a Value, name: &str) -> Option<&'a str> {
    artifact.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The title itself, or the IR's object around it.
fn schema_title(artifact: &Value) -> &str {
    let kind = artifact.get("type");
    let within = kind.and_then(|kind| kind.get("schemaTitle").or_else(|| kind.get("schema_title")));
    within.or(kind).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TaskKind, TaskState};
    use serde_json::json;

    fn task(kind: TaskKind, state: TaskState) -> Task {
        Task {
            id: TaskId::from_uuid(Uuid::from_u128(7)),
            parent: None,
            name: "fit".to_owned(),
            display_name: "fit".to_owned(),
            kind,
            state,
            reason: None,
            started_at: Some(Timestamp::from_seconds(1)),
            finished_at: Some(Timestamp::from_seconds(2)),
            attempts: 1,
            iteration_index: None,
            depends_on: Vec::new(),
            component: "comp-fit".to_owned(),
            inputs: json!({}),
            outputs: json!({ "artifacts": {
                "model": [{ "name": "model", "uri": "minio://a", "type": "system.Model", "metadata": { "size": 3 } }],
                "parts": [{ "type": { "schemaTitle": "system.Dataset" } }, { "type": { "schemaTitle": "own.Kind" } }],
            } }),
        }
    }

    #[test]
    fn a_finished_step_made_what_it_put_out_and_a_group_made_nothing() {
        let run = RunAddress { place: Namespace::parse("team-a").unwrap(), id: RunId::from_uuid(Uuid::from_u128(1)) };
        let made = Artifact::made_by(&task(TaskKind::Container, TaskState::Succeeded), &run);
        let seen: Vec<_> =
            made.iter().map(|a| (a.output.as_str(), a.name.as_str(), a.artifact_type.as_str())).collect();
        assert_eq!(seen, [("model", "model", "Model"), ("parts", "parts", "Dataset"), ("parts", "parts", "Artifact")]);
        assert_eq!(made, Artifact::made_by(&task(TaskKind::Container, TaskState::Succeeded), &run), "ids stay");
        assert_ne!(made[1].id, made[2].id);
        assert_eq!((made[0].metadata["size"].clone(), made[0].created_at), (json!(3), Timestamp::from_seconds(2)));
        for (kind, state) in [(TaskKind::Dag, TaskState::Succeeded), (TaskKind::Container, TaskState::Running)] {
            assert!(Artifact::made_by(&task(kind, state), &run).is_empty());
        }
    }
}
