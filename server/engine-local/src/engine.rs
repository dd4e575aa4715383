use crate::{
    Settings,
    assign::Machine,
    cache::Cache,
    doctor::check_sandbox,
    log::{Follower, read_at},
    places::{Places, RunDir, remove_file},
    python::HostPython,
    queue::Queue,
    run::{Request, RunActor, RunEnd, Standings, remove_run, send},
    step::{Surroundings, blocking},
    watch::LogWatch,
};
use artifacts::{Artifacts, default_root};
use authz::{Grant, RunGrant, runs};
use bytes::Bytes;
use engine::{Engine, Event, LaunchOrder, LogChunk, Reporter, Secrets};
use futures::stream::BoxStream;
use launcher::{read_json, write_json};
use model::{Clock, Failure, Launching, Namespace, RunAddress, RunId, TaskId};
use pipeline_spec::{Package, Plan, RunContext, plan, steps_to_repeat};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
};

/// Longest answer of [`Engine::read_log`], in bytes.
const LOG_PAGE: usize = 1024 * 1024;

/// The engine of this machine. Dropping it ends its watching, never a step.
pub struct LocalEngine {
    machine: Arc<Machine>,
    clock: Arc<dyn Clock>,
    reporter: Reporter,
    queue: Queue,
    watch: Option<Arc<LogWatch>>,
    active: Mutex<Active>,
}

#[derive(Default)]
struct Active {
    runs: HashMap<RunId, Handle>,
    tasks: JoinSet<()>,
}

struct Handle {
    namespace: Namespace,
    requests: mpsc::UnboundedSender<Request>,
    standings: watch::Receiver<Standings>,
    order: watch::Sender<Option<LaunchOrder>>,
}

impl LocalEngine {
    /// Opens the engine's directory and takes up the runs that have not ended. What the machine lacks (see
    /// [`crate::doctor()`]) is logged, and fails the steps that need it. Must be called inside a runtime.
    ///
    /// # Errors
    /// `Unavailable` when the directory cannot be used.
    pub async fn start(
        settings: Settings,
        artifacts: Artifacts,
        clock: Arc<dyn Clock>,
        reporter: Reporter,
        secrets: Arc<dyn Secrets>,
    ) -> Result<Arc<Self>, Failure> {
        let queue = Queue::new(settings.max_parallel_steps, settings.max_parallel_steps_of_namespace);
        let opened = blocking(move || {
            let places = Places::open(&settings.data_dir)?;
            let python = HostPython::ask(&settings.python);
            let sandbox = check_sandbox(&settings);
            for lack in [python.as_ref().err(), sandbox.as_ref().err()].into_iter().flatten() {
                tracing::warn!("{lack}; `mooring doctor` says how to get it");
            }
            launcher::remove_empty_groups()?;
            let unfinished: Vec<_> = places
                .unfinished()
                .into_iter()
                .filter_map(|run| Some((read_json(&places.run(&run).order()).ok()??, run)))
                .collect();
            let host_env = settings.host_env_inside();
            Ok((
                Machine { host_env, settings, places, artifacts, secrets, python, sandbox, disk: Mutex::default() },
                unfinished,
            ))
        });
        let (machine, unfinished) = opened
            .await
            .map_err(|error| Failure::unavailable("The local engine's directory cannot be opened", error))?;
        let watch = LogWatch::new()
            .inspect_err(|error| tracing::warn!(%error, "logs are looked at once a second only"))
            .ok()
            .map(Arc::new);
        let engine = Self { machine: Arc::new(machine), clock, reporter, queue, watch, active: Mutex::default() };
        for (order, run) in unfinished {
            engine
                .take_on(run, &order, None)
                .unwrap_or_else(|failure| tracing::error!(%failure, "a run cannot be taken up"));
        }
        Ok(Arc::new(engine))
    }

