//! What the program logs: a line for every refusal, and nothing that is secret. A program of its own, for a log is the
//! whole process's.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "bench/mod.rs"]
mod bench;

use bench::*;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tracing_subscriber::{fmt::MakeWriter, layer::SubscriberExt};

const USER: &str = "kubeflow-userid";

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
