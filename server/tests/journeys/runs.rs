use crate::bench::*;
use model::{RunId, RunState};
use serde_json::{Value, json};
use testkit::{pipeline, pipeline_with_parameter};

const RUNS: &str = "/apis/v2beta1/runs";

fn id(run: &str) -> RunId {
    RunId::parse(run).unwrap()
}

#[tokio::test]
async fn a_run_is_pending_then_running_then_at_its_end() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let experiment = owner.experiment("team-a", "e").await;
    let spec = pipeline("one-step", "true");
    let body = json!({ "display_name": "r", "experiment_id": experiment, "pipeline_spec": spec });
    let made = owner.post(RUNS, &body).await.ok();
    let run = id_of(&made, "run_id");
    assert_eq!((&made["state"], &made["storage_state"]), (&json!("PENDING"), &json!("AVAILABLE")));
    assert_eq!(
        (&made["created_at"], &made["scheduled_at"]),
        (&json!("2024-05-01T10:00:00Z"), &json!("2024-05-01T10:00:00Z"))
    );
    assert_eq!(
        (&made["finished_at"], &made["service_account"]),
        (&json!("1970-01-01T00:00:00Z"), &json!("default-editor"))
    );
    assert_eq!(made["pipeline_spec"], spec);
    for absent in ["error", "run_details", "runtime_config", "recurring_run_id", "pipeline_version_reference"] {
        assert_eq!(made[absent], Value::Null, "{absent}");
    }
    bench.wait_for_state(&owner, &run, "RUNNING").await;
    bench.clock.advance_millis(5000);
    bench.engine.end(id(&run), RunState::Succeeded).await;
    let ended = bench.wait_for_state(&owner, &run, "SUCCEEDED").await;
    assert_eq!(ended["finished_at"], "2024-05-01T10:00:05Z");
    let states: Vec<_> = ended["state_history"].as_array().unwrap().iter().map(|change| &change["state"]).collect();
    assert_eq!(states, ["PENDING", "RUNNING", "SUCCEEDED"]);
    assert_eq!(ended["run_details"]["task_details"][0]["state"], "SUCCEEDED");
    let parent = owner.get(&format!("/apis/v2beta1/experiments/{experiment}")).await.ok();
    assert_eq!(parent["last_run_created_at"], "2024-05-01T10:00:00Z");
}

#[tokio::test]
async fn a_failed_run_says_why() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let run = owner.run(&owner.experiment("team-a", "e").await, "r").await;
    bench.wait_for_state(&owner, &run, "RUNNING").await;
    bench.engine.end(id(&run), RunState::Failed).await;
    let ended = bench.wait_for_state(&owner, &run, "FAILED").await;
    assert_eq!(ended["error"]["message"], "step failed");
}

#[tokio::test]
async fn what_cannot_run_is_refused_by_name_and_nothing_is_kept() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let experiment = owner.experiment("team-a", "e").await;
    let (pipeline_id, _) = owner.pipeline("team-a", "p").await;
    let (_, other_version) = owner.pipeline("team-a", "q").await;
    let good = json!({ "display_name": "r", "experiment_id": experiment, "pipeline_spec": pipeline_with_parameter("p", "city") });
    let with = |changes: Value| {
        let mut body = good.clone();
        for (key, value) in changes.as_object().unwrap() {
            body[key] = value.clone();
        }
        body
    };
    let unknown = "00000000-0000-4000-8000-000000000000";
    let mismatch = json!({ "pipeline_id": pipeline_id, "pipeline_version_id": other_version });
    for (changes, status, named) in [
        (json!({ "experiment_id": "" }), 400, "Experiment id can not be empty in multi-user mode"),
        (json!({ "experiment_id": unknown }), 404, "not found"),
        (json!({ "display_name": "" }), 400, "display_name"),
        (json!({}), 400, "city"),
        (json!({ "runtime_config": { "parameters": { "city": 5 } } }), 400, "city"),
        (json!({ "runtime_config": { "parameters": { "city": "x", "village": "y" } } }), 400, "village"),
        (
            json!({ "runtime_config": { "parameters": { "city": "x" }, "pipeline_root": "gs://elsewhere" } }),
            400,
            "pipeline_root",
        ),
        (json!({ "pipeline_spec": { "pipelineInfo": { "name": "x" }, "schemaVersion": "2.1.0" } }), 400, "root"),
        (json!({ "pipeline_spec": {} }), 400, "pipeline"),
        (json!({ "pipeline_spec": null, "pipeline_version_reference": mismatch }), 400, "pipeline"),
        (json!({ "pipeline_spec": null, "pipeline_version_reference": { "pipeline_id": unknown } }), 404, "not found"),
        (json!({ "state": "SUCCEEDED", "nonsense": 1 }), 400, "nonsense"),
    ] {
        let message = owner.post(RUNS, &with(changes.clone())).await.refused(status);
        assert!(message.contains(named), "{changes}: {message}");
    }
    assert_eq!(owner.get(&format!("{RUNS}?namespace=team-a")).await.ok(), json!({}));
    let parameters = json!({ "runtime_config": { "parameters": { "city": "Łódź" } } });
    let made = owner.post(RUNS, &with(parameters)).await.ok();
    assert_eq!(made["runtime_config"], json!({ "parameters": { "city": "Łódź" } }));
}

