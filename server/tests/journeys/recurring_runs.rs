use crate::bench::*;
use model::RunState;
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;
const NS: &str = "team-a";

fn path(id: &str) -> String {
    format!("/apis/v2beta1/recurringruns/{id}")
}

/// The runs of a recurring run, oldest first.
fn runs_of(id: &str) -> String {
    let filter = json!({ "predicates": [{ "key": "recurring_run_id", "operation": "EQUALS", "string_value": id }] });
    let filter: String = filter.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("/apis/v2beta1/runs?namespace={NS}&sort_by=scheduled_at&page_size=100&filter={filter}")
}

async fn wait_for_runs(bench: &Bench, id: &str, count: usize) -> Vec<Value> {
    let owner = bench.owner(NS);
    let runs = bench.wait_for(&owner, &runs_of(id), |page| page["runs"].as_array().map_or(0, Vec::len) >= count).await;
    let runs = runs["runs"].as_array().cloned().unwrap_or_default();
    assert_eq!(runs.len(), count, "{runs:?}");
    runs
}

/// Succeeds once the engine has the run.
async fn end(bench: &Bench, run: &Value) {
    let id = id_of(run, "run_id");
    bench.wait_for_state(&bench.owner(NS), &id, "RUNNING").await;
    bench.engine.end(model::RunId::parse(&id).unwrap(), RunState::Succeeded).await;
    bench.wait_for_state(&bench.owner(NS), &id, "SUCCEEDED").await;
}

#[tokio::test]
async fn runs_come_by_the_clock_with_names_and_macros_as_kfp_gives_them() {
    let bench = Bench::start().await;
    let editor = bench.editor(NS);
    let experiment = editor.experiment(NS, "by the clock").await;
    let fields = json!({
        "display_name": "My Job!",
        "description": "hourly",
        "service_account": "builder",
        "pipeline_spec": testkit::pipeline_with_parameter("one-step", "text"),
        "runtime_config": { "parameters": { "text": "[[Index]] of [[ScheduledTime.15:04]] {{$.currentTime.strftime('%H')}}" } },
        "trigger": { "cron_schedule": { "cron": "CRON_TZ=Europe/Berlin 0 0 * * * *" } },
    });
    let id = editor.recurring(&experiment, fields).await;
    let made = editor.get(&path(&id)).await.ok();
    assert_eq!((&made["mode"], &made["status"]), (&json!("ENABLE"), &json!("ENABLED")));
    assert_eq!(made["namespace"], NS);

    bench.clock.advance_millis(HOUR + 90_000);
    let first = wait_for_runs(&bench, &id, 1).await.remove(0);
    assert_eq!((&first["recurring_run_id"], &first["experiment_id"]), (&json!(id), &json!(experiment)));
    assert_eq!(
        (&first["service_account"], &first["scheduled_at"]),
        (&json!("builder"), &json!("2024-05-01T11:00:00Z"))
    );
    let name = id_of(&first, "display_name");
    let (stem, hash) = name.rsplit_once('-').unwrap();
    assert!(stem.starts_with("myjob") && stem.ends_with("-1") && hash.parse::<u32>().is_ok(), "{name}");
    let whole = editor.get(&format!("/apis/v2beta1/runs/{}", id_of(&first, "run_id"))).await.ok();
    assert_eq!(whole["runtime_config"]["parameters"]["text"], "1 of 11:00 11");
    end(&bench, &first).await;

    bench.clock.advance_millis(HOUR);
    let second = wait_for_runs(&bench, &id, 2).await.remove(1);
    assert!(id_of(&second, "display_name").contains("-2-"));

    editor.post(&format!("{}:disable", path(&id)), &json!({})).await.ok();
    end(&bench, &second).await;
    bench.clock.advance_millis(5 * HOUR);
    editor.post(&format!("{}:enable", path(&id)), &json!({})).await.ok();
    bench.clock.advance_millis(HOUR);
    let third = wait_for_runs(&bench, &id, 3).await.remove(2);
    assert_eq!(third["scheduled_at"], "2024-05-01T18:00:00Z", "what passed while it was disabled is not owed");
    editor.delete(&path(&id)).await.ok();
    editor.get(&path(&id)).await.refused(404);
    assert_eq!(wait_for_runs(&bench, &id, 3).await.len(), 3, "its runs stay");
}

