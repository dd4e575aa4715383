//! One attempt, from its order to its end, over lives of the server.

use crate::watch::watched;
use crate::{
    assign::Machine,
    cache::Cache,
    outputs::{self, launcher_said},
    places::{AttemptDir, RunDir, StepRecord},
    pod::{self, Entries},
};
use engine::LaunchOrder;
use launcher::{Finish, LOCK, RESULT, STARTED, Started, lock, read_json, write_json};
use model::{Clock, RunAddress, Timestamp};
use pipeline_spec::{Ended, FailureReason, StepOrder, StepResult};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::{
    fs::{self, File},
    io::{self, Write},
    os::fd::OwnedFd,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};
use tokio::sync::watch;

/// What is wished of a running attempt; only ever grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wish {
    GoOn,
    Stop,
    Kill,
}

/// Where an attempt belongs.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub(crate) machine: Arc<Machine>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) run: RunAddress,
    pub(crate) dir: RunDir,
    pub(crate) run_name: Arc<str>,
    /// The order, once it was given in this life of the server: the proof that opens secrets.
    pub(crate) order: watch::Receiver<Option<LaunchOrder>>,
}

/// How often a launcher that ends before it has begun is started again.
const MOST_STARTS: u32 = 3;

impl Surroundings {
    /// Starts an attempt and waits for its end.
    pub(crate) async fn begin(self, order: StepOrder, started_at: Timestamp, wish: watch::Receiver<Wish>) -> Ended {
        let dir = self.dir.attempt(order.task_id, order.attempt);
        let entries = self.entries(&order).await;
        let (this, prepared_dir) = (self.clone(), dir.clone());
        let prepared = blocking(move || this.prepare(&prepared_dir, order, started_at.millis(), &entries?)).await;
        match prepared {
            Ok(Ok(record)) => self.see_through(dir, record, true, wish).await,
            Ok(Err(ended)) => ended,
            Err(error) => self.now(refused(format!("the step could not be prepared: {error}"))),
        }
    }

    /// Takes an attempt up again that an earlier life of the server began.
    pub(crate) async fn take_up(self, dir: AttemptDir, record: StepRecord, wish: watch::Receiver<Wish>) -> Ended {
        self.see_through(dir, record, false, wish).await
    }

    /// Writes down all that the launcher needs. `Err` inside is an attempt that ended right here.
    fn prepare(
        &self,
        dir: &AttemptDir,
        order: StepOrder,
        started_at_millis: i64,
        entries: &Entries,
    ) -> io::Result<Result<StepRecord, Ended>> {
        // Left by a server that ended in the midst of this: nothing has run there.
        match fs::remove_dir_all(dir.path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(dir.path())?,
        }
        let mut log = File::options().create(true).append(true).open(self.dir.log(order.task_id))?;
        if let Some((result, line)) = self.done_without_process(&order) {
            log.write_all(line.as_bytes())?;
            let ended = self.now(result);
            write_json(&dir.record(), &StepRecord { order, started_at_millis, writable: Vec::new() })?;
            dir.write_ended(&ended)?;
            return Ok(Err(ended));
        }
        match self.machine.assign(&self.run, &self.dir, dir, &order, entries) {
            Ok(assigned) => {
                write_json(&dir.path().join(launcher::ASSIGNMENT), &assigned.assignment)?;
                let record = StepRecord { order, started_at_millis, writable: assigned.writable };
                write_json(&dir.record(), &record)?;
                Ok(Ok(record))
            }
            Err(sentence) => {
                writeln!(log, "The step was not started: {sentence}")?;
                let ended = self.now(refused(sentence));
                write_json(&dir.record(), &StepRecord { order, started_at_millis, writable: Vec::new() })?;
                dir.write_ended(&ended)?;
                Ok(Err(ended))
            }
        }
    }

    /// What the step's pod takes from secrets.
    async fn entries(&self, order: &StepOrder) -> io::Result<Entries> {
        let mut entries = Entries::new();
        for name in pod::names(&order.pod) {
            let mut given = self.order.clone();
            let launched = given.wait_for(Option::is_some).await.map_err(io::Error::other)?.clone();
            let Some(launched) = launched else { continue };
            let data = self.machine.secrets.read(&launched, &name).await;
            entries.insert(name, data.map_err(|failure| io::Error::other(failure.message))?);
        }
        Ok(entries)
    }

    /// Work on volumes, and work that was done before: how it ended, and what the log says of it.
    fn done_without_process(&self, order: &StepOrder) -> Option<(StepResult, String)> {
        if let Some(done) = pod::operate(&self.machine.places, &self.run.place, order) {
            return Some(match done {
                Ok(outputs) => (StepResult::Succeeded(outputs), String::new()),
                Err(sentence) => (refused(sentence.clone()), format!("{sentence}\n")),
            });
        }
        if !self.machine.settings.cache {
            return None;
        }
        let (outputs, from) = self.cache().find(order)?;
        let line = format!("Taken from the cache: task {} of run {} did the same work.\n", from.task, from.run);
        Some((StepResult::Cached(outputs, from), line))
    }

