//! What is refused, and in which words.

use crate::support::{Play, context, pipeline, planned, step, task};
use mooring_pipeline_spec::{Package, ParameterType, plan};
use serde_json::{Value, json};

fn good() -> Value {
    pipeline(
        json!({"comp": step("exec", &["x"], &["Output"])}),
        json!({
            "inputDefinitions": {"parameters": {
                "need": {"parameterType": "STRING", "description": "what for"},
                "count": {"parameterType": "NUMBER_INTEGER", "defaultValue": 5.0},
                "maybe": {"parameterType": "LIST", "isOptional": true},
                "mode": {"parameterType": "STRING", "defaultValue": "a", "literals": ["a", "b"]},
            }},
            "dag": {"tasks": {"t": task("comp", json!({"inputs": {"parameters": {"x": {"componentInputParameter": "need"}}}}))}},
        }),
    )
}

fn refused(change: impl FnOnce(&mut Value)) -> String {
    let mut spec = good();
    change(&mut spec);
    Package::from_value(&spec).map(|_| ()).unwrap_err().0
}

#[test]
fn broken_definitions_are_refused_at_their_place() {
    let cases: Vec<(String, &str)> = vec![
        (refused(|s| s["schemaVersion"] = json!("2.0.0")), "KFP only supports schema version 2.1.0"),
        (refused(|s| drop(s.as_object_mut().unwrap().remove("root"))), "root: is missing"),
        (refused(|s| s["pipelineInfo"]["name"] = json!("")), "pipelineInfo.name"),
        (refused(|s| s["pipelineInfo"]["name"] = json!("___")), "pipelineInfo.name"),
        (refused(|s| s["pipelineInfo"]["name"] = json!("../../x")), "pipelineInfo.name"),
        (refused(|s| s["extra"] = json!(1)), "extra: unknown field"),
        (refused(|s| s["root"]["dag"]["tasks"]["t"]["foo"] = json!(1)), r#"root.dag.tasks["t"].foo: unknown field"#),
        (refused(|s| s["root"]["dag"]["tasks"] = json!({})), "root.dag.tasks: a dag needs at least one task"),
        (
            refused(|s| s["root"]["dag"]["tasks"]["t"]["componentRef"]["name"] = json!("none")),
            r#"root.dag.tasks["t"]: componentRef.name: there is no component "none""#,
        ),
        (refused(|s| s["components"]["comp"]["executorLabel"] = json!("none")), r#"there is no executor "none""#),
        (
            refused(|s| s["root"]["dag"]["tasks"]["t"]["dependentTasks"] = json!(["t"])),
            r#"root.dag.tasks["t"]: is part of a cycle"#,
        ),
        (
            refused(|s| s["root"]["dag"]["tasks"]["t"]["dependentTasks"] = json!(["u"])),
            r#"there is no task "u" in this dag"#,
        ),
        (
            refused(|s| {
                s["root"]["dag"]["tasks"]["t"]["inputs"]["parameters"]["x"] = json!({"componentInputParameter": "zzz"})
            }),
            r#"inputs.parameters["x"]: component "root" has no input parameter "zzz""#,
        ),
        (
            refused(|s| {
                s["root"]["dag"]["tasks"]["t"]["triggerPolicy"] =
                    json!({"condition": "inputs.parameter_values['x'] =="});
            }),
            r#"root.dag.tasks["t"].triggerPolicy.condition: cannot read the expression"#,
        ),
        (
            refused(|s| s["root"]["inputDefinitions"]["parameters"]["count"]["defaultValue"] = json!("five")),
            r#"root.inputDefinitions.parameters["count"].defaultValue: expected NUMBER_INTEGER, got a string"#,
        ),
        (
            refused(|s| s["root"]["inputDefinitions"]["parameters"]["count"]["parameterType"] = json!("INT")),
            "unknown type",
        ),
        (
            refused(|s| s["components"]["self"] = json!({"dag": {"tasks": {"again": task("self", json!({}))}}})),
            r#"components["self"]: contains itself"#,
        ),
        (refused(|s| s["components"] = json!([1])), "components: expected an object, got a list"),
        (refused(|s| s["root"] = json!({"executorLabel": "exec"})), "root: expected a dag"),
        (
            refused(|s| {
                s["components"]["comp"]["outputDefinitions"]["parameters"] =
                    json!({"../x": {"parameterType": "STRING"}});
            }),
            "without slashes",
        ),
    ];
    for (message, expected) in cases {
        assert!(message.contains(expected), "expected \"{expected}\" in: {message}");
    }
}

#[test]
fn protojson_spellings_are_accepted() {
    let text = r#"
pipeline_info: {name: p}
schema_version: 2.1.0
deployment_spec: {executors: {e: {container: {image: i}}}}
components:
  c: {executor_label: e, input_definitions: {parameters: {n: {parameter_type: 2, default_value: 3.0}}}}
root:
  dag:
    tasks:
      t:
        component_ref: {name: c}
        retry_policy: {max_retry_count: "2", backoff_duration: 0.5s}
        trigger_policy: {strategy: 2}
"#;
    Package::read(text).unwrap();
}

#[test]
fn yaml_is_read_as_the_sdk_writes_it() {
    let text = r#"
pipelineInfo: {name: p, description: 08}
schemaVersion: 2.1.0
deploymentSpec: {executors: {e: {container: {image: i, args: ["yes", y, off, 'null', "1.0"]}}}}
components:
  c: {executorLabel: e}
root:
  dag: {tasks: {n: {componentRef: {name: c}}, y: {componentRef: {name: c}, dependentTasks: [n]}}}
  inputDefinitions: {parameters: {n: {parameterType: BOOLEAN, defaultValue: true}}}
"#;
    let package = Package::read(text).unwrap();
    assert_eq!(package.description(), Some("08"));
    let args = &package.to_value()["deploymentSpec"]["executors"]["e"]["container"]["args"];
    assert_eq!(args, &json!(["yes", "y", "off", "null", "1.0"]));
    assert_eq!(Package::read(&package.to_text()).unwrap().to_value(), package.to_value());
}

#[test]
fn inputs_are_described_for_forms() {
    let inputs = Package::from_value(&good()).unwrap().inputs();
    let names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    assert_eq!(names, ["count", "maybe", "mode", "need"]);
    assert_eq!(inputs[0].default, Some(json!(5)));
    assert!(inputs[1].optional && inputs[1].parameter_type == ParameterType::List);
    assert_eq!(inputs[2].literals, [json!("a"), json!("b")]);
    assert_eq!(inputs[3].description.as_deref(), Some("what for"));
}

#[test]
fn parameters_are_checked_in_upstreams_words() {
    let package = Package::from_value(&good()).unwrap();
    let asked = |parameters: Value| {
        plan(&package, parameters.as_object().unwrap(), &context()).map(|_| ()).map_err(|error| error.0)
    };
    assert_eq!(asked(json!({"need": "x"})), Ok(()));
    assert_eq!(asked(json!({"need": "x", "count": 3.5, "mode": "b"})), Ok(()));
    assert_eq!(
        asked(json!({})).unwrap_err(),
        "parameter need is not optional, yet has neither default value nor user provided value"
    );
    assert_eq!(
        asked(json!({"need": "x", "a": 1, "b": 2})).unwrap_err(),
        "parameter(s) provided are not required by pipeline: a, b"
    );
    assert_eq!(
        asked(json!({"need": "x", "count": "3"})).unwrap_err(),
        "parameter count: expected NUMBER_INTEGER, got a string"
    );
    assert_eq!(
        asked(json!({"need": "x", "mode": "c"})).unwrap_err(),
        r#"parameter mode: expected one of "a", "b", got "c""#
    );
}

#[test]
fn what_cannot_run_is_accepted_for_storage_and_refused_for_a_run() {
    let mut spec = good();
    spec["deploymentSpec"]["executors"]["exec"] = json!({"customJob": {"customJob": {"anything": 1}}});
    let package = Package::from_value(&spec).unwrap();
    let refused = plan(&package, json!({"need": "x"}).as_object().unwrap(), &context()).unwrap_err();
    assert!(refused.0.contains("customJob") && refused.0.contains("not supported"), "{refused}");
}

#[test]
fn two_documents_are_a_pipeline_and_its_platform() {
    let platform = json!({"platforms": {"kubernetes": {"deploymentSpec": {"executors": {"exec": {"activeDeadlineSeconds": "30", "podMetadata": {"labels": {"a": "b"}}}}}}}});
    let text = format!("# PIPELINE DEFINITION\n---\n{}\n---\n{platform}\n---\n", good());
    let package = Package::read(&text).unwrap();
    assert_eq!(package.to_value(), json!({"pipeline_spec": good(), "platform_spec": platform}));
    assert_eq!(Package::from_value(&package.to_value()).unwrap().to_value(), package.to_value());
    assert_eq!(Package::read(&package.to_text()).unwrap().to_value(), package.to_value());
    let plan = plan(&package, json!({"need": "x"}).as_object().unwrap(), &context()).unwrap();
    let order = mooring_pipeline_spec::advance(&plan, &mooring_pipeline_spec::Facts::default(), 0).start.remove(0);
    assert_eq!(order.timeout_seconds, Some(30));
    assert!(Package::read(&format!("{}\n---\n{}", good(), good())).unwrap_err().0.contains("two of a kind"));
}

#[test]
fn other_texts_are_refused() {
    for (text, expected) in [
        ("", "unknown template format"),
        ("hello", "unknown template format"),
        ("a: [1", "not YAML"),
        ("apiVersion: argoproj.io/v1alpha1\nkind: Workflow\n", "spec: is missing"),
        ("a: &a [x, x]\nb: &b [*a, *a]\n", "unknown template format"),
        ("{\"pipelineInfo\": 3", "unknown template format"),
    ] {
        let refused = Package::read(text).unwrap_err();
        assert!(refused.0.contains(expected), "{text}: {refused}");
    }
    let bomb: String = std::iter::once("a0: &a0 [x]\n".to_owned())
        .chain((1..40).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(","))))
        .collect();
    assert!(Package::read(&bomb).is_err(), "aliases must not multiply");
    assert!(Package::read(&"[".repeat(200_000)).is_err());
    assert!(Package::read(&"{\"a\":".repeat(200_000)).is_err());
}

