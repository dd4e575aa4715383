//! The messages both ways, against small JSON of our own.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use model::{
    ExperimentId, FailureKind, Namespace, NewRunSource, Page, PipelineId, PipelineSource, PipelineVersionId,
    RecurringRunId, RecurringRunMode, RunId, RunProgress, RunState, RuntimeConfig, StateChange, StorageState, Task,
    TaskId, TaskKind, TaskState, Timestamp,
};
use mooring_wire::{self as wire, Message, parse, v2beta1};
use serde_json::{Map, Value, json};
use uuid::Uuid;

fn read<M: Message>(value: &Value) -> Result<M, model::Failure> {
    parse("body", value.to_string().as_bytes())
}

fn refused<M: Message>(text: &[u8]) -> String {
    let failure = parse::<M>("body", text).err().unwrap();
    assert_eq!(failure.kind, FailureKind::Invalid, "{}", failure.message);
    failure.message
}

fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn run(source: PipelineSource) -> model::Run {
    model::Run {
        id: RunId::from_uuid(uuid(1)),
        namespace: Namespace::parse("team-a").unwrap(),
        experiment_id: ExperimentId::from_uuid(uuid(2)),
        recurring_run_id: None,
        display_name: "first".to_owned(),
        description: String::new(),
        service_account: "default-editor".to_owned(),
        source,
        pipeline_name: "p".to_owned(),
        runtime_config: RuntimeConfig::default(),
        state: RunState::Pending,
        storage_state: StorageState::Available,
        created_at: Timestamp::from_seconds(1_700_000_000),
        scheduled_at: Timestamp::from_millis(1_700_000_000_999),
        finished_at: None,
        error: None,
        state_history: vec![StateChange {
            at: Timestamp::from_seconds(1_700_000_000),
            state: RunState::Pending,
            error: None,
        }],
        progress: RunProgress::default(),
        running_task: None,
    }
}

#[test]
fn both_spellings_are_read_and_output_only_fields_change_nothing() {
    for body in [
        json!({"display_name": "a", "description": "d", "namespace": "team-a"}),
        json!({"displayName": "a", "description": "d", "namespace": "team-a", "experiment_id": null}),
        json!({"displayName": "a", "description": "d", "namespace": "team-a", "storage_state": "ARCHIVED",
               "experimentId": "chosen", "createdAt": "2024-05-01T10:00:00Z", "last_run_created_at": "2024-05-01T10:00:00.5+02:00"}),
        json!({"display_name": "a", "description": "d", "namespace": "team-a", "storage_state": 2}),
    ] {
        let (namespace, new) = read::<v2beta1::Experiment>(&body).unwrap().into_new().unwrap();
        assert_eq!((namespace.as_str(), new.display_name.as_str(), new.description.as_str()), ("team-a", "a", "d"));
    }
    let (_, new) = (
        (),
        read::<v2beta1::Run>(&json!({"run_id": "chosen", "state": "SUCCEEDED", "finished_at": "2024-05-01T10:00:00Z",
            "state_history": [{"state": 3}], "pipeline_spec": {"root": {}}, "run_details": {"pipeline_context_id": "5"}}))
        .unwrap()
        .into_new()
        .unwrap(),
    );
    assert_eq!(new.source, NewRunSource::Inline { spec: json!({"root": {}}) });
}

#[test]
fn blank_text_is_the_empty_message() {
    assert_eq!(parse("body", b" \n").as_ref(), Ok(&v2beta1::Experiment::default()));
    let failure = v2beta1::Experiment::default().into_new().unwrap_err();
    assert!(failure.message.contains("empty namespace in multi-user mode"));
}

