use super::{EngineSettings, TrustedHeaderSettings, USER_HEADER, file, parsed};
use crate::DownloadSettings;
use model::{Failure, Namespace};
use std::{collections::BTreeMap, path::PathBuf, time::Duration};

/// The process's variables. One that is set to nothing counts as not set.
pub(super) struct Environment<'a>(pub(super) &'a BTreeMap<String, String>);

impl<'a> Environment<'a> {
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }
    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        self.text(name).map(PathBuf::from)
    }
    /// Our own name for a setting, or KFP's.
    pub(super) fn either(&self, ours: &str, theirs: &str) -> Option<&'a str> {
        self.text(ours).or_else(|| self.text(theirs))
    }
    /// Separated by commas.
    pub(super) fn list(&self, name: &str) -> Option<Vec<String>> {
        let text = self.text(name)?;
        Some(text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect())
    }
    pub(super) fn parsed<T: std::str::FromStr>(&self, name: &str, expected: &str) -> Result<Option<T>, Failure> {
        self.text(name).map(|text| parsed(name, text, expected)).transpose()
    }

    /// KFP's switches for modes that we do not have: better no start than another meaning.
    pub(super) fn refuse_other_modes(&self) -> Result<(), Failure> {
        let is = |name: &str, values: &[&str]| {
            self.text(name).is_some_and(|text| values.iter().any(|value| text.eq_ignore_ascii_case(value)))
        };
        if is("MULTIUSER", &["false", "0", "f"]) {
            return Err(Failure::invalid(
                "MULTIUSER is false: expected true or nothing, for there is no single-user mode",
            ));
        }
        if is("MULTIUSER_SHARED_READ", &["true", "1", "t"]) {
            return Err(Failure::invalid(
                "MULTIUSER_SHARED_READ is true: expected false or nothing, for namespaces are never open to strangers",
            ));
        }
        Ok(())
    }

    pub(super) fn default_data_dir(&self) -> Result<PathBuf, Failure> {
        let data = self.path("XDG_DATA_HOME").filter(|path| path.is_absolute());
        let data = data.or_else(|| Some(self.path("HOME")?.join(".local/share")));
        data.map(|data| data.join("mooring")).ok_or_else(|| {
            Failure::invalid(
                "data_dir is not set, and without HOME there is no place for it: set MOORING_DATA_DIR or --data-dir",
            )
        })
    }

    pub(super) fn frame_ancestors(&self, file: Option<Vec<String>>) -> Result<Vec<String>, Failure> {
        let mut ancestors = self.list("MOORING_FRAME_ANCESTORS").or(file).unwrap_or_default();
        ancestors.retain(|ancestor| !matches!(ancestor.as_str(), "self" | "'self'"));
        for ancestor in &ancestors {
            let rest = ancestor.strip_prefix("https://").or_else(|| ancestor.strip_prefix("http://"));
            let host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '*' | '[' | ']');
            if rest.is_none_or(|rest| rest.is_empty() || !rest.chars().all(host)) {
                return Err(Failure::invalid(format!(
                    "frame_ancestors has {ancestor:?}: expected origins as in https://kubeflow.example.com"
                )));
            }
        }
        Ok(ancestors)
    }

    pub(super) fn trusted_header(&self, file: file::TrustedHeader) -> Result<TrustedHeaderSettings, Failure> {
        let name = self.either("MOORING_USER_HEADER", "KUBEFLOW_USERID_HEADER").map(str::to_owned).or(file.name);
        let name = name.unwrap_or_else(|| USER_HEADER.to_owned());
        let prefix = self.either("MOORING_USER_PREFIX", "KUBEFLOW_USERID_PREFIX").map(str::to_owned).or(file.prefix);
        let peers = self.list("MOORING_TRUSTED_PEERS").or(file.peers).unwrap_or_default();
        let certificates = self.list("MOORING_TRUSTED_CERTIFICATES").or(file.certificates).unwrap_or_default();
        let sidecars = file.sidecars.unwrap_or_else(|| ["127.0.0.0/8", "::1"].map(str::to_owned).to_vec());
        let networks = |key: &str, texts: &[String]| {
            let network = |text: &String| {
                let told = |failure| Failure::invalid(format!("trusted_header.{key}: {failure}"));
                text.parse().map_err(told)
            };
            texts.iter().map(network).collect::<Result<Vec<_>, Failure>>()
        };
        Ok(TrustedHeaderSettings {
            name: parsed("trusted_header.name", &name, "the name of a header, as in kubeflow-userid")?,
            prefix: prefix.unwrap_or_default(),
            peers: networks("peers", &peers)?,
            certificates,
            sidecars: networks("sidecars", &sidecars)?,
        })
    }

    /// KFP's own names: there is nothing that ours could add.
    pub(super) fn downloads(&self) -> Result<DownloadSettings, Failure> {
        let flag = |name: &str| self.parsed(name, "true or false");
        let hosts = self.text("PIPELINE_URL_ALLOWED_DOMAINS").unwrap_or_default();
        Ok(DownloadSettings {
            checked: flag("PIPELINE_URL_VALIDATION_ENABLED")?.unwrap_or(true),
            allow_http: flag("PIPELINE_URL_ALLOW_HTTP")?.unwrap_or(false),
            hosts: hosts.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect(),
        })
    }

    pub(super) fn engine(&self, file: file::LocalEngine) -> Result<EngineSettings, Failure> {
        let steps = self.parsed("MOORING_MAX_PARALLEL_STEPS", "a number from 1 on")?.or(file.max_parallel_steps);
        if steps == Some(0) {
            return Err(Failure::invalid("max_parallel_steps is 0: expected a number from 1 on"));
        }
        let grace = self.parsed("MOORING_STOP_GRACE_SECONDS", "a number of seconds")?.or(file.stop_grace_seconds);
        let names = self
            .text("MOORING_WITHOUT_NETWORK")
            .map(|text| text.split(',').map(|name| name.trim().to_owned()).collect())
            .unwrap_or(file.without_network);
        let place = |name: &String| {
            let told = |failure: Failure| Failure::invalid(format!("local_engine.without_network: {failure}"));
            Namespace::parse(name).map_err(told)
        };
        let mib = "a number of MiB";
        Ok(EngineSettings {
            max_parallel_steps: steps,
            max_parallel_steps_of_namespace: self
                .parsed("MOORING_MAX_PARALLEL_STEPS_OF_NAMESPACE", "a number from 1 on")?
                .or(file.max_parallel_steps_of_namespace),
            namespace_disk_mib: self.parsed("MOORING_NAMESPACE_DISK_MIB", mib)?.or(file.namespace_disk_mib),
            step_memory_mib: self.parsed("MOORING_STEP_MEMORY_MIB", mib)?.or(file.step_memory_mib),
            step_processes: self.parsed("MOORING_STEP_PROCESSES", "a number from 1 on")?.or(file.step_processes),
            step_log_mib: self.parsed("MOORING_STEP_LOG_MIB", mib)?.or(file.step_log_mib),
            step_disk_mib: self.parsed("MOORING_STEP_DISK_MIB", mib)?.or(file.step_disk_mib),
            cache: self.parsed("MOORING_CACHE", "true or false")?.or(file.cache),
            without_network: names.iter().filter(|name| !name.is_empty()).map(place).collect::<Result<_, _>>()?,
            python: self.path("MOORING_PYTHON").or(file.python),
            bwrap: self.path("MOORING_BWRAP").or(file.bwrap),
            network: self.parsed("MOORING_STEP_NETWORK", "true or false")?.or(file.network),
            stop_grace: grace.map(Duration::from_secs),
            readable: self
                .text("MOORING_READABLE")
                .map(|text| std::env::split_paths(text).collect())
                .unwrap_or(file.readable),
            host_env: self.0.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        })
    }
}