#[tokio::test]
async fn missed_slots_are_caught_up_on_one_after_the_other_or_passed_over() {
    let bench = Bench::start().await;
    let editor = bench.editor(NS);
    let experiment = editor.experiment(NS, "late").await;
    let trigger = json!({ "periodic_schedule": { "interval_second": "3600" } });
    let all = editor.recurring(&experiment, json!({ "trigger": trigger })).await;
    let latest = editor.recurring(&experiment, json!({ "trigger": trigger, "no_catchup": true })).await;
    bench.clock.advance_millis(3 * HOUR + HOUR / 2);
    let only = wait_for_runs(&bench, &latest, 1).await.remove(0);
    assert_eq!(only["scheduled_at"], "2024-05-01T13:00:00Z");
    for (count, slot) in [(1, "11"), (2, "12"), (3, "13")] {
        let run = wait_for_runs(&bench, &all, count).await.remove(count - 1);
        assert_eq!(run["scheduled_at"], format!("2024-05-01T{slot}:00:00Z"), "one at a time");
        end(&bench, &run).await;
    }
}

#[tokio::test]
async fn who_lost_the_right_starts_nothing_any_more_and_it_says_why() {
    let bench = Bench::start().await;
    let (editor, owner) = (bench.editor(NS), bench.owner(NS));
    let experiment = editor.experiment(NS, "theirs").await;
    let trigger = json!({ "periodic_schedule": { "interval_second": "3600" } });
    let id = editor.recurring(&experiment, json!({ "trigger": trigger })).await;
    let team = namespace_of(NS);
    bench.operations.share_profile(team, &user("editor-of-team-a"), model::Role::View).await.unwrap();
    bench.clock.advance_millis(HOUR);
    let stopped = bench.wait_for(&owner, &path(&id), |job| job["status"] == "DISABLED").await;
    let why = stopped["error"]["message"].as_str().unwrap();
    assert_eq!(why, "User 'editor-of-team-a' is not authorized to create runs in namespace 'team-a'");
    wait_for_runs(&bench, &id, 0).await;

    // Whoever enables it answers for it.
    owner.post(&format!("{}:enable", path(&id)), &json!({})).await.ok();
    bench.clock.advance_millis(HOUR);
    wait_for_runs(&bench, &id, 1).await;
    assert_eq!(owner.get(&path(&id)).await.ok()["error"], Value::Null);
}

#[tokio::test]
async fn a_bare_pipeline_id_means_the_latest_version_each_time() {
    let bench = Bench::start().await;
    let editor = bench.editor(NS);
    let experiment = editor.experiment(NS, "latest").await;
    let (pipeline, first) = editor.pipeline(NS, "moving").await;
    let body = json!({
        "display_name": "latest", "experiment_id": experiment, "max_concurrency": "2", "mode": "ENABLE",
        "pipeline_version_reference": { "pipeline_id": pipeline },
        "trigger": { "periodic_schedule": { "interval_second": "3600" } },
    });
    let made = editor.post("/apis/v2beta1/recurringruns", &body).await.ok();
    assert_eq!(made["pipeline_version_reference"], json!({ "pipeline_id": pipeline }));
    assert_eq!(made["service_account"], Value::Null, "KFP leaves it to each run");
    let id = id_of(&made, "recurring_run_id");
    bench.clock.advance_millis(HOUR);
    let run = wait_for_runs(&bench, &id, 1).await.remove(0);
    assert_eq!(run["pipeline_version_reference"]["pipeline_version_id"], first);
    assert_eq!(run["service_account"], "default-editor");

    let upload = format!("/apis/v2beta1/pipelines/upload_version?pipelineid={pipeline}&name=next");
    let spec = testkit::pipeline("one-step", "true").to_string();
    let second = editor.upload(&upload, "uploadfile", "p.json", spec.as_bytes()).await.ok();
    bench.clock.advance_millis(HOUR);
    let run = wait_for_runs(&bench, &id, 2).await.remove(1);
    assert_eq!(run["pipeline_version_reference"]["pipeline_version_id"], second["pipeline_version_id"]);

    // Without the pipeline nothing can run; it goes on trying, and tells.
    editor.delete(&format!("/apis/v2beta1/pipelines/{pipeline}?cascade=true")).await.ok();
    bench.clock.advance_millis(HOUR);
    editor.post(&format!("{}:enable", path(&id)), &json!({})).await.ok();
    assert_eq!(editor.get(&path(&id)).await.ok()["status"], "ENABLED");
    wait_for_runs(&bench, &id, 2).await;
}