#[tokio::test]
async fn a_pipeline_alone_means_its_latest_version() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let experiment = owner.experiment("team-a", "e").await;
    let (pipeline_id, first) = owner.pipeline("team-a", "p").await;
    bench.clock.advance_millis(1000);
    let path = format!("/apis/v2beta1/pipelines/upload_version?pipelineid={pipeline_id}&name=second");
    let spec = pipeline("one-step", "false").to_string();
    let second = id_of(&owner.upload(&path, "uploadfile", "p.json", spec.as_bytes()).await.ok(), "pipeline_version_id");
    for (reference, version) in [
        (json!({ "pipeline_id": pipeline_id }), &second),
        (json!({ "pipeline_id": pipeline_id, "pipeline_version_id": first }), &first),
    ] {
        let body = json!({ "display_name": "r", "experiment_id": experiment, "pipeline_version_reference": reference });
        let made = owner.post(RUNS, &body).await.ok();
        let expected = json!({ "pipeline_id": pipeline_id, "pipeline_version_id": version });
        assert_eq!(made["pipeline_version_reference"], expected);
        assert_eq!(made["pipeline_spec"], Value::Null);
    }
}

#[tokio::test]
async fn a_terminated_run_has_failed_for_clients_that_wait_and_says_why() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let run = owner.run(&owner.experiment("team-a", "e").await, "r").await;
    bench.wait_for_state(&owner, &run, "RUNNING").await;
    owner.post(&format!("{RUNS}/{run}:terminate"), &Value::Null).await.ok();
    let ended = bench.wait_for_state(&owner, &run, "FAILED").await;
    let why = json!({ "code": 1, "message": "The run was terminated" });
    assert_eq!(ended["error"], why);
    let last = ended["state_history"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["state"], &last["error"]), (&json!("FAILED"), &why));
    for (operation, value, found) in [
        ("EQUALS", json!({ "string_value": "FAILED" }), true),
        ("EQUALS", json!({ "string_value": "CANCELED" }), true),
        ("IN", json!({ "string_values": { "values": ["FAILED", "RUNNING"] } }), true),
        ("NOT_EQUALS", json!({ "string_value": "FAILED" }), false),
        ("EQUALS", json!({ "string_value": "RUNNING" }), false),
    ] {
        let mut predicate = json!({ "operation": operation, "key": "state" });
        predicate.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
        let filter = percent_encode(&json!({ "predicates": [predicate] }).to_string());
        let listed = owner.get(&format!("{RUNS}?namespace=team-a&filter={filter}")).await.ok();
        assert_eq!(listed["runs"][0]["run_id"] == run.as_str(), found, "{operation}: {listed}");
    }
    assert!(owner.post(&format!("{RUNS}/{run}:terminate"), &Value::Null).await.refused(400).contains("Row not found"));
}

#[tokio::test]
async fn archiving_a_run_keeps_it_running() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let run = owner.run(&owner.experiment("team-a", "e").await, "r").await;
    bench.wait_for_state(&owner, &run, "RUNNING").await;
    for _ in 0..2 {
        owner.post(&format!("{RUNS}/{run}:archive"), &Value::Null).await.ok();
    }
    let archived = owner.get(&format!("{RUNS}/{run}")).await.ok();
    assert_eq!((&archived["state"], &archived["storage_state"]), (&json!("RUNNING"), &json!("ARCHIVED")));
    for _ in 0..2 {
        owner.post(&format!("{RUNS}/{run}:unarchive"), &Value::Null).await.ok();
    }
    assert_eq!(owner.get(&format!("{RUNS}/{run}")).await.ok()["storage_state"], "AVAILABLE");
}

#[tokio::test]
async fn a_deleted_run_is_forgotten_by_the_engine() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let run = owner.run(&owner.experiment("team-a", "e").await, "r").await;
    bench.wait_for_state(&owner, &run, "RUNNING").await;
    assert!(bench.engine.holds(id(&run)));
    owner.delete(&format!("{RUNS}/{run}")).await.ok();
    assert!(!bench.engine.holds(id(&run)));
    owner.get(&format!("{RUNS}/{run}")).await.refused(404);
    owner.delete(&format!("{RUNS}/{run}")).await.refused(404);
}

#[tokio::test]
async fn a_run_outlives_the_server() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let run = owner.run(&owner.experiment("team-a", "e").await, "r").await;
    bench.wait_for_state(&owner, &run, "RUNNING").await;
    let bench = bench.restart().await;
    let owner = bench.owner("team-a");
    // The engine of the bench has forgotten it, and is asked again.
    let launched = async {
        while !bench.engine.holds(id(&run)) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), launched).await.unwrap();
    bench.engine.end(id(&run), RunState::Succeeded).await;
    bench.wait_for_state(&owner, &run, "SUCCEEDED").await;
}

#[tokio::test]
async fn lists_tell_how_far_a_run_is() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let experiment = owner.experiment("team-a", "e").await;
    let other = owner.experiment("team-a", "other").await;
    let run = owner.run(&experiment, "r").await;
    owner.run(&other, "elsewhere").await;
    bench.wait_for_state(&owner, &run, "RUNNING").await;
    let of_experiment = owner.get(&format!("{RUNS}?experiment_id={experiment}")).await.ok();
    assert_eq!((&of_experiment["total_size"], &of_experiment["runs"][0]["run_id"]), (&json!(1), &json!(run)));
    assert_eq!(owner.get(&format!("{RUNS}?namespace=team-a")).await.ok()["total_size"], 2);
    assert!(owner.get(RUNS).await.refused(400).contains("namespace"));
}
