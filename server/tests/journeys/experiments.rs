use crate::bench::*;
use serde_json::{Value, json};

const EXPERIMENTS: &str = "/apis/v2beta1/experiments";

#[tokio::test]
async fn an_experiment_is_made_read_and_unique_in_its_namespace() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let body = json!({ "display_name": "first", "description": "of all", "namespace": "team-a" });
    let made = owner.post(EXPERIMENTS, &body).await.ok();
    let id = id_of(&made, "experiment_id");
    assert_eq!(made["storage_state"], "AVAILABLE");
    assert_eq!(made["created_at"], "2024-05-01T10:00:00Z");
    assert_eq!(made["last_run_created_at"], "1970-01-01T00:00:00Z");
    assert_eq!(owner.get(&format!("{EXPERIMENTS}/{id}")).await.ok(), made);
    assert!(owner.post(EXPERIMENTS, &body).await.refused(409).contains("Please specify a new name"));
    let elsewhere = json!({ "display_name": "first", "namespace": "team-b" });
    bench.owner("team-b").post(EXPERIMENTS, &elsewhere).await.ok();
}

#[tokio::test]
async fn a_name_has_1_to_128_bytes() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let body = |name: &str| json!({ "display_name": name, "namespace": "team-a" });
    owner.post(EXPERIMENTS, &body(&"x".repeat(128))).await.ok();
    for wrong in ["", "   ", &"x".repeat(129), &"é".repeat(65)] {
        assert!(owner.post(EXPERIMENTS, &body(wrong)).await.refused(400).contains("name"), "{wrong}");
    }
    owner.post(EXPERIMENTS, &json!({ "display_name": "no place" })).await.refused(400);
}

#[tokio::test]
async fn archiving_takes_the_runs_along_and_unarchiving_leaves_them() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let experiment = owner.experiment("team-a", "old").await;
    let run = owner.run(&experiment, "old").await;
    let (experiment, run) = (format!("{EXPERIMENTS}/{experiment}"), format!("/apis/v2beta1/runs/{run}"));
    assert_eq!(owner.post(&format!("{experiment}:archive"), &Value::Null).await.ok(), json!({}));
    assert_eq!(owner.get(&experiment).await.ok()["storage_state"], "ARCHIVED");
    assert_eq!(owner.get(&run).await.ok()["storage_state"], "ARCHIVED");
    assert!(owner.post(&format!("{run}:unarchive"), &Value::Null).await.refused(400).contains("experiment"));
    owner.post(&format!("{experiment}:unarchive"), &Value::Null).await.ok();
    assert_eq!(owner.get(&experiment).await.ok()["storage_state"], "AVAILABLE");
    assert_eq!(owner.get(&run).await.ok()["storage_state"], "ARCHIVED");
    owner.post(&format!("{run}:unarchive"), &Value::Null).await.ok();
    assert_eq!(owner.get(&run).await.ok()["storage_state"], "AVAILABLE");
}

#[tokio::test]
async fn a_deleted_experiment_leaves_its_runs() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let experiment = owner.experiment("team-a", "gone").await;
    let run = owner.run(&experiment, "stays").await;
    owner.delete(&format!("{EXPERIMENTS}/{experiment}")).await.ok();
    owner.get(&format!("{EXPERIMENTS}/{experiment}")).await.refused(404);
    assert_eq!(owner.get(&format!("/apis/v2beta1/runs/{run}")).await.ok()["experiment_id"], experiment.as_str());
}
