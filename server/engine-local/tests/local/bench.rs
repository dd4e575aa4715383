//! An engine on a directory of its own, and definitions to run on it.

use artifacts::Artifacts;
use authz::{System, runs};
use engine::{Engine, Event, LaunchOrder, Reports, Secrets};
use futures::StreamExt;
use model::{
    Address, Clock, Failure, Launching, Namespace, RunAddress, RunId, RunState, SecretData, SecretValue, Task,
    TaskState, Timestamp,
};
use mooring_engine_local::{LocalEngine, Settings};
use serde_json::{Map, Value, json};
use std::{collections::HashMap, path::Path, sync::Arc, time::Duration};

/// The launcher is another process and has only the real one.
pub(crate) struct Now;

impl Clock for Now {
    #[expect(clippy::disallowed_methods, reason = "the launcher under test lives in real time")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
    }
}

/// Every namespace has a secret `door` of its own.
struct Drawer;

#[async_trait::async_trait]
impl Secrets for Drawer {
    async fn read(&self, order: &LaunchOrder, name: &str) -> Result<SecretData, Failure> {
        let entry = || ("code".to_owned(), SecretValue::new(format!("code of {}", order.namespace()).into_bytes()));
        Ok(if name == "door" { SecretData::from([entry()]) } else { SecretData::new() })
    }
}

pub(crate) struct Bench {
    pub(crate) engine: Arc<LocalEngine>,
    pub(crate) reports: Reports,
    pub(crate) artifacts: Artifacts,
    pub(crate) system: System,
    pub(crate) tasks: HashMap<String, Task>,
}

/// Longer than any test takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

impl Bench {
    pub(crate) async fn on(dir: &Path) -> Self {
        Self::with(dir, |settings| settings).await
    }

    pub(crate) async fn with(dir: &Path, change: impl FnOnce(Settings) -> Settings) -> Self {
        let launcher = env!("CARGO_BIN_EXE_engine-local-launcher");
        let mut settings = Settings::new(dir.join("engine"), vec![launcher.into()]);
        settings.stop_grace = Duration::from_millis(300);
        settings.limits.processes = Some(200);
        let artifacts = Artifacts::open(dir.join("artifacts")).unwrap();
        let (reporter, reports) = engine::reporting();
        let secrets = Arc::new(Drawer);
        let started = LocalEngine::start(change(settings), artifacts.clone(), Arc::new(Now), reporter, secrets).await;
        Self { engine: started.unwrap(), reports, artifacts, system: testkit::system(), tasks: HashMap::new() }
    }

    pub(crate) async fn launch(&self, run: &RunAddress, spec: Value) {
        self.try_launch(run, spec).await.unwrap();
    }

    pub(crate) async fn try_launch(&self, run: &RunAddress, spec: Value) -> Result<(), Failure> {
        self.try_launch_as(run, launching(spec)).await
    }

    pub(crate) async fn try_launch_as(&self, run: &RunAddress, launching: Launching) -> Result<(), Failure> {
        let grant = self.system.over::<runs::Launch, _>(run.clone());
        self.engine.launch(LaunchOrder::new(grant, launching)).await
    }

    /// Takes reports until one of them satisfies the question.
    pub(crate) async fn until<T>(
        &mut self,
        mut question: impl FnMut(&Event, &HashMap<String, Task>) -> Option<T>,
    ) -> T {
        tokio::time::timeout(PATIENCE, async {
            loop {
                let report = self.reports.recv().await.expect("the engine goes on");
                if let Event::Tasks(tasks) = &report.event {
                    self.tasks.extend(tasks.iter().map(|task| (task.name.clone(), task.clone())));
                }
                if let Some(answer) = question(&report.event, &self.tasks) {
                    return answer;
                }
            }
        })
        .await
        .expect("it happens in time")
    }

    pub(crate) async fn until_end(&mut self) -> (RunState, Option<String>) {
        self.until(|event, _| match event {
            Event::State { state, error } if state.is_final() => Some((*state, error.clone())),
            _ => None,
        })
        .await
    }

    pub(crate) async fn until_task(&mut self, name: &str, state: TaskState) -> Task {
        if let Some(task) = self.tasks.get(name).filter(|task| task.state == state) {
            return task.clone();
        }
        self.until(|_, tasks| tasks.get(name).filter(|task| task.state == state).cloned()).await
    }

