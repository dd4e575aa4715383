//! The bytes of artifacts, by namespace and run.
//!
//! They lie in files under `<root>/<namespace>/<run>/`, where steps write them directly through their sandbox. A step may
//! leave symbolic links behind that point anywhere, so nothing here opens a path by following it: every read goes
//! through a directory handle that cannot be left (cap-std). That is why files are not reached through `object_store`,
//! whose file system follows links; it will serve the bytes that lie in S3.

mod location;
mod pack;
mod read;

pub use location::{Location, check_root, default_root, locate, run_of};
pub use read::{Content, Entry};

use authz::{RunGrant, runs};
use cap_std::{ambient_authority, fs::Dir};
use model::{Failure, Namespace, RunAddress};
use std::{io, path::PathBuf, sync::Arc};

/// The artifacts of all namespaces. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Artifacts {
    root: Arc<PathBuf>,
}

impl Artifacts {
    /// Opens, or makes, the directory that holds them.
    ///
    /// # Errors
    /// `Unavailable` when the directory cannot be made.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, Failure> {
        let root = root.into();
        std::fs::create_dir_all(&root)
            .and_then(|()| root.canonicalize())
            .map(|root| Self { root: Arc::new(root) })
            .map_err(|error| Failure::unavailable("The artifacts' directory cannot be opened", error))
    }

    /// Removes all artifacts of one run; it is no error if there are none.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn delete_run(&self, grant: &RunGrant<runs::Delete>) -> Result<(), Failure> {
        let dir = self.run_dir(grant.address());
        let removed = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(dir)).await;
        match removed.map_err(Failure::internal)? {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Failure::unavailable("The run's artifacts cannot be removed", error))
            }
            _ => Ok(()),
        }
    }

    /// Where a run's artifacts lie on this machine.
    #[must_use]
    pub fn run_dir(&self, run: &RunAddress) -> PathBuf {
        self.namespace_dir(&run.place).join(run.id.to_string())
    }

    /// Where an artifact lies, or will lie, on this machine. For an engine that lets a step write it.
    #[must_use]
    pub fn host_path(&self, location: &Location) -> PathBuf {
        let run = self.namespace_dir(location.namespace()).join(location.run().to_string());
        if location.key().is_empty() { run } else { run.join(location.key()) }
    }

    /// The same for an artifact that is there, for an engine that shows it to a step: `None` if nothing is there.
    ///
    /// # Errors
    /// `Forbidden` when the way to it leaves the namespace, by links that a step left behind.
    pub fn readable_host_path(&self, location: &Location) -> Result<Option<PathBuf>, Failure> {
        let path = self.host_path(location);
        match path.canonicalize() {
            Ok(real) if real.starts_with(self.namespace_dir(location.namespace())) => Ok(Some(real)),
            Ok(_) => Err(Failure::forbidden(format!(
                "the artifact {location} is a link to somewhere outside of its namespace"
            ))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::unavailable("The artifact cannot be read", error)),
        }
    }

    /// Where a namespace's artifacts lie on this machine.
    #[must_use]
    pub fn namespace_dir(&self, namespace: &Namespace) -> PathBuf {
        self.root.join(namespace.as_str())
    }

    /// A handle that cannot be left. `None` if the run has no artifacts.
    fn open_run(&self, run: &RunAddress) -> io::Result<Option<Dir>> {
        match Dir::open_ambient_dir(self.run_dir(run), ambient_authority()) {
            Ok(dir) => Ok(Some(dir)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
