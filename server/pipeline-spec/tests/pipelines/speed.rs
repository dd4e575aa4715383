//! Guards against a walk that grows faster than its run; the figures themselves are printed.

use crate::support::{Play, pipeline, planned, step, task};
use serde_json::json;
use std::time::{Duration, Instant};

/// The time of one answer, halfway through a loop of `size` finished and open steps.
fn one_answer(size: usize) -> Duration {
    let items: Vec<String> = (0..size).map(|index| index.to_string()).collect();
    let spec = pipeline(
        json!({
            "comp-work": step("exec-work", &["x"], &["Output"]),
            "comp-body": {
                "dag": {"tasks": {
                    "one": task("comp-work", json!({"inputs": {"parameters": {"x": {"componentInputParameter": "item"}}}})),
                    "two": task("comp-work", json!({"inputs": {"parameters": {"x": {"taskOutputParameter":
                        {"producerTask": "one", "outputParameterKey": "Output"}}}}})),
                }},
                "inputDefinitions": {"parameters": {"item": {"parameterType": "STRING"}}},
            },
        }),
        json!({"dag": {"tasks": {"for-loop-1": task("comp-body", json!({"parameterIterator":
            {"itemInput": "item", "items": {"raw": serde_json::to_string(&items).unwrap()}}}))}}}),
    );
    let mut play = Play::new(planned(&spec, json!({})));
    play.start();
    for path in play.running() {
        play.succeed(&path, json!({"Output": "x"}));
    }
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let began = Instant::now();
        let answer = play.look();
        best = best.min(began.elapsed());
        assert_eq!(answer.tasks.len(), 1 + 3 * size);
    }
    best
}

#[test]
fn an_answer_takes_time_in_proportion_to_the_run() {
    let (small, large) = (one_answer(125), one_answer(1000));
    eprintln!("one answer: {small:?} for a loop of 125 (376 tasks), {large:?} for a loop of 1000 (3001 tasks)");
    // Eight times the tasks; a quadratic walk would take 64 times as long. Other processes may disturb.
    assert!(large < small * 32, "{small:?} became {large:?}");
}