#[test]
fn steps_get_every_placeholder() {
    let mut spec = good();
    spec["components"]["comp"]["outputDefinitions"]["artifacts"] = json!({"model": {"artifactType": {"schemaTitle": "system.Model", "schemaVersion": "0.0.1"}, "metadata": {"k": 1.0}}});
    spec["components"]["comp"]["inputDefinitions"]["parameters"]["opt"] =
        json!({"parameterType": "STRING", "isOptional": true, "defaultValue": "dflt"});
    spec["deploymentSpec"]["executors"]["exec"]["container"] = json!({
        "image": "img:{{$.inputs.parameters['x']}}",
        "command": ["sh", "-c", "cat {{$.inputs.parameters[\"x\"]}} {{$.unknown}} {{ $.x }} {{$"],
        "args": [
            "{{$.outputs.artifacts['model'].uri}}|{{$.outputs.artifacts['model'].path}}|{{$.outputs.artifacts['model'].metadata['k']}}",
            "{{$.outputs.parameters['Output'].output_file}}", "{{$.outputs.output_file}}",
            "{{$.pipeline_job_name}},{{$.pipeline_task_name}},{{$.pipeline_job_uuid}}",
            "{{$.inputs.parameters['x'].json_escape[1]}}",
            "{\"IfPresent\": {\"InputName\": \"x\", \"Then\": [\"--x\", \"{{$.inputs.parameters['x']}}\"], \"Else\": [\"--no\"]}}",
            "{\"IfPresent\": {\"InputName\": \"opt\", \"Then\": [\"--opt\"]}}",
            "{\"Concat\": [\"o=\", \"{{$.inputs.parameters['opt']}}\", {\"IfPresent\": {\"InputName\": \"opt\", \"Then\": \"!\", \"Else\": \"?\"}}]}",
            "{\"IfPresent\": is just text",
        ],
        "env": [{"name": "A", "value": "{{$.inputs.parameters['x']}}"}],
        "resources": {"cpuLimit": 0.5, "memoryLimit": 0.25, "resourceCpuRequest": "{{$.inputs.parameters['x']}}"},
    });
    let plan = planned(&spec, json!({"need": "a \"b\""}));
    let order = mooring_pipeline_spec::advance(&plan, &mooring_pipeline_spec::Facts::default(), 0).start.remove(0);
    let run = context().run_id;
    let directory = format!("mlpipeline/v2/artifacts/p/{run}/t/{}", order.task_id);
    assert_eq!(order.image, "img:a \"b\"");
    assert_eq!(order.command[2], "cat a \"b\" {{$.unknown}} {{ $.x }} {{$");
    let expected = [
        format!("minio://{directory}/model|/minio/{directory}/model|1"),
        "/tmp/kfp/outputs/Output".to_owned(),
        format!("/minio/{directory}/output_metadata.json"),
        format!("my run,t,{run}"),
        "a \\\"b\\\"".to_owned(),
        "--x".to_owned(),
        "a \"b\"".to_owned(),
        "o=dflt?".to_owned(),
        "{\"IfPresent\": is just text".to_owned(),
    ];
    assert_eq!(order.args, expected);
    assert_eq!(order.env, [("A".to_owned(), "{{$.inputs.parameters['x']}}".to_owned())]);
    assert_eq!(order.resources.cpu_limit.as_deref(), Some("0.5"));
    assert_eq!(order.resources.memory_limit.as_deref(), Some("250M"));
    assert_eq!(order.executor_output_file, expected[2]);
    let again: mooring_pipeline_spec::StepOrder =
        serde_json::from_str(&serde_json::to_string(&order).unwrap()).unwrap();
    assert_eq!(again, order);
}

