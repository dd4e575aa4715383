//! From a step's order to the launcher's assignment: what the step sees, and what it runs.

use crate::{
    Settings,
    pip::{Wishes, recognise},
    places::{AttemptDir, Places, RunDir},
    pod::{Entries, provide},
    python::HostPython,
};
use artifacts::{Artifacts, locate};
use engine::Secrets;
use launcher::{Assignment, Bind, ENVIRONMENT_DIR, Environment, HOME_DIR, Limits, sandbox, size_of};
use model::{Namespace, RunAddress};
use pipeline_spec::StepOrder;
use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// What does not change from step to step.
pub(crate) struct Machine {
    pub(crate) settings: Settings,
    pub(crate) places: Places,
    pub(crate) artifacts: Artifacts,
    pub(crate) secrets: Arc<dyn Secrets>,
    pub(crate) python: Result<HostPython, String>,
    pub(crate) sandbox: Result<(), String>,
    /// When each namespace's use of the disk was last counted, and how much it was.
    pub(crate) disk: Mutex<HashMap<Namespace, (Instant, u64)>>,
    /// See [`Settings::host_env_inside`].
    pub(crate) host_env: (Vec<(String, String)>, Vec<Bind>),
}

/// An assignment, and the places where the step's own files will lie.
pub(crate) struct Assigned {
    pub(crate) assignment: Assignment,
    pub(crate) writable: Vec<(String, PathBuf)>,
}

/// How long a count of the disk's use is believed.
const COUNTED_FOR: Duration = Duration::from_secs(10);

/// Where an installation that a step makes itself goes: its environment cannot be written.
const OWN_PACKAGES: &str = "/tmp/.packages";
const WORKSPACE: &str = "/kfp-workspace";

impl Machine {
    /// # Errors
    /// Why this machine cannot run the step, as a sentence.
    pub(crate) fn assign(
        &self,
        run: &RunAddress,
        dir: &RunDir,
        attempt: &AttemptDir,
        order: &StepOrder,
        entries: &Entries,
    ) -> Result<Assigned, String> {
        self.sandbox.clone()?;
        self.check_disk(&run.place)?;
        let pod = provide(&self.places, &run.place, attempt, &order.pod, entries)?;
        let command: Vec<String> = order.command.iter().chain(&order.args).cloned().collect();
        let (command, environment) = match recognise(&command) {
            Some(wishes) => self.with_environment(run, wishes)?,
            None => (command, None),
        };
        self.check_program(order, &command, environment.is_some())?;

        let mut writable = vec![("/tmp".to_owned(), attempt.tmp()), (HOME_DIR.to_owned(), attempt.home())];
        writable.extend(self.output_dirs(run, order)?);
        let mut fresh: Vec<PathBuf> = writable.iter().map(|(_, host)| host.clone()).collect();
        fresh.extend(parameter_dirs(order, &attempt.tmp()));
        for (number, dir) in own_dirs(order).into_iter().enumerate() {
            let host = attempt.path().join(format!("own-{number}"));
            fresh.push(host.clone());
            writable.push((dir, host));
        }
        if order.uses_workspace {
            let workspace = dir.workspace();
            std::fs::create_dir_all(&workspace)
                .map_err(|error| format!("the run's workspace cannot be made: {error}"))?;
            writable.push((WORKSPACE.to_owned(), workspace));
        }
        fresh.extend(pod.fresh);
        writable.extend(pod.writable);
        let mut binds = self.machine_binds();
        binds.extend(pod.binds);
        binds.extend(writable.iter().map(|(inside, host)| Bind::writable(host, inside)));
        binds.extend(self.input_binds(run, order)?);
        binds.extend(given_files(order, &attempt.given())?);

        let settings = &self.settings;
        Ok(Assigned {
            assignment: Assignment {
                command,
                env: self.environment_of(run, order, pod.env, environment.is_some()),
                links: pod.links,
                host_name: host_name(&order.task_name),
                binds,
                fresh,
                log: dir.log(order.task_id),
                heading: heading(&dir.log(order.task_id), order.attempt),
                timeout_seconds: order.timeout_seconds,
                grace_millis: u64::try_from(settings.stop_grace.as_millis()).unwrap_or(u64::MAX),
                network: settings.network && !settings.without_network.contains(&run.place),
                limits: self.limits(order),
                environment,
                bwrap: settings.bwrap.clone(),
            },
            writable,
        })
    }

