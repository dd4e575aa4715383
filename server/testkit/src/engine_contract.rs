//! What every engine must do, asked of one: [`engine_contract`].

use authz::{System, runs};
use engine::{Engine, Event, LaunchOrder, Reports};
use futures::StreamExt;
use model::{FailureKind, Launching, Namespace, RunAddress, RunId, RunState, Task, TaskKind, TaskState, Timestamp};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use uuid::Uuid;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// An engine under test, and the hands that end the steps of its runs.
#[async_trait::async_trait]
pub trait Subject {
    fn engine(&self) -> Arc<dyn Engine>;
    fn reports(&mut self) -> &mut Reports;
    /// A definition with one step that goes on until [`Self::end`] ends it.
    fn definition(&self) -> Value;
    /// Lets the step of this run succeed, or fail.
    async fn end(&self, run: RunId, well: bool);
}

/// Asks an engine for everything that the port promises.
pub async fn engine_contract(subject: &mut dyn Subject, system: &System) {
    let mut contract = Contract { subject, system, tasks: BTreeMap::new() };
    contract.a_run_is_told_to_its_end_and_launching_is_idempotent().await;
    contract.what_failed_is_retried_by_a_higher_number_only().await;
    contract.a_cancelled_run_says_so().await;
    contract.logs_are_for_those_whose_run_it_is().await;
    contract.what_is_forgotten_is_gone().await;
}

struct Contract<'s> {
    subject: &'s mut dyn Subject,
    system: &'s System,
    /// The latest word on each task of the run in question.
    tasks: BTreeMap<String, Task>,
}

fn address(number: u128) -> RunAddress {
    let id = RunId::from_uuid(Uuid::from_u128((4 << 76) | number));
    RunAddress { place: Namespace::parse("team-a").unwrap(), id }
}