#[test]
fn texts_that_double_at_every_level_hit_a_bound() {
    let twice = json!({"inputs": {"parameters": {
        "q": {"componentInputParameter": "q"},
        "p": {"runtimeValue": {"constant": "{{$.inputs.parameters['q']}}{{$.inputs.parameters['q']}}"}}}}});
    let mut components = json!({"comp-0": step("exec", &["q", "p"], &[])});
    for level in 1..40 {
        let inner = format!("comp-{}", level - 1);
        let mut call = task(&inner, twice.clone());
        call["inputs"]["parameters"]["q"] = json!({"componentInputParameter": "p"});
        components[format!("comp-{level}")] = json!({
            "dag": {"tasks": {"t": call}},
            "inputDefinitions": {"parameters": {"q": {"parameterType": "STRING"}, "p": {"parameterType": "STRING"}}},
        });
    }
    let mut root = task("comp-39", twice);
    root["inputs"]["parameters"]["q"] = json!({"runtimeValue": {"constant": "0123456789"}});
    let spec = pipeline(components, json!({"dag": {"tasks": {"t": root}}}));
    let answer =
        mooring_pipeline_spec::advance(&planned(&spec, json!({})), &mooring_pipeline_spec::Facts::default(), 0);
    assert!(answer.end.unwrap().error.unwrap().contains("grows beyond"));
}

