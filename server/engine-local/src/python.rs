use launcher::Install;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{
    fmt::Write,
    path::{Path, PathBuf},
    process::Command,
};

/// The interpreter of this machine that steps get.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct HostPython {
    pub(crate) executable: PathBuf,
    /// All that belongs to it lies below.
    pub(crate) prefix: PathBuf,
    pub(crate) version: String,
    minor: u32,
    venv: bool,
}

/// Prefixes that every sandbox shows anyway.
const SHOWN: &str = "/usr";
const OLDEST: u32 = 9;

impl HostPython {
    /// Asks the interpreter about itself.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    pub(crate) fn ask(program: &Path) -> Result<Self, String> {
        const QUESTION: &str = "
import json, os, sys
try:
    import ensurepip, venv
    has_venv = sys.version_info[0] == 3
except ImportError:
    has_venv = False
print(json.dumps(dict(executable=os.path.realpath(getattr(sys, '_base_executable', None) or sys.executable),
    prefix=os.path.realpath(sys.base_prefix), version=sys.version, minor=sys.version_info[1], venv=has_venv)))";
        let name = program.display();
        let output = Command::new(program)
            .args(["-I", "-c", QUESTION])
            .output()
            .map_err(|error| format!("Python cannot be started as {name}: {error}"))?;
        let python: Self = serde_json::from_slice(&output.stdout).map_err(|_| {
            format!("{name} does not answer like Python 3: {}", String::from_utf8_lossy(&output.stderr).trim())
        })?;
        if python.minor < OLDEST {
            return Err(format!("{name} is Python {}: expected 3.{OLDEST} or later", python.version));
        }
        if !python.venv {
            return Err(format!("{name} has no venv module"));
        }
        Ok(python)
    }

    /// What a sandbox has to show besides the system's own directories.
    pub(crate) fn shown_extra(&self) -> Option<&Path> {
        (!self.prefix.starts_with(SHOWN)).then_some(&*self.prefix)
    }
    pub(crate) fn programs(&self) -> PathBuf {
        self.prefix.join("bin")
    }
    /// Equal for equal interpreters.
    pub(crate) fn digest(&self) -> String {
        digest([self.executable.to_string_lossy().as_ref(), &self.version])
    }
    /// Equal for equal interpreters with equal packages.
    pub(crate) fn digest_with(&self, installs: &[Install]) -> String {
        let own = self.digest();
        let words =
            installs.iter().flat_map(|install| std::iter::once("install").chain(install.0.iter().map(String::as_str)));
        digest(std::iter::once(own.as_str()).chain(words))
    }
}

fn digest<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut sha = Sha256::new();
    for word in words {
        sha.update(word.len().to_le_bytes());
        sha.update(word);
    }
    sha.finalize()[..16].iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