    /// Watches over a run; one that is watched already is only asked to end, if that is wished.
    /// The order itself is there only in the life of the server in which it was given.
    fn take_on(&self, run: RunAddress, order: &Launching, given: Option<LaunchOrder>) -> Result<(), Failure> {
        let cancel_requested = given.as_ref().is_some_and(|order| order.run.cancel_requested);
        if self.remind_active(&run, given.as_ref()) {
            return Ok(());
        }
        let plan = plan_of(&run, order)?;
        let mut active = self.active();
        while active.tasks.try_join_next().is_some() {}
        active.runs.retain(|_, handle| !handle.requests.is_closed());
        let (requests, receiver) = mpsc::unbounded_channel();
        let (standings, standing) = watch::channel(Standings::default());
        let (giver, order_given) = watch::channel(given);
        let handle = Handle { namespace: run.place.clone(), requests, standings: standing, order: giver };
        let around = Surroundings {
            machine: Arc::clone(&self.machine),
            clock: Arc::clone(&self.clock),
            run: run.clone(),
            dir: self.dir(&run),
            run_name: order.display_name.as_str().into(),
            order: order_given,
        };
        let actor = RunActor {
            around,
            plan,
            cancel_requested,
            queue: self.queue.clone(),
            reporter: self.reporter.clone(),
            requests: receiver,
            standings,
            retries: order.retries,
        };
        active.runs.insert(run.id, handle);
        active.tasks.spawn(actor.run());
        Ok(())
    }

    /// Whether the run is active; then it hears the order, and that it is to end if that is wished.
    fn remind_active(&self, run: &RunAddress, given: Option<&LaunchOrder>) -> bool {
        let reminded = self.with_active(run, |handle| {
            if let Some(order) = given {
                handle.order.send_replace(Some(order.clone()));
                if order.run.cancel_requested {
                    // One that ends this very moment needs no request.
                    let _ = handle.requests.send(Request::Cancel);
                }
            }
        });
        reminded.is_some()
    }

    fn with_active<T>(&self, run: &RunAddress, act: impl FnOnce(&Handle) -> T) -> Option<T> {
        let active = self.active();
        let handle = active.runs.get(&run.id)?;
        (handle.namespace == run.place && !handle.requests.is_closed()).then(|| act(handle))
    }

    fn active(&self) -> MutexGuard<'_, Active> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn dir(&self, run: &RunAddress) -> RunDir {
        self.machine.places.run(run)
    }

    async fn ended(&self, run: &RunAddress) -> Result<Option<RunEnd>, Failure> {
        let path = self.dir(run).end();
        blocking(move || read_json(&path)).await.map_err(|error| Failure::unavailable("The run cannot be read", error))
    }

    /// Takes an ended run up again. What is to run again loses its attempts first and the end goes last, so that all of
    /// this can be repeated after a crash in its midst.
    async fn reopen(&self, run: RunAddress, order: LaunchOrder, end: RunEnd) -> Result<(), Failure> {
        let plan = plan_of(&run, &order.run)?;
        let (dir, record, machine) = (self.dir(&run), order.run.clone(), Arc::clone(&self.machine));
        let namespace = run.place.clone();
        blocking(move || {
            let cache = Cache { places: &machine.places, artifacts: &machine.artifacts, namespace: &namespace };
            let facts = dir.facts()?;
            for path in steps_to_repeat(&plan, &facts, &end.tasks, record.retry_from) {
                let task = plan.task_id(&path);
                // What is to run again must not be taken from what it did before.
                if let Some(order) = dir.last_order(task) {
                    cache.forget(&order)?;
                }
                dir.lay_aside(task, end.retries)?;
            }
            write_json(&dir.order(), &record)?;
            remove_file(&dir.cancel())?;
            remove_file(&dir.end())
        })
        .await
        .map_err(|error| Failure::unavailable("The run cannot be taken up again", error))?;
        self.take_on(run, &order.run.clone(), Some(order))
    }

    /// A log's place, and how the run's tasks stand if it goes on.
    async fn find_log(
        &self,
        run: &RunAddress,
        task: TaskId,
    ) -> Result<(std::path::PathBuf, Option<watch::Receiver<Standings>>), Failure> {
        let log = self.dir(run).log(task);
        if let Some(mut standings) = self.with_active(run, |handle| handle.standings.clone()) {
            // A run that was just launched has not looked at itself yet.
            let known = standings.wait_for(|standings| !standings.is_empty()).await;
            match known.map(|standings| standings.contains_key(&task)) {
                Ok(true) => return Ok((log, Some(standings))),
                Ok(false) => return Err(task.not_found()),
                Err(_) => {}
            }
        }
        let end = self.ended(run).await?;
        if end.is_some_and(|end| end.tasks.iter().any(|known| known.id == task)) {
            Ok((log, None))
        } else {
            Err(task.not_found())
        }
    }
}