#[test]
fn a_job_of_kfp_1_8_runs_with_its_own_parameters_and_its_own_form_of_inputs() {
    let job = json!({
        "pipelineSpec": {
            "schemaVersion": "2.0.0", "sdkVersion": "kfp-1.8.22", "pipelineInfo": {"name": "old"},
            "deploymentSpec": {"executors": {"exec": {"container": {"image": "i", "command": ["run"], "args": ["{{$}}"]}}}},
            "components": {"comp": {"executorLabel": "exec",
                "inputDefinitions": {"parameters": {"n": {"type": "INT"}, "s": {"type": "STRING"}}},
                "outputDefinitions": {"parameters": {"Output": {"type": "INT"}}}}},
            "root": {
                "inputDefinitions": {"parameters": {"s": {"type": "STRING"}, "items": {"type": "STRING"}}},
                "dag": {"tasks": {"a": {"componentRef": {"name": "comp"}, "inputs": {"parameters": {
                    "n": {"runtimeValue": {"constantValue": {"intValue": "3"}}}, "s": {"componentInputParameter": "s"}}}}}},
            },
        },
        "runtimeConfig": {"parameters": {"s": {"stringValue": "hello"}, "items": {"stringValue": "[1]"}}},
    });
    let package = Package::read(&job.to_string()).unwrap();
    assert_eq!(Package::read(&package.to_text()).unwrap().to_value(), package.to_value());
    let mut play = Play::new(planned(&package.to_value(), json!({})));
    let order = play.look().start.remove(0);
    let inputs = &order.executor_input["inputs"];
    assert_eq!(inputs["parameters"], json!({"n": {"intValue": "3"}, "s": {"stringValue": "hello"}}));
    assert_eq!(inputs["parameterValues"], json!({"n": 3, "s": "hello"}));
    let written = json!({"parameters": {"Output": {"intValue": 4}}}).to_string();
    let outputs = mooring_pipeline_spec::collect_outputs(&order, Some(&written), &|_| None).unwrap();
    assert_eq!(outputs.parameters["Output"], json!(4));
    play.begin(order);
}