#[tokio::test]
async fn archiving_an_experiment_disables_its_recurring_runs() {
    let bench = Bench::start().await;
    let editor = bench.editor(NS);
    let experiment = editor.experiment(NS, "closed").await;
    let id = editor.recurring_run(&experiment, "goes on").await;
    editor.post(&format!("/apis/v2beta1/experiments/{experiment}:archive"), &json!({})).await.ok();
    let job = editor.get(&path(&id)).await.ok();
    assert_eq!((&job["status"], &job["error"]["message"]), (&json!("DISABLED"), &json!("its experiment was archived")));
    editor.post(&format!("/apis/v2beta1/experiments/{experiment}:unarchive"), &json!({})).await.ok();
    assert_eq!(editor.get(&path(&id)).await.ok()["status"], "DISABLED", "as in KFP");
}

#[tokio::test]
async fn what_cannot_recur_is_refused_and_named() {
    let bench = Bench::start().await;
    let editor = bench.editor(NS);
    let experiment = editor.experiment(NS, "refused").await;
    let good = json!({
        "display_name": "x", "experiment_id": experiment, "max_concurrency": "1",
        "pipeline_spec": testkit::pipeline_with_parameter("one-step", "text"),
        "runtime_config": { "parameters": { "text": "" } },
    });
    let ask = async |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        editor.post("/apis/v2beta1/recurringruns", &body).await.refused(400)
    };
    for (field, value, told) in [
        ("display_name", json!(""), "name cannot be empty"),
        ("max_concurrency", json!("0"), "must be at least 1 and at most 10. Received 0"),
        ("max_concurrency", json!("11"), "Received 11"),
        ("max_concurrency", json!(i64::MAX), "Received"),
        ("experiment_id", json!(""), "Experiment id can not be empty"),
        ("namespace", json!("team-b"), "team-b"),
        ("runtime_config", json!({}), "text"),
        ("runtime_config", json!({ "parameters": { "text": "", "more": 1 } }), "more"),
        ("pipeline_spec", Value::Null, "pipeline_source"),
        ("trigger", json!({ "cron_schedule": { "cron": "often" } }), "Expected 5 to 6 fields, found 1: often"),
        ("trigger", json!({ "cron_schedule": {} }), "found 0"),
        ("trigger", json!({ "periodic_schedule": {} }), "interval 0"),
        ("mode", json!("OFTEN"), "mode"),
    ] {
        let refused = ask(field, value.clone()).await;
        assert!(refused.contains(told), "{field} {value}: {refused}");
    }
    let (_, foreign) = bench.editor("team-b").pipeline("team-b", "foreign").await;
    let mut body = good.clone();
    body["pipeline_spec"] = Value::Null;
    body["pipeline_version_reference"] = json!({ "pipeline_version_id": foreign });
    editor.post("/apis/v2beta1/recurringruns", &body).await.refused(403);
}
