use launcher::{read_json, write_json};
use model::{Namespace, RunAddress, RunId, TaskId};
use pipeline_spec::{Attempt, Ended, Facts, StepOrder};
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The engine's directory:
/// ```text
/// runs/<namespace>/<run>/order.json  cancel  end.json  workspace/
///                       /steps/<task>/log
///                                    /before-retry-<n>.<attempt>/     attempts that a retry laid aside
///                                    /<attempt>/step.json  assignment.json  lock  started.json  result.json  ended.json  tmp/  home/
/// cache/<namespace>/<fingerprint>.json     volumes/<namespace>/<claim>/
/// environments/<namespace>/<digest of Python and packages>/     environments/.base/<digest of Python>/
/// system/                          the `/etc` of steps
/// ```
/// Names are ids and parsed names, so that no part of a definition becomes part of a path.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    root: PathBuf,
}

impl Places {
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        for dir in ["runs", "environments", "system"] {
            fs::create_dir_all(root.join(dir))?;
        }
        let places = Self { root: root.canonicalize()? };
        // Steps of an earlier life may still look at it.
        if places.unfinished().is_empty() || !places.system().join("passwd").exists() {
            places.make_system()?;
        }
        Ok(places)
    }
    fn make_system(&self) -> io::Result<()> {
        launcher::sandbox::make_settings(&self.system())?;
        let system = |name: &str, text: &str| fs::write(self.system().join(name), text);
        system(
            "passwd",
            "root:x:0:0:root:/root:/bin/sh\nstep:x:1000:1000:step:/home/step:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
        )?;
        system("group", "root:x:0:\nstep:x:1000:\nnogroup:x:65534:\n")?;
        system("hosts", "127.0.0.1 localhost\n::1 localhost\n")?;
        system("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")
    }
    pub(crate) fn system(&self) -> PathBuf {
        self.root.join("system")
    }
    pub(crate) fn environments(&self, namespace: &Namespace) -> PathBuf {
        self.root.join("environments").join(namespace.as_str())
    }
    pub(crate) fn base_environments(&self) -> PathBuf {
        self.root.join("environments/.base")
    }
    pub(crate) fn cache(&self, namespace: &Namespace) -> PathBuf {
        self.root.join("cache").join(namespace.as_str())
    }
    pub(crate) fn volumes(&self, namespace: &Namespace) -> PathBuf {
        self.root.join("volumes").join(namespace.as_str())
    }
    /// Where one namespace's things lie, but for what can be made anew (environments).
    pub(crate) fn of_namespace(&self, namespace: &Namespace) -> Vec<PathBuf> {
        vec![self.root.join("runs").join(namespace.as_str()), self.volumes(namespace), self.cache(namespace)]
    }
    pub(crate) fn run(&self, run: &RunAddress) -> RunDir {
        RunDir(self.root.join("runs").join(run.place.as_str()).join(run.id.to_string()))
    }
    /// Runs that were taken on and have not ended.
    pub(crate) fn unfinished(&self) -> Vec<RunAddress> {
        let mut runs = Vec::new();
        for namespace in entries(&self.root.join("runs")) {
            let Ok(place) = Namespace::parse(&name_of(&namespace)) else { continue };
            for run in entries(&namespace) {
                let Ok(id) = RunId::parse(&name_of(&run)) else { continue };
                if run.join("order.json").exists() && !run.join("end.json").exists() {
                    runs.push(RunAddress { place: place.clone(), id });
                }
            }
        }
        runs
    }
}

pub(crate) fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(dir).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// One run's directory.
#[derive(Debug, Clone)]
pub(crate) struct RunDir(PathBuf);

