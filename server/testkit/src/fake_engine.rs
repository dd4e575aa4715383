use authz::{Grant, RunGrant, runs};
use bytes::Bytes;
use engine::{Engine, Event, LaunchOrder, LogChunk, Report, Reporter, Reports, reporting};
use futures::{StreamExt, stream, stream::BoxStream};
use model::{Clock, Failure, RunAddress, RunId, RunState, Task, TaskId, TaskKind, TaskState};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::sync::watch;

/// The log of every step.
const LOG: &str = "the log of a step\n";

/// An engine that starts nothing. Its runs have one step that runs until a test, or a termination, ends it.
pub struct FakeEngine {
    clock: Arc<dyn Clock>,
    reporter: Reporter,
    runs: Mutex<HashMap<RunId, Held>>,
}

struct Held {
    address: RunAddress,
    retries: u32,
    /// `Running`, or how it ended.
    state: watch::Sender<RunState>,
    /// What its step has put out.
    outputs: serde_json::Value,
}

impl FakeEngine {
    /// The engine, and what its recorder listens to.
    #[must_use]
    pub fn start(clock: Arc<dyn Clock>) -> (Arc<Self>, Reports) {
        let (reporter, reports) = reporting();
        (Arc::new(Self { clock, reporter, runs: Mutex::default() }), reports)
    }

    /// Ends the step of a run. A run that was not launched, or has ended, has none.
    pub async fn end(&self, run: RunId, state: RunState) {
        let address = {
            let runs = self.runs.lock().unwrap();
            let held = runs.get(&run).filter(|held| !held.state.borrow().is_final());
            held.map(|held| {
                held.state.send_replace(state);
                held.address.clone()
            })
        };
        if let Some(address) = address {
            self.tell_end(&address, state).await;
        }
    }

    /// Tells that the step of a run has ended and put this out (`{"parameters", "artifacts"}`); the run goes on.
    pub async fn put_out(&self, run: RunId, outputs: serde_json::Value) {
        let address = self.runs.lock().unwrap().get_mut(&run).map(|held| {
            held.outputs = outputs;
            held.address.clone()
        });
        if let Some(address) = address {
            self.tell(&address, Event::Tasks(vec![self.task(run, TaskState::Succeeded)])).await;
        }
    }

    /// The id of the only step of a run.
    #[must_use]
    pub fn step_of(run: RunId) -> TaskId {
        TaskId::from_uuid(run.uuid())
    }

    /// Whether the run goes on in the engine.
    #[must_use]
    pub fn holds(&self, run: RunId) -> bool {
        self.runs.lock().unwrap().get(&run).is_some_and(|held| !held.state.borrow().is_final())
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
            outputs: self.runs.lock().unwrap().get(&run).map_or_else(|| json!({}), |held| held.outputs.clone()),
        }
    }

    /// How the run stands, for who may look at this step.
    fn standing(&self, grant: &RunGrant<runs::Get>, task: TaskId) -> Result<watch::Receiver<RunState>, Failure> {
        let runs = self.runs.lock().unwrap();
        let held = runs.get(&grant.id()).filter(|held| held.address == *grant.address());
        match held {
            Some(held) if task == Self::step_of(grant.id()) => Ok(held.state.subscribe()),
            _ => Err(task.not_found()),
        }
    }
}

fn log_from(offset: u64) -> Bytes {
    Bytes::from_static(&LOG.as_bytes()[usize::try_from(offset).unwrap().min(LOG.len())..])
}

#[async_trait::async_trait]
impl Engine for FakeEngine {
    async fn launch(&self, order: LaunchOrder) -> Result<(), Failure> {
        let run = order.address().clone();
        let ended = {
            let mut runs = self.runs.lock().unwrap();
            let known = runs.get(&run.id).map(|held| (*held.state.borrow(), held.retries));
            let begins = known.is_none_or(|(state, retries)| state.is_final() && retries < order.run.retries);
            if begins {
                let state = watch::Sender::new(RunState::Running);
                runs.insert(
                    run.id,
                    Held { address: run.clone(), retries: order.run.retries, state, outputs: json!({}) },
                );
            }
            known.map(|(state, _)| state).filter(|_| !begins)
        };
        match ended {
            Some(state) if state.is_final() => self.tell_end(&run, state).await,
            Some(_) => {}
            None => {
                self.tell(&run, Event::State { state: RunState::Running, error: None }).await;
                self.tell(&run, Event::Tasks(vec![self.task(run.id, TaskState::Running)])).await;
            }
        }
        if order.run.cancel_requested {
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

    async fn disk_use(&self, _: &Grant<runs::List>) -> Result<u64, Failure> {
        Ok(0)
    }

    async fn forget_results(&self, grant: &RunGrant<runs::Retry>, task: TaskId) -> Result<bool, Failure> {
        let runs = self.runs.lock().unwrap();
        let known = runs.get(&grant.id()).is_some_and(|held| held.address == *grant.address());
        if known && task == Self::step_of(grant.id()) { Ok(false) } else { Err(task.not_found()) }
    }

    async fn follow_log(
        &self,
        grant: &RunGrant<runs::Get>,
        task: TaskId,
        offset: u64,
    ) -> Result<BoxStream<'static, LogChunk>, Failure> {
        let mut standing = self.standing(grant, task)?;
        let next_offset = LOG.len().try_into().unwrap();
        let there = stream::iter([LogChunk { next_offset, bytes: log_from(offset) }]);
        let end = stream::once(async move {
            // A run that is forgotten takes the sender along.
            let _ = standing.wait_for(|state| state.is_final()).await;
        });
        Ok(there.chain(end.filter_map(|()| std::future::ready(None))).boxed())
    }

    async fn read_log(&self, grant: &RunGrant<runs::Get>, task: TaskId, offset: u64) -> Result<Bytes, Failure> {
        self.standing(grant, task)?;
        Ok(log_from(offset))
    }
}