#[test]
fn what_cannot_be_read_is_named() {
    let deep = format!("{{\"pipeline_spec\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let cases: [(&[u8], &str); 15] = [
        (b"{\"display_name\":", "EOF"),
        (b"[]", "expected an object"),
        (b"{\"display_name\": 5}", "field display_name: expected a string, found 5"),
        (b"{\"bogus\": 1}", "unknown field \"bogus\""),
        (b"{\"runtime_config\": {\"bogus\": 1}}", "unknown field \"bogus\" in runtime_config"),
        (b"{\"display_name\": \"a\", \"displayName\": \"b\"}", "duplicate field \"display_name\""),
        (b"{\"display_name\": \"a\", \"display_name\": \"b\"}", "duplicate field \"display_name\""),
        (b"{\"pipeline_spec\": {\"a\": 1, \"a\": 2}}", "duplicate field \"a\""),
        (b"{\"pipeline_spec\": []}", "field pipeline_spec: expected an object"),
        (b"{\"created_at\": \"yesterday\"}", "field created_at: expected an RFC 3339 time"),
        (b"{\"state\": \"DREAMING\"}", "field state: expected one of PENDING"),
        (b"{\"state_history\": [{}, {\"state\": 99}]}", "field state_history[1].state"),
        (b"{\"display_name\": \"\\u0000\"}", "display_name"),
        (b"{\"display_name\": \"\xff\"}", "not JSON"),
        (deep.as_bytes(), "recursion limit"),
    ];
    for (text, expected) in cases {
        let message = refused::<v2beta1::Run>(text);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn a_run_names_its_definition_in_kfps_order() {
    let pipeline = PipelineId::from_uuid(uuid(7));
    let version = PipelineVersionId::from_uuid(uuid(8));
    let source = |body: Value| read::<v2beta1::Run>(&body).unwrap().into_new().map(|new| new.source);

    let reference = json!({"pipeline_id": pipeline.to_string(), "pipeline_version_id": version.to_string()});
    let both = NewRunSource::Version { pipeline_id: Some(pipeline), pipeline_version_id: version };
    assert_eq!(source(json!({ "pipeline_version_reference": reference })), Ok(both));
    let latest = json!({"pipelineVersionReference": {"pipelineId": pipeline.to_string()}});
    assert_eq!(source(latest), Ok(NewRunSource::Latest { pipeline_id: pipeline }));
    let bare = NewRunSource::Version { pipeline_id: None, pipeline_version_id: version };
    assert_eq!(source(json!({"pipeline_version_id": version.to_string()})), Ok(bare));

    let unknown = source(json!({"pipeline_version_reference": {"pipeline_version_id": "nope"}})).unwrap_err();
    assert_eq!((unknown.kind, unknown.message.as_str()), (FailureKind::NotFound, "PipelineVersion nope not found"));
    for body in [json!({}), json!({"pipeline_spec": {}, "pipeline_version_reference": reference})] {
        let failure = source(body).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Invalid);
        assert!(failure.message.contains("pipeline_source"));
    }
}

#[test]
fn a_definition_is_echoed_as_it_came() {
    let spec = json!({
        "pipelineInfo": {"name": "p"}, "schemaVersion": "2.1.0",
        "root": {"inputDefinitions": {"parameters": {"n": {"defaultValue": 3, "f": 2.0, "big": 12_345_678_901_234_i64}}}},
        "not_ours": [null, {"snake_case": true}],
    });
    let new = read::<v2beta1::Run>(&json!({"display_name": "r", "pipeline_spec": spec})).unwrap().into_new().unwrap();
    let NewRunSource::Inline { spec: kept } = new.source else { panic!("expected an inline definition") };
    let echo = serde_json::to_value(v2beta1::Run::from(run(PipelineSource::Inline { spec: Some(kept) }))).unwrap();
    assert_eq!(echo["pipeline_spec"], spec);
}

#[test]
fn a_new_run_says_what_is_known_and_nothing_else() {
    let pipeline_id = PipelineId::from_uuid(uuid(7));
    let pipeline_version_id = PipelineVersionId::from_uuid(uuid(8));
    let written = v2beta1::Run::from(run(PipelineSource::Version { pipeline_id, pipeline_version_id }));
    let expected = json!({
        "experiment_id": uuid(2), "run_id": uuid(1), "display_name": "first", "storage_state": "AVAILABLE",
        "pipeline_version_reference": {"pipeline_id": uuid(7), "pipeline_version_id": uuid(8)},
        "service_account": "default-editor",
        "created_at": "2023-11-14T22:13:20Z", "scheduled_at": "2023-11-14T22:13:20Z", "finished_at": "1970-01-01T00:00:00Z",
        "state": "PENDING", "state_history": [{"update_time": "2023-11-14T22:13:20Z", "state": "PENDING"}],
    });
    assert_eq!(serde_json::to_value(written).unwrap(), expected);
}

#[test]
fn settings_are_written_when_there_are_any() {
    let mut run = run(PipelineSource::Inline { spec: None });
    run.runtime_config.parameters = Map::from_iter([("n".to_owned(), json!(7)), ("x".to_owned(), Value::Null)]);
    run.error = Some("step failed".to_owned());
    let written = serde_json::to_value(v2beta1::Run::from(run)).unwrap();
    assert_eq!(written["runtime_config"], json!({"parameters": {"n": 7, "x": null}}));
    assert_eq!(written["error"]["message"], "step failed");
    assert!(written.get("pipeline_spec").is_none());
}

#[test]
fn tasks_become_details_with_their_children() {
    let task = |number, parent: Option<u128>, kind, state| Task {
        id: TaskId::from_uuid(uuid(number)),
        parent: parent.map(|parent| TaskId::from_uuid(uuid(parent))),
        name: "say".to_owned(),
        display_name: "Say".to_owned(),
        kind,
        state,
        reason: Some("exit code 1".to_owned()),
        started_at: Some(Timestamp::from_seconds(1_700_000_001)),
        finished_at: None,
        attempts: 1,
        iteration_index: None,
        depends_on: Vec::new(),
        component: "comp-say".to_owned(),
        inputs: json!({"parameters": {"msg": "m"}}),
        outputs: json!({"artifacts": {"model": [{"uri": "mem://x"}]}}),
    };
    let tasks = vec![
        task(10, None, TaskKind::Dag, TaskState::Running),
        task(11, Some(10), TaskKind::Container, TaskState::Failed),
        task(12, Some(10), TaskKind::Container, TaskState::Cached),
    ];
    let written = v2beta1::Run::with_tasks(run(PipelineSource::Inline { spec: None }), tasks);
    let written = serde_json::to_value(written).unwrap();
    let details = written["run_details"]["task_details"].as_array().unwrap();
    assert_eq!(details[0]["child_tasks"], json!([{"task_id": uuid(11)}, {"task_id": uuid(12)}]));
    assert!(details[0].get("error").is_none());
    let expected = json!({
        "run_id": uuid(1), "task_id": uuid(11), "display_name": "Say", "create_time": "2023-11-14T22:13:20Z",
        "start_time": "2023-11-14T22:13:21Z", "end_time": "1970-01-01T00:00:00Z", "state": "FAILED",
        "error": {"code": 2, "message": "exit code 1"}, "outputs": {"model": {}}, "parent_task_id": uuid(10),
        "state_history": [
            {"update_time": "2023-11-14T22:13:20Z", "state": "PENDING"}, {"update_time": "2023-11-14T22:13:21Z", "state": "RUNNING"},
        ],
    });
    assert_eq!(details[1], expected);
    assert_eq!(details[2]["state"], "SKIPPED");

    let without = v2beta1::Run::with_tasks(run(PipelineSource::Inline { spec: None }), Vec::new());
    assert!(without.run_details.is_none());
}

#[test]
fn recurring_runs_keep_kfps_oddities() {
    let job = model::RecurringRun {
        id: RecurringRunId::from_uuid(uuid(3)),
        namespace: Namespace::parse("team-a").unwrap(),
        experiment_id: ExperimentId::from_uuid(uuid(2)),
        display_name: "nightly".to_owned(),
        description: String::new(),
        service_account: String::new(),
        source: PipelineSource::Inline { spec: None },
        runtime_config: RuntimeConfig::default(),
        trigger: None,
        mode: RecurringRunMode::Disabled,
        max_concurrency: 1,
        no_catchup: false,
        created_at: Timestamp::ZERO,
        updated_at: Timestamp::ZERO,
        resource_name: "nightly-abcde".to_owned(),
        acts_as: model::UserName::parse("alice").unwrap(),
        fired: 0,
        last_at: None,
        next_at: None,
        stopped: None,
    };
    let periodic = model::Trigger::Periodic { interval_seconds: 3600, start: Some(Timestamp::ZERO), end: None };
    let other = model::RecurringRun { trigger: Some(periodic), mode: RecurringRunMode::Enabled, ..job.clone() };
    let page = Page { items: vec![job, other], total_size: 2, next_page_token: Some("t".to_owned()) };
    let written = serde_json::to_value(v2beta1::ListRecurringRunsResponse::from(page)).unwrap();
    assert_eq!((&written["total_size"], &written["next_page_token"]), (&json!(2), &json!("t")));
    let expected = json!({
        "recurring_run_id": uuid(3), "display_name": "nightly", "max_concurrency": "1", "trigger": {}, "mode": "DISABLE",
        "created_at": "1970-01-01T00:00:00Z", "updated_at": "1970-01-01T00:00:00Z", "status": "DISABLED",
        "namespace": "team-a", "experiment_id": uuid(2),
    });
    assert_eq!(written["recurringRuns"][0], expected);
    let trigger = json!({"periodic_schedule": {"start_time": "1970-01-01T00:00:00Z", "interval_second": "3600"}});
    assert_eq!(written["recurringRuns"][1]["trigger"], trigger);
}

#[test]
fn an_empty_list_is_an_empty_object() {
    let page = Page::<model::Run> { items: Vec::new(), total_size: 0, next_page_token: None };
    assert_eq!(serde_json::to_value(v2beta1::ListRunsResponse::from(page)).unwrap(), json!({}));
}

#[test]
fn int64_is_read_as_number_and_text_and_written_as_text() {
    for number in [json!(3600), json!("3600"), json!(3600.0)] {
        let body = json!({"trigger": {"periodic_schedule": {"interval_second": number}}});
        let job: v2beta1::RecurringRun = read(&body).unwrap();
        let expected = json!({"trigger": {"periodic_schedule": {"interval_second": "3600"}}});
        assert_eq!(serde_json::to_value(job).unwrap(), expected);
    }
    for number in [json!(0.5), json!("1e3"), json!(1e300), json!(true)] {
        let body = json!({"trigger": {"periodic_schedule": {"interval_second": number}}});
        let message = read::<v2beta1::RecurringRun>(&body).unwrap_err().message;
        assert!(message.contains("trigger.periodic_schedule.interval_second"), "{message}");
    }
}

#[test]
fn tags_are_an_object_of_strings() {
    assert_eq!(wire::parse_tags("").unwrap().len(), 0);
    assert_eq!(wire::parse_tags(r#"{"team":"x"}"#).unwrap()["team"], "x");
    for text in ["x", "[]", r#"{"team":1}"#, r#"{"team":null}"#] {
        let failure = wire::parse_tags(text).unwrap_err();
        assert!(failure.kind == FailureKind::Invalid && failure.message.contains("tags"), "{}", failure.message);
    }
}
