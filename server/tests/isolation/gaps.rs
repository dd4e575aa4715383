//! The holes that KFP's own servers have, by the numbers of the list that was made of them; each is closed here, and its
//! number is in the name of its test. Rows that are not here are about what this server is not made of (a metadata
//! store, one object store for all, cluster-wide accounts), or are closed in another room: 10 by the settings, which
//! refuse MULTIUSER_SHARED_READ; 17 by the rules for addresses (`downloads`); 53 by the engine's cache.

use crate::bench::*;
use http::Method;
use serde_json::{Value, json};

const API: &str = "/apis/v2beta1";
const UNKNOWN: &str = "00000000-0000-4000-8000-00000000abcd";

struct Team {
    experiment: String,
    run: String,
    task: String,
    pipeline: String,
    version: String,
}

async fn team(bench: &Bench, namespace: &str) -> Team {
    let owner = bench.owner(namespace);
    let experiment = owner.experiment(namespace, "treasure").await;
    let run = owner.run(&experiment, "treasure").await;
    bench.wait_for_state(&owner, &run, "RUNNING").await;
    let (pipeline, version) = owner.pipeline(namespace, "treasure").await;
    let task = testkit::FakeEngine::step_of(model::RunId::parse(&run).unwrap()).to_string();
    Team { experiment, run, task, pipeline, version }
}

/// What is not served answers nobody and everybody alike.
async fn is_no_door(bench: &Bench, method: Method, path: &str) {
    for who in [bench.nobody(), bench.outsider(), bench.owner("team-a"), bench.platform_admin()] {
        let answer = who.ask(method.clone(), path, axum::body::Body::from("{}"), Some("application/json")).await;
        assert!(matches!(answer.status, 303 | 404 | 405 | 501), "{method} {path}: {} {}", answer.status, answer.text);
        assert!(!answer.text.contains("treasure"));
    }
}

#[tokio::test]
async fn gap_01_cache_records_are_nobodys_to_list_or_plant() {
    let bench = Bench::start().await;
    team(&bench, "team-a").await;
    for method in [Method::GET, Method::POST] {
        is_no_door(&bench, method, "/apis/v1alpha1/tasks").await;
    }
    bench.outsider().get(&format!("{API}/tasks")).await.refused(400);
}

#[tokio::test]
async fn gap_02_a_log_is_of_a_task_of_a_run_that_one_may_get() {
    let bench = Bench::start().await;
    let (a, b) = (team(&bench, "team-a").await, team(&bench, "team-b").await);
    let log = |run: &str, node: &str| format!("/apis/v1alpha1/runs/{run}/nodes/{node}/log");
    assert_eq!(bench.viewer("team-a").get(&log(&a.run, &a.task)).await.text, "the log of a step\n");
    for (who, run, node, status) in [
        (bench.nobody(), &a.run, a.task.as_str(), 401),
        (bench.owner("team-b"), &a.run, a.task.as_str(), 403),
        (bench.owner("team-b"), &b.run, a.task.as_str(), 404),
        (bench.owner("team-b"), &b.run, "some-pod-of-the-namespace", 404),
        (bench.owner("team-b"), &a.run, "some-pod-of-the-namespace", 403),
    ] {
        let answer = who.get(&log(run, node)).await;
        assert!(!answer.text.contains("the log of"), "{}", answer.text);
        answer.refused(status);
    }
}

#[tokio::test]
async fn gap_03_an_upload_asks_the_same_question_as_a_create() {
    let bench = Bench::start().await;
    let spec = testkit::pipeline("one-step", "true").to_string();
    let (shared, _) = bench.platform_admin().pipeline("", "shared").await;
    for version in ["v1beta1", "v2beta1"] {
        let upload = format!("/apis/{version}/pipelines/upload?name=sly");
        let upload_version = format!("/apis/{version}/pipelines/upload_version?pipelineid={shared}&name=sly");
        for path in [upload, upload_version] {
            for (who, status) in [(bench.nobody(), 401), (bench.outsider(), 403), (bench.owner("team-a"), 403)] {
                who.upload(&path, "uploadfile", "p.json", spec.as_bytes()).await.refused(status);
            }
        }
    }
}

