//! The rules of the interpreter, one behaviour each, on small pipelines.

use crate::support::{Play, pipeline, planned, step, task};
use crate::{exit_tasks::with_exit, loops::looped};
use model::RunState;
use mooring_pipeline_spec::{Advance, StepResult, TaskPath};
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
    assert_eq!(
        (end.state, end.error.as_deref()),
        (RunState::Failed, Some("the run would have more than 50000 tasks, or groups more than 64 deep"))
    );
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