impl RunDir {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
    pub(crate) fn order(&self) -> PathBuf {
        self.0.join("order.json")
    }
    /// When the order was written: at the launch, or at the last retry.
    pub(crate) fn ordered_at_millis(&self) -> io::Result<Option<i64>> {
        let since = fs::metadata(self.order())?.modified()?.duration_since(std::time::UNIX_EPOCH);
        Ok(since.ok().and_then(|since| i64::try_from(since.as_millis()).ok()))
    }
    pub(crate) fn cancel(&self) -> PathBuf {
        self.0.join("cancel")
    }
    pub(crate) fn end(&self) -> PathBuf {
        self.0.join("end.json")
    }
    pub(crate) fn workspace(&self) -> PathBuf {
        self.0.join("workspace")
    }
    pub(crate) fn step(&self, task: TaskId) -> PathBuf {
        self.0.join("steps").join(task.to_string())
    }
    /// One log for all attempts of a step.
    pub(crate) fn log(&self, task: TaskId) -> PathBuf {
        self.step(task).join("log")
    }
    pub(crate) fn attempt(&self, task: TaskId, attempt: u32) -> AttemptDir {
        AttemptDir(self.step(task).join(attempt.to_string()))
    }
    /// What is known of the run's steps.
    pub(crate) fn facts(&self) -> io::Result<Facts> {
        let mut facts = Facts { cancel_requested: self.cancel().exists(), ..Facts::default() };
        for (dir, record) in self.attempts() {
            let attempt = Attempt { started_at_millis: record.started_at_millis, ended: dir.ended()? };
            facts.steps.entry(record.order.path).or_default().attempts.push(attempt);
        }
        Ok(facts)
    }
    /// Makes history of a step's attempts: they count no more, and are kept. The last one goes first, so that at every
    /// moment what is left is a step's first attempts.
    pub(crate) fn lay_aside(&self, task: TaskId, retries: u32) -> io::Result<()> {
        let attempts = (0_u32..).take_while(|attempt| self.attempt(task, *attempt).record().exists());
        for attempt in attempts.collect::<Vec<_>>().into_iter().rev() {
            let aside = self.step(task).join(format!("before-retry-{}.{attempt}", retries + 1));
            fs::rename(self.attempt(task, attempt).path(), aside)?;
        }
        Ok(())
    }
    /// What the last attempt of a task was to do.
    pub(crate) fn last_order(&self, task: TaskId) -> Option<StepOrder> {
        let records = (0_u32..)
            .map_while(|attempt| read_json::<StepRecord>(&self.attempt(task, attempt).record()).ok().flatten());
        records.last().map(|record| record.order)
    }
    /// Every attempt that was begun, a step's attempts in order.
    pub(crate) fn attempts(&self) -> Vec<(AttemptDir, StepRecord)> {
        let mut found = Vec::new();
        for step in entries(&self.0.join("steps")) {
            for attempt in 0_u32.. {
                let dir = AttemptDir(step.join(attempt.to_string()));
                let Ok(Some(record)) = read_json::<StepRecord>(&dir.record()) else { break };
                found.push((dir, record));
            }
        }
        found
    }
}

/// `step.json`: what the engine has to remember of an attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StepRecord {
    pub(crate) order: StepOrder,
    pub(crate) started_at_millis: i64,
    /// Where files of the step's mount view lie on this machine, as far as it can write them.
    pub(crate) writable: Vec<(String, PathBuf)>,
}

/// One attempt's directory.
#[derive(Debug, Clone)]
pub(crate) struct AttemptDir(PathBuf);

impl AttemptDir {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
    pub(crate) fn record(&self) -> PathBuf {
        self.0.join("step.json")
    }
    pub(crate) fn tmp(&self) -> PathBuf {
        self.0.join("tmp")
    }
    pub(crate) fn home(&self) -> PathBuf {
        self.0.join("home")
    }
    /// Entries of secrets as files, for this attempt only.
    pub(crate) fn given(&self) -> PathBuf {
        self.0.join("given")
    }
    pub(crate) fn launcher_log(&self) -> PathBuf {
        self.0.join("launcher.log")
    }
    pub(crate) fn ended(&self) -> io::Result<Option<Ended>> {
        read_json(&self.0.join("ended.json"))
    }
    /// From here on the attempt is history.
    pub(crate) fn write_ended(&self, ended: &Ended) -> io::Result<()> {
        write_json(&self.0.join("ended.json"), ended)
    }
    /// What only the running step needed. Its assignment may hold secrets, too.
    pub(crate) fn remove_scratch(&self) {
        if let Err(error) = remove_file(&self.0.join(launcher::ASSIGNMENT)) {
            tracing::warn!(%error, dir = %self.0.display(), "a step's assignment cannot be removed");
        }
        for dir in [self.tmp(), self.home(), self.given()] {
            if let Err(error) = fs::remove_dir_all(&dir)
                && error.kind() != io::ErrorKind::NotFound
            {
                tracing::warn!(%error, dir = %dir.display(), "a step's scratch directory cannot be removed");
            }
        }
    }
}