    /// The smaller of what the machine gives and what the component asks for. A step leaves a tenth of the disk's free
    /// space to others.
    fn limits(&self, order: &StepOrder) -> Limits {
        let least = |ours: Option<u64>, asked: Option<u64>| [ours, asked].into_iter().flatten().min();
        let ours = self.settings.limits;
        let asked = |text: &Option<String>| text.as_deref().and_then(quantity_in_thousandths);
        let cpu = least(ours.cpu_millis.map(u64::from), asked(&order.resources.cpu_limit));
        let free = rustix::fs::statvfs(&self.settings.data_dir).ok();
        let free = free.map(|stat| stat.f_bavail.saturating_mul(stat.f_frsize) / 10 * 9);
        Limits {
            memory_bytes: least(ours.memory_bytes, asked(&order.resources.memory_limit).map(|amount| amount / 1000)),
            cpu_millis: cpu.and_then(|millis| u32::try_from(millis.max(1)).ok()),
            disk_bytes: least(ours.disk_bytes, free),
            ..ours
        }
    }

    /// Bytes that the namespace's runs, artifacts and volumes take.
    pub(crate) fn disk_use(&self, namespace: &Namespace) -> u64 {
        let dirs = self.places.of_namespace(namespace).into_iter().chain([self.artifacts.namespace_dir(namespace)]);
        size_of(&dirs.collect::<Vec<_>>())
    }

    fn check_disk(&self, namespace: &Namespace) -> Result<(), String> {
        let Some(limit) = self.settings.namespace_disk_bytes else { return Ok(()) };
        let known = |disk: &HashMap<Namespace, (Instant, u64)>| disk.get(namespace).copied();
        let disk = || self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = known(&disk()).filter(|(at, _)| at.elapsed() < COUNTED_FOR).map(|(_, used)| used);
        let used = counted.unwrap_or_else(|| {
            let used = self.disk_use(namespace);
            disk().insert(namespace.clone(), (Instant::now(), used));
            used
        });
        if used <= limit {
            return Ok(());
        }
        Err(format!(
            "namespace \"{namespace}\" keeps {} MiB on this machine and may keep {} MiB: delete runs that are not needed any more",
            used >> 20,
            limit >> 20
        ))
    }

    fn with_environment(&self, run: &RunAddress, wishes: Wishes) -> Result<(Vec<String>, Option<Environment>), String> {
        let python = self.python.as_ref().map_err(|error| format!("the step needs Python: {error}"))?;
        let environments = self.places.environments(&run.place);
        let environment = Environment {
            dir: environments.join(python.digest_with(&wishes.installs)),
            base: self.places.base_environments().join(python.digest()),
            python: python.executable.clone(),
            installs: wishes.installs,
            cache: environments.join(".cache"),
            env: self.host_env.0.clone(),
        };
        Ok((wishes.command, Some(environment)))
    }

    fn check_program(&self, order: &StepOrder, command: &[String], has_environment: bool) -> Result<(), String> {
        let image = &order.image;
        let Some(program) = command.first() else {
            return Err(format!(
                "the step names no command and relies on what its image {image} runs; the local engine does not run images"
            ));
        };
        let own = if has_environment { vec![] } else { self.program_dirs() };
        let shown = own.iter().cloned().chain(self.settings.readable.iter().cloned()).collect::<Vec<_>>();
        let inputs = order.input_artifacts.iter().map(|bound| bound.path.as_str());
        let brought = inputs.chain([ENVIRONMENT_DIR, WORKSPACE]).any(|path| program.starts_with(path));
        let python = has_environment && matches!(program.as_str(), "python" | "python3" | "pip" | "pip3");
        if brought || python || sandbox::find_program(program, &shown).is_some() {
            return Ok(());
        }
        Err(format!(
            "the command {program:?} of the image {image} is not on this machine, and the local engine does not run images"
        ))
    }

