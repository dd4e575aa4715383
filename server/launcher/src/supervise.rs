use crate::{
    ASSIGNMENT, Assignment, Finish, LOCK, Outcome, RESULT, STARTED, Started,
    disk::DiskUse,
    environment,
    files::{lock, read_json, reserve, write_json, write_reserved},
    limits::Groups,
    log::Log,
    sandbox::{Inside, Sandboxed},
    stop::StopRequests,
};
use model::Clock;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{OFlags, fcntl_setfl},
    io::{FdFlags, fcntl_setfd},
    pipe::{PipeFlags, pipe_with},
    process::{Pid, PidfdFlags, pidfd_open},
};
use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    os::{
        fd::{BorrowedFd, RawFd},
        unix::process::ExitStatusExt,
    },
    path::{Path, PathBuf},
    process::{ExitCode, ExitStatus},
};

/// `launcher <attempt directory>`: runs what `assignment.json` in that directory says, and leaves `result.json`.
/// An attempt that somebody looks after, or that has begun before, is left alone.
pub fn main(arguments: impl IntoIterator<Item = OsString>, clock: &dyn Clock) -> ExitCode {
    let mut arguments = arguments.into_iter();
    let (Some(dir), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: launcher <attempt directory>");
        return ExitCode::from(2);
    };
    keep_open_files_to_ourselves();
    // Whoever leads a session already is as much apart as this would make it.
    let _ = rustix::process::setsid();
    match look_after(&PathBuf::from(dir), clock) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("launcher: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Files that the server was started with, and never asked for, must not be handed on to a step.
fn keep_open_files_to_ourselves() {
    let open = fs::read_dir("/proc/self/fd").into_iter().flatten();
    let numbers = open.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<RawFd>().ok());
    for number in numbers.filter(|number| *number > 2).collect::<Vec<_>>() {
        #[expect(
            unsafe_code,
            reason = "a number that is not open any more only gives an error, and nothing is closed here"
        )]
        let file = unsafe { BorrowedFd::borrow_raw(number) };
        let _ = fcntl_setfd(file, FdFlags::CLOEXEC);
    }
}

fn look_after(dir: &Path, clock: &dyn Clock) -> io::Result<()> {
    let mut stop = StopRequests::listen()?;
    let Some(_held) = lock(&dir.join(LOCK))? else { return Ok(()) };
    if dir.join(RESULT).exists() || dir.join(STARTED).exists() {
        return Ok(());
    }
    let assignment: Assignment = read_json(&dir.join(ASSIGNMENT))?.ok_or(io::ErrorKind::InvalidData)?;
    let now = clock.now().millis();
    reserve(&dir.join(RESULT))?;
    write_json(&dir.join(STARTED), &Started { pid: std::process::id(), at_millis: now })?;
    // Left before the end is written: it lives no longer than the attempt.
    let groups = Groups::enter(&group_name(dir), &assignment.limits);
    let before = if groups.is_some() { Vec::new() } else { assignment.limits.words() };
    let mut attempt = Attempt { assignment: &assignment, before: &before, clock, stop: &mut stop, begun_at: now };
    let mut outcome = attempt.run().unwrap_or_else(|error| Outcome::NotStarted { why: error.to_string() });
    let ended_badly = matches!(outcome, Outcome::Exited { code: 1.. } | Outcome::Killed { .. });
    if ended_badly && groups.as_ref().is_some_and(Groups::ran_out_of_memory) {
        outcome = Outcome::OutOfMemory { limit_bytes: assignment.limits.memory_bytes.unwrap_or_default() };
    }
    drop(groups);
    let finish = Finish { at_millis: clock.now().millis(), stopped: stop.asked(), outcome };
    write_reserved(&dir.join(RESULT), &finish)
}

/// Different for every attempt on this machine: the step's directory is named by its task's id.
fn group_name(dir: &Path) -> String {
    let words = dir.components().rev().take(2).map(|part| part.as_os_str().to_string_lossy().into_owned());
    words.collect::<Vec<_>>().join("-")
}

/// One attempt while it goes on.
pub(crate) struct Attempt<'a> {
    pub(crate) assignment: &'a Assignment,
    before: &'a [String],
    clock: &'a dyn Clock,
    stop: &'a mut StopRequests,
    begun_at: i64,
}