#[tokio::test]
async fn gap_04_a_run_needs_get_on_the_pipeline_that_it_uses() {
    let bench = Bench::start().await;
    let (a, b) = (team(&bench, "team-a").await, team(&bench, "team-b").await);
    let newer = json!({
        "display_name": "sly", "experiment_id": b.experiment,
        "pipeline_version_reference": { "pipeline_id": a.pipeline, "pipeline_version_id": a.version },
    });
    let key = |kind: &str, id: &str| json!({ "key": { "type": kind, "id": id }, "relationship": "CREATOR" });
    let older = json!({
        "name": "sly", "resource_references": [key("EXPERIMENT", &b.experiment), key("PIPELINE_VERSION", &a.version)],
    });
    for (path, body) in [("/apis/v2beta1/runs", newer), ("/apis/v1beta1/runs", older)] {
        let answer = bench.owner("team-b").post(path, &body).await;
        assert!(!answer.text.contains("treasure"));
        answer.refused(403);
    }
}

#[tokio::test]
async fn gap_05_and_13_what_only_the_server_may_say_is_read_past() {
    let bench = Bench::start().await;
    let (a, b) = (team(&bench, "team-a").await, team(&bench, "team-b").await);
    let body = json!({
        "display_name": "treasure", "experiment_id": b.experiment, "pipeline_spec": testkit::pipeline("one-step", "true"),
        "run_id": a.run, "recurring_run_id": UNKNOWN, "storage_state": "ARCHIVED", "state": "SUCCEEDED",
        "created_at": "2001-01-01T00:00:00Z", "finished_at": "2001-01-01T00:00:00Z",
        "state_history": [{ "update_time": "2001-01-01T00:00:00Z", "state": "SUCCEEDED" }],
    });
    let made = bench.owner("team-b").post(&format!("{API}/runs"), &body).await.ok();
    assert_ne!(made["run_id"], json!(a.run));
    assert_eq!(
        (&made["state"], &made["storage_state"], &made["recurring_run_id"], &made["finished_at"]),
        (&json!("PENDING"), &json!("AVAILABLE"), &Value::Null, &json!("1970-01-01T00:00:00Z"))
    );
    assert!(!made.to_string().contains("2001"), "{made}");
}

#[tokio::test]
async fn gap_06_a_name_without_a_namespace_is_looked_for_among_the_shared_only() {
    let bench = Bench::start().await;
    team(&bench, "team-a").await;
    for path in [format!("{API}/pipelines/names/treasure"), "/apis/v1beta1/namespaces/-/pipelines/treasure".to_owned()]
    {
        for who in [bench.owner("team-a"), bench.owner("team-b")] {
            who.get(&path).await.refused(404);
        }
    }
}

#[tokio::test]
async fn gap_07_and_10_nothing_is_open_to_the_nameless_not_even_what_is_shared() {
    let bench = Bench::start().await;
    let (shared, version) = bench.platform_admin().pipeline("", "shared").await;
    for path in [
        format!("{API}/pipelines"),
        format!("{API}/pipelines/{shared}"),
        format!("{API}/pipelines/{shared}/versions"),
        format!("{API}/pipelines/{shared}/versions/{version}"),
        "/apis/v1beta1/pipelines".to_owned(),
        format!("/apis/v1beta1/pipelines/{shared}/templates"),
        format!("{API}/experiments?namespace=team-a"),
    ] {
        bench.nobody().get(&path).await.refused(401);
    }
    bench.outsider().get(&format!("{API}/pipelines/{shared}")).await.ok();
}

#[tokio::test]
async fn gap_08_nobody_lets_the_server_read_files_for_a_visualization() {
    let bench = Bench::start().await;
    for version in ["v1beta1", "v2beta1"] {
        is_no_door(&bench, Method::POST, &format!("/apis/{version}/visualizations/team-a")).await;
    }
}

