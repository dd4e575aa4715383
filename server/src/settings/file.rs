use model::Failure;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The settings' file, as TOML. A name that is not here is a mistake, and is told.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) data_dir: Option<PathBuf>,
    pub(super) listen: Option<String>,
    pub(super) database: Option<String>,
    pub(super) site: Option<PathBuf>,
    pub(super) public_url: Option<String>,
    pub(super) default_service_account: Option<String>,
    pub(super) frame_ancestors: Option<Vec<String>>,
    pub(super) secrets_key: Option<PathBuf>,
    pub(super) profiles_file: Option<PathBuf>,
    pub(super) log: Option<String>,
    pub(super) time_zone: Option<String>,
    #[serde(default)]
    pub(super) trusted_header: TrustedHeader,
    #[serde(default)]
    pub(super) open_id: super::identity::OpenIdFile,
    #[serde(default)]
    pub(super) kubernetes: super::identity::ClusterFile,
    #[serde(default)]
    pub(super) local_engine: LocalEngine,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrustedHeader {
    pub(super) name: Option<String>,
    pub(super) prefix: Option<String>,
    pub(super) peers: Option<Vec<String>>,
    pub(super) certificates: Option<Vec<String>>,
    pub(super) sidecars: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LocalEngine {
    pub(super) max_parallel_steps: Option<usize>,
    pub(super) max_parallel_steps_of_namespace: Option<usize>,
    pub(super) namespace_disk_mib: Option<u64>,
    pub(super) step_memory_mib: Option<u64>,
    pub(super) step_processes: Option<u32>,
    pub(super) step_log_mib: Option<u64>,
    pub(super) step_disk_mib: Option<u64>,
    pub(super) cache: Option<bool>,
    #[serde(default)]
    pub(super) without_network: Vec<String>,
    pub(super) python: Option<PathBuf>,
    pub(super) bwrap: Option<PathBuf>,
    pub(super) network: Option<bool>,
    pub(super) stop_grace_seconds: Option<u64>,
    #[serde(default)]
    pub(super) readable: Vec<PathBuf>,
}

impl File {
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let wrong =
            |why: &dyn std::fmt::Display| Failure::invalid(format!("the settings' file {}: {why}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
        toml::from_str(&text).map_err(|error| wrong(&error))
    }
}
