//! One run: asks what comes next, lets it happen, reports.

use crate::{
    places::RunDir,
    queue::{Queue, Slot, Ticket},
    step::{Surroundings, Wish, blocking},
};
use engine::{Event, Report, Reporter};
use launcher::write_json;
use model::{Clock, RunAddress, RunState, Task, TaskId, TaskState};
use pipeline_spec::{Advance, Attempt, Ended, Facts, Plan, StepOrder, StepResult, TaskPath, advance};
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io,
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
};

/// `end.json`: how a run ended, as it was last reported.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RunEnd {
    pub(crate) at_millis: i64,
    pub(crate) state: RunState,
    pub(crate) error: Option<String>,
    pub(crate) tasks: Vec<Task>,
    /// How often it had been retried by then.
    #[serde(default)]
    pub(crate) retries: u32,
}

/// What can be asked of a run that goes on.
pub(crate) enum Request {
    Cancel,
    /// Answered when nothing of it runs any more and its directory is gone.
    Forget(oneshot::Sender<()>),
}

/// How often a run that waits looks where it stands in the queue.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

async fn served(ticket: Option<&mut Ticket>) -> Option<Slot> {
    match ticket {
        Some(ticket) => ticket.served().await,
        None => std::future::pending().await,
    }
}

/// How the tasks of a run stand, for readers of logs. Empty before the first look.
pub(crate) type Standings = Arc<HashMap<TaskId, TaskState>>;

pub(crate) struct RunActor {
    pub(crate) around: Surroundings,
    pub(crate) plan: Plan,
    pub(crate) cancel_requested: bool,
    pub(crate) queue: Queue,
    pub(crate) reporter: Reporter,
    pub(crate) requests: mpsc::UnboundedReceiver<Request>,
    pub(crate) standings: watch::Sender<Standings>,
    pub(crate) retries: u32,
}

/// A step's slot is free for others only once its end is known here.
type StepEnd = (TaskPath, Ended, Option<Slot>);

/// Steps that go on, and what is known of the run.
struct Progress {
    facts: Facts,
    open: HashMap<TaskPath, watch::Sender<Wish>>,
    steps: JoinSet<StepEnd>,
    reported: HashMap<TaskId, Task>,
    said_running: bool,
}

impl RunActor {
    /// To the run's end, which is written down and reported.
    pub(crate) async fn run(mut self) {
        let mut progress = match self.recall().await {
            Ok(progress) => progress,
            Err(error) => {
                let error = format!("the run's files cannot be read: {error}");
                self.report(Event::State { state: RunState::Failed, error: Some(error) }).await;
                return;
            }
        };
        let mut spare = None;
        let mut ticket: Option<Ticket> = None;
        loop {
            let now = self.around.clock.now();
            let mut next = advance(&self.plan, &progress.facts, now.millis());
            for path in &next.stop {
                if let Some(wish) = progress.open.get(path) {
                    wish.send_if_modified(|wish| std::mem::replace(wish, (*wish).max(Wish::Stop)) < Wish::Stop);
                }
            }
            if self.start_what_fits(&next.start, &mut spare, &mut progress) {
                continue;
            }
            spare = None;
            let wants_slot = next.start.iter().any(|order| !progress.facts.is_open(&order.path));
            if !wants_slot {
                ticket = None;
            } else if ticket.is_none() {
                ticket = Some(self.queue.wait(&self.around.run.place, self.around.run.id));
            }
            self.tell_who_waits(&mut next, &progress.facts);
            self.report_changes(&next, &mut progress).await;
            if let Some(end) = next.end {
                let tasks = next.tasks.into_iter().map(|view| view.task).collect();
                return self
                    .finish(RunEnd {
                        at_millis: now.millis(),
                        state: end.state,
                        error: end.error,
                        tasks,
                        retries: self.retries,
                    })
                    .await;
            }
            let nap = next
                .wake_at_millis
                .map(|at| Duration::from_millis(at.saturating_sub(now.millis()).max(1).unsigned_abs()));
            tokio::select! {
                Some(ended) = progress.steps.join_next() => {
                    progress.take_end(ended);
                    while let Some(ended) = progress.steps.try_join_next() {
                        progress.take_end(ended);
                    }
                }
                Some(request) = self.requests.recv() => match request {
                    Request::Cancel => self.cancel(&mut progress),
                    Request::Forget(answer) => return self.forget(progress, answer).await,
                },
                Some(slot) = served(ticket.as_mut()) => {
                    (spare, ticket) = (Some(slot), None);
                }
                () = tokio::time::sleep(nap.unwrap_or_default()), if nap.is_some() => {}
                // The queue has moved on by then.
                () = tokio::time::sleep(LOOK_AGAIN), if wants_slot => {}
            }
        }
    }

