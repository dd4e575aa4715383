//! How each door is asked: a question that is right in everything but, perhaps, who asks it.

use crate::bench::*;
use axum::body::Body;
use http::Method;
use serde_json::{Value, json};
use testkit::FakeEngine;

/// What the owner of team-a made for one question.
pub(crate) struct Things {
    pub(crate) experiment: String,
    pub(crate) run: String,
    pub(crate) task: String,
    pub(crate) pipeline: String,
    pub(crate) version: String,
    pub(crate) artifact: String,
    pub(crate) key: String,
    pub(crate) recurring: String,
    pub(crate) member: String,
    pub(crate) secret: String,
    /// An artifact that a browser would run.
    pub(crate) page: String,
    /// A personal token of the owner.
    pub(crate) token: String,
}

pub(crate) struct Question {
    /// `METHOD template`, as the door's table names it.
    pub(crate) door: &'static str,
    /// Whether it changes what it asks about, so that the next one needs new things.
    pub(crate) changes: bool,
    ask: fn(&Things) -> Ask,
}

pub(crate) struct Ask {
    path: String,
    body: Payload,
}

enum Payload {
    None,
    Json(Value),
    Form(String),
    File { field: &'static str, fields: Vec<(&'static str, String)> },
}

const NS: &str = "team-a";
const API: &str = "/apis/v2beta1";
const V1: &str = "/apis/v1beta1";

impl Question {
    pub(crate) async fn put(&self, person: &Person, things: &Things) -> Answer {
        let (method, _) = self.door.split_once(' ').unwrap();
        let Ask { path, body } = (self.ask)(things);
        let method: Method = method.parse().unwrap();
        match body {
            Payload::None => person.ask(method, &path, Body::empty(), None).await,
            Payload::Json(body) => {
                person.ask(method, &path, Body::from(body.to_string()), Some("application/json")).await
            }
            Payload::Form(fields) => person.submit(&path, &fields).await,
            Payload::File { field, fields } => {
                let spec = testkit::pipeline("one-step", "true").to_string();
                person.upload_with(&path, &fields, field, "pipeline.json", spec.as_bytes()).await
            }
        }
    }
}

pub(crate) async fn things(bench: &Bench, name: &str) -> Things {
    let owner = bench.owner(NS);
    let experiment = owner.experiment(NS, &format!("treasure-{name}")).await;
    let run = owner.run(&experiment, &format!("treasure-{name}")).await;
    let (pipeline, version) = owner.pipeline(NS, &format!("treasure-{name}")).await;
    let task = FakeEngine::step_of(model::RunId::parse(&run).unwrap()).to_string();
    let run_is_known = |run: &Value| run["run_details"].is_object();
    bench.wait_for(&owner, &format!("{API}/runs/{run}"), run_is_known).await;
    let key = bench.artifact(NS, &run, "data", "treasure").await;
    let made = |list: &Value| list["artifacts"].is_array();
    let listed = bench.wait_for(&owner, &format!("{API}/artifacts?run_id={run}"), made).await;
    let artifact = id_of(&listed["artifacts"][0], "artifact_id");
    let recurring = owner.recurring_run(&experiment, &format!("treasure-{name}")).await;
    let (place, member) = (namespace_of(NS), format!("member-{name}"));
    bench.operations.share_profile(place.clone(), &user(&member), model::Role::View).await.unwrap();
    let secret = format!("treasure-{name}");
    let value = model::SecretValue::new(b"treasure".to_vec());
    bench.operations.put_secret(place, &secret, "key", value).await.unwrap();
    let limits = authn::Limits { namespaces: Vec::new(), read_only: false };
    let token = bench.operations.create_token(&user("owner-of-team-a"), &secret, limits, None).await.unwrap();
    let page = bench.page_of_run(NS, &run, "page.html", "<p>treasure</p>");
    Things {
        experiment,
        run,
        task,
        pipeline,
        version,
        artifact,
        key,
        recurring,
        member,
        secret,
        page,
        token: token.id.to_string(),
    }
}