    fn program_dirs(&self) -> Vec<PathBuf> {
        self.python.iter().map(HostPython::programs).collect()
    }

    fn machine_binds(&self) -> Vec<Bind> {
        let mut binds = sandbox::settings_binds(&self.places.system());
        let prefix = self.python.as_ref().ok().and_then(HostPython::shown_extra);
        for path in prefix.into_iter().chain(self.settings.readable.iter().map(PathBuf::as_path)) {
            binds.push(Bind::readable(path, path.to_string_lossy()));
        }
        binds.extend(self.host_env.1.iter().cloned());
        binds
    }

    /// The directories of this step's own artifacts, by their path inside.
    fn output_dirs(&self, run: &RunAddress, order: &StepOrder) -> Result<BTreeMap<String, PathBuf>, String> {
        let mut dirs = BTreeMap::new();
        let artifacts = order.output_artifacts.iter().map(|bound| (bound.path.as_str(), bound.artifact.uri.clone()));
        let metadata = order.executor_output_file.strip_prefix("/minio/").map(|rest| format!("minio://{rest}"));
        let artifacts =
            artifacts.zip(&order.output_artifacts).filter(|(_, bound)| bound.artifact.custom_path.is_none());
        for (path, uri) in
            artifacts.map(|(pair, _)| pair).chain(metadata.map(|uri| (order.executor_output_file.as_str(), uri)))
        {
            let (Some((inside, name)), Some((dir_uri, named))) = (path.rsplit_once('/'), uri.rsplit_once('/')) else {
                continue;
            };
            // A path of the step's own choice is its own business.
            if name != named {
                continue;
            }
            let Some(location) = locate(&run.place, dir_uri).map_err(|failure| failure.message)? else {
                return Err(format!("the output {uri} would not be in the namespace's own store"));
            };
            if location.run() != run.id || location.key().is_empty() {
                return Err(format!("the output {uri} does not belong to this run"));
            }
            dirs.insert(inside.to_owned(), self.artifacts.host_path(&location));
        }
        Ok(dirs)
    }

    /// What the step may read of other steps' work. What lies in no store of ours is left to the step to fetch, and what
    /// was never written is not there, as in the reference.
    fn input_binds(&self, run: &RunAddress, order: &StepOrder) -> Result<Vec<Bind>, String> {
        let mut binds = Vec::new();
        for bound in &order.input_artifacts {
            let Some(location) = locate(&run.place, &bound.artifact.uri).map_err(|failure| failure.message)? else {
                continue;
            };
            let found = self.artifacts.readable_host_path(&location).map_err(|failure| failure.message)?;
            if let Some(host) = found.filter(|_| bound.path.starts_with('/')) {
                binds.push(Bind::readable(host, &bound.path));
            }
        }
        // A directory is bound before what lies in it.
        binds.sort_by(|a, b| a.inside.cmp(&b.inside));
        binds.dedup();
        Ok(binds)
    }

    fn environment_of(
        &self,
        run: &RunAddress,
        order: &StepOrder,
        pod: Vec<(String, String)>,
        has_environment: bool,
    ) -> Vec<(String, String)> {
        let own = if has_environment { vec![PathBuf::from(ENVIRONMENT_DIR).join("bin")] } else { self.program_dirs() };
        let path: Vec<String> = own
            .iter()
            .map(|dir| dir.to_string_lossy().into_owned())
            .chain(sandbox::PATH.iter().map(|dir| (*dir).to_owned()))
            .collect();
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let mut env = vec![
            pair("PATH", &path.join(":")),
            pair("HOME", HOME_DIR),
            pair("USER", "step"),
            pair("LANG", "C.UTF-8"),
            pair("TMPDIR", "/tmp"),
            // A log is read while the step runs.
            pair("PYTHONUNBUFFERED", "1"),
            pair("PYTHONPATH", OWN_PACKAGES),
            pair("PIP_TARGET", OWN_PACKAGES),
            pair("KFP_RUN_ID", &run.id.to_string()),
            pair("NAMESPACE", run.place.as_str()),
            pair("KFP_RETRY_INDEX", &order.attempt.to_string()),
        ];
        env.extend(self.host_env.0.iter().cloned());
        env.extend(order.env.iter().cloned().chain(pod).filter(|(key, _)| !key.is_empty() && !key.contains('=')));
        env
    }
}

