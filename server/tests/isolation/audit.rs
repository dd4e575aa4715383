//! Every refusal and every change leaves a row that the namespace's owner reads, and a line in the log.

use crate::bench::*;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tracing_subscriber::{fmt::MakeWriter, layer::SubscriberExt};

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
    let experiment = bench.editor("team-a").experiment("team-a", "kept").await;
    let path = format!("/apis/v2beta1/experiments/{experiment}");
    bench.viewer("team-a").delete(&path).await.refused(403);
    bench.outsider().get(&path).await.refused(403);
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

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything that the program logs, at the most talkative level, while secrets of every kind go through it.
#[tokio::test]
async fn nothing_secret_is_in_the_log() {
    let lines = Lines::default();
    let writer = tracing_subscriber::fmt::layer().json().with_writer(lines.clone());
    let subscriber = tracing_subscriber::registry().with(writer);
    let guard = tracing::subscriber::set_default(subscriber);

    let bench = Bench::start().await;
    let owner = || bench.nobody().coming_from(PROXY).with_header(USER, "owner-of-team-a");
    let kept = owner().submit("/_fn/put_secret", "namespace=team-a&name=db&key=PASSWORD&value=hunter2-of-the-db").await;
    assert!(kept.status < 400, "{}", kept.text);
    let made = owner().submit("/_fn/create_token", "name=laptop").await;
    let token = made.headers["set-cookie"].to_str().unwrap().split(['=', ';']).nth(1).unwrap().to_owned();
    assert!(token.starts_with("mrg_"));
    let person = user("carol");
    let password = bench.operations.add_user(person.clone(), None, false).await.unwrap().generated_password.unwrap();
    let signed_in = bench.nobody().submit("/_fn/sign_in", &format!("user=carol&password={password}")).await;
    let cookie = signed_in.headers["set-cookie"].to_str().unwrap().split([';']).next().unwrap().to_owned();
    let session = cookie.split('=').nth(1).unwrap().to_owned();
    bench.nobody().submit("/_fn/sign_in", "user=typed-my-password-here&password=guessed-password").await;
    let link = bench.accounts.issue_link(&person).await.unwrap();
    bench.nobody().get(&format!("/sign-in?link={link}")).await;
    bench.nobody().with_token(&token).get("/apis/v2beta1/experiments?namespace=team-b").await.refused(403);
    bench.nobody().with_token("mrg_half-a-token").get("/_fn/who").await;
    bench.nobody().with_header("cookie", &cookie).get("/account").await;
    drop(guard);

    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let refusal = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).find(|line| {
        line["target"] == "audit" && line["fields"]["outcome"] == "refused" && line["fields"]["namespace"] == "team-b"
    });
    let refusal = refusal.expect("the refusal has a line of its own");
    assert_eq!(refusal["fields"]["user"], "owner-of-team-a");
    for (what, secret) in [
        ("a secret", "hunter2-of-the-db"),
        ("a token", token.as_str()),
        ("a password", &password),
        ("a guess", "guessed-password"),
        ("a password in the wrong field", "typed-my-password-here"),
        ("a session", &session),
        ("a link", &link),
        ("a bad token", "mrg_half-a-token"),
    ] {
        assert!(!log.contains(secret), "{what} is in the log");
    }
    let audit = bench.operations.audit(None, 200, None).await.unwrap();
    assert!(!format!("{audit:?}").contains("typed-my-password-here"));
    let page = owner().get("/ns/team-a/secrets").await;
    assert!(page.text.contains("PASSWORD") && !page.text.contains("hunter2"), "names are shown, values never");
}