    pub(crate) async fn log(&self, run: &RunAddress, task: &str) -> String {
        let grant = self.system.over::<runs::Get, _>(run.clone());
        let bytes = self.engine.read_log(&grant, self.tasks[task].id, 0).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    /// Follows a log until it contains the text.
    pub(crate) async fn until_logged(&self, run: &RunAddress, task: &str, text: &str) -> String {
        let grant = self.system.over::<runs::Get, _>(run.clone());
        let mut stream = self.engine.follow_log(&grant, self.tasks[task].id, 0).await.unwrap();
        let mut seen = String::new();
        while !seen.contains(text) {
            let chunk = tokio::time::timeout(PATIENCE, stream.next()).await.expect("it is logged in time");
            seen.push_str(&String::from_utf8_lossy(&chunk.unwrap_or_else(|| panic!("only {seen:?} was logged")).bytes));
        }
        seen
    }
}

/// A run of the definition without parameters.
pub(crate) fn launching(spec: Value) -> Launching {
    let now = Now.now();
    Launching {
        display_name: "a run".to_owned(),
        spec,
        parameters: Map::new(),
        pipeline_root: None,
        service_account: "default".to_owned(),
        created_at: now,
        scheduled_at: now,
        cancel_requested: false,
        retries: 0,
        retry_from: None,
    }
}

pub(crate) fn run_in(namespace: &str, number: u128) -> RunAddress {
    Address {
        place: Namespace::parse(namespace).unwrap(),
        id: RunId::from_uuid(uuid::Uuid::from_u128(number + (4 << 76))),
    }
}

/// One container task of a definition.
pub(crate) struct Step {
    name: &'static str,
    task: Value,
    component: Value,
    container: Value,
}

pub(crate) fn step(name: &'static str, command: &[&str]) -> Step {
    Step {
        name,
        task: json!({"componentRef": {"name": format!("comp-{name}")}, "taskInfo": {"name": name}}),
        component: json!({"executorLabel": format!("exec-{name}")}),
        container: json!({"image": "busybox", "command": command}),
    }
}

pub(crate) fn shell(name: &'static str, script: &str) -> Step {
    step(name, &["sh", "-c", script])
}

impl Step {
    pub(crate) fn after(mut self, names: &[&str]) -> Self {
        self.task["dependentTasks"] = json!(names);
        self
    }
    pub(crate) fn args(mut self, args: &[&str]) -> Self {
        self.container["args"] = json!(args);
        self
    }
    pub(crate) fn image(mut self, image: &str) -> Self {
        self.container["image"] = json!(image);
        self
    }
    pub(crate) fn cached(mut self) -> Self {
        self.task["cachingOptions"] = json!({"enableCache": true});
        self
    }
    pub(crate) fn constant(mut self, name: &str, value: &str) -> Self {
        self.component["inputDefinitions"]["parameters"][name] = json!({"parameterType": "STRING"});
        self.task["inputs"]["parameters"][name] = json!({"runtimeValue": {"constant": value}});
        self
    }
    pub(crate) fn retries(mut self, count: u32) -> Self {
        self.task["retryPolicy"] = json!({"maxRetryCount": count, "backoffDuration": "0s"});
        self
    }
    pub(crate) fn limit(mut self, seconds: u32) -> Self {
        self.container["_limit"] = json!(seconds);
        self
    }
    pub(crate) fn output_parameter(mut self, name: &str) -> Self {
        self.component["outputDefinitions"]["parameters"][name] = json!({"parameterType": "STRING"});
        self
    }
    pub(crate) fn output_artifact(mut self, name: &str) -> Self {
        self.component["outputDefinitions"]["artifacts"][name] = artifact_type();
        self
    }
    pub(crate) fn input_parameter(mut self, name: &str, from: (&str, &str)) -> Self {
        self.component["inputDefinitions"]["parameters"][name] = json!({"parameterType": "STRING"});
        self.task["inputs"]["parameters"][name] =
            json!({"taskOutputParameter": {"producerTask": from.0, "outputParameterKey": from.1}});
        self
    }
    pub(crate) fn input_artifact(mut self, name: &str, from: (&str, &str)) -> Self {
        self.component["inputDefinitions"]["artifacts"][name] = artifact_type();
        self.task["inputs"]["artifacts"][name] =
            json!({"taskOutputArtifact": {"producerTask": from.0, "outputArtifactKey": from.1}});
        self
    }
}

fn artifact_type() -> Value {
    json!({"artifactType": {"schemaTitle": "system.Dataset", "schemaVersion": "0.0.1"}})
}

pub(crate) fn pipeline(steps: impl IntoIterator<Item = Step>) -> Value {
    let (mut components, mut executors, mut tasks) = (Map::new(), Map::new(), Map::new());
    let mut limits = Map::new();
    for mut step in steps {
        if let Some(seconds) = step.container.as_object_mut().unwrap().remove("_limit") {
            limits.insert(format!("exec-{}", step.name), json!({"activeDeadlineSeconds": seconds}));
        }
        components.insert(format!("comp-{}", step.name), step.component);
        executors.insert(format!("exec-{}", step.name), json!({"container": step.container}));
        tasks.insert(step.name.to_owned(), step.task);
    }
    let spec = json!({
        "pipelineInfo": {"name": "bench"},
        "schemaVersion": "2.1.0",
        "components": components,
        "deploymentSpec": {"executors": executors},
        "root": {"dag": {"tasks": tasks}},
    });
    if limits.is_empty() {
        return spec;
    }
    let platforms = json!({"platforms": {"kubernetes": {"deploymentSpec": {"executors": limits}}}});
    json!({"pipeline_spec": spec, "platform_spec": platforms})
}