/// Somebody with a name is told 403 for what is others' and 404 for what is not, as clients expect of KFP; ids are chance
/// of 122 bits, and the nameless cannot tell the two apart.
#[tokio::test]
async fn gap_09_the_nameless_cannot_tell_what_is_there() {
    let bench = Bench::start().await;
    let a = team(&bench, "team-a").await;
    for (there, absent) in [
        (format!("{API}/runs/{}", a.run), format!("{API}/runs/{UNKNOWN}")),
        (format!("{API}/experiments/{}", a.experiment), format!("{API}/experiments/{UNKNOWN}")),
        (format!("{API}/pipelines/{}", a.pipeline), format!("{API}/pipelines/{UNKNOWN}")),
        (format!("/apis/v1beta1/runs/{}", a.run), format!("/apis/v1beta1/runs/{UNKNOWN}")),
        (format!("{API}/tasks/{}", a.task), format!("{API}/tasks/{UNKNOWN}")),
    ] {
        let (there, absent) = (bench.nobody().get(&there).await, bench.nobody().get(&absent).await);
        assert_eq!((there.status, &there.text), (401, &absent.text));
    }
    let report = |run: &str| format!("/apis/v1beta1/runs/{run}:reportMetrics");
    for run in [a.run.as_str(), UNKNOWN] {
        bench.nobody().post(&report(run), &json!({ "metrics": [] })).await.refused(401);
    }
}

#[tokio::test]
async fn gap_14_and_15_nobody_reports_the_state_of_anothers_run() {
    let bench = Bench::start().await;
    for version in ["v1beta1", "v2beta1"] {
        for what in ["workflows", "scheduledworkflows"] {
            is_no_door(&bench, Method::POST, &format!("/apis/{version}/{what}")).await;
        }
    }
}

#[tokio::test]
async fn gap_16_a_version_is_its_own_pipelines_whatever_the_path_says() {
    let bench = Bench::start().await;
    let (a, b) = (team(&bench, "team-a").await, team(&bench, "team-b").await);
    let path = format!("{API}/pipelines/{}/versions/{}", b.pipeline, a.version);
    bench.owner("team-b").get(&path).await.refused(403);
    bench.owner("team-b").delete(&path).await.refused(403);
    bench.owner("team-b").patch(&path, &json!({ "display_name": "sly" })).await.refused(403);
    assert_eq!(bench.owner("team-a").get(&path).await.ok()["pipeline_id"], json!(a.pipeline));
}

#[tokio::test]
async fn gap_18_and_39_artifacts_are_read_with_any_credential_that_is_good() {
    let bench = Bench::start().await;
    let a = team(&bench, "team-a").await;
    let key = bench.artifact("team-a", &a.run, "data", "x").await;
    let owner = bench.owner("team-a");
    let made = |task: &Value| task["outputs"].is_object();
    bench.wait_for(&owner, &format!("{API}/tasks/{}", a.task), made).await;
    let by_proxy = bench.nobody().coming_from(PROXY).with_header("kubeflow-userid", "viewer-of-team-a");
    for who in [bench.viewer("team-a"), by_proxy] {
        for version in ["v1beta1", "v2beta1"] {
            let read = format!("/apis/{version}/runs/{}/nodes/{}/artifacts/data:read", a.run, a.task);
            assert_eq!(who.get(&read).await.ok(), json!({ "data": "eA==" }));
            bench.owner("team-b").get(&read).await.refused(403);
        }
        assert_eq!(who.get(&format!("/artifacts/minio/mlpipeline/{key}")).await.text, "x");
    }
}

#[tokio::test]
async fn gap_20_and_30_no_door_tells_of_all_namespaces_at_once() {
    let bench = Bench::start().await;
    team(&bench, "team-a").await;
    for path in [
        "/metrics",
        "/ml_metadata.MetadataStoreService/GetArtifacts",
        "/pipeline/ml_metadata.MetadataStoreService/GetContexts",
    ] {
        is_no_door(&bench, Method::GET, path).await;
        is_no_door(&bench, Method::POST, path).await;
    }
}

#[tokio::test]
async fn gap_21_each_namespace_has_a_default_experiment_of_its_own() {
    let bench = Bench::start().await;
    let mut ids = Vec::new();
    for namespace in NAMESPACES {
        ids.push(bench.owner(namespace).experiment(namespace, "Default").await);
    }
    bench.owner("team-b").delete(&format!("{API}/experiments/{}", ids[0])).await.refused(403);
    bench.owner("team-b").delete(&format!("{API}/experiments/{}", ids[1])).await.ok();
    bench.owner("team-a").get(&format!("{API}/experiments/{}", ids[0])).await.ok();
}

