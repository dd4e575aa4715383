//! Retries of steps and of sub-pipelines, and the time limit of a run.

use crate::support::{Play, pipeline, planned, step, task};
use model::RunState;
use mooring_pipeline_spec::{FailureReason, StepResult, TaskPath};
use serde_json::{Value, json};

fn retried(retries: u32, backoff: &str, max: &str) -> Value {
    pipeline(
        json!({"comp": step("exec", &[], &[])}),
        json!({"dag": {"tasks": {"flaky": task("comp", json!({"retryPolicy": {
            "maxRetryCount": retries, "backoffDuration": backoff, "backoffFactor": 2.0, "backoffMaxDuration": max}}))}}}),
    )
}

#[test]
fn retries_wait_longer_each_time_and_end() {
    let mut play = Play::new(planned(&retried(2, "10s", "3600s"), json!({})));
    for (attempt, delay) in [(0, 10_000), (1, 20_000)] {
        assert_eq!(play.start(), ["root.flaky"]);
        assert_eq!(play.orders[&TaskPath::from("root.flaky")].attempt, attempt);
        play.fail("root.flaky");
        let answer = play.look();
        assert!(answer.start.is_empty() && answer.end.is_none());
        assert_eq!(answer.wake_at_millis, Some(play.now + delay));
        assert_eq!(play.state("root.flaky"), "RUNNING");
        play.now += delay;
    }
    assert_eq!(play.start(), ["root.flaky"]);
    play.fail("root.flaky");
    assert_eq!(play.look().end.unwrap().state, RunState::Failed);
    assert_eq!(play.view("root.flaky").task.attempts, 3);
}

#[test]
fn retries_stop_after_the_whole_time_and_never_follow_a_refusal() {
    let mut play = Play::new(planned(&retried(5, "10s", "15s"), json!({})));
    play.start();
    play.fail("root.flaky");
    play.now += 10_000;
    assert_eq!(play.start(), ["root.flaky"]);
    play.fail("root.flaky");
    assert_eq!(play.look().end.unwrap().state, RunState::Failed, "the next would come after 15 s");
    let mut play = Play::new(planned(&retried(5, "0s", "15s"), json!({})));
    play.start();
    play.finish("root.flaky", StepResult::Failed(FailureReason::Refused("no such image here".to_owned())));
    assert_eq!(play.look().end.unwrap().error.unwrap(), "flaky: no such image here");
}

#[test]
fn a_sub_pipeline_is_retried_as_a_whole() {
    let spec = pipeline(
        json!({"comp": step("exec", &[], &[]), "comp-sub": {"dag": {"tasks": {"one": task("comp", json!({}))}}}}),
        json!({"dag": {"tasks": {"sub": task("comp-sub", json!({"retryPolicy": {"maxRetryCount": 1}}))}}}),
    );
    let mut play = Play::new(planned(&spec, json!({})));
    assert_eq!(play.start(), ["root.sub.one"]);
    play.fail("root.sub.one");
    assert_eq!(play.start(), ["root.sub~2.one"]);
    play.succeed("root.sub~2.one", json!({}));
    let answer = play.look();
    assert_eq!(answer.end.unwrap().state, RunState::Succeeded);
    assert_eq!(answer.tasks.len(), 3, "both attempts stay visible");
}

#[test]
fn a_run_that_takes_too_long_is_stopped_and_says_so() {
    let platform = json!({"platforms": {"kubernetes": {"pipelineConfig": {"activeDeadlineSeconds": 60}}}});
    let spec =
        pipeline(json!({"comp": step("exec", &[], &[])}), json!({"dag": {"tasks": {"a": task("comp", json!({}))}}}));
    let mut play = Play::new(planned(&json!({"pipeline_spec": spec, "platform_spec": platform}), json!({})));
    play.start();
    assert_eq!(play.look().wake_at_millis, Some(1_000_000 + 60_000));
    play.now = 1_000_000 + 60_000;
    let answer = play.look();
    assert_eq!((answer.stop.len(), answer.end), (1, None));
    let path = answer.stop[0].as_str().to_owned();
    play.finish(&path, StepResult::Cancelled);
    let end = play.look().end.unwrap();
    assert_eq!(end.state, RunState::Failed);
    assert_eq!(end.error.unwrap(), "the run took longer than its limit of 60 s");
}
