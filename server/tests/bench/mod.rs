//! A whole server inside the test, and the people who ask it. The caller is the receiver: every test says who asks.
#![expect(dead_code, reason = "each test program uses its own part of the bench")]

use authn::Limits;
use axum::{Router, body::Body, extract::ConnectInfo};
use http::{HeaderName, Method, Request, StatusCode, header};
use model::{Chance, Clock, Namespace, Role, UserName};
use serde_json::{Value, json};
use server::{Foundation, House, Overrides, Settings, SiteFiles};
use service::{Operations, Running};
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};
use testkit::{CountedChance, FakeEngine, Hands};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// The namespaces of the bench. Each has an owner, an editor and a viewer of its own.
pub(crate) const NAMESPACES: [&str; 2] = ["team-a", "team-b"];
/// The only peer whose user header is believed.
pub(crate) const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const ANYWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Bench {
    pub(crate) router: Router,
    pub(crate) engine: Arc<FakeEngine>,
    pub(crate) clock: Arc<Hands>,
    pub(crate) operations: Operations,
    pub(crate) accounts: authn::Accounts,
    background: Option<Running>,
    tokens: BTreeMap<String, String>,
    folder: tempfile::TempDir,
}

/// Somebody who asks.
#[derive(Clone)]
pub(crate) struct Person {
    router: Router,
    headers: Vec<(HeaderName, String)>,
    peer: IpAddr,
}

/// An answer: its status, and its body as JSON, or as text where it is none.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }
    /// The body of an answer that must be good.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }
    /// The message of a refusal that must have this status.
    #[track_caller]
    pub(crate) fn refused(self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()["message"].as_str().unwrap_or(&self.text).to_owned()
    }
}

impl Bench {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With more variables in the environment.
    pub(crate) async fn start_with(variables: &[(&str, &str)]) -> Self {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self::open(tempfile::tempdir().unwrap(), true, variables).await
    }

