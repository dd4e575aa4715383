use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// All that the launcher has to know about one attempt: nothing is looked up or decided here. Lies as `assignment.json` in
/// the attempt's directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    pub command: Vec<String>,
    pub env: Vec<(String, String)>,
    /// The sandbox's host name.
    pub host_name: String,
    /// What the step sees of this machine, in this order.
    pub binds: Vec<Bind>,
    /// Symbolic links inside: what each points to, and where it is.
    #[serde(default)]
    pub links: Vec<(String, String)>,
    /// Host directories that are emptied and made anew before the start.
    pub fresh: Vec<PathBuf>,
    /// Both output streams are appended here.
    pub log: PathBuf,
    /// Written to the log before anything else; ends in a line feed.
    pub heading: Option<String>,
    pub timeout_seconds: Option<u64>,
    #[serde(default)]
    pub limits: Limits,
    /// Between asking to end and ending.
    pub grace_millis: u64,
    /// Without it the step has only its own loopback.
    pub network: bool,
    /// Seen at [`crate::ENVIRONMENT_DIR`], read-only.
    pub environment: Option<Environment>,
    /// The sandbox program.
    pub bwrap: PathBuf,
}

/// What one step may use; `None` for as much as there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    pub memory_bytes: Option<u64>,
    /// Processes and threads.
    pub processes: Option<u32>,
    /// Thousandths of a processor.
    pub cpu_millis: Option<u32>,
    /// Of one attempt's log.
    pub log_bytes: Option<u64>,
    /// Of what it writes to its own directories.
    pub disk_bytes: Option<u64>,
}

/// One path of the host inside the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bind {
    pub host: PathBuf,
    pub inside: String,
    #[serde(default)]
    pub writable: bool,
    /// Left out when the host has no such path.
    #[serde(default)]
    pub optional: bool,
}

impl Bind {
    #[must_use]
    pub fn readable(host: impl Into<PathBuf>, inside: impl Into<String>) -> Self {
        Self { host: host.into(), inside: inside.into(), writable: false, optional: false }
    }
    #[must_use]
    pub fn writable(host: impl Into<PathBuf>, inside: impl Into<String>) -> Self {
        Self { writable: true, ..Self::readable(host, inside) }
    }
    #[must_use]
    pub fn if_there(self) -> Self {
        Self { optional: true, ..self }
    }
}

/// A Python environment with packages, made once and then only read. It belongs to one namespace: installing runs code
/// of the packages' authors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Made on first use; `<dir>.ready` stands beside it once it is whole, `<dir>.lock` while it is made.
    pub dir: PathBuf,
    /// An environment with pip and nothing else, for all namespaces: made from the host's Python alone, then copied.
    pub base: PathBuf,
    /// The host's interpreter; visible inside at the same path.
    pub python: PathBuf,
    /// One `pip install` each, in order.
    pub installs: Vec<Install>,
    /// pip's cache of this namespace.
    pub cache: PathBuf,
    /// pip's and the proxy's settings; the files that they name are among the assignment's binds.
    pub env: Vec<(String, String)>,
}

/// The arguments after `pip install`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Install(pub Vec<String>);

/// `started.json`: from here on the command may have run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// The launcher's process, which holds the attempt's lock.
    pub pid: u32,
    pub at_millis: i64,
}

/// `result.json`: how the attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finish {
    pub at_millis: i64,
    /// It was asked to end before it ended by itself.
    pub stopped: bool,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Exited {
        code: i32,
    },
    Killed {
        signal: i32,
    },
    TimedOut {
        after_seconds: u64,
    },
    OutOfMemory {
        limit_bytes: u64,
    },
    DiskFull {
        limit_bytes: u64,
    },
    /// What the step wants installed could not be; another time it may.
    NotPrepared {
        why: String,
    },
    /// The command never ran, and never will; the sentence says why.
    NotStarted {
        why: String,
    },
}
