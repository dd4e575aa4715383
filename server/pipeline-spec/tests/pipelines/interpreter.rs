//! The rules of the interpreter, one behaviour each, on small pipelines.

use crate::support::{Play, pipeline, planned, step, task};
use model::RunState;
use mooring_pipeline_spec::{Advance, FailureReason, StepResult, TaskPath};
use serde_json::{Value, json};

/// `a` and `b` side by side, then `c` after both.
fn diamond() -> Value {
    pipeline(
        json!({"comp": step("exec", &[], &["Output"])}),
        json!({"dag": {"tasks": {
            "a": task("comp", json!({})), "b": task("comp", json!({})),
            "c": task("comp", json!({"dependentTasks": ["a", "b"]})),
        }}}),
    )
}

#[test]
fn independent_steps_run_side_by_side_and_dependents_wait() {
    let mut play = Play::new(planned(&diamond(), json!({})));
    assert_eq!(play.look().tasks.len(), 3, "the whole graph is drawn at once");
    assert_eq!(play.start(), ["root.a", "root.b"]);
    assert_eq!(play.state("root.c"), "PENDING");
    assert!(play.reason("root.c").contains("a, b"));
    play.succeed("root.a", json!({"Output": "1"}));
    assert!(play.start().is_empty());
    play.succeed("root.b", json!({"Output": "2"}));
    assert_eq!(play.start(), ["root.c"]);
    play.succeed("root.c", json!({"Output": "3"}));
    let answer = play.look();
    assert_eq!(answer.end.unwrap().state, RunState::Succeeded);
    let c = play.view("root.c").task;
    let a = play.view("root.a").task;
    assert!(c.depends_on.contains(&a.id) && c.parent.is_none());
    assert_eq!(c.outputs["parameters"]["Output"], "3");
}

#[test]
fn after_a_failure_nothing_new_starts_but_what_runs_goes_on() {
    let mut play = Play::new(planned(&diamond(), json!({})));
    play.start();
    play.fail("root.a");
    assert_eq!(play.state("root.c"), "SKIPPED");
    assert!(play.look().end.is_none(), "b still runs");
    play.succeed("root.b", json!({}));
    let end = play.look().end.unwrap();
    assert_eq!(end.state, RunState::Failed);
    assert_eq!(end.error.unwrap(), "a: the step ended with exit code 1");
}

#[test]
fn a_sibling_that_was_ordered_but_never_started_is_withdrawn_by_a_failure() {
    let mut play = Play::new(planned(&diamond(), json!({})));
    let first = play.look().start.into_iter().find(|order| order.path.as_str() == "root.a").unwrap();
    play.begin(first);
    play.fail("root.a");
    let answer = play.look();
    assert!(answer.start.is_empty());
    assert_eq!(answer.end.unwrap().state, RunState::Failed);
    assert_eq!(play.state("root.b"), "SKIPPED");
}

#[test]
fn parameters_pass_between_steps_with_types_defaults_and_text() {
    let spec = pipeline(
        json!({
            "comp-make": step("exec-make", &[], &["Output"]),
            "comp-use": {
                "executorLabel": "exec-use",
                "inputDefinitions": {"parameters": {
                    "from_task": {"parameterType": "STRING"}, "number": {"parameterType": "NUMBER_INTEGER"},
                    "as_text": {"parameterType": "STRING"}, "fstring": {"parameterType": "STRING"},
                    "defaulted": {"parameterType": "NUMBER_DOUBLE", "defaultValue": 2.0, "isOptional": true},
                    "absent": {"parameterType": "STRING", "isOptional": true},
                    "selected": {"parameterType": "STRING"},
                }},
            },
        }),
        json!({
            "inputDefinitions": {"parameters": {
                "n": {"parameterType": "NUMBER_INTEGER", "defaultValue": 5.0}, "none": {"parameterType": "STRING", "isOptional": true},
                "d": {"parameterType": "STRUCT", "defaultValue": {"A_a": "deep"}},
            }},
            "dag": {"tasks": {
                "make": task("comp-make", json!({})),
                "use": task("comp-use", json!({"inputs": {"parameters": {
                    "from_task": {"taskOutputParameter": {"producerTask": "make", "outputParameterKey": "Output"}},
                    "number": {"componentInputParameter": "n"}, "as_text": {"componentInputParameter": "n"},
                    "absent": {"componentInputParameter": "none"},
                    "selected": {"componentInputParameter": "d", "parameterExpressionSelector": "parseJson(string_value)[\"A_a\"]"},
                    "fstring": {"runtimeValue": {"constant": "n={{$.inputs.parameters['number']}} in {{$.pipeline_job_name}}"}},
                }}})),
            }},
        }),
    );
    let mut play = Play::new(planned(&spec, json!({})));
    assert_eq!(play.start(), ["root.make"]);
    play.succeed("root.make", json!({"Output": "{{$.inputs.parameters['number']}}"}));
    assert_eq!(play.start(), ["root.use"]);
    let order = &play.orders[&TaskPath::from("root.use")];
    assert_eq!(
        order.executor_input["inputs"]["parameterValues"],
        json!({
            "from_task": "{{$.inputs.parameters['number']}}", "number": 5, "as_text": "5", "fstring": "n=5 in my run",
            "defaulted": 2, "selected": "deep",
        }),
        "values are never read as placeholders"
    );
    assert_eq!(order.args, ["--executor_input".to_owned(), order.executor_input.to_string()]);
}

