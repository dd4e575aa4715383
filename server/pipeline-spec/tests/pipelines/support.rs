//! Small pipelines as JSON, and a hand that plays the engine.

use model::{Namespace, RunId, Timestamp};
use mooring_pipeline_spec::{
    Advance, Attempt, End, Ended, Facts, FailureReason, Outputs, Package, ParameterType, Plan, RunContext, StepOrder,
    StepResult, TaskPath, TaskView, advance, collect_outputs, plan,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(crate) fn context() -> RunContext {
    RunContext {
        run_id: RunId::parse("6f1c0c3e-0000-4000-8000-000000000001").unwrap(),
        run_name: "my run".to_owned(),
        pipeline_root: String::new(),
        namespace: Namespace::parse("team-a").unwrap(),
        created_at: Timestamp::from_millis(1_000_000),
        scheduled_at: Timestamp::from_millis(1_000_000),
    }
}

/// A pipeline of `components`, every executor of which is a container with the given args.
pub(crate) fn pipeline(components: Value, root: Value) -> Value {
    let mut executors = Map::new();
    for component in components.as_object().unwrap().values() {
        if let Some(label) = component.get("executorLabel").and_then(Value::as_str) {
            executors.insert(
                label.to_owned(),
                json!({"container": {"image": "img", "command": ["run"], "args": ["--executor_input", "{{$}}"]}}),
            );
        }
    }
    json!({
        "pipelineInfo": {"name": "p"}, "schemaVersion": "2.1.0", "components": components,
        "deploymentSpec": {"executors": executors}, "root": root,
    })
}

/// A container component with STRING inputs and outputs.
pub(crate) fn step(label: &str, inputs: &[&str], outputs: &[&str]) -> Value {
    let typed = |names: &[&str]| -> Map<String, Value> {
        names.iter().map(|name| ((*name).to_owned(), json!({"parameterType": "STRING"}))).collect()
    };
    json!({
        "executorLabel": label,
        "inputDefinitions": {"parameters": typed(inputs)},
        "outputDefinitions": {"parameters": typed(outputs)},
    })
}

pub(crate) fn task(component: &str, more: Value) -> Value {
    let mut task = json!({"componentRef": {"name": component}});
    for (key, value) in more.as_object().unwrap() {
        task[key] = value.clone();
    }
    task
}

pub(crate) fn planned(spec: &Value, parameters: Value) -> Plan {
    let package = Package::from_value(spec).unwrap();
    plan(&package, parameters.as_object().unwrap(), &context()).unwrap()
}

/// Plays the engine: starts what is ordered, ends steps on demand, and moves the clock.
pub(crate) struct Play {
    pub(crate) plan: Plan,
    pub(crate) facts: Facts,
    pub(crate) now: i64,
    pub(crate) orders: BTreeMap<TaskPath, StepOrder>,
    /// Paths in the order in which they were started.
    pub(crate) log: Vec<String>,
}

impl Play {
    pub(crate) fn new(plan: Plan) -> Self {
        Self { plan, facts: Facts::default(), now: 1_000_000, orders: BTreeMap::new(), log: Vec::new() }
    }
    pub(crate) fn look(&self) -> Advance {
        advance(&self.plan, &self.facts, self.now)
    }
    /// Starts all that is wanted; returns the paths.
    pub(crate) fn start(&mut self) -> Vec<String> {
        let mut started = Vec::new();
        loop {
            let wanted = self.look().start;
            if wanted.is_empty() {
                return started;
            }
            for order in wanted {
                self.begin(order.clone());
                started.push(order.path.to_string());
            }
        }
    }
    pub(crate) fn begin(&mut self, order: StepOrder) {
        let fact = self.facts.steps.entry(order.path.clone()).or_default();
        assert_eq!(fact.attempts.len(), usize::try_from(order.attempt).unwrap(), "{}", order.path);
        assert!(!fact.is_running(), "{} is started twice", order.path);
        fact.attempts.push(Attempt { started_at_millis: self.now, ended: None });
        self.log.push(order.path.to_string());
        self.orders.insert(order.path.clone(), order);
        self.now += 1;
    }
    pub(crate) fn finish(&mut self, path: &str, result: StepResult) {
        self.now += 10;
        let fact = self.facts.steps.get_mut(&TaskPath::from(path)).unwrap();
        let attempt = fact.attempts.last_mut().unwrap();
        assert!(attempt.ended.is_none(), "{path} does not run");
        attempt.ended = Some(Ended { at_millis: self.now, result });
    }
    pub(crate) fn succeed(&mut self, path: &str, parameters: Value) {
        let outputs = Outputs {
            parameters: parameters.as_object().unwrap().iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
            artifacts: self.orders[&TaskPath::from(path)]
                .output_artifacts
                .iter()
                .map(|bound| (bound.key.clone(), vec![bound.artifact.clone()]))
                .collect(),
        };
        self.finish(path, StepResult::Succeeded(outputs));
    }
    pub(crate) fn fail(&mut self, path: &str) {
        self.finish(path, StepResult::Failed(FailureReason::Exited { code: 1 }));
    }
    pub(crate) fn running(&self) -> Vec<String> {
        self.facts.steps.iter().filter(|(_, fact)| fact.is_running()).map(|(path, _)| path.to_string()).collect()
    }
    pub(crate) fn view(&self, path: &str) -> TaskView {
        let tasks = self.look().tasks;
        tasks.iter().find(|view| view.path.as_str() == path).unwrap_or_else(|| panic!("no task {path}")).clone()
    }
    pub(crate) fn state(&self, path: &str) -> &'static str {
        self.view(path).task.state.as_str()
    }
    pub(crate) fn reason(&self, path: &str) -> String {
        self.view(path).task.reason.unwrap_or_default()
    }
    /// Starts and succeeds everything, with outputs made from the declared types, until the end.
    pub(crate) fn play_out(&mut self) -> End {
        for _ in 0..100_000 {
            self.start();
            let answer = self.look();
            if let Some(end) = answer.end {
                return end;
            }
            let running = self.running();
            if running.is_empty() {
                self.now = answer.wake_at_millis.unwrap_or_else(|| panic!("stuck: {:#?}", answer.tasks));
            }
            for path in running {
                let order = self.orders[&TaskPath::from(path.as_str())].clone();
                let outputs = collect_outputs(&order, Some(&synthetic(&order)), &|_| None).unwrap();
                self.finish(&path, StepResult::Succeeded(outputs));
            }
        }
        panic!("no end");
    }
}