    /// Reads what happened in earlier lives of the server, and takes up what still goes on.
    async fn recall(&self) -> io::Result<Progress> {
        let dir = self.around.dir.clone();
        let retries = self.retries;
        let (attempts, canceled, retried_at) = blocking(move || {
            let attempts: Vec<_> = dir
                .attempts()
                .into_iter()
                .map(|(at, record)| Ok((at.ended()?, at, record)))
                .collect::<io::Result<_>>()?;
            let retried_at = if retries > 0 { dir.ordered_at_millis()? } else { None };
            Ok((attempts, dir.cancel().exists(), retried_at))
        })
        .await?;
        let mut progress = Progress {
            facts: Facts::default(),
            open: HashMap::new(),
            steps: JoinSet::new(),
            reported: HashMap::new(),
            said_running: false,
        };
        for (ended, at, record) in attempts {
            let path = record.order.path.clone();
            let step = progress.facts.steps.entry(path.clone()).or_default();
            step.attempts.push(Attempt { started_at_millis: record.started_at_millis, ended: ended.clone() });
            if ended.is_none() {
                let slot = Some(self.queue.take_over(&self.around.run.place));
                let (wish, wishes) = watch::channel(Wish::GoOn);
                progress.open.insert(path.clone(), wish);
                let around = self.around.clone();
                progress.steps.spawn(async move {
                    let ended = around.take_up(at, record, wishes).await;
                    (path, ended, slot)
                });
            }
        }
        progress.facts.cancel_requested = canceled;
        progress.facts.retried_at_millis = retried_at;
        if self.cancel_requested {
            self.cancel(&mut progress);
        }
        Ok(progress)
    }

    /// Whether anything was started. A slot that is not there now is waited for, in turn with other runs.
    fn start_what_fits(&self, orders: &[StepOrder], spare: &mut Option<Slot>, progress: &mut Progress) -> bool {
        let mut started = false;
        for order in orders {
            if progress.facts.is_open(&order.path) {
                continue;
            }
            let Some(slot) = spare.take().or_else(|| self.queue.try_take(&self.around.run.place)) else { break };
            self.start(order.clone(), slot, progress);
            started = true;
        }
        started
    }

    fn start(&self, order: StepOrder, slot: Slot, progress: &mut Progress) {
        let path = order.path.clone();
        let started_at = self.around.clock.now();
        let attempt = Attempt { started_at_millis: started_at.millis(), ended: None };
        progress.facts.steps.entry(path.clone()).or_default().attempts.push(attempt);
        let (wish, wishes) = watch::channel(Wish::GoOn);
        progress.open.insert(path.clone(), wish);
        let around = self.around.clone();
        progress.steps.spawn(async move {
            let ended = around.begin(order, started_at, wishes).await;
            (path, ended, Some(slot))
        });
    }

