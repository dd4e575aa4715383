use authz::{RunGrant, runs};
use bytes::Bytes;
use engine::{Engine, Event, LaunchOrder, LogChunk, Report, Reporter, Reports, reporting};
use futures::{StreamExt, stream, stream::BoxStream};
use model::{Clock, Failure, RunAddress, RunId, RunState, Task, TaskId, TaskKind, TaskState};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

/// The log of every step.
const LOG: &str = "the log of a step\n";

/// An engine that starts nothing. Its runs have one step that runs until a test, or a termination, ends it.
pub struct FakeEngine {
    clock: Arc<dyn Clock>,
    reporter: Reporter,
    runs: Mutex<HashMap<RunId, RunAddress>>,
}

impl FakeEngine {
    /// The engine, and what its recorder listens to.
    #[must_use]
    pub fn start(clock: Arc<dyn Clock>) -> (Arc<Self>, Reports) {
        let (reporter, reports) = reporting();
        (Arc::new(Self { clock, reporter, runs: Mutex::default() }), reports)
    }

    /// Ends the step of a run. A run that was not launched has none.
    pub async fn end(&self, run: RunId, state: RunState) {
        let address = self.runs.lock().unwrap().remove(&run);
        if let Some(address) = address {
            self.tell_end(&address, state).await;
        }
    }

    /// Tells that the step of a run has ended and put this out (`{"parameters", "artifacts"}`); the run goes on.
    pub async fn put_out(&self, run: RunId, outputs: serde_json::Value) {
        let address = self.runs.lock().unwrap().get(&run).cloned();
        if let Some(address) = address {
            let task = Task { outputs, ..self.task(run, TaskState::Succeeded) };
            self.tell(&address, Event::Tasks(vec![task])).await;
        }
    }

    /// The id of the only step of a run.
    #[must_use]
    pub fn step_of(run: RunId) -> TaskId {
        TaskId::from_uuid(run.uuid())
    }

    /// Whether the engine has the run.
    #[must_use]
    pub fn holds(&self, run: RunId) -> bool {
        self.runs.lock().unwrap().contains_key(&run)
    }

    async fn tell_end(&self, run: &RunAddress, state: RunState) {
        let task_state = match state {
            RunState::Succeeded => TaskState::Succeeded,
            RunState::Canceled => TaskState::Canceled,
            _ => TaskState::Failed,
        };
        let error = (state == RunState::Failed).then(|| "step failed".to_owned());
        self.tell(run, Event::Tasks(vec![self.task(run.id, task_state)])).await;
        self.tell(run, Event::State { state, error }).await;
    }

    async fn tell(&self, run: &RunAddress, event: Event) {
        // Nobody listens once the bench goes.
        let _ = self.reporter.send(Report { run: run.clone(), at: self.clock.now(), event }).await;
    }

    fn task(&self, run: RunId, state: TaskState) -> Task {
        Task {
            id: Self::step_of(run),
            parent: None,
            name: "step".to_owned(),
            display_name: "step".to_owned(),
            kind: TaskKind::Container,
            state,
            reason: None,
            started_at: Some(self.clock.now()),
            finished_at: state.is_final().then(|| self.clock.now()),
            attempts: 1,
            iteration_index: None,
            depends_on: Vec::new(),
            component: "comp-step".to_owned(),
            inputs: json!({}),
            outputs: json!({}),
        }
    }
}

#[async_trait::async_trait]
impl Engine for FakeEngine {
    async fn launch(&self, order: LaunchOrder) -> Result<(), Failure> {
        let run = order.address().clone();
        if self.runs.lock().unwrap().insert(run.id, run.clone()).is_none() {
            self.tell(&run, Event::State { state: RunState::Running, error: None }).await;
            self.tell(&run, Event::Tasks(vec![self.task(run.id, TaskState::Running)])).await;
        }
        if order.cancel_requested {
            self.end(run.id, RunState::Canceled).await;
        }
        Ok(())
    }

    async fn cancel(&self, grant: &RunGrant<runs::Terminate>) -> Result<(), Failure> {
        self.end(grant.id(), RunState::Canceled).await;
        Ok(())
    }

    async fn forget(&self, grant: &RunGrant<runs::Delete>) -> Result<(), Failure> {
        self.runs.lock().unwrap().remove(&grant.id());
        Ok(())
    }

    async fn follow_log(
        &self,
        grant: &RunGrant<runs::Get>,
        task: TaskId,
        offset: u64,
    ) -> Result<BoxStream<'static, LogChunk>, Failure> {
        let bytes = self.read_log(grant, task, offset).await?;
        let next_offset = LOG.len().try_into().unwrap();
        Ok(stream::iter([LogChunk { next_offset, bytes }]).boxed())
    }

    async fn read_log(&self, grant: &RunGrant<runs::Get>, task: TaskId, offset: u64) -> Result<Bytes, Failure> {
        if task != Self::step_of(grant.id()) {
            return Err(task.not_found());
        }
        let from = usize::try_from(offset).unwrap().min(LOG.len());
        Ok(Bytes::from_static(&LOG.as_bytes()[from..]))
    }
}
