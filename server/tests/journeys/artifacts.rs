use crate::bench::*;
use http::{Method, header};
use serde_json::json;
use std::io::Read;

async fn running(bench: &Bench) -> String {
    let owner = bench.owner("team-a");
    let run = owner.run(&owner.experiment("team-a", "e").await, "r").await;
    bench.wait_for_state(&owner, &run, "RUNNING").await;
    run
}

fn of(key: &str) -> String {
    format!("/artifacts/get?source=minio&bucket=mlpipeline&key={}", percent_encode(key))
}

#[tokio::test]
async fn a_file_comes_whole_in_part_or_as_a_peek() {
    let bench = Bench::start().await;
    let viewer = bench.viewer("team-a");
    let key = bench.artifact("team-a", &running(&bench).await, "data", "0123456789").await;
    let whole = viewer.get(&of(&key)).await;
    assert_eq!((whole.status, whole.text.as_str()), (200, "0123456789"));
    assert_eq!(whole.headers[header::CONTENT_DISPOSITION], "attachment; filename=\"data\"");
    assert_eq!(whole.headers[header::CONTENT_TYPE], "application/octet-stream");
    assert_eq!(viewer.get(&format!("{}&peek=4", of(&key))).await.text, "0123");
    for (range, status, text, told) in [
        ("bytes=2-4", 206, "234", "bytes 2-4/10"),
        ("bytes=-2", 206, "89", "bytes 8-9/10"),
        ("bytes=10-", 416, "", "bytes */10"),
    ] {
        let part = viewer.clone().with_header("range", range).get(&format!("/artifacts/minio/mlpipeline/{key}")).await;
        assert_eq!((part.status, part.text.as_str()), (status, text), "{range}");
        assert_eq!(part.headers[header::CONTENT_RANGE], told);
    }
    viewer.get(&of(&format!("{key}-not-there"))).await.refused(404);
    viewer.get(&of(&"x".repeat(1025))).await.refused(400);
}

#[tokio::test]
async fn a_directory_comes_as_one_archive() {
    let bench = Bench::start().await;
    let viewer = bench.viewer("team-a");
    let key = bench.artifact("team-a", &running(&bench).await, "parts/", "a part").await;
    let peek = viewer.get(&format!("{}&peek=100", of(&key))).await;
    assert_eq!(peek.text, "a directory of 2 files with 12 bytes\n");
    let archive = viewer.bytes(Method::GET, &of(&key)).await;
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(&archive[..]));
    let mut found: Vec<(String, String)> = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        found.push((entry.path().unwrap().display().to_string(), text));
    }
    let expected = [("deep/two", "a part"), ("one", "a part")].map(|(name, text)| (name.to_owned(), text.to_owned()));
    assert_eq!(found, expected);
}

#[tokio::test]
async fn tasks_and_artifacts_are_listed_by_run_and_by_namespace() {
    let bench = Bench::start().await;
    let viewer = bench.viewer("team-a");
    let run = running(&bench).await;
    let key = bench.artifact("team-a", &run, "data", "x").await;
    let of_run = format!("/apis/v2beta1/artifacts?run_id={run}");
    let listed = bench.wait_for(&viewer, &of_run, |list| list["total_size"] == 1).await;
    let artifact = &listed["artifacts"][0];
    assert_eq!(
        (&artifact["name"], &artifact["type"], &artifact["namespace"], &artifact["metadata"]),
        (&json!("data"), &json!("Dataset"), &json!("team-a"), &json!({ "rows": 3 }))
    );
    assert_eq!(artifact["uri"], format!("minio://mlpipeline/{key}"));
    let id = id_of(artifact, "artifact_id");
    assert_eq!(&viewer.get(&format!("/apis/v2beta1/artifacts/{id}")).await.ok(), artifact);
    for (kind, found) in [("Dataset", true), ("Model", false)] {
        let filter = json!({ "predicates": [{ "operation": "EQUALS", "key": "type", "string_value": kind }] });
        let filter = percent_encode(&filter.to_string());
        let path = format!("/apis/v2beta1/artifacts?namespace=team-a&filter={filter}");
        assert_eq!(viewer.get(&path).await.ok()["artifacts"].is_array(), found, "{kind}");
    }

    let tasks = viewer.get(&format!("/apis/v2beta1/tasks?run_id={run}")).await.ok();
    let task = &tasks["tasks"][0];
    assert_eq!((&tasks["total_size"], &task["state"], &task["run_id"]), (&json!(1), &json!("SUCCEEDED"), &json!(run)));
    assert_eq!(task["outputs"]["artifacts"][0]["artifact_key"], "data");
    let states: Vec<_> = task["state_history"].as_array().unwrap().iter().map(|entry| &entry["state"]).collect();
    assert_eq!(states, ["PENDING", "RUNNING", "SUCCEEDED"]);
    let id = id_of(task, "task_id");
    assert_eq!(&viewer.get(&format!("/apis/v2beta1/tasks/{id}")).await.ok(), task);
    assert_eq!(viewer.get(&format!("/apis/v2beta1/tasks?parent_id={id}")).await.ok(), json!({}));
    viewer.get("/apis/v2beta1/tasks").await.refused(400);

    let read = format!("/apis/v2beta1/runs/{run}/nodes/{id}/artifacts");
    for name in ["data", "one-step-data"] {
        assert_eq!(viewer.get(&format!("{read}/{name}:read")).await.ok(), json!({ "data": "eA==" }));
    }
    viewer.get(&format!("{read}/ata:read")).await.refused(404);
    for log in [format!("/k8s/pod/logs?podname={id}"), format!("/apis/v1alpha1/runs/{run}/nodes/{id}/log")] {
        assert_eq!(viewer.get(&log).await.text, "the log of a step\n");
    }
    viewer.get("/k8s/pod/logs").await.refused(400);
}