    /// What could start and has not, says why.
    fn tell_who_waits(&self, next: &mut Advance, facts: &Facts) {
        let mut waiting = next.start.iter().filter(|order| !facts.is_open(&order.path)).map(|order| order.task_id);
        let Some(first) = waiting.next() else { return };
        let behind: HashSet<TaskId> = waiting.collect();
        let reason = self.queue.reason(&self.around.run.place, self.around.run.id);
        for view in next.tasks.iter_mut().filter(|view| view.task.state == TaskState::Pending) {
            if view.task.id == first {
                view.task.reason = Some(reason.clone());
            } else if behind.contains(&view.task.id) {
                view.task.reason = Some("waits for room, behind other steps of this run".to_owned());
            }
        }
    }

    /// Remembered on disk, so that a server that comes back does not go on with what was to end.
    fn cancel(&self, progress: &mut Progress) {
        progress.facts.cancel_requested = true;
        if let Err(error) = File::create(self.around.dir.cancel()) {
            tracing::warn!(%error, run = %self.around.run.id, "the request to cancel cannot be written down");
        }
    }

    async fn forget(&self, mut progress: Progress, answer: oneshot::Sender<()>) {
        for wish in progress.open.values() {
            wish.send_replace(Wish::Kill);
        }
        while progress.steps.join_next().await.is_some() {}
        remove_run(&self.around.dir).await;
        // Whoever asked may be gone.
        let _ = answer.send(());
    }

    async fn report_changes(&self, next: &Advance, progress: &mut Progress) {
        if !progress.said_running && next.end.is_none() {
            progress.said_running = true;
            self.report(Event::State { state: RunState::Running, error: None }).await;
        }
        let changed: Vec<Task> = next
            .tasks
            .iter()
            .map(|view| &view.task)
            .filter(|task| progress.reported.get(&task.id) != Some(task))
            .cloned()
            .collect();
        if changed.is_empty() {
            return;
        }
        progress.reported.extend(changed.iter().map(|task| (task.id, task.clone())));
        let standings = next.tasks.iter().map(|view| (view.task.id, view.task.state)).collect();
        self.standings.send_replace(Arc::new(standings));
        self.report(Event::Tasks(changed)).await;
    }

    async fn finish(&self, end: RunEnd) {
        let (path, copy) = (self.around.dir.end(), end.clone());
        if let Err(error) = blocking(move || write_json(&path, &copy)).await {
            tracing::error!(%error, run = %self.around.run.id, "a run's end cannot be written down");
        }
        self.report(Event::State { state: end.state, error: end.error }).await;
    }

    async fn report(&self, event: Event) {
        send(&self.reporter, &self.around.run, &*self.around.clock, event).await;
    }
}

impl Progress {
    fn take_end(&mut self, ended: Result<StepEnd, tokio::task::JoinError>) {
        let Ok((path, ended, _slot)) = ended else {
            tracing::error!("a step's watcher panicked");
            return;
        };
        self.open.remove(&path);
        if let Some(attempt) = self.facts.steps.get_mut(&path).and_then(|step| step.attempts.last_mut()) {
            if let StepResult::Failed(reason) = &ended.result {
                tracing::info!(step = %path, %reason, "a step failed");
            }
            attempt.ended = Some(ended);
        }
    }
}

/// Whether a step's last attempt goes on.
trait IsOpen {
    fn is_open(&self, path: &TaskPath) -> bool;
}

impl IsOpen for Facts {
    fn is_open(&self, path: &TaskPath) -> bool {
        self.steps.get(path).and_then(|step| step.attempts.last()).is_some_and(|attempt| attempt.ended.is_none())
    }
}

pub(crate) async fn send(reporter: &Reporter, run: &RunAddress, clock: &dyn Clock, event: Event) {
    // Nobody listens any more when the server goes down; what matters is on disk.
    let _ = reporter.send(Report { run: run.clone(), at: clock.now(), event }).await;
}

pub(crate) async fn remove_run(dir: &RunDir) {
    let path = dir.path().to_owned();
    let removed = blocking(move || std::fs::remove_dir_all(path)).await;
    if let Err(error) = removed
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, dir = %dir.path().display(), "a run's directory cannot be removed");
    }
}
