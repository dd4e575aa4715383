use launcher::{Bind, Limits, sandbox};
use model::Namespace;
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

/// How the local engine works on this machine.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The engine's own directory: runs, logs, Python environments.
    pub data_dir: PathBuf,
    /// What starts a launcher; the attempt's directory is added as last argument.
    pub launcher_command: Vec<OsString>,
    /// Steps that run at the same time, over all namespaces.
    pub max_parallel_steps: usize,
    /// The same for one namespace.
    pub max_parallel_steps_of_namespace: Option<usize>,
    /// What a namespace's runs may keep on the disk, in bytes. Who has more starts no new step.
    pub namespace_disk_bytes: Option<u64>,
    /// The interpreter that steps get: a path, or a name to be found on the PATH. Needs `venv`, 3.9 or later.
    pub python: PathBuf,
    pub bwrap: PathBuf,
    /// Whether results are taken from earlier runs of the namespace where a pipeline allows it.
    pub cache: bool,
    /// For each step; what its component asks for counts where it is less.
    pub limits: Limits,
    /// Namespaces whose steps do not reach the network, whatever `network` says.
    pub without_network: Vec<Namespace>,
    /// Whether steps reach the network. Installing packages does in any case.
    pub network: bool,
    /// Between asking a step to end and ending it.
    pub stop_grace: Duration,
    /// Further directories of this machine that steps may read, at the same paths.
    pub readable: Vec<PathBuf>,
    /// pip's, the proxy's and the certificates' variables, for steps and for installing; [`Self::with_host_env`] chooses them.
    pub host_env: Vec<(String, String)>,
}

impl Settings {
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>, launcher_command: Vec<OsString>) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            data_dir: data_dir.into(),
            launcher_command,
            max_parallel_steps: (cores * 2).max(4),
            max_parallel_steps_of_namespace: None,
            namespace_disk_bytes: None,
            python: PathBuf::from("python3"),
            bwrap: PathBuf::from("bwrap"),
            cache: true,
            limits: Limits { processes: Some(4096), log_bytes: Some(64 * 1024 * 1024), ..Limits::default() },
            without_network: Vec::new(),
            network: true,
            stop_grace: Duration::from_secs(10),
            readable: Vec::new(),
            host_env: Vec::new(),
        }
    }

    /// Takes over from the server's own variables those that tell where packages come from and how the network is
    /// reached, and no others.
    #[must_use]
    pub fn with_host_env(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        const EXACT: &[&str] = &[
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
        ];
        // These would change where packages go, or how a step's own output looks.
        const NOT: &[&str] = &[
            "PIP_TARGET",
            "PIP_PREFIX",
            "PIP_USER",
            "PIP_ROOT",
            "PIP_PYTHON",
            "PIP_LOG",
            "PIP_CACHE_DIR",
            "PIP_REQUIREMENT",
        ];
        let variables: Vec<_> = variables.into_iter().collect();
        let has_file = variables.iter().any(|(key, _)| key == "PIP_CONFIG_FILE");
        let home = variables.iter().find(|(key, _)| key == "HOME").map(|(_, home)| PathBuf::from(home));
        if let Some(home) = home.filter(|_| !has_file) {
            let file = [".config/pip/pip.conf", ".pip/pip.conf"]
                .map(|name| home.join(name))
                .into_iter()
                .find(|file| file.is_file());
            self.host_env.extend(file.map(|file| ("PIP_CONFIG_FILE".to_owned(), file.to_string_lossy().into_owned())));
        }
        self.host_env.extend(variables.into_iter().filter(|(key, _)| {
            let upper = key.to_ascii_uppercase();
            EXACT.contains(&upper.as_str()) || (key.starts_with("PIP_") && !NOT.contains(&key.as_str()))
        }));
        self
    }

    /// The host's variables as they are inside a sandbox, and what has to be shown for them: a variable may name a
    /// certificate, a directory of packages or pip's own file.
    pub(crate) fn host_env_inside(&self) -> (Vec<(String, String)>, Vec<Bind>) {
        let mut binds = Vec::new();
        let mut shown = |word: &str| {
            let path = Path::new(word);
            if !path.is_absolute() || path.parent().is_none() || sandbox::is_shown(path) || !path.exists() {
                return word.to_owned();
            }
            let inside = format!("/opt/host{word}");
            binds.push(Bind::readable(path, &inside).if_there());
            inside
        };
        let env = self
            .host_env
            .iter()
            .map(|(key, value)| (key.clone(), value.split(' ').map(&mut shown).collect::<Vec<_>>().join(" ")))
            .collect();
        (env, binds)
    }
}
