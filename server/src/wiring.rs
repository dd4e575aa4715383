//! Which adapter stands where. The only place that names them, and the only one that opens the guard.

mod identity;

use crate::{Settings, SiteFiles, downloads::HttpDownloads, routes::routes};
use artifacts::Artifacts;
use authn::{Accounts, Journal};
use authz::{Guard, System};
use axum::Router;
use engine::{Engine, Reporter, Reports};
use engine_local::LocalEngine;
use model::{Chance, Clock, Failure};
use service::{Background, Operations, Parts, Running, Service, StepSecrets};
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
    sync::Arc,
};
use store::{AuditJournal, SecretsKey, Store};
use tokio_util::sync::CancellationToken;

/// What every command stands on: the database, and the powers over it.
pub struct Foundation {
    pub operations: Operations,
    pub accounts: Accounts,
    store: Store,
    guard: Guard,
    system: System,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    secrets_key: Arc<SecretsKey>,
}

/// A server that is put together and works, but for the socket.
pub struct House {
    pub router: Router,
    pub background: Running,
    pub operations: Operations,
    pub accounts: Accounts,
}

impl Foundation {
    /// Opens the data directory and the database, which are made if they are not there.
    ///
    /// # Errors
    /// `Unavailable`, `Invalid` for a database's URL that is none.
    pub async fn lay(settings: &Settings, clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Result<Self, Failure> {
        let unusable = |error| unusable("data directory", &settings.data_dir, error);
        open_data_dir(&settings.data_dir).map_err(unusable)?;
        // One signs page tokens, the other seals the secrets of namespaces.
        let page_key = own_key(&settings.data_dir.join("page.key"), &*chance).map_err(unusable)?;
        let secrets_key = settings.secrets_key.clone().unwrap_or_else(|| settings.data_dir.join("secrets.key"));
        let secrets_key = own_key(&secrets_key, &*chance).map_err(unusable)?;
        let secrets_key = Arc::new(SecretsKey::new(&secrets_key)?);
        let store = Store::open(&settings.database, &page_key).await?;
        let journal: Arc<dyn Journal> =
            Arc::new(AuditJournal::new(store.clone(), Arc::clone(&clock), Arc::clone(&chance)));
        let (accounts, policy) = identity::identity(settings, &store, &clock, &chance, &journal)?;
        #[expect(clippy::disallowed_methods, reason = "this is the wiring")]
        let (guard, system, operator) = authz::open(policy);
        let guard = guard.with_journal(journal);
        let operations = Operations::new(
            store.clone(),
            accounts.clone(),
            operator,
            Arc::clone(&clock),
            Arc::clone(&chance),
            Arc::clone(&secrets_key),
        );
        Ok(Self { operations, accounts, store, guard, system, clock, chance, secrets_key })
    }

    /// The way of the engine of this machine to the secrets that steps name.
    #[must_use]
    pub fn step_secrets(&self) -> Arc<dyn engine::Secrets> {
        Arc::new(StepSecrets::new(self.store.clone(), Arc::clone(&self.secrets_key)))
    }

    /// Puts a server on it. Must be called inside a runtime; `closing` ends its streams.
    pub fn build(
        self,
        settings: &Settings,
        artifacts: Artifacts,
        engine: Arc<dyn Engine>,
        reports: Reports,
        files: SiteFiles,
        closing: &CancellationToken,
    ) -> House {
        let service = Service::new(Parts {
            store: self.store,
            guard: self.guard,
            engine,
            artifacts,
            downloads: Arc::new(HttpDownloads::new(settings.downloads.clone(), api::UPLOAD_LIMIT)),
            clock: Arc::clone(&self.clock),
            chance: self.chance,
            default_service_account: settings.default_service_account.clone(),
            zone: settings.zone,
            accounts: self.accounts.clone(),
            secrets_key: self.secrets_key,
            profiles_in_cluster: settings.kubernetes.is_some(),
        });
        let background = Background { system: self.system, reports }.start(&service);
        let router = routes(service, self.accounts.clone(), self.clock, files, &settings.frame_ancestors(), closing);
        House { router, background, operations: self.operations, accounts: self.accounts }
    }
}

/// Where the bytes of artifacts lie.
///
/// # Errors
/// `Unavailable`.
pub(crate) fn artifacts(settings: &Settings) -> Result<Artifacts, Failure> {
    Artifacts::open(settings.data_dir.join("artifacts"))
}

/// The engine of this machine. Must be called inside a runtime.
///
/// # Errors
/// `Unavailable`.
pub(crate) async fn local_engine(
    settings: &Settings,
    artifacts: Artifacts,
    clock: Arc<dyn Clock>,
    reporter: Reporter,
    secrets: Arc<dyn engine::Secrets>,
) -> Result<Arc<dyn Engine>, Failure> {
    Ok(LocalEngine::start(local_engine_settings(settings)?, artifacts, clock, reporter, secrets).await?)
}

/// # Errors
/// `Unavailable` when the program cannot find itself.
pub(crate) fn local_engine_settings(settings: &Settings) -> Result<engine_local::Settings, Failure> {
    let program = std::env::current_exe().map_err(|error| {
        Failure::unavailable("The program does not know where it lies, and cannot start steps", error)
    })?;
    let launcher = vec![program.into_os_string(), OsString::from("launcher")];
    let asked = &settings.engine;
    let mut engine = engine_local::Settings::new(settings.data_dir.join("engine"), launcher);
    engine.max_parallel_steps = asked.max_parallel_steps.unwrap_or(engine.max_parallel_steps);
    engine.python = asked.python.clone().unwrap_or(engine.python);
    engine.bwrap = asked.bwrap.clone().unwrap_or(engine.bwrap);
    let bytes = |mib: Option<u64>| mib.map(|mib| mib.saturating_mul(1 << 20));
    engine.max_parallel_steps_of_namespace = asked.max_parallel_steps_of_namespace;
    engine.namespace_disk_bytes = bytes(asked.namespace_disk_mib);
    engine.limits.memory_bytes = bytes(asked.step_memory_mib).or(engine.limits.memory_bytes);
    engine.limits.processes = asked.step_processes.or(engine.limits.processes);
    engine.limits.log_bytes = bytes(asked.step_log_mib).or(engine.limits.log_bytes);
    engine.limits.disk_bytes = bytes(asked.step_disk_mib).or(engine.limits.disk_bytes);
    engine.cache = asked.cache.unwrap_or(engine.cache);
    engine.without_network.clone_from(&asked.without_network);
    engine.network = asked.network.unwrap_or(engine.network);
    engine.stop_grace = asked.stop_grace.unwrap_or(engine.stop_grace);
    engine.readable.clone_from(&asked.readable);
    Ok(engine.with_host_env(asked.host_env.iter().cloned()))
}

/// Two servers over one directory would run every step twice. The lock holds while the file is open.
///
/// # Errors
/// `Unavailable` when another server holds it.
pub(crate) fn lock_data_dir(data_dir: &Path) -> Result<File, Failure> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(data_dir.join("server.lock"));
    let file = file.map_err(|error| unusable("data directory", data_dir, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Failure::unavailable(
            format!("Another server uses the data directory {}: stop it, or choose another one", data_dir.display()),
            "locked",
        )),
        Err(TryLockError::Error(error)) => Err(unusable("data directory", data_dir, error)),
    }
}

fn open_data_dir(data_dir: &Path) -> std::io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(data_dir)
}

/// The key in this file, made up if there is none.
fn own_key(path: &Path, chance: &dyn Chance) -> std::io::Result<Vec<u8>> {
    let mut key = [0; 32];
    chance.fill(&mut key);
    match OpenOptions::new().create_new(true).write(true).mode(0o600).open(path) {
        Ok(mut file) => file.write_all(&key)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    fs::read(path)
}

fn unusable(what: &str, path: &Path, error: std::io::Error) -> Failure {
    Failure::unavailable(format!("The {what} {} cannot be used: {error}", path.display()), error)
}
