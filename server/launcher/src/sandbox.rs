//! A bubblewrap sandbox: own user, mount, process, IPC and host name spaces, no capabilities, no new privileges, and of
//! the file system only what it is given.

use crate::{
    Assignment, Bind, ENVIRONMENT_DIR, HOME_DIR,
    files::{copy_dir, copy_file, remove_dir},
    seccomp,
};
use rustix::{
    fs::{MemfdFlags, memfd_create},
    io::{FdFlags, fcntl_setfd},
    pipe::{PipeFlags, pipe_with},
    process::{Pid, Signal, kill_process_group},
};
use std::{
    fs::File,
    io::{self, Read, Seek, Write},
    os::fd::AsRawFd,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// The user inside; outside it is whoever runs the server.
const USER: &str = "1000";

/// What a sandbox shows of the system it runs on, all of it read-only: programs and libraries, and from `/etc` only what
/// programs need to find names, certificates and each other.
const SYSTEM: &[&str] = &["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
const SETTINGS: &[&str] = &[
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/ca-certificates.conf",
    "/etc/crypto-policies",
    "/etc/fonts",
    "/etc/gai.conf",
    "/etc/host.conf",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/pip.conf",
    "/etc/pki/tls",
    "/etc/protocols",
    "/etc/python3",
    "/etc/services",
    "/etc/ssl/openssl.cnf",
    "/etc/timezone",
];

/// These may change while the server runs, so they are shown as they are.
const LIVE_SETTINGS: &[&str] = &["/etc/resolv.conf", "/etc/ssl/certs"];

/// The directories that are searched for programs, first to last, after those of an environment or of the host's Python.
pub const PATH: &[&str] = &["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// A sandbox with a process in it.
pub(crate) struct Sandboxed {
    pub(crate) child: Child,
    status: File,
}

/// What to run, and where its output goes.
pub(crate) struct Inside<'a> {
    /// Words before the command that bound it.
    pub(crate) before: &'a [String],
    pub(crate) command: &'a [String],
    pub(crate) env: Vec<(&'a str, &'a str)>,
    pub(crate) binds: Vec<Bind>,
    pub(crate) links: &'a [(String, String)],
    pub(crate) host_name: &'a str,
    pub(crate) network: bool,
    pub(crate) bwrap: &'a Path,
}

impl<'a> Inside<'a> {
    pub(crate) fn of_step(assignment: &'a Assignment, before: &'a [String]) -> Self {
        let mut binds = assignment.binds.clone();
        if let Some(environment) = &assignment.environment {
            binds.push(Bind::readable(&environment.dir, ENVIRONMENT_DIR));
        }
        Self {
            before,
            command: &assignment.command,
            env: assignment.env.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect(),
            binds,
            links: &assignment.links,
            host_name: &assignment.host_name,
            network: assignment.network,
            bwrap: &assignment.bwrap,
        }
    }

    fn arguments(&self) -> Vec<u8> {
        let mut arguments = Arguments::default();
        arguments.add(["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]);
        if !self.network {
            arguments.add(["--unshare-net"]);
        }
        arguments.add(["--uid", USER, "--gid", USER, "--cap-drop", "ALL", "--disable-userns"]);
        arguments.add(["--die-with-parent", "--new-session", "--hostname", self.host_name]);
        arguments.add(["--proc", "/proc", "--dev", "/dev"]);
        for path in SYSTEM {
            match std::fs::read_link(path) {
                Ok(target) => arguments.add(["--symlink", &*target.to_string_lossy(), path]),
                Err(_) => arguments.add(["--ro-bind-try", path, path]),
            }
        }
        for bind in &self.binds {
            let option = match (bind.writable, bind.optional) {
                (true, false) => "--bind",
                (true, true) => "--bind-try",
                (false, false) => "--ro-bind",
                (false, true) => "--ro-bind-try",
            };
            arguments.add([option, &*bind.host.to_string_lossy(), &bind.inside]);
        }
        for (target, inside) in self.links {
            arguments.add(["--symlink", target, inside]);
        }
        // Not by the sandbox program's own environment: what a definition says must not reach a program outside.
        arguments.add(["--clearenv"]);
        for (key, value) in &self.env {
            arguments.add(["--setenv", key, value]);
        }
        arguments.add(["--chdir", HOME_DIR]);
        arguments.0
    }

    /// # Errors
    /// When the sandbox program cannot be started.
    pub(crate) fn start(&self, log: &File) -> io::Result<Sandboxed> {
        let mut arguments = File::from(memfd_create("arguments", MemfdFlags::empty())?);
        arguments.write_all(&self.arguments())?;
        arguments.rewind()?;
        let mut filter = File::from(memfd_create("filter", MemfdFlags::empty())?);
        filter.write_all(&seccomp::filter()?)?;
        filter.rewind()?;
        let (status, status_writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        // Nothing else is started by this process at the same time, so nobody else inherits these.
        let inherited: [&dyn AsRawFd; 3] = [&arguments, &status_writer, &filter];
        let [arguments_fd, status_fd, filter_fd] = inherited.map(|fd| fd.as_raw_fd().to_string());
        fcntl_setfd(&status_writer, FdFlags::empty())?;
        // A name without a path would be searched for in an environment that is empty.
        let bwrap = if self.bwrap.components().count() > 1 { Some(self.bwrap.to_owned()) } else { in_path(self.bwrap) };
        let child = Command::new(bwrap.as_deref().unwrap_or(self.bwrap))
            .args(["--args", &arguments_fd, "--json-status-fd", &status_fd, "--seccomp", &filter_fd, "--"])
            .args(self.before)
            .args(self.command)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log.try_clone()?)
            .spawn()
            .map_err(|error| {
                let sentence = format!("the sandbox program {} cannot be started: {error}", self.bwrap.display());
                io::Error::new(error.kind(), sentence)
            })?;
        Ok(Sandboxed { child, status: File::from(status) })
    }
}

impl Sandboxed {
    /// Asks all that runs inside to end; `false` if it cannot be asked.
    pub(crate) fn ask_to_end(&mut self) -> bool {
        let mut text = String::new();
        // The pipe never blocks: it ends in "would block" once everything was read.
        let _ = self.status.read_to_string(&mut text);
        let first = text.lines().find_map(|line| {
            let status: serde_json::Value = serde_json::from_str(line).ok()?;
            i32::try_from(status.get("child-pid")?.as_i64()?).ok()
        });
        // The first process inside began a session of its own, and a step stays in it unless it leaves on purpose.
        first.and_then(Pid::from_raw).is_some_and(|group| kill_process_group(group, Signal::TERM).is_ok())
    }
}

/// Arguments as bubblewrap reads them from a file: each ended by a NUL.
#[derive(Default)]
struct Arguments(Vec<u8>);

impl Arguments {
    fn add<'a>(&mut self, words: impl IntoIterator<Item = &'a str>) {
        for word in words {
            // No path or variable holds a NUL; one from a definition must not begin an argument of its own.
            self.0.extend(word.bytes().filter(|byte| *byte != 0));
            self.0.push(0);
        }
    }
}

/// Really makes a sandbox and runs `true` in it.
///
/// # Errors
/// What the sandbox program said.
pub fn try_out(bwrap: &Path) -> Result<(), String> {
    let inside = Inside {
        before: &[],
        command: &["true".to_owned()],
        env: vec![("PATH", "/usr/bin:/bin")],
        binds: vec![Bind::readable("/usr", HOME_DIR)],
        links: &[],
        host_name: "doctor",
        network: true,
        bwrap,
    };
    let output = memfd_create("output", MemfdFlags::CLOEXEC).map(File::from).map_err(|error| error.to_string())?;
    let mut sandboxed = inside.start(&output).map_err(|error| error.to_string())?;
    let status = sandboxed.child.wait().map_err(|error| error.to_string())?;
    if status.success() {
        return Ok(());
    }
    let mut said = String::new();
    let mut output = output;
    let _ = output.rewind().and_then(|()| output.read_to_string(&mut said));
    Err(if said.trim().is_empty() { format!("it ended with {status}") } else { said.trim().to_owned() })
}

pub(crate) fn in_path(program: &Path) -> Option<PathBuf> {
    PATH.iter().map(|dir| Path::new(dir).join(program)).find(|path| path.is_file())
}

/// Whether every step sees this path of the host as it is.
#[must_use]
pub fn is_shown(path: &Path) -> bool {
    let shown = SYSTEM.iter().copied().chain(LIVE_SETTINGS.iter().copied());
    shown.into_iter().any(|dir| path.starts_with(dir))
}

/// Makes the `/etc` that steps see. One directory is shown faster than thirty files are.
///
/// # Errors
/// Those of the file system.
pub fn make_settings(dir: &Path) -> io::Result<()> {
    remove_dir(dir)?;
    for path in SETTINGS.iter().map(Path::new) {
        let Ok(inside) = path.strip_prefix("/etc") else { continue };
        let target = dir.join(inside);
        let Ok(real) = path.canonicalize() else { continue };
        std::fs::create_dir_all(target.parent().unwrap_or(dir))?;
        if real.is_dir() {
            copy_dir(&real, &target)?;
        } else {
            copy_file(&real, &target)?;
        }
    }
    for path in LIVE_SETTINGS.iter().map(Path::new) {
        let Ok(inside) = path.strip_prefix("/etc") else { continue };
        let target = dir.join(inside);
        std::fs::create_dir_all(target.parent().unwrap_or(dir))?;
        if path.is_dir() {
            std::fs::create_dir_all(target)?;
        } else {
            File::create(target)?;
        }
    }
    Ok(())
}

/// What shows `/etc` to a step, from the directory that [`make_settings`] made.
#[must_use]
pub fn settings_binds(dir: &Path) -> Vec<Bind> {
    // A link's own target may not be there inside.
    let live =
        LIVE_SETTINGS.iter().filter_map(|path| Some(Bind::readable(Path::new(path).canonicalize().ok()?, *path)));
    std::iter::once(Bind::readable(dir, "/etc")).chain(live).collect()
}

/// Where a program lies that a step would find by this name, as a path of the host; `None` if it would find none.
/// `first` are directories that are searched before [`PATH`].
#[must_use]
pub fn find_program(name: &str, first: &[PathBuf]) -> Option<PathBuf> {
    if name.contains('/') {
        let path = Path::new(name);
        let seen = first.iter().map(PathBuf::as_path).chain(SYSTEM.iter().map(Path::new));
        return (path.is_absolute() && seen.into_iter().any(|dir| path.starts_with(dir)) && path.is_file())
            .then(|| path.to_owned());
    }
    let dirs = first.iter().map(PathBuf::as_path).chain(PATH.iter().map(Path::new));
    dirs.map(|dir| dir.join(name)).find(|path| path.is_file())
}