#[test]
fn a_value_of_the_wrong_type_fails_the_task_in_words() {
    let spec = pipeline(
        json!({
            "comp-make": step("exec-make", &[], &["Output"]),
            "comp-use": {"executorLabel": "exec-use", "inputDefinitions": {"parameters": {"x": {"parameterType": "LIST"}}}},
        }),
        json!({"dag": {"tasks": {
            "make": task("comp-make", json!({})),
            "use": task("comp-use", json!({"inputs": {"parameters": {
                "x": {"taskOutputParameter": {"producerTask": "make", "outputParameterKey": "Output"}}}}})),
        }}}),
    );
    let mut play = Play::new(planned(&spec, json!({})));
    play.start();
    play.succeed("root.make", json!({"Output": "text"}));
    assert_eq!(play.reason("root.use"), "input parameter \"x\" type mismatch: expect LIST, got a string");
    assert_eq!(play.look().end.unwrap().state, RunState::Failed);
}

fn branches() -> Value {
    let branch = json!({
        "dag": {
            "tasks": {"say": task("comp-say", json!({}))},
            "outputs": {"parameters": {"out": {"valueFromParameter": {"producerSubtask": "say", "outputParameterKey": "Output"}}}},
        },
        "inputDefinitions": {"parameters": {"x": {"parameterType": "NUMBER_INTEGER"}}},
        "outputDefinitions": {"parameters": {"out": {"parameterType": "STRING"}}},
    });
    let input = json!({"parameters": {"x": {"componentInputParameter": "x"}}});
    pipeline(
        json!({
            "comp-say": step("exec-say", &[], &["Output"]), "comp-branch": branch,
            "comp-branches": {
                "dag": {
                    "tasks": {
                        "condition-2": task("comp-branch", json!({"inputs": input, "triggerPolicy": {"condition": "int(inputs.parameter_values['x']) > 3"}})),
                        "condition-3": task("comp-branch", json!({"inputs": input, "triggerPolicy": {"condition": "!(int(inputs.parameter_values['x']) > 3)"}})),
                    },
                    "outputs": {"parameters": {"out": {"valueFromOneof": {"parameterSelectors": [
                        {"producerSubtask": "condition-2", "outputParameterKey": "out"},
                        {"producerSubtask": "condition-3", "outputParameterKey": "out"}]}}}},
                },
                "inputDefinitions": {"parameters": {"x": {"parameterType": "NUMBER_INTEGER"}}},
                "outputDefinitions": {"parameters": {"out": {"parameterType": "STRING"}}},
            },
            "comp-use": step("exec-use", &["s"], &[]),
        }),
        json!({
            "inputDefinitions": {"parameters": {"x": {"parameterType": "NUMBER_INTEGER"}}},
            "dag": {"tasks": {
                "condition-branches-1": task("comp-branches", json!({"inputs": input})),
                "use": task("comp-use", json!({"inputs": {"parameters": {"s": {"taskOutputParameter":
                    {"producerTask": "condition-branches-1", "outputParameterKey": "out"}}}}})),
                "after": task("comp-say", json!({"dependentTasks": ["condition-branches-1"]})),
            }},
        }),
    )
}

