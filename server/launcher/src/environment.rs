use crate::{
    Bind, ENVIRONMENT_DIR, Environment, HOME_DIR, Install, Outcome,
    files::{copy_dir, lock, remove_dir},
    log::Log,
    sandbox::Inside,
    supervise::Attempt,
};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Sees to it that the environment is there. `Some` when it could not be made: that is how the attempt ended.
pub(crate) fn prepare(
    environment: &Environment,
    attempt: &mut Attempt<'_>,
    log: &mut Log,
) -> io::Result<Option<Outcome>> {
    let ready = beside(&environment.dir, "ready");
    if ready.exists() {
        return Ok(None);
    }
    fs::create_dir_all(environment.dir.parent().unwrap_or(Path::new("/")))?;
    fs::create_dir_all(&environment.cache)?;
    let Some(_held) = wait_for(&beside(&environment.dir, "lock"), attempt)? else { return Ok(Some(stopped())) };
    if ready.exists() {
        return Ok(None);
    }
    let packages: Vec<&str> = environment.installs.iter().flat_map(Install::packages).collect();
    writeln!(log, "Preparing a Python environment with {}. Later steps find it ready.", packages.join(" "))?;
    if let Some(ended) = prepare_base(environment, attempt, log)? {
        return Ok(Some(ended));
    }
    remove_dir(&environment.dir)?;
    // Every environment is seen at the same path, so a copy is as good as one made in place.
    copy_dir(&environment.base, &environment.dir)?;
    let python = format!("{ENVIRONMENT_DIR}/bin/python3");
    for install in &environment.installs {
        let mut command = vec![python.clone(), "-m".to_owned(), "pip".to_owned(), "install".to_owned()];
        command.extend(install.0.iter().cloned());
        let outcome = run(environment, &environment.dir, &command, attempt, log)?;
        if outcome != (Outcome::Exited { code: 0 }) {
            remove_dir(&environment.dir)?;
            return Ok(Some(not_prepared(outcome, "the packages that the step asks for could not be installed")));
        }
    }
    File::create(ready)?;
    Ok(None)
}

/// The empty environment, once for each Python of the host.
fn prepare_base(environment: &Environment, attempt: &mut Attempt<'_>, log: &mut Log) -> io::Result<Option<Outcome>> {
    let base = &environment.base;
    let ready = beside(base, "ready");
    fs::create_dir_all(base.parent().unwrap_or(Path::new("/")))?;
    let Some(_held) = wait_for(&beside(base, "lock"), attempt)? else { return Ok(Some(stopped())) };
    if ready.exists() {
        return Ok(None);
    }
    remove_dir(base)?;
    fs::create_dir_all(base)?;
    let python = environment.python.to_string_lossy().into_owned();
    let command = [python, "-m".to_owned(), "venv".to_owned(), ENVIRONMENT_DIR.to_owned()];
    let outcome = run(environment, base, &command, attempt, log)?;
    if outcome == (Outcome::Exited { code: 0 }) {
        File::create(ready)?;
        return Ok(None);
    }
    Ok(Some(not_prepared(outcome, "the Python environment of the step could not be made")))
}

/// A request to stop, or a time limit, stays what it is.
fn not_prepared(outcome: Outcome, what: &str) -> Outcome {
    match outcome {
        Outcome::Exited { code } => Outcome::NotPrepared { why: format!("{what} (exit code {code}; see the log)") },
        other => other,
    }
}

/// Installing runs other people's code: it gets a sandbox too, and sees nothing but what it installs into.
fn run(
    environment: &Environment,
    dir: &Path,
    command: &[String],
    attempt: &mut Attempt<'_>,
    log: &mut Log,
) -> io::Result<Outcome> {
    let assignment = attempt.assignment;
    let mut binds: Vec<Bind> = assignment.binds.iter().filter(|bind| !bind.writable).cloned().collect();
    binds.push(Bind::writable(dir, ENVIRONMENT_DIR));
    binds.push(Bind::writable(&environment.cache, HOME_DIR));
    let mut env: Vec<(&str, &str)> =
        environment.env.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    env.extend([
        ("HOME", HOME_DIR),
        ("LANG", "C.UTF-8"),
        ("PATH", "/opt/environment/bin:/usr/local/bin:/usr/bin:/bin"),
    ]);
    let inside = Inside {
        before: &[],
        command,
        env,
        binds,
        links: &[],
        host_name: "packages",
        network: true,
        bwrap: &assignment.bwrap,
    };
    attempt.run_inside(&inside, log)
}

impl Install {
    /// What is asked for, without the options.
    fn packages(&self) -> impl Iterator<Item = &str> {
        let mut words = self.0.iter();
        std::iter::from_fn(move || {
            loop {
                let word = words.next()?;
                if ["--index-url", "-i", "--extra-index-url", "--trusted-host"].contains(&word.as_str()) {
                    words.next();
                } else if !word.starts_with('-') {
                    return Some(word.as_str());
                }
            }
        })
    }
}

fn stopped() -> Outcome {
    Outcome::Killed { signal: signal_hook::consts::SIGTERM }
}

fn wait_for(path: &Path, attempt: &mut Attempt<'_>) -> io::Result<Option<File>> {
    loop {
        if let Some(held) = lock(path)? {
            return Ok(Some(held));
        }
        if !attempt.may_go_on_waiting() {
            return Ok(None);
        }
    }
}

fn beside(dir: &Path, what: &str) -> PathBuf {
    let mut name = dir.as_os_str().to_owned();
    name.push(".");
    name.push(what);
    PathBuf::from(name)
}
