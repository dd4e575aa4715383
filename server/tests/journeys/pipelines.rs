use crate::bench::*;
use serde_json::json;
use testkit::pipeline;

const PIPELINES: &str = "/apis/v2beta1/pipelines";

#[tokio::test]
async fn an_upload_is_a_pipeline_with_a_version_named_after_the_query_or_the_file() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let spec = pipeline("one-step", "true");
    let text = spec.to_string();
    for (query, name, display_name) in [
        ("name=by-name", "by-name", "by-name"),
        ("display_name=Shown", "Shown", "Shown"),
        ("name=both&display_name=Both", "both", "Both"),
        ("description=none", "train.json", "train.json"),
    ] {
        let path = format!("{PIPELINES}/upload?namespace=team-a&{query}");
        let made = owner.upload(&path, "uploadfile", "train.json", text.as_bytes()).await.ok();
        assert_eq!((&made["name"], &made["display_name"]), (&json!(name), &json!(display_name)), "{query}");
        let versions = owner.get(&format!("{PIPELINES}/{}/versions", id_of(&made, "pipeline_id"))).await.ok();
        assert_eq!(versions["total_size"], 1);
        assert_eq!(versions["pipeline_versions"][0]["name"], json!(name));
        owner.upload(&path, "uploadfile", "train.json", text.as_bytes()).await.refused(409);
    }
}

#[tokio::test]
async fn the_definition_comes_back_as_it_was_given() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let (pipeline_id, version) = owner.pipeline("team-a", "echo").await;
    let echoed = owner.get(&format!("{PIPELINES}/{pipeline_id}/versions/{version}")).await.ok();
    assert_eq!(echoed["pipeline_spec"], pipeline("one-step", "true"));
}

#[tokio::test]
async fn what_is_no_pipeline_is_refused() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let path = format!("{PIPELINES}/upload?namespace=team-a&name=bad");
    for (file_name, content) in [
        ("p.yaml", &b"not: a pipeline"[..]),
        ("p.yaml", b"{broken"),
        ("p.json", b""),
        ("p.exe", b"MZ"),
        ("p.zip", b"PK\x03\x04broken"),
        ("p.tar.gz", b"\x1f\x8bbroken"),
        ("p.yaml", b"\xff\xfe"),
    ] {
        owner.upload(&path, "uploadfile", file_name, content).await.refused(400);
    }
    owner.upload(&path, "other", "p.yaml", b"x").await.refused(400);
    assert_eq!(owner.get(&format!("{PIPELINES}?namespace=team-a")).await.ok(), json!({}));
    let large = vec![b' '; (32 << 20) + 1];
    let status = owner.upload(&path, "uploadfile", "p.yaml", &large).await.status;
    assert!(matches!(status, 400 | 413), "{status}");
}

#[tokio::test]
async fn a_pipeline_with_versions_goes_only_by_cascade() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let (id, version) = owner.pipeline("team-a", "full").await;
    owner.delete(&format!("{PIPELINES}/{id}")).await.refused(400);
    owner.delete(&format!("{PIPELINES}/{id}?cascade=true")).await.ok();
    owner.get(&format!("{PIPELINES}/{id}")).await.refused(404);
    owner.get(&format!("{PIPELINES}/{id}/versions/{version}")).await.refused(404);

    let (id, version) = owner.pipeline("team-a", "emptied").await;
    owner.delete(&format!("{PIPELINES}/{id}/versions/{version}")).await.ok();
    owner.delete(&format!("{PIPELINES}/{id}")).await.ok();
}

#[tokio::test]
async fn shared_pipelines_are_read_by_all_who_are_signed_in_and_written_by_platform_admins() {
    let bench = Bench::start().await;
    let (id, version) = bench.platform_admin().pipeline("", "for-all").await;
    let spec = pipeline("one-step", "true").to_string();
    for reader in [bench.outsider(), bench.viewer("team-a"), bench.owner("team-b")] {
        assert_eq!(reader.get(PIPELINES).await.ok()["total_size"], 1);
        reader.get(&format!("{PIPELINES}/{id}")).await.ok();
        reader.get(&format!("{PIPELINES}/{id}/versions/{version}")).await.ok();
        reader.delete(&format!("{PIPELINES}/{id}?cascade=true")).await.refused(403);
        let more = format!("{PIPELINES}/upload_version?pipelineid={id}&name=sly");
        reader.upload(&more, "uploadfile", "p.json", spec.as_bytes()).await.refused(403);
        let upload = format!("{PIPELINES}/upload?name=sly");
        reader.upload(&upload, "uploadfile", "p.json", spec.as_bytes()).await.refused(403);
    }
    bench.nobody().get(PIPELINES).await.refused(401);
    bench.nobody().get(&format!("{PIPELINES}/{id}")).await.refused(401);
    let editor = bench.editor("team-a");
    let experiment = editor.experiment("team-a", "uses it").await;
    let reference = json!({ "pipeline_id": id });
    let body = json!({ "display_name": "r", "experiment_id": experiment, "pipeline_version_reference": reference });
    let run = editor.post("/apis/v2beta1/runs", &body).await.ok();
    assert_eq!(run["pipeline_version_reference"]["pipeline_version_id"], version.as_str());
}