#[test]
fn one_branch_runs_the_other_is_skipped_and_one_of_takes_what_ran() {
    for (x, ran, skipped) in [(5, "condition-2", "condition-3"), (1, "condition-3", "condition-2")] {
        let mut play = Play::new(planned(&branches(), json!({"x": x})));
        let path = format!("root.condition-branches-1.{ran}.say");
        assert_eq!(play.start(), std::slice::from_ref(&path));
        assert_eq!(play.state(&format!("root.condition-branches-1.{skipped}")), "SKIPPED");
        let shown = play.look().tasks;
        assert!(!shown.iter().any(|view| view.path.as_str().contains(&format!("{skipped}."))), "its tasks never exist");
        play.succeed(&path, json!({"Output": ran}));
        assert_eq!(play.start(), ["root.use", "root.after"]);
        assert_eq!(play.orders[&TaskPath::from("root.use")].executor_input["inputs"]["parameterValues"]["s"], ran);
        assert_eq!(play.play_out().state, RunState::Succeeded);
    }
}

#[test]
fn a_skipped_task_blocks_only_those_who_need_its_output() {
    let spec = pipeline(
        json!({"comp": step("exec", &[], &["Output"]), "comp-use": step("exec-use", &["s"], &[]),
        "comp-group": {
            "dag": {"tasks": {"inner": task("comp", json!({}))},
                "outputs": {"parameters": {"out": {"valueFromParameter": {"producerSubtask": "inner", "outputParameterKey": "Output"}}}}},
            "outputDefinitions": {"parameters": {"out": {"parameterType": "STRING"}}},
        }}),
        json!({"dag": {"tasks": {
            "condition-1": task("comp-group", json!({"triggerPolicy": {"condition": "1 == 2"}})),
            "after": task("comp", json!({"dependentTasks": ["condition-1"]})),
            "use": task("comp-use", json!({"dependentTasks": ["after"], "inputs": {"parameters": {"s": {"taskOutputParameter":
                {"producerTask": "condition-1", "outputParameterKey": "out"}}}}})),
        }}}),
    );
    let mut play = Play::new(planned(&spec, json!({})));
    assert_eq!(play.start(), ["root.after"]);
    play.succeed("root.after", json!({}));
    assert_eq!(play.state("root.condition-1"), "SKIPPED");
    assert!(play.reason("root.use").contains("was skipped"));
    assert_eq!(play.look().end.unwrap().state, RunState::Failed);
}

fn looped(items: Value, more: Value) -> Value {
    let mut each = json!({
        "inputs": {"parameters": {"list": {"componentInputParameter": "list"}}},
        "parameterIterator": {"itemInput": "item", "items": {"inputParameter": "list"}},
    });
    for (key, value) in more.as_object().unwrap() {
        each[key] = value.clone();
    }
    pipeline(
        json!({
            "comp-work": step("exec-work", &["x"], &["Output"]),
            "comp-body": {
                "dag": {
                    "tasks": {"work": task("comp-work", json!({"inputs": {"parameters": {"x": {"componentInputParameter": "item"}}}}))},
                    "outputs": {"parameters": {"out": {"valueFromParameter": {"producerSubtask": "work", "outputParameterKey": "Output"}}}},
                },
                "inputDefinitions": {"parameters": {"item": {"parameterType": "STRING"}, "list": {"parameterType": "LIST"}}},
                "outputDefinitions": {"parameters": {"out": {"parameterType": "LIST"}}},
            },
            "comp-use": {"executorLabel": "exec-use", "inputDefinitions": {"parameters": {"all": {"parameterType": "LIST"}}}},
        }),
        json!({
            "inputDefinitions": {"parameters": {"list": {"parameterType": "LIST", "defaultValue": items}}},
            "dag": {"tasks": {
                "for-loop-1": task("comp-body", each),
                "use": task("comp-use", json!({"inputs": {"parameters": {"all": {"taskOutputParameter":
                    {"producerTask": "for-loop-1", "outputParameterKey": "out"}}}}})),
            }},
        }),
    )
}

#[test]
fn a_loop_runs_all_items_at_once_and_collects_in_item_order() {
    let mut play = Play::new(planned(&looped(json!(["a", "b", "c"]), json!({})), json!({})));
    assert_eq!(play.start().len(), 3);
    for index in [2, 0, 1] {
        play.succeed(&format!("root.for-loop-1[{index}].work"), json!({"Output": format!("out {index}")}));
    }
    assert_eq!(play.start(), ["root.use"]);
    let order = &play.orders[&TaskPath::from("root.use")];
    assert_eq!(order.executor_input["inputs"]["parameterValues"]["all"], json!(["out 0", "out 1", "out 2"]));
    let iteration = play.view("root.for-loop-1[1]").task;
    assert_eq!((iteration.iteration_index, iteration.kind.as_str()), (Some(1), "ITERATION"));
    assert_eq!(iteration.inputs["parameters"], json!({"item": "b"}));
    assert_eq!(iteration.parent, Some(play.view("root.for-loop-1").task.id));
}

