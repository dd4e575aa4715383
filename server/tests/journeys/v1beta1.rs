//! Both versions of the API are views of the same rows.

use crate::bench::*;
use model::{RunId, RunState};
use serde_json::{Value, json};

const V1: &str = "/apis/v1beta1";
const V2: &str = "/apis/v2beta1";

fn reference(kind: &str, id: &str, relationship: &str) -> Value {
    json!({ "key": { "type": kind, "id": id }, "relationship": relationship })
}

fn list(what: &str, kind: &str, id: &str) -> String {
    format!("{V1}/{what}?resource_reference_key.type={kind}&resource_reference_key.id={id}")
}

#[tokio::test]
async fn an_experiment_is_the_same_in_both_versions() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let body =
        json!({ "name": "e", "description": "d", "resource_references": [reference("NAMESPACE", "team-a", "OWNER")] });
    let made = owner.post(&format!("{V1}/experiments"), &body).await.ok();
    assert_eq!(
        (&made["name"], &made["storage_state"], &made["resource_references"]),
        (&json!("e"), &json!("STORAGESTATE_AVAILABLE"), &json!([reference("NAMESPACE", "team-a", "OWNER")]))
    );
    let id = id_of(&made, "id");
    let newer = owner.get(&format!("{V2}/experiments/{id}")).await.ok();
    assert_eq!((&newer["display_name"], &newer["namespace"]), (&json!("e"), &json!("team-a")));
    owner.post(&format!("{V1}/experiments/{id}:archive"), &Value::Null).await.ok();
    assert_eq!(owner.get(&format!("{V1}/experiments/{id}")).await.ok()["storage_state"], "STORAGESTATE_ARCHIVED");
    for (state, found) in [("STORAGESTATE_ARCHIVED", true), ("STORAGESTATE_AVAILABLE", false)] {
        let filter = json!({ "predicates": [{ "op": 1, "key": "storage_state", "stringValue": state }] }).to_string();
        let filter = percent_encode(&filter);
        let listed = owner.get(&format!("{}&filter={filter}", list("experiments", "NAMESPACE", "team-a"))).await.ok();
        assert_eq!(listed["experiments"].is_array(), found, "{state}");
    }
    let newer = percent_encode(r#"{"predicates":[{"operation":"EQUALS","key":"name","string_value":"e"}]}"#);
    let wrong = owner.get(&format!("{}&filter={newer}", list("experiments", "NAMESPACE", "team-a"))).await;
    assert!(wrong.refused(400).contains("operation"));
    owner.post(&format!("{V1}/experiments"), &json!({ "name": "x" })).await.refused(400);
    owner.get(&list("experiments", "EXPERIMENT", &id)).await.refused(400);
    owner.delete(&format!("{V1}/experiments/{id}")).await.ok();
    owner.get(&format!("{V2}/experiments/{id}")).await.refused(404);
}

