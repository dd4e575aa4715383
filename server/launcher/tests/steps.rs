//! The launcher as a process: what it leaves behind, and what it leaves alone.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use launcher::{
    ASSIGNMENT, Assignment, Bind, Finish, HOME_DIR, LOCK, Limits, Outcome, RESULT, STARTED, Started, is_looked_after,
    lock, read_json, write_json,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command},
};

fn assignment(dir: &Path, script: &str) -> Assignment {
    Assignment {
        command: ["sh", "-c", script].map(str::to_owned).to_vec(),
        env: vec![("PATH".to_owned(), "/usr/bin:/bin".to_owned())],
        host_name: "step".to_owned(),
        binds: vec![Bind::writable(dir.join("home"), HOME_DIR)],
        links: Vec::new(),
        fresh: vec![dir.join("home")],
        log: dir.join("log"),
        heading: None,
        timeout_seconds: None,
        limits: Limits::default(),
        grace_millis: 200,
        network: false,
        environment: None,
        bwrap: PathBuf::from("bwrap"),
    }
}

fn start(dir: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_mooring-launcher")).arg(dir).spawn().unwrap()
}

/// To its end; what it left behind.
fn run(dir: &Path, assignment: &Assignment) -> (Option<Finish>, String) {
    write_json(&dir.join(ASSIGNMENT), assignment).unwrap();
    assert!(start(dir).wait().unwrap().success());
    let log = fs::read_to_string(&assignment.log).unwrap_or_default();
    (read_json(&dir.join(RESULT)).unwrap(), log)
}

#[test]
fn it_leaves_the_end_and_the_log() {
    for (script, outcome) in [
        ("echo out; echo err >&2; exit 7", Outcome::Exited { code: 7 }),
        ("echo out; echo err >&2; kill -SEGV $$", Outcome::Killed { signal: 11 }),
        ("echo out; echo err >&2", Outcome::Exited { code: 0 }),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (finish, log) = run(dir.path(), &assignment(dir.path(), script));
        let finish = finish.unwrap();
        assert_eq!((finish.outcome, finish.stopped), (outcome, false));
        assert_eq!(log, "out\nerr\n");
        let started: Started = read_json(&dir.path().join(STARTED)).unwrap().unwrap();
        assert!(started.at_millis > 0 && started.at_millis <= finish.at_millis);
        assert!(!is_looked_after(dir.path()).unwrap());
    }
}

#[test]
fn what_has_begun_before_never_begins_again() {
    let dir = tempfile::tempdir().unwrap();
    let plan = assignment(dir.path(), "echo ran >> $HOME/../../never; echo ran");
    let (first, log) = run(dir.path(), &plan);
    assert_eq!(run(dir.path(), &plan), (first, log.clone()));
    fs::remove_file(dir.path().join(RESULT)).unwrap();
    // It has begun and nobody knows how it ended: that is for others to judge.
    assert_eq!(run(dir.path(), &plan), (None, log));
}

#[test]
fn one_that_somebody_looks_after_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let held = lock(&dir.path().join(LOCK)).unwrap();
    assert!(held.is_some() && is_looked_after(dir.path()).unwrap());
    assert_eq!(run(dir.path(), &assignment(dir.path(), "echo ran")), (None, String::new()));
}

#[test]
fn a_sandbox_that_cannot_be_made_is_no_end_of_the_step() {
    let dir = tempfile::tempdir().unwrap();
    let mut plan = assignment(dir.path(), "echo ran");
    plan.binds.push(Bind::readable("/no/such/place", "/x"));
    let (finish, _) = run(dir.path(), &plan);
    let Outcome::NotStarted { why } = finish.unwrap().outcome else { panic!("it was started") };
    assert!(why.contains("/no/such/place"), "{why}");
    let dir = tempfile::tempdir().unwrap();
    let mut plan = assignment(dir.path(), "echo ran");
    plan.bwrap = PathBuf::from("no-such-sandbox");
    let Outcome::NotStarted { why } = run(dir.path(), &plan).0.unwrap().outcome else { panic!("it was started") };
    assert!(why.contains("no-such-sandbox"), "{why}");
}

#[test]
fn a_nul_in_a_variable_begins_no_option() {
    let dir = tempfile::tempdir().unwrap();
    let mut plan = assignment(dir.path(), "test -e /etc/shadow && echo seen; echo \"$A\"");
    plan.env.push(("A".to_owned(), "x\0--ro-bind\0/etc\0/etc".to_owned()));
    assert_eq!(run(dir.path(), &plan).1, "x--ro-bind/etc/etc\n");
}

#[test]
fn with_no_network_there_is_only_a_loopback() {
    let dir = tempfile::tempdir().unwrap();
    let (_, log) = run(dir.path(), &assignment(dir.path(), "tail -n +3 /proc/net/dev | cut -d: -f1"));
    assert_eq!(log.trim(), "lo");
}

#[test]
fn a_broken_assignment_is_refused_before_anything_starts() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(ASSIGNMENT), "{").unwrap();
    assert!(!start(dir.path()).wait().unwrap().success());
    assert!(!dir.path().join(STARTED).exists());
}