/// Kubernetes' quantities: `500m`, `2`, `1.5G`, `64Mi`. `None` for what is none, and for nothing.
fn quantity_in_thousandths(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "m" => 1.0,
        "" => 1e3,
        "k" | "K" => 1e6,
        "M" => 1e9,
        "G" => 1e12,
        "T" => 1e15,
        "Ki" => 1024e3,
        "Mi" => 1_048_576e3,
        "Gi" => 1_073_741_824e3,
        "Ti" => 1_099_511_627_776e3,
        _ => return None,
    };
    let amount = number.parse::<f64>().ok()? * factor;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked, and casts saturate")]
    (amount >= 1.0).then_some(amount as u64)
}

/// Tells apart what several attempts say.
fn heading(log: &Path, attempt: u32) -> Option<String> {
    let has_text = || std::fs::metadata(log).is_ok_and(|metadata| metadata.len() > 0);
    match attempt {
        0 => has_text().then(|| "\n--- the run was retried ---\n".to_owned()),
        later => Some(format!("\n--- attempt {} ---\n", later + 1)),
    }
}

/// The directories of output parameters, which exist before the step starts.
fn parameter_dirs(order: &StepOrder, tmp: &Path) -> Vec<PathBuf> {
    let mut dirs: Vec<PathBuf> = own_paths(order)
        .filter_map(|file| Path::new(file).parent()?.strip_prefix("/tmp").ok())
        .filter(|dir| dir.components().all(|part| matches!(part, std::path::Component::Normal(_))))
        .filter(|dir| !dir.as_os_str().is_empty())
        .map(|dir| tmp.join(dir))
        .collect();
    dirs.sort();
    dirs.dedup();
    dirs
}

/// Paths of outputs that no URI gives.
fn own_paths(order: &StepOrder) -> impl Iterator<Item = &str> {
    let parameters = order.output_parameters.values().map(|output| output.file.as_str());
    parameters.chain(order.output_artifacts.iter().filter_map(|bound| bound.artifact.custom_path.as_deref()))
}

/// Directories of outputs outside of what every step may write. What lies in the root or among the system's own
/// directories cannot be one: it would hide them.
fn own_dirs(order: &StepOrder) -> Vec<String> {
    const TAKEN: &[&str] =
        &["/tmp", HOME_DIR, "/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/proc", "/dev", "/opt", "/minio"];
    let parents = own_paths(order).filter_map(|path| Path::new(path).parent());
    let free =
        |dir: &&Path| dir.is_absolute() && dir.parent().is_some() && !TAKEN.iter().any(|taken| dir.starts_with(taken));
    let mut dirs: Vec<String> = parents.filter(free).map(|dir| dir.to_string_lossy().into_owned()).collect();
    dirs.sort();
    dirs.dedup();
    dirs
}

fn given_files(order: &StepOrder, dir: &Path) -> Result<Vec<Bind>, String> {
    let mut binds = Vec::new();
    for (number, (path, text)) in order.files.iter().enumerate() {
        let host = dir.join(format!("file-{number}"));
        let written = std::fs::create_dir_all(dir).and_then(|()| std::fs::write(&host, text));
        written.map_err(|error| format!("the file {path} cannot be given: {error}"))?;
        binds.push(Bind::readable(host, path));
    }
    Ok(binds)
}

/// At most 63 of what host names may hold.
fn host_name(task: &str) -> String {
    let name: String =
        task.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).take(63).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "step".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::quantity_in_thousandths;

    #[test]
    fn quantities_are_kubernetes_own() {
        for (text, thousandths) in [
            ("500m", Some(500)),
            ("2", Some(2000)),
            ("0.5", Some(500)),
            ("64Mi", Some(64 * 1024 * 1024 * 1000)),
            ("1G", Some(1_000_000_000_000)),
            ("0", None),
            ("", None),
            ("lots", None),
            ("1e3", None),
        ] {
            assert_eq!(quantity_in_thousandths(text), thousandths, "{text}");
        }
    }
}
