//! From a step's order to the launcher's assignment: what the step sees, and what it runs.

use crate::{
    Settings,
    features::unsupported,
    pip::{Wishes, recognise},
    places::{AttemptDir, Places, RunDir},
    python::HostPython,
};
use artifacts::{Artifacts, locate};
use launcher::{Assignment, Bind, ENVIRONMENT_DIR, Environment, HOME_DIR, sandbox};
use model::RunAddress;
use pipeline_spec::StepOrder;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// What does not change from step to step.
pub(crate) struct Machine {
    pub(crate) settings: Settings,
    pub(crate) places: Places,
    pub(crate) artifacts: Artifacts,
    pub(crate) python: Result<HostPython, String>,
    pub(crate) sandbox: Result<(), String>,
    /// See [`Settings::host_env_inside`].
    pub(crate) host_env: (Vec<(String, String)>, Vec<Bind>),
}

/// An assignment, and the places where the step's own files will lie.
pub(crate) struct Assigned {
    pub(crate) assignment: Assignment,
    pub(crate) writable: Vec<(String, PathBuf)>,
}

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
    ) -> Result<Assigned, String> {
        self.sandbox.clone()?;
        if let Some(sentence) = unsupported(order) {
            return Err(sentence);
        }
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
        if order.uses_workspace {
            let workspace = dir.workspace();
            std::fs::create_dir_all(&workspace)
                .map_err(|error| format!("the run's workspace cannot be made: {error}"))?;
            writable.push((WORKSPACE.to_owned(), workspace));
        }
        let mut binds = self.machine_binds();
        binds.extend(writable.iter().map(|(inside, host)| Bind::writable(host, inside)));
        binds.extend(self.input_binds(run, order)?);

        let settings = &self.settings;
        Ok(Assigned {
            assignment: Assignment {
                command,
                env: self.environment_of(run, order, environment.is_some()),
                host_name: host_name(&order.task_name),
                binds,
                fresh,
                log: dir.log(order.task_id),
                heading: (order.attempt > 0).then(|| format!("\n--- attempt {} ---\n", order.attempt + 1)),
                timeout_seconds: order.timeout_seconds,
                grace_millis: u64::try_from(settings.stop_grace.as_millis()).unwrap_or(u64::MAX),
                network: settings.network,
                environment,
                bwrap: settings.bwrap.clone(),
            },
            writable,
        })
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
        for (path, uri) in artifacts.chain(metadata.map(|uri| (order.executor_output_file.as_str(), uri))) {
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

    fn environment_of(&self, run: &RunAddress, order: &StepOrder, has_environment: bool) -> Vec<(String, String)> {
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
        env.extend(order.env.iter().filter(|(key, _)| !key.is_empty() && !key.contains('=')).cloned());
        env
    }
}

/// The directories of output parameters, which exist before the step starts.
fn parameter_dirs(order: &StepOrder, tmp: &Path) -> Vec<PathBuf> {
    let files = order.output_parameters.values().map(|output| output.file.as_str());
    let mut dirs: Vec<PathBuf> = files
        .filter_map(|file| Path::new(file).parent()?.strip_prefix("/tmp").ok())
        .filter(|dir| dir.components().all(|part| matches!(part, std::path::Component::Normal(_))))
        .filter(|dir| !dir.as_os_str().is_empty())
        .map(|dir| tmp.join(dir))
        .collect();
    dirs.sort();
    dirs.dedup();
    dirs
}

/// At most 63 of what host names may hold.
fn host_name(task: &str) -> String {
    let name: String =
        task.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).take(63).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "step".to_owned() } else { name.to_owned() }
}