impl Contract<'_> {
    async fn launch(&self, run: &RunAddress, change: impl FnOnce(&mut Launching)) {
        let mut launching = Launching {
            display_name: "a run".to_owned(),
            spec: self.subject.definition(),
            parameters: Map::new(),
            pipeline_root: None,
            service_account: "default".to_owned(),
            created_at: Timestamp::ZERO,
            scheduled_at: Timestamp::ZERO,
            cancel_requested: false,
            retries: 0,
            retry_from: None,
        };
        change(&mut launching);
        let grant = self.system.over::<runs::Launch, _>(run.clone());
        self.subject.engine().launch(LaunchOrder::new(grant, launching)).await.unwrap();
    }

    /// The next report, which must be about this run.
    async fn next(&mut self, run: &RunAddress) -> Event {
        let report = tokio::time::timeout(PATIENCE, self.subject.reports().recv()).await.expect("a report in time");
        let report = report.expect("the engine goes on");
        assert_eq!(report.run, *run);
        if let Event::Tasks(tasks) = &report.event {
            self.tasks.extend(tasks.iter().map(|task| (task.name.clone(), task.clone())));
        }
        report.event
    }

    async fn until_running(&mut self, run: &RunAddress) -> Task {
        self.tasks.clear();
        let mut told = Vec::new();
        loop {
            if let Event::State { state, .. } = self.next(run).await {
                told.push(state);
            }
            let running = |task: &&Task| task.kind == TaskKind::Container && task.state == TaskState::Running;
            if let Some(task) = self.tasks.values().find(running) {
                assert_eq!(told, [RunState::Running], "a run says once that it runs");
                return task.clone();
            }
        }
    }

    async fn until_end(&mut self, run: &RunAddress) -> (RunState, Option<String>) {
        loop {
            match self.next(run).await {
                Event::State { state, error } if state.is_final() => return (state, error),
                Event::State { state, .. } => assert_eq!(state, RunState::Running),
                Event::Tasks(_) => {}
            }
        }
    }

    fn step(&self) -> &Task {
        self.tasks.values().find(|task| task.kind == TaskKind::Container).expect("the step was told")
    }

    async fn a_run_is_told_to_its_end_and_launching_is_idempotent(&mut self) {
        let run = address(1);
        self.launch(&run, |_| {}).await;
        let task = self.until_running(&run).await;
        assert!(task.started_at.is_some() && task.finished_at.is_none() && task.attempts == 1, "{task:?}");
        self.launch(&run, |_| {}).await;
        self.subject.end(run.id, true).await;
        assert_eq!(self.until_end(&run).await, (RunState::Succeeded, None));
        assert_eq!((self.step().id, self.step().state), (task.id, TaskState::Succeeded));
        assert!(self.step().attempts == 1 && self.step().finished_at.is_some());
        // The end is told again to who did not hear it, and nothing runs.
        self.tasks.clear();
        self.launch(&run, |_| {}).await;
        assert_eq!(self.until_end(&run).await, (RunState::Succeeded, None));
        assert_eq!((self.step().id, self.step().attempts), (task.id, 1));
    }

    async fn what_failed_is_retried_by_a_higher_number_only(&mut self) {
        let run = address(2);
        self.launch(&run, |_| {}).await;
        let task = self.until_running(&run).await;
        self.subject.end(run.id, false).await;
        let (state, error) = self.until_end(&run).await;
        assert_eq!(state, RunState::Failed);
        assert!(error.is_some_and(|error| !error.is_empty()), "a failure says why");
        self.launch(&run, |_| {}).await;
        assert_eq!(self.until_end(&run).await.0, RunState::Failed);
        self.launch(&run, |launching| launching.retries = 1).await;
        assert_eq!(self.until_running(&run).await.id, task.id, "a step keeps its name");
        self.subject.end(run.id, true).await;
        assert_eq!(self.until_end(&run).await, (RunState::Succeeded, None));
        self.launch(&run, |launching| launching.retries = 1).await;
        assert_eq!(self.until_end(&run).await, (RunState::Succeeded, None));
        // What succeeded runs again only where it is chosen.
        self.launch(&run, |launching| (launching.retries, launching.retry_from) = (2, Some(task.id))).await;
        self.until_running(&run).await;
        self.subject.end(run.id, true).await;
        assert_eq!(self.until_end(&run).await, (RunState::Succeeded, None));
    }

    async fn a_cancelled_run_says_so(&mut self) {
        let engine = self.subject.engine();
        engine.cancel(&self.system.over(address(99))).await.unwrap();
        let run = address(3);
        self.launch(&run, |_| {}).await;
        self.until_running(&run).await;
        engine.cancel(&self.system.over(run.clone())).await.unwrap();
        assert_eq!(self.until_end(&run).await.0, RunState::Canceled);
        assert_eq!(self.step().state, TaskState::Canceled);
        engine.cancel(&self.system.over(run)).await.unwrap();
        // One that was to end before the engine heard of it.
        let run = address(4);
        self.launch(&run, |launching| launching.cancel_requested = true).await;
        assert_eq!(self.until_end(&run).await.0, RunState::Canceled);
        self.launch(&run, |launching| launching.retries = 1).await;
        self.until_running(&run).await;
        self.subject.end(run.id, true).await;
        assert_eq!(self.until_end(&run).await, (RunState::Succeeded, None));
    }

    async fn logs_are_for_those_whose_run_it_is(&mut self) {
        let (engine, run) = (self.subject.engine(), address(5));
        self.launch(&run, |_| {}).await;
        let task = self.until_running(&run).await;
        let elsewhere = RunAddress { place: Namespace::parse("team-b").unwrap(), id: run.id };
        for (place, task) in [(elsewhere, task.id), (run.clone(), model::TaskId::from_uuid(Uuid::nil()))] {
            let grant = self.system.over(place);
            assert_eq!(engine.read_log(&grant, task, 0).await.unwrap_err().kind, FailureKind::NotFound);
            assert_eq!(engine.follow_log(&grant, task, 0).await.err().unwrap().kind, FailureKind::NotFound);
        }
        let grant = self.system.over(run.clone());
        let mut following = engine.follow_log(&grant, task.id, 0).await.unwrap();
        self.subject.end(run.id, true).await;
        assert_eq!(self.until_end(&run).await, (RunState::Succeeded, None));
        let mut followed = Vec::new();
        while let Some(chunk) = tokio::time::timeout(PATIENCE, following.next()).await.expect("the log's end in time") {
            followed.extend_from_slice(&chunk.bytes);
            assert_eq!(chunk.next_offset, followed.len() as u64);
        }
        assert!(!followed.is_empty());
        assert_eq!(engine.read_log(&grant, task.id, 0).await.unwrap(), followed);
        assert_eq!(engine.read_log(&grant, task.id, 3).await.unwrap(), followed[3..]);
        assert!(engine.read_log(&grant, task.id, 1 << 40).await.unwrap().is_empty());
    }

    async fn what_is_forgotten_is_gone(&mut self) {
        let (engine, run) = (self.subject.engine(), address(6));
        engine.forget(&self.system.over(address(98))).await.unwrap();
        self.launch(&run, |_| {}).await;
        let task = self.until_running(&run).await;
        engine.forget(&self.system.over(run.clone())).await.unwrap();
        let gone = engine.read_log(&self.system.over(run.clone()), task.id, 0).await.unwrap_err();
        assert_eq!(gone.kind, FailureKind::NotFound);
        // The same id may come again, and is a new run.
        self.launch(&run, |_| {}).await;
        self.until_running(&run).await;
        self.subject.end(run.id, true).await;
        assert_eq!(self.until_end(&run).await, (RunState::Succeeded, None));
    }
}