#[tokio::test]
async fn a_run_has_its_graph_its_references_and_its_metrics() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let experiment = owner.experiment("team-a", "e").await;
    let (pipeline, version) = owner.pipeline("team-a", "p").await;
    let references =
        [reference("EXPERIMENT", &experiment, "OWNER"), reference("PIPELINE_VERSION", &version, "CREATOR")];
    let body = json!({ "name": "r", "pipeline_spec": { "pipeline_id": pipeline }, "resource_references": references });
    let made = owner.post(&format!("{V1}/runs"), &body).await.ok();
    let id = id_of(&made["run"], "id");
    assert_eq!(
        made["run"]["resource_references"],
        json!([references[0], reference("NAMESPACE", "team-a", "OWNER"), references[1]])
    );
    assert_eq!((&made["run"]["status"], &made["run"]["storage_state"]), (&json!("Pending"), &Value::Null));
    bench.wait_for_state(&owner, &id, "RUNNING").await;
    bench.artifact("team-a", &id, "data", "x").await;
    let path = format!("{V1}/runs/{id}");
    let workflow = |detail: &Value| -> Value {
        serde_json::from_str(detail["pipeline_runtime"]["workflow_manifest"].as_str().unwrap_or("{}")).unwrap()
    };
    let is_done = |detail: &Value| workflow(detail)["status"]["nodes"].to_string().contains("Succeeded");
    let detail = bench.wait_for(&owner, &path, is_done).await;
    assert_eq!(detail["run"]["status"], "Running");
    assert!(detail["run"]["pipeline_spec"]["pipeline_manifest"].as_str().unwrap().contains("pipelineInfo:"));
    let shown = workflow(&detail);
    assert_eq!(
        (&shown["kind"], &shown["metadata"]["labels"]["pipeline/runid"], &shown["status"]["phase"]),
        (&json!("Workflow"), &json!(id), &json!("Running"))
    );
    let step = testkit::FakeEngine::step_of(RunId::parse(&id).unwrap()).to_string();
    let node = &shown["status"]["nodes"][&step];
    assert_eq!(
        (&node["displayName"], &node["type"], &node["phase"]),
        (&json!("step"), &json!("Pod"), &json!("Succeeded"))
    );
    assert_eq!(node["outputs"]["artifacts"][0]["s3"]["bucket"], "mlpipeline");
    let root = shown["metadata"]["name"].as_str().unwrap();
    assert_eq!(shown["status"]["nodes"][root]["children"], json!([step]));

    let metric = |name: &str, value: f64| json!({ "name": name, "node_id": step, "number_value": value, "format": "PERCENTAGE" });
    let body = json!({ "metrics": [metric("acc", 0.5), metric("bad name", 1.0), metric("acc", 0.7)] });
    let results = owner.post(&format!("{path}:reportMetrics"), &body).await.ok();
    let statuses: Vec<_> = results["results"].as_array().unwrap().iter().map(|one| one["status"].clone()).collect();
    assert_eq!(statuses, ["OK", "INVALID_ARGUMENT", "DUPLICATE_REPORTING"]);
    assert_eq!(owner.get(&path).await.ok()["run"]["metrics"], json!([metric("acc", 0.5)]));
    for (kind, of) in [("EXPERIMENT", experiment.as_str()), ("NAMESPACE", "team-a")] {
        let listed = owner.get(&list("runs", kind, of)).await.ok();
        assert_eq!(
            (&listed["runs"][0]["id"], &listed["runs"][0]["metrics"]),
            (&json!(id), &json!([metric("acc", 0.5)]))
        );
    }

    bench.engine.end(RunId::parse(&id).unwrap(), RunState::Failed).await;
    let ended = bench.wait_for(&owner, &path, |detail| detail["run"]["status"] == "Failed").await;
    assert_eq!(ended["run"]["error"], "step failed");
    owner.post(&format!("{path}/terminate"), &Value::Null).await.refused(400);
    for wrong in ["", "&resource_reference_key.type=JOB&resource_reference_key.id=x"] {
        owner.get(&format!("{V1}/runs?page_size=1{wrong}")).await.refused(400);
    }
}

#[tokio::test]
async fn parameters_are_texts_and_mean_what_the_definition_says() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let experiment = owner.experiment("team-a", "e").await;
    let inputs =
        json!({ "parameters": { "n": { "parameterType": "NUMBER_INTEGER" }, "b": { "parameterType": "BOOLEAN" } } });
    let spec = testkit::step_spec("typed", "true", &inputs);
    let create = async |key: &str, parameters: Value, references: Value| {
        let body = json!({ "name": "r", "pipeline_spec": { key: spec.to_string(), "parameters": parameters }, "resource_references": references });
        owner.post(&format!("{V1}/runs"), &body).await
    };
    let of_experiment = json!([reference("EXPERIMENT", &experiment, "OWNER")]);
    let texts = |n: &str| json!([{ "name": "n", "value": n }, { "name": "b", "value": "True" }]);
    for key in ["workflow_manifest", "pipeline_manifest"] {
        let made = create(key, texts("3"), of_experiment.clone()).await.ok();
        let newer = owner.get(&format!("{V2}/runs/{}", id_of(&made["run"], "id"))).await.ok();
        assert_eq!(newer["runtime_config"]["parameters"], json!({ "n": 3, "b": true }));
        assert_eq!(newer["pipeline_spec"], spec);
    }
    assert!(
        create("pipeline_manifest", texts("three"), of_experiment.clone()).await.refused(400).contains("parameter n")
    );
    assert!(
        create("pipeline_manifest", texts("3"), json!([]))
            .await
            .refused(400)
            .contains("Experiment id can not be empty")
    );
    let foreign = json!([of_experiment[0], reference("NAMESPACE", "team-b", "OWNER")]);
    assert!(create("pipeline_manifest", texts("3"), foreign).await.refused(400).contains("team-b"));
    let body = json!({ "name": "r", "resource_references": of_experiment });
    assert!(owner.post(&format!("{V1}/runs"), &body).await.refused(400).contains("pipeline_spec"));
}