    /// Puts a file where a run's step would have put an artifact, and tells its address.
    pub(crate) fn page_of_run(&self, namespace: &str, run: &str, name: &str, content: &str) -> String {
        let folder = self.folder.path().join("artifacts").join(namespace).join(run);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), content).unwrap();
        format!("minio://mlpipeline/private-artifacts/{namespace}/v2/{run}/{name}")
    }

    /// The same data after the server has gone and come back; the engine has forgotten everything.
    pub(crate) async fn restart(mut self) -> Self {
        self.background.take().unwrap().stop().await;
        let (folder, tokens) = (self.folder, self.tokens);
        let mut again = Self::open(folder, false, Vec::new()).await;
        again.tokens = tokens;
        again
    }

    async fn open(folder: tempfile::TempDir, fresh: bool, variables: Vec<(String, String)>) -> Self {
        let settings = settings(folder.path(), variables);
        let clock = Arc::new(Hands::default());
        let chance: Arc<dyn Chance> =
            if fresh { Arc::new(CountedChance::default()) } else { Arc::new(server::OsChance) };
        let foundation = Foundation::lay(&settings, clock.clone() as Arc<dyn Clock>, chance).await.unwrap();
        let artifacts = artifacts::Artifacts::open(folder.path().join("artifacts")).unwrap();
        let (engine, reports) = FakeEngine::start(clock.clone());
        let closing = CancellationToken::new();
        let files = SiteFiles::default();
        let house = foundation.build(&settings, artifacts, engine.clone(), reports, files, &closing);
        let House { router, background, operations, accounts } = house;
        let tokens = BTreeMap::new();
        let mut bench =
            Self { router, engine, clock, operations, accounts, background: Some(background), tokens, folder };
        if fresh {
            bench.settle().await;
        }
        bench
    }

    async fn settle(&mut self) {
        self.operations.add_user(user("root"), None, true).await.unwrap();
        for namespace in NAMESPACES {
            let place = namespace_of(namespace);
            let owner = format!("owner-of-{namespace}");
            self.operations.add_profile(place.clone(), &user(&owner)).await.unwrap();
            for (word, role) in [("editor", Role::Edit), ("viewer", Role::View)] {
                let person = user(&format!("{word}-of-{namespace}"));
                self.operations.share_profile(place.clone(), &person, role).await.unwrap();
            }
        }
        let people = NAMESPACES
            .iter()
            .flat_map(|namespace| ["owner", "editor", "viewer"].map(|word| format!("{word}-of-{namespace}")));
        for person in people.chain(["root".to_owned(), "outsider".to_owned()]).collect::<Vec<_>>() {
            let token = self.token(&person, &[], false).await;
            self.tokens.insert(person, token);
        }
    }

    pub(crate) async fn token(&self, person: &str, namespaces: &[&str], read_only: bool) -> String {
        let namespaces = namespaces.iter().map(|name| namespace_of(name)).collect();
        let limits = Limits { namespaces, read_only };
        self.operations.create_token(&user(person), "test", limits, None).await.unwrap().secret
    }

    pub(crate) fn nobody(&self) -> Person {
        Person { router: self.router.clone(), headers: Vec::new(), peer: ANYWHERE }
    }
    /// Somebody with an identity and without any namespace.
    pub(crate) fn outsider(&self) -> Person {
        self.person("outsider")
    }
    pub(crate) fn viewer(&self, namespace: &str) -> Person {
        self.person(&format!("viewer-of-{namespace}"))
    }
    pub(crate) fn editor(&self, namespace: &str) -> Person {
        self.person(&format!("editor-of-{namespace}"))
    }
    pub(crate) fn owner(&self, namespace: &str) -> Person {
        self.person(&format!("owner-of-{namespace}"))
    }
    pub(crate) fn platform_admin(&self) -> Person {
        self.person("root")
    }
    /// Somebody of the bench by name.
    pub(crate) fn person(&self, name: &str) -> Person {
        self.nobody().with_token(&self.tokens[name])
    }

    /// Lets the step of a run put out one artifact, a file or (when the name ends with a slash) a directory of two, with
    /// this text; tells the key that it has in the store.
    pub(crate) async fn artifact(&self, namespace: &str, run: &str, name: &str, text: &str) -> String {
        let place = self.folder.path().join("artifacts").join(namespace).join(run).join("step");
        let file = place.join(name.trim_end_matches('/'));
        if name.ends_with('/') {
            std::fs::create_dir_all(file.join("deep")).unwrap();
            std::fs::write(file.join("one"), text).unwrap();
            std::fs::write(file.join("deep/two"), text).unwrap();
        } else {
            std::fs::create_dir_all(&place).unwrap();
            std::fs::write(&file, text).unwrap();
        }
        let key = format!("private-artifacts/{namespace}/v2/one-step/{run}/step/{}", name.trim_end_matches('/'));
        let made = json!({ "name": name, "uri": format!("minio://mlpipeline/{key}"), "type": "system.Dataset", "metadata": { "rows": 3 } });
        let run = model::RunId::parse(run).unwrap();
        self.engine.put_out(run, json!({ "artifacts": { "data": [made] } })).await;
        key
    }

    /// Asks until the answer pleases.
    pub(crate) async fn wait_for(&self, who: &Person, path: &str, pleases: impl Fn(&Value) -> bool) -> Value {
        let asking = async {
            loop {
                let answer = who.get(path).await.ok();
                if pleases(&answer) {
                    return answer;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        match tokio::time::timeout(PATIENCE, asking).await {
            Ok(answer) => answer,
            Err(_) => panic!("{path} never got there: {}", who.get(path).await.text),
        }
    }

    pub(crate) async fn wait_for_state(&self, who: &Person, run: &str, state: &str) -> Value {
        self.wait_for(who, &format!("/apis/v2beta1/runs/{run}"), |run| run["state"] == state).await
    }
}

impl Person {
    pub(crate) fn with_token(mut self, token: &str) -> Self {
        self.headers.push((header::AUTHORIZATION, format!("Bearer {token}")));
        self
    }
    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((HeaderName::from_static(name), value.to_owned()));
        self
    }
    pub(crate) fn coming_from(mut self, peer: IpAddr) -> Self {
        self.peer = peer;
        self
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, Body::empty(), None).await
    }
    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::PATCH, path, Body::from(body.to_string()), Some("application/json")).await
    }
    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, Body::empty(), None).await
    }
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path, Body::from(body.to_string()), Some("application/json")).await
    }
    /// As a form without script does.
    pub(crate) async fn submit(&self, path: &str, fields: &str) -> Answer {
        self.ask(Method::POST, path, Body::from(fields.to_owned()), Some("application/x-www-form-urlencoded")).await
    }
    /// One file as a form field.
    pub(crate) async fn upload(&self, path: &str, field: &str, file_name: &str, content: &[u8]) -> Answer {
        self.upload_with(path, &[], field, file_name, content).await
    }
    pub(crate) async fn upload_with(
        &self,
        path: &str,
        fields: &[(&str, String)],
        field: &str,
        file_name: &str,
        content: &[u8],
    ) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!("--x\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{file_name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n--x--\r\n");
        self.ask(Method::POST, path, Body::from(body), Some("multipart/form-data; boundary=x")).await
    }

    /// The body of a good answer that is no text.
    pub(crate) async fn bytes(&self, method: Method, path: &str) -> Vec<u8> {
        let response = self.send(method, path, Body::empty(), None).await;
        assert_eq!(response.status(), StatusCode::OK);
        axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()
    }

    async fn send(&self, method: Method, path: &str, body: Body, content_type: Option<&str>) -> http::Response<Body> {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "mooring.test");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(kind) = content_type {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(self.peer, 50_000)));
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Body, content_type: Option<&str>) -> Answer {
        let response = self.send(method, path, body, content_type).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let stream = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        // Streams that go on are not read to their end, which would not come.
        let endless = stream && status == StatusCode::OK && path.contains("/events");
        let text = if endless {
            String::new()
        } else {
            let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Answer { status: status.as_u16(), headers, text }
    }

    /// Makes an experiment and tells its id.
    pub(crate) async fn experiment(&self, namespace: &str, name: &str) -> String {
        let body = json!({ "display_name": name, "namespace": namespace });
        id_of(&self.post("/apis/v2beta1/experiments", &body).await.ok(), "experiment_id")
    }
    /// Makes a run of a one-step pipeline and tells its id.
    pub(crate) async fn run(&self, experiment: &str, name: &str) -> String {
        let spec = testkit::pipeline("one-step", "true");
        let body = json!({ "display_name": name, "experiment_id": experiment, "pipeline_spec": spec });
        id_of(&self.post("/apis/v2beta1/runs", &body).await.ok(), "run_id")
    }
    /// Makes a recurring run of a one-step pipeline, which comes once a century, and tells its id.
    pub(crate) async fn recurring_run(&self, experiment: &str, name: &str) -> String {
        let trigger = json!({ "periodic_schedule": { "interval_second": "3155760000" } });
        self.recurring(experiment, json!({ "display_name": name, "trigger": trigger })).await
    }
    /// Makes an enabled recurring run of a one-step pipeline with these fields, and tells its id.
    pub(crate) async fn recurring(&self, experiment: &str, fields: Value) -> String {
        let mut body = json!({
            "display_name": "again and again",
            "experiment_id": experiment,
            "pipeline_spec": testkit::pipeline("one-step", "true"),
            "max_concurrency": "1",
            "mode": "ENABLE",
        });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        id_of(&self.post("/apis/v2beta1/recurringruns", &body).await.ok(), "recurring_run_id")
    }
    /// Uploads a one-step pipeline, to the shared ones if no namespace is named; tells its id and its version's.
    pub(crate) async fn pipeline(&self, namespace: &str, name: &str) -> (String, String) {
        let spec = testkit::pipeline("one-step", "true").to_string();
        let path = format!("/apis/v2beta1/pipelines/upload?name={name}&namespace={namespace}");
        let made = self.upload(&path, "uploadfile", "pipeline.json", spec.as_bytes()).await.ok();
        let pipeline = id_of(&made, "pipeline_id");
        let versions = self.get(&format!("/apis/v2beta1/pipelines/{pipeline}/versions")).await.ok();
        let version = id_of(&versions["pipeline_versions"][0], "pipeline_version_id");
        (pipeline, version)
    }
}

#[track_caller]
pub(crate) fn id_of(object: &Value, key: &str) -> String {
    object[key].as_str().unwrap_or_else(|| panic!("no {key} in {object}")).to_owned()
}

/// Text as a query's value carries it.
pub(crate) fn percent_encode(text: &str) -> String {
    let letter = |byte: u8| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(letter).collect()
}

fn settings(folder: &Path, variables: Vec<(String, String)>) -> Settings {
    // Pipelines are fetched from the tests' own little servers.
    let usual =
        [("HOME", "/nowhere"), ("MOORING_TRUSTED_PEERS", "10.0.0.1"), ("PIPELINE_URL_VALIDATION_ENABLED", "false")];
    let usual = usual.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let variables = usual.into_iter().chain(variables).collect();
    let overrides = Overrides { data_dir: Some(folder.to_path_buf()), ..Overrides::default() };
    Settings::read(overrides, variables).unwrap()
}

pub(crate) fn user(name: &str) -> UserName {
    UserName::parse(name).unwrap()
}

pub(crate) fn namespace_of(name: &str) -> Namespace {
    Namespace::parse(name).unwrap()
}