#[test]
fn a_loop_over_nothing_succeeds_with_empty_lists() {
    let mut play = Play::new(planned(&looped(json!([]), json!({})), json!({})));
    assert_eq!(play.start(), ["root.use"]);
    assert_eq!(play.orders[&TaskPath::from("root.use")].executor_input["inputs"]["parameterValues"]["all"], json!([]));
}

#[test]
fn a_parallelism_limit_holds_at_every_moment() {
    let items: Vec<String> = (0..9).map(|index| index.to_string()).collect();
    let spec = looped(json!(items), json!({"iteratorPolicy": {"parallelismLimit": 2}}));
    let mut play = Play::new(planned(&spec, json!({})));
    let mut done = 0;
    while done < 9 {
        play.start();
        let running = play.running();
        assert!(running.len() == 2 || done == 8, "{running:?}");
        play.succeed(&running[0], json!({"Output": "x"}));
        done += 1;
    }
    assert_eq!(play.start(), ["root.use"]);
}

#[test]
fn a_failed_iteration_fails_the_loop_after_the_others_have_ended() {
    let spec = looped(json!(["a", "b", "c", "d"]), json!({"iteratorPolicy": {"parallelismLimit": 2}}));
    let mut play = Play::new(planned(&spec, json!({})));
    play.start();
    play.fail("root.for-loop-1[0].work");
    assert!(play.start().is_empty());
    assert_eq!(play.state("root.for-loop-1[2]"), "SKIPPED");
    assert!(play.look().end.is_none());
    play.succeed("root.for-loop-1[1].work", json!({"Output": "x"}));
    assert_eq!(play.state("root.for-loop-1"), "FAILED");
    let end = play.look().end.unwrap();
    assert_eq!(end.error.unwrap(), "for-loop-1[0].work: the step ended with exit code 1");
}

#[test]
fn loops_over_text_that_is_no_list_fail_in_words() {
    let mut spec = looped(json!([]), json!({}));
    spec["root"]["inputDefinitions"]["parameters"]["list"] =
        json!({"parameterType": "STRING", "defaultValue": "[\"a\"]"});
    spec["components"]["comp-body"]["inputDefinitions"]["parameters"]["list"] = json!({"parameterType": "STRING"});
    assert_eq!(Play::new(planned(&spec, json!({}))).start(), ["root.for-loop-1[0].work"], "JSON text is a list");
    let play = Play::new(planned(&spec, json!({"list": "no list"})));
    assert!(play.reason("root.for-loop-1").contains("cannot be iterated"));
}

