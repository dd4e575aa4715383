//! Tasks that run whatever happened before them.

use crate::support::{Play, pipeline, planned, step, task};
use model::RunState;
use mooring_pipeline_spec::TaskPath;
use serde_json::{Value, json};

/// `exit-handler-1` around `work`, then `exit` whatever happened, which sees the final status.
pub(crate) fn with_exit() -> Value {
    pipeline(
        json!({
            "comp-work": step("exec-work", &[], &["Output"]),
            "comp-group": {"dag": {"tasks": {"work": task("comp-work", json!({})), "more": task("comp-work", json!({"dependentTasks": ["work"]}))}}},
            "comp-exit": {"executorLabel": "exec-exit", "inputDefinitions": {"parameters": {"status": {"parameterType": "TASK_FINAL_STATUS", "isOptional": true}}}},
        }),
        json!({"dag": {"tasks": {
            "exit-handler-1": task("comp-group", json!({})),
            "exit": task("comp-exit", json!({"dependentTasks": ["exit-handler-1"],
                "triggerPolicy": {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"},
                "inputs": {"parameters": {"status": {"taskFinalStatus": {"producerTask": "exit-handler-1"}}}}})),
        }}}),
    )
}

#[test]
fn an_exit_task_runs_after_failure_and_repairs_nothing() {
    let mut play = Play::new(planned(&with_exit(), json!({})));
    assert_eq!(play.start(), ["root.exit-handler-1.work"]);
    play.fail("root.exit-handler-1.work");
    assert_eq!(play.start(), ["root.exit"]);
    let status = &play.orders[&TaskPath::from("root.exit")].executor_input["inputs"]["parameterValues"]["status"];
    assert_eq!(status["state"], "FAILED");
    assert_eq!(status["pipelineTaskName"], "exit-handler-1");
    assert!(status["error"]["message"].as_str().unwrap().contains("exit code 1"));
    play.succeed("root.exit", json!({}));
    let end = play.look().end.unwrap();
    assert_eq!(
        (end.state, end.error.as_deref()),
        (RunState::Failed, Some("exit-handler-1.work: the step ended with exit code 1"))
    );
    assert_eq!(play.view("root.exit-handler-1").task.kind.as_str(), "EXIT_HANDLER");
}

#[test]
fn an_exit_task_sees_success_and_its_own_failure_counts() {
    let mut play = Play::new(planned(&with_exit(), json!({})));
    play.start();
    play.succeed("root.exit-handler-1.work", json!({}));
    play.start();
    play.succeed("root.exit-handler-1.more", json!({}));
    assert_eq!(play.start(), ["root.exit"]);
    let status = &play.orders[&TaskPath::from("root.exit")].executor_input["inputs"]["parameterValues"]["status"];
    assert_eq!((&status["state"], &status["error"]), (&json!("COMPLETE"), &json!({})));
    play.fail("root.exit");
    assert_eq!(play.look().end.unwrap().state, RunState::Failed);
}

#[test]
fn ignoring_upstream_failure_falls_back_to_defaults() {
    let mut spec = pipeline(
        json!({"comp-a": step("exec-a", &[], &["Output"]), "comp-b": step("exec-b", &["s"], &[])}),
        json!({"dag": {"tasks": {
            "a": task("comp-a", json!({})),
            "b": task("comp-b", json!({"triggerPolicy": {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"},
                "inputs": {"parameters": {"s": {"taskOutputParameter": {"producerTask": "a", "outputParameterKey": "Output"}}}}})),
        }}}),
    );
    spec["components"]["comp-b"]["inputDefinitions"]["parameters"]["s"]["defaultValue"] = json!("fallback");
    let mut play = Play::new(planned(&spec, json!({})));
    play.start();
    play.fail("root.a");
    assert_eq!(play.start(), ["root.b"]);
    assert_eq!(play.orders[&TaskPath::from("root.b")].executor_input["inputs"]["parameterValues"]["s"], "fallback");
    play.succeed("root.b", json!({}));
    assert_eq!(play.look().end.unwrap().state, RunState::Failed);
}
