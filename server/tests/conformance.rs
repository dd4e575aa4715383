//! The questions that were once put to the real KFP API server, put to this one.
//!
//! The recording lies beside the repository, in the shared folder, and is no part of it; without it the test says so
//! and asks nothing. Every difference is listed in `output/recorded-differences.txt` with its reason; a difference
//! without a reason fails, and so does a reason without a difference.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "bench/mod.rs"]
mod bench;
#[path = "conformance/compare.rs"]
mod compare;
#[path = "conformance/exchange.rs"]
mod exchange;
#[path = "conformance/operations.rs"]
mod operations;
#[path = "conformance/reasons.rs"]
mod reasons;

use axum::body::Body;
use bench::{Answer, Bench};
use exchange::{Exchange, Material, Names, Question};
use serde_json::Value;
use std::{fmt::Write, path::Path};

#[tokio::test]
async fn recorded_questions_are_answered_alike() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Ok(recording) = std::fs::read_to_string(here.join("../../shared/contract/recorded.jsonl")) else {
        eprintln!("SKIPPED: the recording of the real server is not beside the repository");
        return;
    };
    let exchanges: Vec<_> = recording.lines().map(Exchange::parse).collect();
    let request_of = |case: &str| {
        let exchange = recording.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        exchange.into_iter().find(|line| line["case"] == case).unwrap()["request"]["pipeline_spec"].clone()
    };
    let material =
        Material { pipeline: request_of("run create inline"), workflow: request_of("run create argo in v2") };

    let bench = Bench::start().await;
    let mut names = Names::default();
    let (mut asked, mut later, mut report, mut wrong) = (0, Vec::new(), String::new(), Vec::new());
    for exchange in &exchanges {
        if exchange.is_for_later() {
            later.push(exchange.case.as_str());
            continue;
        }
        asked += 1;
        let found = match names.fill(exchange, &material) {
            None => vec!["not asked: it needs an id that was not given".to_owned()],
            Some(question) => {
                let answer = ask(&bench, exchange, question).await;
                names.learn(&exchange.answer, &answer.json());
                let (theirs, ours) = (&exchange.answer, &answer.json());
                let (theirs, ours) = match reasons::TIES.contains(&exchange.case.as_str()) {
                    true => (&compare::sorted(theirs), &compare::sorted(ours)),
                    false => (theirs, ours),
                };
                compare::differences((exchange.status, theirs), (answer.status, ours))
            }
        };
        let reason = reasons::of(&exchange.case);
        match (found.is_empty(), reason) {
            (true, None) => continue,
            (true, Some(_)) => wrong.push(format!("{}: has a reason and no difference", exchange.case)),
            (false, None) => wrong.push(format!("{}: {}", exchange.case, found.join("; "))),
            (false, Some(_)) => {}
        }
        writeln!(report, "{}: {} {}", exchange.case, exchange.method, exchange.path).unwrap();
        found.iter().for_each(|line| writeln!(report, "    {line}").unwrap());
        writeln!(report, "    because {}\n", reason.unwrap_or("?")).unwrap();
    }
    assert!(wrong.is_empty(), "differences to be looked at:\n{}", wrong.join("\n"));

    let text = format!(
        "What the real KFP 2.17 answered -> what this server answers, in the {asked} recorded questions that are for its doors.\n\
         Not built yet: {}.\n\n{report}",
        later.join(", ")
    );
    let path = here.join("tests/output/recorded-differences.txt");
    if std::env::var_os("UPDATE_OUTPUT").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        kept,
        text,
        "{} is not up to date: look at the difference, then run with UPDATE_OUTPUT=1",
        path.display()
    );
}

/// Asks as the one who asked then. Time goes on between two questions, and what an answer set going has been done
/// before the next, so that the answers do not depend on how fast this machine is.
async fn ask(bench: &Bench, exchange: &Exchange, question: Question) -> Answer {
    bench.clock.advance_millis(1000);
    let person = match exchange.user.as_deref() {
        Some("alice") => bench.editor("team-a"),
        Some("vera") => bench.viewer("team-a"),
        Some("bob") => bench.editor("team-b"),
        Some(other) => panic!("nobody knows {other}"),
        None => bench.nobody(),
    };
    let method = exchange.method.parse().unwrap();
    let answer = person.ask(method, &question.uri, Body::from(question.body), Some(question.content_type)).await;
    assert!(answer.status != 500, "{}: {}", exchange.case, answer.text);
    if answer.status == 200 && exchange.method == "POST" {
        let answered = answer.json();
        match answered["run_id"].as_str().or_else(|| answered["run"]["id"].as_str()) {
            Some(run) => drop(bench.wait_for_state(&person, run, "RUNNING").await),
            None if exchange.path.ends_with("terminate") => {
                let path = question.uri.split('?').next().unwrap();
                let run = path.trim_end_matches("terminate").trim_end_matches([':', '/']).rsplit('/').next().unwrap();
                bench.wait_for_state(&person, run, "FAILED").await;
            }
            None => {}
        }
    }
    answer
}
