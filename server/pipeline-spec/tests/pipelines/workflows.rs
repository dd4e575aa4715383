//! v1 pipelines: Argo Workflows as kfp 1.x writes them.

use crate::support::{Play, planned};
use model::RunState;
use mooring_pipeline_spec::Package;
use serde_json::{Value, json};

fn workflow(templates: Value, more: Value) -> Value {
    let mut spec = json!({"entrypoint": "main", "templates": templates});
    for (key, value) in more.as_object().unwrap() {
        spec[key] = value.clone();
    }
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {"generateName": "old-"}, "spec": spec})
}

/// A step with a parameter that says it back, as a parameter and as an artifact.
fn echo() -> Value {
    json!({
        "name": "echo",
        "inputs": {"parameters": [{"name": "word"}], "artifacts": [{"name": "raw", "path": "/tmp/inputs/raw/data", "raw": {"data": "given"}}]},
        "container": {"image": "busybox", "command": ["sh", "-c"], "args": ["echo {{inputs.parameters.word}} in {{workflow.uid}} > {{outputs.parameters.said.path}}", "{{other}}"],
                      "env": [{"name": "WORD", "value": "{{inputs.parameters.word}}"}]},
        "outputs": {"parameters": [{"name": "said", "valueFrom": {"path": "/tmp/outputs/said/data"}}],
                    "artifacts": [{"name": "echo-said", "path": "/tmp/outputs/said/data"}]},
    })
}

#[test]
fn arguments_files_and_variables_are_what_they_say() {
    let main = json!({"name": "main", "inputs": {"parameters": [{"name": "name"}]}, "dag": {"tasks": [
        {"name": "one", "template": "echo", "arguments": {"parameters": [{"name": "word", "value": "hi {{inputs.parameters.name}}!"}]}},
        {"name": "two", "template": "echo", "dependencies": ["one"], "when": "\"{{tasks.one.outputs.parameters.said}}\" == \"yes\"",
         "arguments": {"parameters": [{"name": "word", "value": "{{tasks.one.outputs.parameters.said}}"}]}},
    ]}});
    let spec =
        workflow(json!([main, echo()]), json!({"arguments": {"parameters": [{"name": "name", "value": "you"}]}}));
    let package = Package::from_value(&spec).unwrap();
    assert_eq!((package.name(), package.to_value()), ("old", spec.clone()));
    assert_eq!(package.inputs()[0].default, Some(json!("you")));
    let mut play = Play::new(planned(&spec, json!({"name": "me"})));
    let order = play.look().start.remove(0);
    assert!(
        order.args[0].starts_with("echo hi me! in 6f1c0c3e") && order.args[0].ends_with("> /tmp/outputs/said/data")
    );
    assert_eq!(order.args[1], "{{other}}");
    assert_eq!(order.env, [("WORD".to_owned(), "hi me!".to_owned())]);
    assert_eq!(order.files, [("/tmp/inputs/raw/data".to_owned(), "given".to_owned())]);
    let read = |_: &str| Some("yes\n".to_owned());
    let outputs = mooring_pipeline_spec::collect_outputs(&order, None, &read).unwrap();
    assert_eq!(outputs.parameters["said"], "yes");
    assert_eq!(outputs.artifacts["echo-said"][0].custom_path.as_deref(), Some("/tmp/outputs/said/data"));
    play.begin(order);
    play.succeed("root.main.one", json!({"said": "yes"}));
    let order = play.look().start.remove(0);
    assert!(order.args[0].starts_with("echo yes in "));
}

#[test]
fn items_loop_and_their_keys_are_found() {
    let main = json!({"name": "main", "dag": {"tasks": [
        {"name": "each", "template": "echo", "withItems": [{"a": 1}, {"a": "two"}],
         "arguments": {"parameters": [{"name": "word", "value": "{{item.a}} of {{item}}"}]}},
        {"name": "list", "template": "echo", "arguments": {"parameters": [{"name": "word", "value": "x"}]}},
        {"name": "later", "template": "echo", "dependencies": ["list"], "withParam": "{{tasks.list.outputs.parameters.said}}",
         "arguments": {"parameters": [{"name": "word", "value": "{{item}}{{tasks.list.outputs.parameters.said}}"}]}},
    ]}});
    let mut play = Play::new(planned(&workflow(json!([main, echo()]), json!({})), json!({})));
    let started = play.look().start;
    let words: Vec<&str> = started.iter().map(|order| order.env[0].1.as_str()).collect();
    assert_eq!(words, ["1 of {\"a\":1}", "two of {\"a\":\"two\"}", "x"]);
    play.start();
    play.succeed("root.main.list", json!({"said": "[7, \"b\"]"}));
    let words: Vec<String> = play.look().start.iter().map(|order| order.env[0].1.clone()).collect();
    assert_eq!(words, ["7[7, \"b\"]", "b[7, \"b\"]"]);
}

#[test]
fn a_template_may_contain_itself_and_the_exit_handler_learns_the_end() {
    let again = json!({"name": "again", "inputs": {"parameters": [{"name": "word"}]}, "dag": {"tasks": [
        {"name": "flip", "template": "echo", "arguments": {"parameters": [{"name": "word", "value": "{{inputs.parameters.word}}"}]}},
        {"name": "condition-1", "template": "again", "dependencies": ["flip"], "when": "{{tasks.flip.outputs.parameters.said}} > 1",
         "arguments": {"parameters": [{"name": "word", "value": "{{tasks.flip.outputs.parameters.said}}"}]}},
    ]}});
    let main = json!({"name": "main", "dag": {"tasks": [
        {"name": "begin", "template": "again", "arguments": {"parameters": [{"name": "word", "value": "3"}]}}]}});
    let exit = json!({"name": "bye", "container": {"image": "busybox", "command": ["echo", "{{workflow.status}}"]}});
    let mut play =
        Play::new(planned(&workflow(json!([main, again, echo(), exit]), json!({"onExit": "bye"})), json!({})));
    for (path, said) in [("root.main.begin.flip", "2"), ("root.main.begin.condition-1.flip", "1")] {
        play.start();
        play.succeed(path, json!({"said": said}));
    }
    let order = play.look().start.remove(0);
    assert_eq!(order.command, ["echo", "Succeeded"]);
    let path = order.path.as_str().to_owned();
    play.begin(order);
    play.succeed(&path, json!({}));
    assert_eq!(play.look().end.unwrap().state, RunState::Succeeded);
}

#[test]
fn what_needs_a_cluster_is_refused_by_its_place() {
    let main = json!({"name": "main", "dag": {"tasks": []}});
    for (template, named) in [
        (json!({"name": "x", "resource": {"action": "create"}}), "resource"),
        (json!({"name": "x", "container": {}, "sidecars": [{"name": "s"}]}), "sidecars"),
        (json!({"name": "x", "container": {"args": ["{{tasks.a.outputs.result}}"]}}), "tasks.a.outputs.result"),
        (json!({"name": "x", "dag": {"tasks": [{"name": "t", "template": "none"}]}}), "none"),
        (json!({"name": "x", "dag": {"tasks": [{"name": "t", "template": "main", "when": "a"}]}}), "when"),
    ] {
        let refused = Package::from_value(&workflow(json!([main, template]), json!({}))).unwrap_err();
        assert!(refused.0.starts_with("spec.templates[\"x\"]") && refused.0.contains(named), "{refused}");
    }
}
