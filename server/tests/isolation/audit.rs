//! Every refusal and every change leaves a row that the namespace's owner reads.

use crate::bench::*;
use serde_json::{Value, json};

const USER: &str = "kubeflow-userid";

async fn rows(bench: &Bench) -> Vec<Value> {
    let page = bench.owner("team-a").get("/_fn/audit?namespace=team-a&refused=false").await.ok();
    page["items"].as_array().unwrap().clone()
}

/// `(outcome, user, verb, resource, object)`, the newest first.
fn told(rows: &[Value]) -> Vec<[String; 5]> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_lowercase();
    rows.iter().map(|row| ["outcome", "user", "verb", "resource", "object"].map(|key| text(row, key))).collect()
}

#[tokio::test]
async fn the_owner_reads_who_changed_what_and_who_was_refused() {
    let bench = Bench::start().await;
    bench.clock.advance_millis(1000);
    let experiment = bench.editor("team-a").experiment("team-a", "kept").await;
    let path = format!("/apis/v2beta1/experiments/{experiment}");
    // Rows of one moment have no order.
    let later = || bench.clock.advance_millis(1000);
    later();
    bench.viewer("team-a").delete(&path).await.refused(403);
    later();
    bench.outsider().get(&path).await.refused(403);
    later();
    bench.viewer("team-a").get(&path).await.ok();
    bench.editor("team-a").delete(&path).await.ok();

    let rows = rows(&bench).await;
    let told = told(&rows[..4]);
    let row = |outcome: &str, user: &str, verb: &str, object: &str| {
        [outcome, user, verb, "experiments", object].map(str::to_owned)
    };
    let expected = [
        row("allowed", "editor-of-team-a", "delete", &experiment),
        row("refused", "outsider", "get", &experiment),
        row("refused", "viewer-of-team-a", "delete", &experiment),
        row("allowed", "editor-of-team-a", "create", ""),
    ];
    assert_eq!(told, expected);
    assert_eq!((rows[0]["via"].as_str(), rows[0]["from"].as_str()), (Some("personal token"), Some("192.0.2.7")));
    assert!(rows[1]["reason"].as_str().unwrap().contains("not authorized to get experiments"), "{}", rows[1]);
    // What the operator did is there too.
    assert!(rows.iter().any(|row| row["via"] == "command line" && row["resource"] == "profiles"));

    for person in [bench.viewer("team-a"), bench.editor("team-a"), bench.outsider(), bench.platform_admin()] {
        assert_eq!(person.get("/_fn/audit?namespace=team-a&refused=false").await.status, 403);
    }
    let others = bench.owner("team-b").get("/_fn/audit?namespace=team-b&refused=false").await.ok();
    assert!(!others.to_string().contains("team-a"), "{others}");
    let refusals = bench.owner("team-a").get("/_fn/audit?namespace=team-a&refused=true").await.ok();
    assert!(refusals["items"].as_array().unwrap().iter().all(|row| row["outcome"] == "Refused"), "{refusals}");
}

#[tokio::test]
async fn those_whom_nobody_knows_are_told_of_too_and_cannot_fill_the_table() {
    let bench = Bench::start().await;
    let forged = bench.nobody().with_header(USER, "owner-of-team-a");
    let list = "/apis/v2beta1/experiments?namespace=team-a";
    forged.get(list).await.refused(401);
    bench.nobody().get(list).await.refused(401);
    bench.nobody().with_token("mrg_guessed").get(list).await.refused(401);
    bench.nobody().get("/apis/v2beta1/healthz").await.ok();
    let proxied = bench.nobody().coming_from(PROXY).with_header(USER, "owner-of-team-a");
    let evil = proxied.with_header("sec-fetch-site", "cross-site");
    evil.post("/apis/v2beta1/experiments", &json!({ "display_name": "x", "namespace": "team-a" })).await.refused(403);

    let page = bench.operations.audit(None, 200, None).await.unwrap();
    let mut refused: Vec<_> = page
        .items
        .iter()
        .filter(|entry| entry.outcome == model::AuditOutcome::Refused)
        .map(|entry| (entry.user.as_str(), entry.via.as_str(), entry.from.as_str(), entry.object.as_str()))
        .collect();
    let path = "/apis/v2beta1/experiments";
    let mut expected = [
        ("owner-of-team-a", "trusted header", "10.0.0.1", path),
        ("", "bearer token", "192.0.2.7", path),
        ("", "nothing", "192.0.2.7", path),
        ("", "trusted header", "192.0.2.7", path),
    ];
    refused.sort_unstable();
    expected.sort_unstable();
    assert_eq!(refused, expected);

    for _ in 0..100 {
        bench.nobody().get(list).await.refused(401);
    }
    let after = bench.operations.audit(None, 200, None).await.unwrap().total_size;
    assert!(after - page.total_size <= 60, "{after}");
    bench.clock.advance_millis(60_000);
    bench.nobody().get(list).await.refused(401);
    assert_eq!(bench.operations.audit(None, 200, None).await.unwrap().total_size, after + 1);
}