/// `exit-handler-1` around `work`, then `exit` whatever happened, which sees the final status.
fn with_exit() -> Value {
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
fn cancelling_stops_what_runs_and_starts_nothing_not_even_exit_tasks() {
    let mut play = Play::new(planned(&with_exit(), json!({})));
    play.start();
    play.facts.cancel_requested = true;
    let answer = play.look();
    assert_eq!(answer.stop, [TaskPath::from("root.exit-handler-1.work")]);
    assert!(answer.start.is_empty() && answer.end.is_none());
    play.finish("root.exit-handler-1.work", StepResult::Cancelled);
    let Advance { start, stop, end, .. } = play.look();
    assert!(start.is_empty() && stop.is_empty());
    assert_eq!(end.unwrap().state, RunState::Canceled);
    assert_eq!(play.state("root.exit"), "CANCELED");
}

#[test]
fn cancelling_a_finished_run_changes_nothing() {
    let mut play = Play::new(planned(&diamond(), json!({})));
    assert_eq!(play.play_out().state, RunState::Succeeded);
    play.facts.cancel_requested = true;
    assert_eq!(play.look().end.unwrap().state, RunState::Succeeded);
}

#[test]
fn importers_need_no_process() {
    let mut spec = pipeline(
        json!({
            "comp-import": {"executorLabel": "exec-import",
                "inputDefinitions": {"parameters": {"uri": {"parameterType": "STRING"}, "m": {"parameterType": "STRING"}}},
                "outputDefinitions": {"artifacts": {"artifact": {"artifactType": {"schemaTitle": "system.Dataset", "schemaVersion": "0.0.1"}}}}},
            "comp-read": {"executorLabel": "exec-read",
                "inputDefinitions": {"artifacts": {"data": {"artifactType": {"schemaTitle": "system.Dataset"}}}}},
        }),
        json!({
            "inputDefinitions": {"parameters": {"uri": {"parameterType": "STRING"}}},
            "dag": {"tasks": {
            "importer": task("comp-import", json!({"inputs": {"parameters": {
                "uri": {"componentInputParameter": "uri"}, "m": {"runtimeValue": {"constant": "word"}}}}})),
            "read": task("comp-read", json!({"inputs": {"artifacts": {"data": {"taskOutputArtifact":
                {"producerTask": "importer", "outputArtifactKey": "artifact"}}}}})),
        }}}),
    );
    spec["deploymentSpec"]["executors"]["exec-import"] = json!({"importer": {
        "artifactUri": {"runtimeParameter": "uri"}, "typeSchema": {"schemaTitle": "system.Dataset", "schemaVersion": "0.0.1"},
        "metadata": {"{{$.inputs.parameters['m']}}": ["a {{$.inputs.parameters['m']}}", 3.0]}}});
    let mut play = Play::new(planned(&spec, json!({"uri": "s3://bucket/key.csv"})));
    assert_eq!(play.start(), ["root.read"]);
    let order = &play.orders[&TaskPath::from("root.read")];
    assert_eq!(order.input_artifacts[0].path, "/s3/bucket/key.csv");
    assert_eq!(
        order.executor_input["inputs"]["artifacts"]["data"]["artifacts"][0],
        json!({"name": "artifact", "type": {"schemaTitle": "system.Dataset", "schemaVersion": "0.0.1"},
            "uri": "s3://bucket/key.csv", "metadata": {"word": ["a word", 3]}})
    );
    assert_eq!(play.view("root.importer").task.kind.as_str(), "IMPORTER");
    let refused = Play::new(planned(&spec, json!({"uri": "file:///etc/passwd"})));
    assert!(refused.reason("root.importer").contains("cannot import"));
    assert_eq!(refused.look().end.unwrap().state, RunState::Failed);
}

#[test]
fn a_run_that_grows_too_large_is_refused_instead_of_eating_memory() {
    let body = |inner: &str| {
        json!({"dag": {"tasks": {"for-loop-9": task(inner, json!({
        "parameterIterator": {"itemInput": "i", "items": {"raw": serde_json::to_string(&vec![0; 1000]).unwrap()}}}))}},
        "inputDefinitions": {"parameters": {"i": {"parameterType": "NUMBER_INTEGER"}}}})
    };
    let spec = pipeline(
        json!({"comp": step("exec", &[], &[]), "comp-3": {"dag": {"tasks": {"x": task("comp", json!({}))}},
            "inputDefinitions": {"parameters": {"i": {"parameterType": "NUMBER_INTEGER"}}}},
            "comp-2": body("comp-3"), "comp-1": body("comp-2")}),
        json!({"dag": {"tasks": {"for-loop-1": task("comp-1", json!({
            "parameterIterator": {"itemInput": "i", "items": {"raw": serde_json::to_string(&vec![0; 1000]).unwrap()}}}))}}}),
    );
    let play = Play::new(planned(&spec, json!({})));
    let answer = play.look();
    assert!(answer.start.is_empty());
    let end = answer.end.unwrap();
    assert_eq!((end.state, end.error.as_deref()), (RunState::Failed, Some("the run would have more than 50000 tasks")));
}

#[test]
fn orders_come_in_portions_until_all_are_started() {
    let items: Vec<String> = (0..600).map(|index| index.to_string()).collect();
    let mut play = Play::new(planned(&looped(json!(items), json!({})), json!({})));
    assert_eq!(play.look().start.len(), 256);
    assert_eq!(play.start().len(), 600);
}

#[test]
fn ids_and_uris_are_the_same_in_every_life() {
    let one = Play::new(planned(&diamond(), json!({}))).look();
    let two = Play::new(planned(&diamond(), json!({}))).look();
    assert_eq!(one, two);
    assert_eq!(one.tasks[0].task.id.uuid().get_version_num(), 5);
}