/// What a step of the declared output types might write.
pub(crate) fn synthetic(order: &StepOrder) -> String {
    let parameters: Map<String, Value> =
        order.output_parameters.iter().map(|(name, output)| (name.clone(), made(output.parameter_type))).collect();
    json!({ "parameterValues": parameters }).to_string()
}

/// As [`by_type`]; a list holds a struct, into which selectors of loops look.
fn made(parameter_type: Option<ParameterType>) -> Value {
    match parameter_type {
        Some(ParameterType::List) => json!([{"A_a": "1", "B_b": ["2", "20"], "a": "1", "b": "2"}]),
        other => by_type(other),
    }
}

pub(crate) fn by_type(parameter_type: Option<ParameterType>) -> Value {
    match parameter_type {
        Some(ParameterType::NumberInteger) => json!(7),
        Some(ParameterType::NumberDouble) => json!(0.5),
        Some(ParameterType::Boolean) => json!(true),
        Some(ParameterType::List) => json!(["a"]),
        Some(ParameterType::Struct | ParameterType::TaskConfig | ParameterType::TaskFinalStatus) => {
            json!({"A": "1", "B": "2", "A_a": "1", "B_b": "2", "a": "1", "b": "2"})
        }
        Some(ParameterType::String) | None => json!("twenty characters!!!"),
    }
}