#[async_trait::async_trait]
impl Engine for LocalEngine {
    async fn launch(&self, order: LaunchOrder) -> Result<(), Failure> {
        let run = order.address().clone();
        if let Some(end) = self.ended(&run).await? {
            if end.retries < order.run.retries {
                return self.reopen(run, order, end).await;
            }
            // Whoever asks has not heard the end.
            let (reporter, clock) = (self.reporter.clone(), Arc::clone(&self.clock));
            self.active().tasks.spawn(async move {
                send(&reporter, &run, &*clock, Event::Tasks(end.tasks)).await;
                send(&reporter, &run, &*clock, Event::State { state: end.state, error: end.error }).await;
            });
            return Ok(());
        }
        if self.remind_active(&run, Some(&order)) {
            return Ok(());
        }
        // Refused before anything is written.
        plan_of(&run, &order.run)?;
        let (dir, written) = (self.dir(&run), order.run.clone());
        blocking(move || {
            std::fs::create_dir_all(dir.path())?;
            if dir.order().exists() { Ok(()) } else { write_json(&dir.order(), &written) }
        })
        .await
        .map_err(|error| Failure::unavailable("The run cannot be written down", error))?;
        self.take_on(run, &order.run.clone(), Some(order))
    }

    async fn cancel(&self, grant: &RunGrant<runs::Terminate>) -> Result<(), Failure> {
        // One that ends this very moment needs no request.
        self.with_active(grant.address(), |handle| handle.requests.send(Request::Cancel).is_ok());
        Ok(())
    }

    async fn forget(&self, grant: &RunGrant<runs::Delete>) -> Result<(), Failure> {
        let run = grant.address();
        let (answer, done) = oneshot::channel();
        let asked = self.with_active(run, |handle| handle.requests.send(Request::Forget(answer)).is_ok());
        // A run that ends this very moment drops the question; then there is only its directory left.
        if asked != Some(true) || done.await.is_err() {
            remove_run(&self.dir(run)).await;
        }
        self.active().runs.remove(&run.id);
        Ok(())
    }

    async fn disk_use(&self, grant: &Grant<runs::List>) -> Result<u64, Failure> {
        let (machine, namespace) = (Arc::clone(&self.machine), grant.place().clone());
        blocking(move || Ok(machine.disk_use(&namespace)))
            .await
            .map_err(|error| Failure::unavailable("The disk use cannot be counted", error))
    }

    async fn forget_results(&self, grant: &RunGrant<runs::Retry>, task: TaskId) -> Result<bool, Failure> {
        let (dir, machine, namespace) = (self.dir(grant.address()), Arc::clone(&self.machine), grant.place().clone());
        let forgotten = blocking(move || {
            let cache = Cache { places: &machine.places, artifacts: &machine.artifacts, namespace: &namespace };
            dir.last_order(task).map(|order| cache.forget(&order)).transpose()
        });
        let forgotten = forgotten.await.map_err(|error| Failure::unavailable("The cache cannot be changed", error))?;
        forgotten.ok_or_else(|| task.not_found())
    }

    async fn follow_log(
        &self,
        grant: &RunGrant<runs::Get>,
        task: TaskId,
        offset: u64,
    ) -> Result<BoxStream<'static, LogChunk>, Failure> {
        let (log, standings) = self.find_log(grant.address(), task).await?;
        Ok(Follower { log, offset, task, standings, watch: self.watch.clone() }.stream())
    }

    async fn read_log(&self, grant: &RunGrant<runs::Get>, task: TaskId, offset: u64) -> Result<Bytes, Failure> {
        let (log, _) = self.find_log(grant.address(), task).await?;
        read_at(log, offset, LOG_PAGE).await.map_err(|error| Failure::unavailable("The log cannot be read", error))
    }
}

fn plan_of(run: &RunAddress, order: &Launching) -> Result<Plan, Failure> {
    let package = Package::from_value(&order.spec)?;
    let pipeline_root = match order.pipeline_root.as_deref().filter(|root| !root.is_empty()) {
        Some(root) => {
            artifacts::check_root(&run.place, root)?;
            root.to_owned()
        }
        None => default_root(&run.place),
    };
    let context = RunContext {
        run_id: run.id,
        run_name: order.display_name.clone(),
        pipeline_root,
        namespace: run.place.clone(),
        created_at: order.created_at,
        scheduled_at: order.scheduled_at,
    };
    Ok(plan(&package, &order.parameters, &context)?)
}