fn plain(path: String) -> Ask {
    Ask { path, body: Payload::None }
}
fn api(path: String) -> Ask {
    plain(format!("{API}{path}"))
}
fn api_json(path: &str, body: Value) -> Ask {
    Ask { path: format!("{API}{path}"), body: Payload::Json(body) }
}
fn v1(path: String) -> Ask {
    plain(format!("{V1}{path}"))
}
fn v1_json(path: &str, body: Value) -> Ask {
    Ask { path: format!("{V1}{path}"), body: Payload::Json(body) }
}
fn reference(kind: &str, id: &str, relationship: &str) -> Value {
    json!({ "key": { "type": kind, "id": id }, "relationship": relationship })
}
fn form(name: &str, fields: String) -> Ask {
    Ask { path: format!("/_fn/{name}"), body: Payload::Form(fields) }
}
fn query(name: &str, query: String) -> Ask {
    plain(format!("/_fn/{name}?{query}"))
}

macro_rules! questions { ($($door:literal $($changes:ident)? => $ask:expr;)*) => {
    pub(crate) const QUESTIONS: &[Question] = &[$(Question {
        door: $door, changes: questions!(@ $($changes)?), ask: $ask,
    }),*];
}; (@ changes) => { true }; (@) => { false } }

questions! {
    "GET /apis/openapi.json" => |_| plain("/apis/openapi.json".to_owned());
    "GET /apis/v1beta1/healthz" => |_| plain("/apis/v1beta1/healthz".to_owned());
    "GET /apis/v1beta1/auth" => |_| plain(format!("/apis/v1beta1/auth?namespace={NS}&resources=VIEWERS&verb=GET"));
    "POST /apis/v1beta1/experiments" changes => |its| v1_json("/experiments", json!({
        "name": format!("of {}", its.run), "resource_references": [reference("NAMESPACE", NS, "OWNER")],
    }));
    "GET /apis/v1beta1/experiments" => |_| v1(format!("/experiments?resource_reference_key.type=NAMESPACE&resource_reference_key.id={NS}"));
    "GET /apis/v1beta1/experiments/{id}" => |its| v1(format!("/experiments/{}", its.experiment));
    "DELETE /apis/v1beta1/experiments/{id}" changes => |its| v1(format!("/experiments/{}", its.experiment));
    "POST /apis/v1beta1/experiments/{id}:archive" changes => |its| v1(format!("/experiments/{}:archive", its.experiment));
    "POST /apis/v1beta1/experiments/{id}:unarchive" changes => |its| v1(format!("/experiments/{}:unarchive", its.experiment));
    "POST /apis/v1beta1/pipelines" changes => |its| v1_json("/pipelines", json!({
        "name": format!("of {}", its.run), "url": { "pipeline_url": "http://127.0.0.1:9/nobody-listens.yaml" },
        "resource_references": [reference("NAMESPACE", NS, "OWNER")],
    }));
    "GET /apis/v1beta1/pipelines" => |_| v1(format!("/pipelines?resource_reference_key.type=NAMESPACE&resource_reference_key.id={NS}"));
    "GET /apis/v1beta1/pipelines/{pipeline_id}" => |its| v1(format!("/pipelines/{}", its.pipeline));
    "DELETE /apis/v1beta1/pipelines/{pipeline_id}" changes => |its| v1(format!("/pipelines/{}", its.pipeline));
    "GET /apis/v1beta1/pipelines/{pipeline_id}/templates" => |its| v1(format!("/pipelines/{}/templates", its.pipeline));
    "POST /apis/v1beta1/pipelines/{pipeline_id}/default_version/{version_id}" changes => |its| v1(format!("/pipelines/{}/default_version/{}", its.pipeline, its.version));
    "GET /apis/v1beta1/namespaces/{namespace}/pipelines/{name}" => |_| v1(format!("/namespaces/{NS}/pipelines/treasure-lasting"));
    "POST /apis/v1beta1/pipelines/upload" changes => |its| Ask {
        path: format!("{V1}/pipelines/upload?namespace={NS}&name=of-{}", its.run),
        body: Payload::File { field: "uploadfile", fields: Vec::new() },
    };
    "POST /apis/v1beta1/pipelines/upload_version" changes => |its| Ask {
        path: format!("{V1}/pipelines/upload_version?pipelineid={}&name=of-{}", its.pipeline, its.run),
        body: Payload::File { field: "uploadfile", fields: Vec::new() },
    };
    "POST /apis/v1beta1/pipeline_versions" changes => |its| v1_json("/pipeline_versions", json!({
        "name": format!("of {}", its.run), "package_url": { "pipeline_url": "http://127.0.0.1:9/nobody-listens.yaml" },
        "resource_references": [reference("PIPELINE", &its.pipeline, "OWNER")],
    }));
    "GET /apis/v1beta1/pipeline_versions" => |its| v1(format!("/pipeline_versions?resource_key.type=PIPELINE&resource_key.id={}", its.pipeline));
    "GET /apis/v1beta1/pipeline_versions/{version_id}" => |its| v1(format!("/pipeline_versions/{}", its.version));
    "DELETE /apis/v1beta1/pipeline_versions/{version_id}" changes => |its| v1(format!("/pipeline_versions/{}", its.version));
    "GET /apis/v1beta1/pipeline_versions/{version_id}/templates" => |its| v1(format!("/pipeline_versions/{}/templates", its.version));
    "POST /apis/v1beta1/runs" changes => |its| v1_json("/runs", json!({
        "name": "another",
        "resource_references": [reference("EXPERIMENT", &its.experiment, "OWNER"), reference("PIPELINE_VERSION", &its.version, "CREATOR")],
    }));
    "GET /apis/v1beta1/runs" => |_| v1(format!("/runs?resource_reference_key.type=NAMESPACE&resource_reference_key.id={NS}"));
    "GET /apis/v1beta1/runs/{run_id}" => |its| v1(format!("/runs/{}", its.run));
    "DELETE /apis/v1beta1/runs/{run_id}" changes => |its| v1(format!("/runs/{}", its.run));
    "POST /apis/v1beta1/runs/{run_id}:archive" changes => |its| v1(format!("/runs/{}:archive", its.run));
    "POST /apis/v1beta1/runs/{run_id}:unarchive" changes => |its| v1(format!("/runs/{}:unarchive", its.run));
    "POST /apis/v1beta1/runs/{run_id}:reportMetrics" changes => |its| v1_json(&format!("/runs/{}:reportMetrics", its.run), json!({
        "metrics": [{ "name": "accuracy", "node_id": "node", "number_value": 0.5 }],
    }));
    "POST /apis/v1beta1/runs/{run_id}/terminate" changes => |its| v1(format!("/runs/{}/terminate", its.run));
    "POST /apis/v1beta1/runs/{run_id}/retry" changes => |its| v1(format!("/runs/{}/retry", its.run));
    "POST /apis/v1beta1/jobs" changes => |its| v1_json("/jobs", json!({
        "name": "another", "max_concurrency": "1",
        "resource_references": [reference("EXPERIMENT", &its.experiment, "OWNER"), reference("PIPELINE_VERSION", &its.version, "CREATOR")],
    }));
    "GET /apis/v1beta1/jobs" => |_| v1(format!("/jobs?resource_reference_key.type=NAMESPACE&resource_reference_key.id={NS}"));
    "GET /apis/v1beta1/jobs/{id}" => |its| v1(format!("/jobs/{}", its.recurring));
    "DELETE /apis/v1beta1/jobs/{id}" changes => |its| v1(format!("/jobs/{}", its.recurring));
    "POST /apis/v1beta1/jobs/{id}/enable" changes => |its| v1(format!("/jobs/{}/enable", its.recurring));
    "POST /apis/v1beta1/jobs/{id}/disable" changes => |its| v1(format!("/jobs/{}/disable", its.recurring));
    "GET /apis/v1beta1/runs/{run_id}/nodes/{node_id}/artifacts/{artifact_name}:read" => |its| v1(format!("/runs/{}/nodes/{}/artifacts/data:read", its.run, its.task));

    "GET /apis/v2beta1/auth" => |_| api(format!("/auth?namespace={NS}&resources=VIEWERS&verb=CREATE"));
    "GET /apis/v1alpha1/runs/{run_id}/nodes/{node_id}/log" => |its| plain(format!("/apis/v1alpha1/runs/{}/nodes/{}/log", its.run, its.task));
    "GET /apis/v2beta1/healthz" => |_| api("/healthz".to_owned());

    "POST /apis/v2beta1/experiments" changes => |its| api_json("/experiments", json!({ "display_name": format!("of {}", its.run), "namespace": NS }));
    "GET /apis/v2beta1/experiments" => |_| api(format!("/experiments?namespace={NS}"));
    "GET /apis/v2beta1/experiments/{experiment_id}" => |its| api(format!("/experiments/{}", its.experiment));
    "DELETE /apis/v2beta1/experiments/{experiment_id}" changes => |its| api(format!("/experiments/{}", its.experiment));
    "POST /apis/v2beta1/experiments/{experiment_id}:archive" changes => |its| api(format!("/experiments/{}:archive", its.experiment));
    "POST /apis/v2beta1/experiments/{experiment_id}:unarchive" changes => |its| api(format!("/experiments/{}:unarchive", its.experiment));

    "POST /apis/v2beta1/pipelines" changes => |its| api_json("/pipelines", json!({ "display_name": format!("of {}", its.run), "namespace": NS }));
    "POST /apis/v2beta1/pipelines/create" changes => |its| api_json("/pipelines/create", json!({
        "pipeline": { "name": format!("of {}", its.run), "namespace": NS },
        "pipeline_version": { "package_url": { "pipeline_url": "http://127.0.0.1:9/nobody-listens.yaml" } },
    }));
    "POST /apis/v2beta1/pipelines/{pipeline_id}/versions" changes => |its| api_json(&format!("/pipelines/{}/versions", its.pipeline), json!({
        "pipeline_id": its.pipeline, "name": format!("of {}", its.run),
        "package_url": { "pipeline_url": "http://127.0.0.1:9/nobody-listens.yaml" },
    }));
    "PATCH /apis/v2beta1/pipelines/{pipeline_id}" changes => |its| api_json(&format!("/pipelines/{}", its.pipeline), json!({ "display_name": "changed" }));
    "PATCH /apis/v2beta1/pipelines/{pipeline_id}/versions/{pipeline_version_id}" changes => |its| api_json(&format!("/pipelines/{}/versions/{}", its.pipeline, its.version), json!({ "display_name": "changed" }));
    "GET /apis/v2beta1/pipelines" => |_| api(format!("/pipelines?namespace={NS}"));
    "GET /apis/v2beta1/pipelines/{pipeline_id}" => |its| api(format!("/pipelines/{}", its.pipeline));
    "DELETE /apis/v2beta1/pipelines/{pipeline_id}" changes => |its| api(format!("/pipelines/{}?cascade=true", its.pipeline));
    "GET /apis/v2beta1/pipelines/names/{name}" => |_| api(format!("/pipelines/names/treasure-lasting?namespace={NS}"));
    "POST /apis/v2beta1/pipelines/upload" changes => |its| Ask {
        path: format!("{API}/pipelines/upload?namespace={NS}&name=of-{}", its.run),
        body: Payload::File { field: "uploadfile", fields: Vec::new() },
    };
    "POST /apis/v2beta1/pipelines/upload_version" changes => |its| Ask {
        path: format!("{API}/pipelines/upload_version?pipelineid={}&name=of-{}", its.pipeline, its.run),
        body: Payload::File { field: "uploadfile", fields: Vec::new() },
    };
    "GET /apis/v2beta1/pipelines/{pipeline_id}/versions" => |its| api(format!("/pipelines/{}/versions", its.pipeline));
    "GET /apis/v2beta1/pipelines/{pipeline_id}/versions/{pipeline_version_id}" => |its| api(format!("/pipelines/{}/versions/{}", its.pipeline, its.version));
    "DELETE /apis/v2beta1/pipelines/{pipeline_id}/versions/{pipeline_version_id}" changes => |its| api(format!("/pipelines/{}/versions/{}", its.pipeline, its.version));

    "POST /apis/v2beta1/runs" changes => |its| api_json("/runs", json!({
        "display_name": "another", "experiment_id": its.experiment,
        "pipeline_version_reference": { "pipeline_id": its.pipeline, "pipeline_version_id": its.version },
    }));
    "GET /apis/v2beta1/runs" => |_| api(format!("/runs?namespace={NS}"));
    "GET /apis/v2beta1/runs/{run_id}" => |its| api(format!("/runs/{}", its.run));
    "DELETE /apis/v2beta1/runs/{run_id}" changes => |its| api(format!("/runs/{}", its.run));
    "POST /apis/v2beta1/runs/{run_id}:archive" changes => |its| api(format!("/runs/{}:archive", its.run));
    "POST /apis/v2beta1/runs/{run_id}:unarchive" changes => |its| api(format!("/runs/{}:unarchive", its.run));
    "POST /apis/v2beta1/runs/{run_id}:retry" changes => |its| api(format!("/runs/{}:retry", its.run));
    "POST /apis/v2beta1/runs/{run_id}:terminate" changes => |its| api(format!("/runs/{}:terminate", its.run));

    "GET /apis/v2beta1/runs/{run_id}/nodes/{node_id}/artifacts/{artifact_name}:read" => |its| api(format!("/runs/{}/nodes/{}/artifacts/data:read", its.run, its.task));
    "GET /apis/v2beta1/tasks" => |its| api(format!("/tasks?run_id={}", its.run));
    "GET /apis/v2beta1/tasks/{task_id}" => |its| api(format!("/tasks/{}", its.task));
    "GET /apis/v2beta1/artifacts" => |_| api(format!("/artifacts?namespace={NS}"));
    "GET /apis/v2beta1/artifacts/{artifact_id}" => |its| api(format!("/artifacts/{}", its.artifact));
    "GET /artifacts/get" => |its| plain(format!("/artifacts/get?source=minio&bucket=mlpipeline&key={}", percent_encode(&its.key)));
    "GET /artifacts/{source}/{bucket}/{*key}" => |its| plain(format!("/artifacts/minio/mlpipeline/{}", its.key));
    "GET /k8s/pod/logs" => |its| plain(format!("/k8s/pod/logs?podname={}&runid={}", its.task, its.run));

    "POST /apis/v2beta1/recurringruns" changes => |its| api_json("/recurringruns", json!({
        "display_name": "another", "experiment_id": its.experiment, "max_concurrency": "1",
        "pipeline_version_reference": { "pipeline_id": its.pipeline, "pipeline_version_id": its.version },
    }));
    "GET /apis/v2beta1/recurringruns" => |_| api(format!("/recurringruns?namespace={NS}"));
    "GET /apis/v2beta1/recurringruns/{recurring_run_id}" => |its| api(format!("/recurringruns/{}", its.recurring));
    "DELETE /apis/v2beta1/recurringruns/{recurring_run_id}" changes => |its| api(format!("/recurringruns/{}", its.recurring));
    "POST /apis/v2beta1/recurringruns/{recurring_run_id}:enable" changes => |its| api(format!("/recurringruns/{}:enable", its.recurring));
    "POST /apis/v2beta1/recurringruns/{recurring_run_id}:disable" changes => |its| api(format!("/recurringruns/{}:disable", its.recurring));

    "GET /_fn/who" => |_| plain("/_fn/who".to_owned());
    "POST /_fn/sign_in" => |_| form("sign_in", "user=owner-of-team-a&password=guessed-password".to_owned());
    "GET /_fn/sign_in_ways" => |_| plain("/_fn/sign_in_ways".to_owned());
    "POST /_fn/sign_out" => |_| form("sign_out", String::new());
    "GET /_fn/start" => |_| query("start", format!("namespace={NS}"));
    "GET /_fn/members" => |_| query("members", format!("namespace={NS}"));
    "POST /_fn/share_namespace" changes => |its| form("share_namespace", format!("namespace={NS}&user=new-{}&role=view", its.run));
    "POST /_fn/unshare_namespace" changes => |its| form("unshare_namespace", format!("namespace={NS}&user={}", its.member));
    "GET /_fn/secrets" => |_| query("secrets", format!("namespace={NS}"));
    "POST /_fn/put_secret" changes => |its| form("put_secret", format!("namespace={NS}&name={}&key=k&value=v", its.run));
    "POST /_fn/delete_secret" changes => |its| form("delete_secret", format!("namespace={NS}&name={}", its.secret));
    "GET /_fn/audit" => |_| query("audit", format!("namespace={NS}&refused=false"));
    "GET /_fn/tokens" => |_| plain("/_fn/tokens".to_owned());
    "POST /_fn/create_token" => |_| form("create_token", "name=made-in-a-test".to_owned());
    "POST /_fn/revoke_token" => |its| form("revoke_token", format!("id={}", its.token));
    "POST /_fn/sign_out_everywhere" => |_| form("sign_out_everywhere", String::new());
    "GET /_fn/find_place" => |its| query("find_place", format!("path=%2Fruns%2F{}&hint=", its.run));
    "GET /_fn/recurring_runs" => |_| query("recurring_runs", format!("namespace={NS}"));
    "GET /_fn/recurring_run" => |its| query("recurring_run", format!("namespace={NS}&id={}", its.recurring));
    "GET /_fn/recurring_run_form" => |its| query("recurring_run_form", format!("namespace={NS}&from={}", its.recurring));
    "GET /_fn/preview_schedule" => |_| query("preview_schedule", "trigger[Cron][cron]=@daily".to_owned());
    "POST /_fn/save_recurring_run" changes => |its| form("save_recurring_run", format!("namespace={NS}&name=another&said[most]=1&said[pipeline]={}&when[how]=cron&when[cron]=@daily", its.pipeline));
    "POST /_fn/enable_recurring_run" changes => |its| form("enable_recurring_run", format!("id={}", its.recurring));
    "POST /_fn/disable_recurring_run" changes => |its| form("disable_recurring_run", format!("id={}", its.recurring));
    "POST /_fn/run_recurring_run_now" changes => |its| form("run_recurring_run_now", format!("id={}", its.recurring));
    "POST /_fn/delete_recurring_run" changes => |its| form("delete_recurring_run", format!("namespace={NS}&id={}", its.recurring));
    "GET /_fn/pipelines" => |_| query("pipelines", format!("namespace={NS}&shared=false"));
    "GET /_fn/pipeline" => |its| query("pipeline", format!("namespace={NS}&id={}", its.pipeline));
    "POST /_fn/delete_pipeline" changes => |its| form("delete_pipeline", format!("namespace={NS}&id={}", its.pipeline));
    "POST /_fn/delete_pipeline_version" changes => |its| form("delete_pipeline_version", format!("namespace={NS}&id={}&pipeline={}", its.version, its.pipeline));
    "POST /_fn/create_experiment" changes => |its| form("create_experiment", format!("namespace={NS}&name=of-{}", its.run));
    "GET /_fn/experiments" => |_| query("experiments", format!("namespace={NS}&archived=false"));
    "GET /_fn/experiment" => |its| query("experiment", format!("namespace={NS}&id={}", its.experiment));
    "POST /_fn/archive_experiment" changes => |its| form("archive_experiment", format!("id={}", its.experiment));
    "POST /_fn/unarchive_experiment" changes => |its| form("unarchive_experiment", format!("id={}", its.experiment));
    "POST /_fn/delete_experiment" changes => |its| form("delete_experiment", format!("namespace={NS}&id={}", its.experiment));
    "POST /_fn/run_sample" changes => |_| form("run_sample", format!("namespace={NS}&sample=hello"));
    "GET /_fn/log" => |its| query("log", format!("run={}&task={}", its.run, its.task));
    "GET /_fn/new_run_form" => |its| query("new_run_form", format!("namespace={NS}&pipeline={}", its.pipeline));
    "POST /_fn/start_run" changes => |its| form("start_run", format!("namespace={NS}&name=another&pipeline={}&version={}", its.pipeline, its.version));
    "POST /_fn/terminate_run" changes => |its| form("terminate_run", format!("id={}", its.run));
    "POST /_fn/archive_run" changes => |its| form("archive_run", format!("id={}", its.run));
    "POST /_fn/unarchive_run" changes => |its| form("unarchive_run", format!("id={}", its.run));
    "POST /_fn/delete_run" changes => |its| form("delete_run", format!("namespace={NS}&id={}", its.run));
    "GET /_fn/runs" => |_| query("runs", format!("asked[namespace]={NS}&asked[archived]=false"));
    "POST /_fn/change_runs" changes => |its| form("change_runs", format!("act=archive&back=/&ids[]={}", its.run));
    "GET /_fn/compare_runs" => |its| query("compare_runs", format!("namespace={NS}&ids[0]={}", its.run));
    "GET /_fn/run" => |its| query("run", format!("namespace={NS}&id={}", its.run));
    "GET /_fn/run_definition" => |its| query("run_definition", format!("id={}", its.run));

    "GET /events" => |_| plain(format!("/events?namespace={NS}"));
    "GET /logs/{run}/{task}/text" => |its| plain(format!("/logs/{}/{}/text", its.run, its.task));
    "GET /logs/{run}/{task}" => |its| plain(format!("/logs/{}/{}", its.run, its.task));
    "GET /frames/{run}" => |its| plain(format!("/frames/{}?as=html&uri={}", its.run, its.page));
    "POST /upload" changes => |its| Ask {
        path: "/upload".to_owned(),
        body: Payload::File { field: "file", fields: vec![("namespace", NS.to_owned()), ("name", its.run.clone())] },
    };

    "GET /" => |_| plain("/".to_owned());
    "GET /sign-in" => |_| plain("/sign-in".to_owned());
    "GET /sign-in/openid" => |_| plain("/sign-in/openid".to_owned());
    "GET /sign-in/openid/done" => |_| plain("/sign-in/openid/done?code=guessed&state=guessed".to_owned());
    "GET /account" => |_| plain("/account".to_owned());
    "GET /ns/{namespace}/members" => |_| plain(format!("/ns/{NS}/members"));
    "GET /ns/{namespace}/secrets" => |_| plain(format!("/ns/{NS}/secrets"));
    "GET /ns/{namespace}/audit" => |_| plain(format!("/ns/{NS}/audit"));
    "GET /namespaces" => |_| plain("/namespaces".to_owned());
    "GET /nowhere" => |_| plain("/nowhere".to_owned());
    "GET /runs/{run}" => |its| plain(format!("/runs/{}", its.run));
    "GET /ns/{namespace}" => |_| plain(format!("/ns/{NS}"));
    "GET /ns/{namespace}/runs" => |_| plain(format!("/ns/{NS}/runs"));
    "GET /ns/{namespace}/runs/archived" => |_| plain(format!("/ns/{NS}/runs/archived"));
    "GET /ns/{namespace}/runs/compare" => |its| plain(format!("/ns/{NS}/runs/compare?runs={}", its.run));
    "GET /ns/{namespace}/runs/new" => |_| plain(format!("/ns/{NS}/runs/new"));
    "GET /ns/{namespace}/runs/{run}" => |its| plain(format!("/ns/{NS}/runs/{}", its.run));
    "GET /ns/{namespace}/experiments" => |_| plain(format!("/ns/{NS}/experiments"));
    "GET /ns/{namespace}/experiments/{experiment}" => |its| plain(format!("/ns/{NS}/experiments/{}", its.experiment));
    "GET /ns/{namespace}/pipelines" => |_| plain(format!("/ns/{NS}/pipelines"));
    "GET /ns/{namespace}/pipelines/{pipeline}" => |its| plain(format!("/ns/{NS}/pipelines/{}", its.pipeline));
    "GET /ns/{namespace}/recurring-runs" => |_| plain(format!("/ns/{NS}/recurring-runs"));
    "GET /ns/{namespace}/recurring-runs/new" => |its| plain(format!("/ns/{NS}/recurring-runs/new?edit={}", its.recurring));
    "GET /ns/{namespace}/recurring-runs/{recurring_run}" => |its| plain(format!("/ns/{NS}/recurring-runs/{}", its.recurring));
}