impl Attempt<'_> {
    fn run(&mut self) -> io::Result<Outcome> {
        let assignment = self.assignment;
        let mut log = Log::open(&assignment.log, assignment.limits.log_bytes)?;
        if let Some(heading) = &assignment.heading {
            log.write_all(heading.as_bytes())?;
        }
        for dir in &assignment.fresh {
            make_fresh(dir)?;
        }
        if let Some(environment) = &assignment.environment
            && let Some(ended) = environment::prepare(environment, self, &mut log)?
        {
            return Ok(ended);
        }
        let from = log.length();
        let outcome = self.run_inside(&Inside::of_step(assignment, self.before), &mut log)?;
        Ok(match outcome {
            Outcome::Exited { code: 1 } => {
                complaint(&assignment.log, from).map_or(outcome, |why| Outcome::NotStarted { why })
            }
            other => other,
        })
    }

    /// Runs one command to its end, to the attempt's time limit, or to a request to stop.
    pub(crate) fn run_inside(&mut self, inside: &Inside<'_>, log: &mut Log) -> io::Result<Outcome> {
        if self.stop.asked() {
            return Ok(Outcome::Killed { signal: signal_hook::consts::SIGTERM });
        }
        let (mut said, writer) =
            pipe_with(PipeFlags::CLOEXEC).map(|(read, write)| (File::from(read), File::from(write)))?;
        fcntl_setfl(&said, OFlags::NONBLOCK)?;
        let mut sandboxed = inside.start(&writer)?;
        drop(writer);
        let limits = self.assignment.limits;
        let mut disk = limits.disk_bytes.map(|limit| (limit, DiskUse::of(&self.assignment.fresh, limit)));
        let mut disk_full = None;
        let process = i32::try_from(sandboxed.child.id()).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::Other)?;
        let process = pidfd_open(process, PidfdFlags::empty())?;
        let limit = self.assignment.timeout_seconds.map(|seconds| {
            let millis = i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX);
            (seconds, self.begun_at.saturating_add(millis))
        });
        let mut said_all = false;
        let (mut timed_out, mut kill_at) = (None, None);
        let mut look_at = self.clock.now().millis().saturating_add(1000);
        loop {
            let status = sandboxed.child.try_wait()?;
            // After the end all that was said is in the pipe.
            loop {
                match copy(&mut said, log) {
                    Copied::Some if status.is_some() => {}
                    Copied::Some | Copied::NothingYet => break,
                    Copied::End => {
                        said_all = true;
                        break;
                    }
                }
            }
            if let Some(status) = status {
                return Ok(match (timed_out, disk_full) {
                    (Some(after_seconds), _) => Outcome::TimedOut { after_seconds },
                    (None, Some(limit_bytes)) => Outcome::DiskFull { limit_bytes },
                    (None, None) => outcome_of(status),
                });
            }
            let now = self.clock.now().millis();
            match kill_at {
                Some(at) if now >= at => sandboxed.child.kill()?,
                Some(_) => {}
                None => {
                    let overdue = limit.filter(|(_, at)| now >= *at);
                    timed_out = overdue.map(|(seconds, _)| seconds);
                    if now >= look_at {
                        look_at = now.saturating_add(1000);
                        disk_full = disk.as_mut().and_then(|(limit, used)| used.is_too_much().then_some(*limit));
                    }
                    if overdue.is_some() || disk_full.is_some() || self.stop.asked() {
                        kill_at = Some(self.end_softly(&mut sandboxed, now));
                        continue;
                    }
                }
            }
            let look = disk.as_ref().map(|_| look_at);
            let due = [limit.map(|(_, at)| at), look].into_iter().flatten().min();
            let next = kill_at.or(due).map(|at| at.saturating_sub(now).max(1));
            let timeout = next.map(|millis| Timespec { tv_sec: millis / 1000, tv_nsec: millis % 1000 * 1_000_000 });
            let mut watched = [
                PollFd::new(&process, PollFlags::IN),
                PollFd::new(&said, PollFlags::IN),
                PollFd::new(self.stop, PollFlags::IN),
            ];
            // A request that was already taken must not wake us again and again, nor a step that has closed its output.
            if said_all {
                watched[1] = PollFd::new(&process, PollFlags::IN);
            }
            let watched = if kill_at.is_some() { &mut watched[..2] } else { &mut watched[..] };
            match poll(watched, timeout.as_ref()) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// When to end it by force, should it not end by itself.
    fn end_softly(&self, sandboxed: &mut Sandboxed, now: i64) -> i64 {
        let grace = i64::try_from(self.assignment.grace_millis).unwrap_or(i64::MAX);
        if sandboxed.ask_to_end() { now.saturating_add(grace) } else { now }
    }

    /// Waits a moment for somebody else; `false` once it was asked to stop.
    pub(crate) fn may_go_on_waiting(&mut self) -> bool {
        let moment = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
        let _ = poll(&mut [PollFd::new(self.stop, PollFlags::IN)], Some(&moment));
        !self.stop.asked()
    }
}

enum Copied {
    Some,
    NothingYet,
    End,
}

/// A piece of what was said.
fn copy(said: &mut File, log: &mut Log) -> Copied {
    let mut piece = [0; 32 * 1024];
    match said.read(&mut piece) {
        Ok(0) => Copied::End,
        Ok(length) => {
            log.take(piece.get(..length).unwrap_or_default());
            Copied::Some
        }
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {
            Copied::NothingYet
        }
        Err(_) => Copied::End,
    }
}

fn make_fresh(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::create_dir_all(dir)
}

/// The sandbox program passes a command's end by signal on as 128 + signal, as shells do. Codes that programs choose
/// for themselves in that range are left as they are.
fn outcome_of(status: ExitStatus) -> Outcome {
    use signal_hook::consts::{SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGKILL, SIGSEGV, SIGTERM};
    match (status.code(), status.signal()) {
        (Some(code), _) => {
            let signal = code - 128;
            if [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGKILL, SIGSEGV, SIGTERM].contains(&signal) {
                Outcome::Killed { signal }
            } else {
                Outcome::Exited { code }
            }
        }
        (None, signal) => Outcome::Killed { signal: signal.unwrap_or(0) },
    }
}

/// What the sandbox program itself complained about, if that is all that there is in the log.
fn complaint(log: &Path, from: u64) -> Option<String> {
    let mut file = File::open(log).ok()?;
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut text = String::new();
    file.take(4096).read_to_string(&mut text).ok()?;
    let line = text.trim_end();
    (line.starts_with("bwrap: ") && !line.contains('\n'))
        .then(|| format!("the step could not be started: {}", line.trim_start_matches("bwrap: ")))
}