#[tokio::test]
async fn gap_22_a_page_token_that_somebody_wrote_is_refused() {
    let bench = Bench::start().await;
    for token in ["eyJTb3J0QnlGaWVsZE5hbWUiOiJVVUlEOyBEUk9QIFRBQkxFIHJ1bnMifQ==", "AAAA", "%00", "e30="] {
        let path = format!("{API}/experiments?namespace=team-a&page_token={token}");
        bench.owner("team-a").get(&path).await.refused(400);
    }
}

#[tokio::test]
async fn gap_31_and_36_pods_are_not_shown_and_logs_and_artifacts_ask_first() {
    let bench = Bench::start().await;
    let a = team(&bench, "team-a").await;
    for path in [
        "/k8s/pod?podname=x&podnamespace=team-a",
        "/k8s/pod/events?podname=x&podnamespace=team-a",
        "/apps/tensorboard?namespace=team-a",
    ] {
        is_no_door(&bench, Method::GET, path).await;
    }
    let log = format!("/k8s/pod/logs?podname={}&podnamespace=team-b&runid={}", a.task, a.run);
    bench.owner("team-b").get(&log).await.refused(403);
    bench.owner("team-b").get(&format!("/k8s/pod/logs?podname={}&podnamespace=team-b", a.task)).await.refused(403);
    assert_eq!(bench.viewer("team-a").get(&log).await.text, "the log of a step\n");
}

#[tokio::test]
async fn gap_33_and_34_artifacts_stay_in_their_namespaces_own_part() {
    let bench = Bench::start().await;
    let b = team(&bench, "team-b").await;
    for root in [
        "minio://mlpipeline/v2/artifacts",
        "minio://mlpipeline/private-artifacts/team-a/v2",
        "minio://mlpipeline/private-artifacts/team-b/../team-a",
        "s3://elsewhere/team-b",
    ] {
        let config = json!({ "pipeline_root": root });
        let newer = json!({
            "display_name": "sly", "experiment_id": b.experiment, "runtime_config": config,
            "pipeline_spec": testkit::pipeline("one-step", "true"),
        });
        assert!(
            bench.owner("team-b").post(&format!("{API}/runs"), &newer).await.refused(400).contains("pipeline_root")
        );
        let older = json!({
            "name": "sly",
            "pipeline_spec": { "pipeline_manifest": testkit::pipeline("one-step", "true").to_string(), "runtime_config": config },
            "resource_references": [{ "key": { "type": "EXPERIMENT", "id": b.experiment }, "relationship": "OWNER" }],
        });
        let refused = bench.owner("team-b").post("/apis/v1beta1/runs", &older).await.refused(400);
        assert!(refused.contains("pipeline_root"), "{refused}");
    }
}

#[tokio::test]
async fn gap_38_the_server_fetches_nothing_from_elsewhere_for_a_reader() {
    let bench = Bench::start().await;
    for source in ["http", "https", "s3", "gcs", "volume"] {
        let path =
            format!("/artifacts/get?source={source}&bucket=169.254.169.254&key=latest%2Fmeta-data&namespace=team-a");
        assert!(bench.owner("team-a").get(&path).await.refused(400).contains("source"));
    }
}

#[tokio::test]
async fn gap_a7_1_a_version_is_made_and_removed_only_by_who_may_write() {
    let bench = Bench::start().await;
    let a = team(&bench, "team-a").await;
    let spec = testkit::pipeline("one-step", "true").to_string();
    for who in [bench.viewer("team-a"), bench.owner("team-b"), bench.platform_admin()] {
        for version in ["v1beta1", "v2beta1"] {
            let upload = format!("/apis/{version}/pipelines/upload_version?pipelineid={}&name=sly", a.pipeline);
            who.upload(&upload, "uploadfile", "p.json", spec.as_bytes()).await.refused(403);
        }
        who.delete(&format!("/apis/v1beta1/pipeline_versions/{}", a.version)).await.refused(403);
    }
}

#[tokio::test]
async fn gap_a7_2_who_shows_no_credential_is_asked_for_one() {
    let bench = Bench::start().await;
    let answer = bench.nobody().get("/apis/v1beta1/pipelines").await;
    assert!(answer.headers.contains_key("www-authenticate"));
    assert_eq!(answer.json()["code"], 16);
}
