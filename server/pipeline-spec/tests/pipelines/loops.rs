//! Loops: all items at once, limits, failures.

use crate::support::{Play, pipeline, planned, step, task};
use mooring_pipeline_spec::TaskPath;
use serde_json::{Value, json};

pub(crate) fn looped(items: Value, more: Value) -> Value {
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
