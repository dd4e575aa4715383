//! Whatever the order in which steps end, and wherever the server dies in between, a run comes to the same end.

use crate::support::{Play, pipeline, planned, step, task};
use mooring_pipeline_spec::{End, Facts, FailureReason, Outputs, StepResult, TaskView};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Two loops, a condition, an exit handler, retries and a fan-in; which steps fail is up to the test.
fn rich() -> Value {
    let item = json!({"parameters": {"x": {"componentInputParameter": "item"}}});
    pipeline(
        json!({
            "comp": step("exec", &["x"], &["Output"]),
            "comp-free": step("exec-free", &[], &["Output"]),
            "comp-body": {
                "dag": {
                    "tasks": {
                        "one": task("comp", json!({"inputs": item, "retryPolicy": {"maxRetryCount": 1, "backoffDuration": "1s"}})),
                        "two": task("comp", json!({"inputs": item, "dependentTasks": ["one"]})),
                    },
                    "outputs": {"parameters": {"out": {"valueFromParameter": {"producerSubtask": "two", "outputParameterKey": "Output"}}}},
                },
                "inputDefinitions": {"parameters": {"item": {"parameterType": "STRING"}}},
                "outputDefinitions": {"parameters": {"out": {"parameterType": "LIST"}}},
            },
            "comp-when": {
                "dag": {"tasks": {"inside": task("comp", json!({"inputs": {"parameters": {"x": {"componentInputParameter": "v"}}}}))}},
                "inputDefinitions": {"parameters": {"v": {"parameterType": "STRING"}}},
            },
            "comp-group": {"dag": {"tasks": {
                "first": task("comp-free", json!({})),
                "for-loop-1": task("comp-body", json!({"dependentTasks": ["first"], "iteratorPolicy": {"parallelismLimit": 2},
                    "parameterIterator": {"itemInput": "item", "items": {"raw": "[\"a\", \"b\", \"c\", \"d\"]"}}})),
                "condition-1": task("comp-when", json!({"triggerPolicy": {"condition": "inputs.parameter_values['v'] == 'done first'"},
                    "inputs": {"parameters": {"v": {"taskOutputParameter": {"producerTask": "first", "outputParameterKey": "Output"}}}}})),
                "side": task("comp-free", json!({})),
                "last": task("comp-free", json!({"dependentTasks": ["for-loop-1", "condition-1", "side"]})),
            }}},
        }),
        json!({"dag": {"tasks": {
            "exit-handler-1": task("comp-group", json!({})),
            "exit": task("comp-free", json!({"dependentTasks": ["exit-handler-1"], "triggerPolicy": {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"}})),
        }}}),
    )
}

fn name(path: &str) -> &str {
    path.rsplit('.').next().unwrap()
}

/// Runs to the end. `choose` picks what happens next; `failing` steps always fail; after every event the facts go
/// through their stored form, as after a crash.
fn run(choose: &[usize], failing: &[&str], keep_all_orders: bool) -> (End, Vec<TaskView>) {
    let mut play = Play::new(planned(&rich(), json!({})));
    for turn in 0..10_000 {
        let pick = choose[turn % choose.len()];
        let answer = play.look();
        if let Some(end) = answer.end {
            return (end, answer.tasks);
        }
        let running = play.running();
        let events = answer.start.len() + running.len();
        if events == 0 {
            play.now = answer.wake_at_millis.unwrap();
            continue;
        }
        if keep_all_orders {
            play.start();
        }
        let at = pick % events;
        if let Some(order) = answer.start.get(at).filter(|_| !keep_all_orders) {
            play.begin(order.clone());
        } else {
            let running = play.running();
            let path = running[at % running.len()].clone();
            if failing.iter().any(|one| path.ends_with(one)) {
                play.fail(&path);
            } else {
                let output = json!(format!("done {}", name(&path)));
                let parameters = [("Output".to_owned(), output)].into();
                play.finish(&path, StepResult::Succeeded(Outputs { parameters, ..Outputs::default() }));
            }
        }
        let stored = serde_json::to_string(&play.facts).unwrap();
        play.facts = serde_json::from_str::<Facts>(&stored).unwrap();
        check(&play, turn);
    }
    panic!("no end");
}

/// What holds at every moment.
fn check(play: &Play, turn: usize) {
    let answer = play.look();
    let active = answer
        .tasks
        .iter()
        .filter(|view| view.task.iteration_index.is_some() && view.task.state.as_str() == "RUNNING")
        .count();
    assert!(active <= 2, "turn {turn}: {active} iterations run at once");
    for view in &answer.tasks {
        let parent = view.task.parent;
        assert!(
            parent.is_none() || answer.tasks.iter().any(|other| Some(other.task.id) == parent),
            "{} has no parent",
            view.path
        );
    }
    if answer.end.is_some() {
        assert!(answer.tasks.iter().all(|view| view.task.state.is_final()));
        assert!(answer.start.is_empty() && answer.stop.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn without_failures_every_order_gives_the_same_tasks(choose in prop::collection::vec(0usize..64, 1..60)) {
        let shape = |tasks: &[TaskView]| tasks
            .iter()
            .map(|view| (view.path.clone(), view.task.state, view.task.inputs.clone(), view.task.outputs.clone()))
            .collect::<Vec<_>>();
        let (end, tasks) = run(&choose, &[], false);
        let (expected, all) = run(&[0], &[], true);
        prop_assert_eq!(&end, &expected);
        prop_assert_eq!(shape(&tasks), shape(&all));
    }

    #[test]
    fn with_failures_every_order_ends_the_same_way(
        choose in prop::collection::vec(0usize..64, 1..60),
        which in prop::sample::subsequence(vec!["[1].one", "[2].two", "side", "inside", "first", ".exit"], 1..4),
    ) {
        let (end, tasks) = run(&choose, &which, false);
        prop_assert_eq!(end.state.as_str(), "FAILED");
        prop_assert!(end.error.is_some());
        let exit = tasks.iter().find(|view| view.path.as_str() == "root.exit").unwrap();
        prop_assert!(exit.task.started_at.is_some(), "the exit task always runs");
    }

    #[test]
    fn states_only_move_forward(choose in prop::collection::vec(0usize..64, 1..60), fail_side in any::<bool>()) {
        let failing: &[&str] = if fail_side { &["side", "[1].one"] } else { &[] };
        let mut play = Play::new(planned(&rich(), json!({})));
        let mut seen = std::collections::BTreeMap::new();
        for turn in 0..10_000 {
            let answer = play.look();
            for view in &answer.tasks {
                let state = view.task.state;
                if let Some(before) = seen.insert(view.path.clone(), state) {
                    let before: mooring_pipeline_spec::TaskState = before;
                    prop_assert!(!before.is_final() || before == state, "{}: {:?} became {:?}", view.path, before, state);
                }
            }
            if answer.end.is_some() {
                break;
            }
            let running = play.running();
            let events = answer.start.len() + running.len();
            if events == 0 {
                play.now = answer.wake_at_millis.unwrap();
                continue;
            }
            let at = choose[turn % choose.len()] % events;
            if let Some(order) = answer.start.get(at) {
                play.begin(order.clone());
            } else {
                let path = running[at - answer.start.len()].clone();
                if failing.iter().any(|one| path.ends_with(one)) {
                    play.finish(&path, StepResult::Failed(FailureReason::Killed { signal: 9 }));
                } else {
                    play.succeed(&path, json!({"Output": format!("done {}", name(&path))}));
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Step code is full of quotes, tabs and odd line ends; storage must not change a byte of it.
    #[test]
    fn any_text_survives_storage(text in r#"[ -~\t\n\r'":#%{}\[\]é]{0,80}"#, other in ".{0,20}") {
        let mut spec = rich();
        spec["deploymentSpec"]["executors"]["exec"]["container"]["args"] = json!([text, other]);
        let package = mooring_pipeline_spec::Package::from_value(&spec).unwrap();
        let stored = mooring_pipeline_spec::Package::read(&package.to_text());
        prop_assert_eq!(stored.map(|package| package.to_value()).map_err(|error| error.0), Ok(spec));
    }
}