    fn cache(&self) -> Cache<'_> {
        Cache { places: &self.machine.places, artifacts: &self.machine.artifacts, namespace: &self.run.place }
    }

    async fn see_through(
        self,
        dir: AttemptDir,
        record: StepRecord,
        fresh: bool,
        mut wish: watch::Receiver<Wish>,
    ) -> Ended {
        let mut starts = 0;
        let mut standing = if fresh { Ok(Standing::NotBegun) } else { self.look(&dir).await };
        let result = loop {
            match standing {
                Ok(Standing::Ended(finish)) => break Ok(finish),
                Ok(Standing::Lost) => {
                    let said = launcher_said(&dir);
                    break Err(failed(FailureReason::Lost(format!(
                        "the step's launcher ended without a word, as when the machine goes down{said}"
                    ))));
                }
                Ok(Standing::Running(process)) => wait(process, &mut wish).await,
                Ok(Standing::Beginning) => tokio::time::sleep(Duration::from_millis(5)).await,
                Ok(Standing::NotBegun) if *wish.borrow_and_update() > Wish::GoOn => break Err(StepResult::Cancelled),
                Ok(Standing::NotBegun) if starts == MOST_STARTS => {
                    break Err(refused(format!("the step's launcher could not be started{}", launcher_said(&dir))));
                }
                Ok(Standing::NotBegun) => {
                    starts += 1;
                    let (this, at) = (self.clone(), dir.clone());
                    match blocking(move || this.start_launcher(&at)).await {
                        Ok((mut child, process)) => {
                            wait(process, &mut wish).await;
                            // It has ended, so this takes no time; without it a dead entry would stay in the process table.
                            if let Err(error) = child.wait() {
                                tracing::warn!(%error, "a launcher's end cannot be collected");
                            }
                        }
                        Err(error) => break Err(refused(format!("the step's launcher could not be started: {error}"))),
                    }
                }
                Err(error) => {
                    break Err(failed(FailureReason::Lost(format!("the step's files cannot be read: {error}"))));
                }
            }
            standing = self.look(&dir).await;
        };
        let now = self.clock.now().millis();
        let this = self.clone();
        let ending = move || {
            let ended = match result {
                Ok(finish) => outputs::ended(&record, &finish, &this.run, &this.machine.artifacts),
                Err(result) => Ended { at_millis: now, result },
            };
            dir.write_ended(&ended)?;
            if let StepResult::Succeeded(outputs) = &ended.result
                && let Err(error) = this.cache().keep(&record.order, outputs, &this.run, &this.run_name)
            {
                tracing::warn!(%error, "a step's results cannot be kept for later runs");
            }
            io::Result::Ok((dir, ended))
        };
        match blocking(ending).await {
            Ok((dir, ended)) => {
                // Nobody waits for this.
                drop(tokio::task::spawn_blocking(move || dir.remove_scratch()));
                ended
            }
            Err(error) => {
                self.now(failed(FailureReason::Lost(format!("the step's end cannot be written down: {error}"))))
            }
        }
    }

    fn start_launcher(&self, dir: &AttemptDir) -> io::Result<(Child, OwnedFd)> {
        let [program, arguments @ ..] = &*self.machine.settings.launcher_command else {
            return Err(io::Error::other("no launcher is set"));
        };
        let log = File::options().create(true).append(true).open(dir.launcher_log())?;
        let child = Command::new(program)
            .args(arguments)
            .arg(dir.path())
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        // It is our child and nobody has waited for it, so the id cannot be another's by now.
        let process = open_process(child.id())?;
        Ok((child, process))
    }

    async fn look(&self, dir: &AttemptDir) -> io::Result<Standing> {
        let dir = dir.clone();
        blocking(move || look(&dir)).await
    }

    fn now(&self, result: StepResult) -> Ended {
        Ended { at_millis: self.clock.now().millis(), result }
    }
}

enum Standing {
    NotBegun,
    /// A launcher has the lock and has not written yet who it is.
    Beginning,
    Running(OwnedFd),
    Ended(Finish),
    Lost,
}

/// How an attempt stands, from its files and its lock. A process id alone may be another's by now; as long as the lock
/// is held it is not.
fn look(dir: &AttemptDir) -> io::Result<Standing> {
    let (result, started, locked) = (dir.path().join(RESULT), dir.path().join(STARTED), dir.path().join(LOCK));
    if let Some(finish) = read_json(&result)? {
        return Ok(Standing::Ended(finish));
    }
    if let Some(_nobody_else) = lock(&locked)? {
        // The last word may have come between the two looks.
        return Ok(match read_json(&result)? {
            Some(finish) => Standing::Ended(finish),
            None if started.exists() => Standing::Lost,
            None => Standing::NotBegun,
        });
    }
    let Some(Started { pid, .. }) = read_json(&started)? else { return Ok(Standing::Beginning) };
    let Ok(process) = open_process(pid) else { return Ok(Standing::Beginning) };
    Ok(if lock(&locked)?.is_none() { Standing::Running(process) } else { Standing::Beginning })
}

fn open_process(pid: u32) -> io::Result<OwnedFd> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidData)?;
    Ok(pidfd_open(pid, PidfdFlags::empty())?)
}

/// Until the process has ended; passes wishes on to it.
async fn wait(process: OwnedFd, wish: &mut watch::Receiver<Wish>) {
    let Ok(process) = watched(process) else {
        return tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let mut heard = Wish::GoOn;
    loop {
        let wished = *wish.borrow_and_update();
        if wished > heard {
            let signal = if wished == Wish::Kill { Signal::KILL } else { Signal::TERM };
            // One that has just ended needs no signal.
            let _ = pidfd_send_signal(process.get_ref(), signal);
            heard = wished;
        }
        tokio::select! {
            _ = process.readable() => return,
            Ok(()) = wish.changed() => {}
        }
    }
}

const fn failed(reason: FailureReason) -> StepResult {
    StepResult::Failed(reason)
}
const fn refused(sentence: String) -> StepResult {
    StepResult::Failed(FailureReason::Refused(sentence))
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}
