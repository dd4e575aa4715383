//! The program itself, as people start it: its commands, its one line, and a pipeline that really runs.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, ChildStdout, Command, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(90);

fn mooring(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mooring"));
    command.args(words).current_dir(folder).env_clear();
    for name in ["PATH", "LD_LIBRARY_PATH"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    command.env("HOME", folder).env("USER", "Alice").env("MOORING_LOG", "info,mooring=debug");
    command
}

fn run(folder: &Path, words: &[&str], input: &str) -> Output {
    let mut command = mooring(folder, words);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[track_caller]
fn said(folder: &Path, words: &[&str], input: &str) -> String {
    let output = run(folder, words, input);
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
    address: String,
    link: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut command = mooring(folder, &["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let (_, rest) = line.split_once("http://").unwrap_or_else(|| panic!("no address in {line:?}"));
        let (address, link) = rest.trim().split_once('/').unwrap();
        Self { child, stdout, address: address.to_owned(), link: format!("/{link}") }
    }

    /// Status, head and body of one request.
    fn ask(&self, method: &str, path: &str, token: &str, body: &Value) -> (u16, String, String) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let identity = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{identity}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_owned(), body.to_owned())
    }

    #[track_caller]
    fn ok(&self, method: &str, path: &str, token: &str, body: &Value) -> Value {
        let (status, _, body) = self.ask(method, path, token, body);
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Everything else that it wrote to standard output.
    fn stop(mut self) -> String {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        rest
    }
}

#[test]
fn people_namespaces_and_tokens_are_made_by_typing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert!(said(folder, &["user", "add", "alice", "--password-stdin"], "a long password\n").contains("alice"));
    assert!(said(folder, &["user", "add", "bob"], "").contains("Password: "));
    let again = run(folder, &["user", "add", "alice"], "");
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("alice"));
    assert!(!run(folder, &["user", "add", "eve", "--password-stdin"], "short\n").status.success());
    said(folder, &["profile", "add", "team-a", "--owner", "alice"], "");
    said(folder, &["profile", "share", "team-a", "bob", "--role", "view"], "");
    assert_eq!(said(folder, &["profile", "list"], ""), "team-a\talice\tadmin\nteam-a\tbob\tview");
    said(folder, &["profile", "unshare", "team-a", "bob"], "");
    let listed: Value = serde_json::from_str(&said(folder, &["profile", "list", "--output", "json"], "")).unwrap();
    assert_eq!(listed, json!([{ "namespace": "team-a", "members": [{ "user": "alice", "role": "admin" }] }]));

    let token = said(folder, &["token", "create", "alice", "--namespace", "team-a", "--expires", "30d"], "");
    assert!(token.starts_with("mrg_") && !token.contains(char::is_whitespace), "{token}");
    let made = said(folder, &["token", "create", "alice", "--read-only", "--output", "json"], "");
    let made: Value = serde_json::from_str(&made).unwrap();
    said(folder, &["token", "revoke", "alice", made["id"].as_str().unwrap()], "");
    let tokens = said(folder, &["token", "list", "alice"], "");
    assert!(tokens.contains("revoked") && tokens.contains("good") && !tokens.contains("mrg_"), "{tokens}");

    let wrong = run(folder, &["profile", "share", "nowhere", "bob", "--role", "view", "--output", "json"], "");
    let told: Value = serde_json::from_slice(&wrong.stderr).unwrap();
    assert!(told["error"].as_str().unwrap().contains("nowhere"), "{told}");
}

#[test]
fn the_first_start_welcomes_its_person_and_a_pipeline_really_runs() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(folder);
    let (status, _, health) = server.ask("GET", "/apis/v2beta1/healthz", "", &Value::Null);
    assert_eq!(status, 200, "{health}");
    let (status, head, _) = server.ask("GET", &server.link, "", &Value::Null);
    assert!(status == 303 && head.to_lowercase().contains("set-cookie: mooring_session="), "{head}");
    let (_, head, _) = server.ask("GET", &server.link, "", &Value::Null);
    assert!(!head.to_lowercase().contains("mooring_session"), "a link is used once: {head}");

    // The same database whether the server runs or not.
    let token = said(folder, &["token", "create", "Alice"], "");
    let experiment = json!({ "display_name": "first", "namespace": "alice" });
    let experiment = server.ok("POST", "/apis/v2beta1/experiments", &token, &experiment);
    let body = json!({
        "display_name": "hello", "experiment_id": experiment["experiment_id"],
        "pipeline_spec": testkit::pipeline("hello", "echo hello from a step; sleep 0.2"),
    });
    let run_id = server.ok("POST", "/apis/v2beta1/runs", &token, &body)["run_id"].as_str().unwrap().to_owned();

    let second = run(folder, &["serve", "--listen", "127.0.0.1:0"], "");
    let told = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(!second.status.success() && told.contains(&*folder.to_string_lossy()), "{told}");

    let began = Instant::now();
    let path = format!("/apis/v2beta1/runs/{run_id}");
    let ended = loop {
        let run = server.ok("GET", &path, &token, &Value::Null);
        let state = run["state"].as_str().unwrap_or_default().to_owned();
        if matches!(state.as_str(), "SUCCEEDED" | "FAILED" | "CANCELED") {
            break run;
        }
        assert!(began.elapsed() < PATIENCE, "{run}");
        sleep(Duration::from_millis(50));
    };
    if ended["state"] == "FAILED" && !run(folder, &["doctor"], "").status.success() {
        eprintln!("SKIPPED: this machine cannot run steps: {}", ended["error"]);
    } else {
        assert_eq!(ended["state"], "SUCCEEDED", "{ended}");
        let tasks = ended["run_details"]["task_details"].as_array().unwrap();
        let step = tasks.iter().find(|task| task["display_name"] == "step").unwrap()["task_id"].as_str().unwrap();
        let (status, _, log) = server.ask("GET", &format!("/logs/{run_id}/{step}/text"), &token, &Value::Null);
        assert!(status == 200 && log.contains("hello from a step"), "{log}");
    }
    assert_eq!(server.stop(), "", "one line and no more on standard output");

    let server = Server::start(folder);
    let again = server.ok("GET", &path, &token, &Value::Null);
    assert_eq!((&again["state"], &again["finished_at"]), (&ended["state"], &ended["finished_at"]));
    server.stop();
}
