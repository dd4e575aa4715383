//! Conditions and what depends on skipped tasks.

use crate::support::{Play, pipeline, planned, step, task};
use model::RunState;
use mooring_pipeline_spec::TaskPath;
use serde_json::{Value, json};

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
