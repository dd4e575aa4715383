use crate::bench::*;
use serde_json::{Value, json};

const PIPELINES: &str = "/apis/v2beta1/pipelines";

/// A server of the test's own that has one pipeline; tells its address.
async fn library() -> String {
    let text = testkit::pipeline("from-afar", "true").to_string();
    let files = axum::Router::new()
        .route("/shelf/pipeline.yaml", axum::routing::get(async || text))
        .route("/shelf/picture.yaml", axum::routing::get(async || "not: a pipeline"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/shelf", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, files).await });
    address
}

#[tokio::test]
async fn a_pipeline_and_its_versions_come_from_their_addresses() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let shelf = library().await;
    let package = |file: &str| json!({ "pipeline_url": format!("{shelf}/{file}") });
    let body = json!({
        "pipeline": { "display_name": "Afar", "namespace": "team-a", "tags": { "team": "a" } },
        "pipeline_version": { "package_url": package("pipeline.yaml"), "tags": { "v": "1" } },
    });
    let made = owner.post(&format!("{PIPELINES}/create"), &body).await.ok();
    assert_eq!((&made["name"], &made["tags"]), (&json!("Afar"), &json!({ "team": "a" })));
    let id = id_of(&made, "pipeline_id");
    let versions = format!("{PIPELINES}/{id}/versions");
    let first = owner.get(&versions).await.ok()["pipeline_versions"][0].clone();
    assert_eq!(
        (&first["name"], &first["tags"], &first["package_url"]),
        (&json!("Afar"), &json!({ "v": "1" }), &package("pipeline.yaml"))
    );

    let version = |id: &str, file: &str| json!({ "pipeline_id": id, "name": file, "package_url": package(file) });
    let second = owner.post(&versions, &version("another", "pipeline.yaml")).await.ok();
    assert_eq!(
        (&second["pipeline_id"], &second["pipeline_spec"]["pipelineInfo"]["name"]),
        (&json!(id), &json!("from-afar"))
    );
    assert!(owner.post(&versions, &version("", "pipeline.yaml")).await.refused(400).contains("pipeline_id"));
    owner.post(&versions, &version(&id, "pipeline.yaml")).await.refused(409);
    owner.post(&versions, &version(&id, "picture.yaml")).await.refused(400);
    owner.post(&versions, &version(&id, "absent.yaml")).await.refused(400);
    for nothing in [json!({}), json!({ "pipeline": { "name": "x", "namespace": "team-a" } })] {
        owner.post(&format!("{PIPELINES}/create"), &nothing).await.refused(400);
    }
    for who in [bench.viewer("team-a"), bench.owner("team-b")] {
        who.post(&versions, &version(&id, "pipeline.yaml")).await.refused(403);
        who.post(&format!("{PIPELINES}/create"), &body).await.refused(403);
    }
}

#[tokio::test]
async fn names_and_tags_are_changed_and_nothing_else() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let (id, version) = owner.pipeline("team-a", "p").await;
    let pipeline = format!("{PIPELINES}/{id}");
    for path in [pipeline.clone(), format!("{pipeline}/versions/{version}")] {
        let changed = owner.patch(&path, &json!({ "display_name": "P", "tags": { "a": "1" }, "name": "q" })).await.ok();
        let seen = |answer: &Value| (answer["name"].clone(), answer["display_name"].clone(), answer["tags"].clone());
        assert_eq!(seen(&changed), (json!("p"), json!("P"), json!({ "a": "1" })));
        assert_eq!(seen(&owner.get(&path).await.ok()), seen(&changed));
        assert_eq!(owner.patch(&path, &json!({})).await.ok()["tags"], json!({ "a": "1" }), "absent keeps");
        assert_eq!(owner.patch(&path, &json!({ "tags": {} })).await.ok()["tags"], Value::Null, "empty clears");
        owner.patch(&path, &json!({ "tags": { "a": "1" } })).await.ok();
        let clearing = owner.clone().with_header("x-clear-tags", "true");
        assert_eq!(clearing.patch(&path, &json!({})).await.ok()["tags"], Value::Null);
        assert!(owner.patch(&path, &json!({ "tags": { "a.b": "1" } })).await.refused(400).contains("tags"));
        bench.viewer("team-a").patch(&path, &json!({ "display_name": "x" })).await.refused(403);
    }
}

#[tokio::test]
async fn who_may_view_is_told_to_the_ui_server() {
    let bench = Bench::start().await;
    let ask = |verb: &str| format!("/apis/v1beta1/auth?namespace=team-a&resources=VIEWERS&verb={verb}");
    assert_eq!(bench.viewer("team-a").get(&ask("GET")).await.ok(), json!({}));
    bench.viewer("team-a").get(&ask("CREATE")).await.refused(403);
    bench.editor("team-a").get(&ask("CREATE")).await.ok();
    bench.owner("team-b").get(&ask("GET")).await.refused(403);
    bench.nobody().get(&ask("GET")).await.refused(401);
    for wrong in
        ["namespace=&resources=VIEWERS&verb=GET", "namespace=team-a&verb=GET", "namespace=team-a&resources=VIEWERS"]
    {
        bench.viewer("team-a").get(&format!("/apis/v1beta1/auth?{wrong}")).await.refused(400);
    }
}