#[tokio::test]
async fn a_pipeline_has_its_newest_version_and_its_text() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let (id, first) = owner.pipeline("team-a", "p").await;
    bench.clock.advance_millis(1000);
    let text = testkit::pipeline("one-step", "true").to_string();
    let upload = format!("{V1}/pipelines/upload_version?pipelineid={id}&name=second");
    let second = id_of(&owner.upload(&upload, "uploadfile", "p.json", text.as_bytes()).await.ok(), "id");
    let owned = json!([reference("PIPELINE", &id, "OWNER")]);
    let got = owner.get(&format!("{V1}/pipelines/{id}")).await.ok();
    assert_eq!(
        (&got["default_version"]["id"], &got["default_version"]["resource_references"]),
        (&json!(second), &owned)
    );
    let listed = owner.get(&list("pipelines", "NAMESPACE", "team-a")).await.ok();
    assert_eq!((&listed["pipelines"][0]["default_version"]["id"], &listed["total_size"]), (&json!(second), &json!(1)));
    let versions = format!("{V1}/pipeline_versions?resource_key.type=PIPELINE&resource_key.id={id}");
    assert_eq!(owner.get(&versions).await.ok()["versions"][0]["id"], json!(first));
    owner.get(&format!("{V1}/pipeline_versions")).await.refused(400);
    for path in [format!("pipelines/{id}/templates"), format!("pipeline_versions/{first}/templates")] {
        let template = owner.get(&format!("{V1}/{path}")).await.ok();
        assert!(template["template"].as_str().unwrap().contains("pipelineInfo:"), "{template}");
    }
    assert_eq!(owner.get(&format!("{V1}/namespaces/team-a/pipelines/p")).await.ok()["id"], json!(id));
    owner.get(&format!("{V1}/namespaces/-/pipelines/p")).await.refused(404);
    owner.post(&format!("{V1}/pipelines/{id}/default_version/{first}"), &Value::Null).await.ok();
    let (other, _) = owner.pipeline("team-a", "other").await;
    owner.post(&format!("{V1}/pipelines/{other}/default_version/{first}"), &Value::Null).await.refused(400);
    owner.delete(&format!("{V1}/pipeline_versions/{first}")).await.ok();
    owner.delete(&format!("{V1}/pipelines/{id}")).await.ok();
    owner.get(&format!("{V2}/pipelines/{id}")).await.refused(404);
}

#[tokio::test]
async fn a_job_is_a_recurring_run() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let experiment = owner.experiment("team-a", "e").await;
    let (pipeline, version) = owner.pipeline("team-a", "p").await;
    let body = json!({
        "name": "j", "pipeline_spec": { "pipeline_id": pipeline }, "max_concurrency": "2", "enabled": true,
        "trigger": { "cron_schedule": { "cron": "0 0 9 ? * 2-6" } },
        "resource_references": [reference("EXPERIMENT", &experiment, "OWNER")],
    });
    let made = owner.post(&format!("{V1}/jobs"), &body).await.ok();
    let id = id_of(&made, "id");
    let references = json!([
        reference("NAMESPACE", "team-a", "OWNER"),
        reference("EXPERIMENT", &experiment, "OWNER"),
        reference("PIPELINE", &pipeline, "CREATOR"),
        reference("PIPELINE_VERSION", &version, "CREATOR"),
    ]);
    assert_eq!((&made["resource_references"], &made["enabled"]), (&references, &json!(true)));
    assert!(made["pipeline_spec"]["pipeline_manifest"].as_str().unwrap().contains("pipelineInfo"));
    let newer = owner.get(&format!("{V2}/recurringruns/{id}")).await.ok();
    assert_eq!((&newer["mode"], &newer["trigger"]), (&json!("ENABLE"), &body["trigger"]));
    assert_eq!(
        newer["pipeline_version_reference"]["pipeline_version_id"],
        json!(version),
        "the newest is looked up once"
    );
    owner.post(&format!("{V1}/jobs/{id}/disable"), &Value::Null).await.ok();
    let disabled = owner.get(&format!("{V1}/jobs/{id}")).await.ok();
    assert_eq!((&disabled["enabled"], &disabled["status"]), (&Value::Null, &json!("DISABLED")));
    owner.post(&format!("{V1}/jobs/{id}/enable"), &Value::Null).await.ok();
    for (kind, of) in [("EXPERIMENT", experiment.as_str()), ("NAMESPACE", "team-a")] {
        assert_eq!(owner.get(&list("jobs", kind, of)).await.ok()["jobs"][0]["id"], json!(id));
    }
    for (field, value) in
        [("max_concurrency", json!("0")), ("trigger", json!({ "cron_schedule": { "cron": "never" } }))]
    {
        let mut wrong = body.clone();
        wrong[field] = value;
        owner.post(&format!("{V1}/jobs"), &wrong).await.refused(400);
    }
    bench.owner("team-b").get(&format!("{V1}/jobs/{id}")).await.refused(403);
    owner.delete(&format!("{V1}/jobs/{id}")).await.ok();
    owner.get(&format!("{V2}/recurringruns/{id}")).await.refused(404);
}
