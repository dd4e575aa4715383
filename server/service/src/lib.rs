//! The use-cases. Every door (REST, server functions, event streams, the command line) comes through here, and each
//! method resolves, asks the guard, and only then reads or writes.

mod artifacts;
mod background;
mod downloads;
mod experiments;
mod frames;
mod launching;
mod live;
mod names;
mod operations;
mod people;
mod pipeline_urls;
mod pipelines;
mod profiles_file;
mod recording;
mod recurring_runs;
mod runs;
mod scheduling;
mod secrets;
mod tokens;
mod upkeep;
mod v1beta1;

pub use artifacts::TasksOf;
pub use background::{Background, Running};
pub use downloads::Downloads;
pub use live::Change;
pub use operations::{NewUser, Operations};
pub use profiles_file::{ProfileEntry, ProfilesFile};
pub use scheduling::{Round, Scheduler};
pub use secrets::StepSecrets;
pub use v1beta1::DefinitionText;

use authn::Accounts;
use authz::Guard;
use engine::Engine;
use live::Changes;
use model::{Chance, Clock, ExperimentId, Namespace};
use std::sync::Arc;
use store::{SecretsKey, Store};
use tokio::sync::Notify;

/// All use-cases over one store, one policy and one engine. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

/// What the use-cases stand on; wiring chooses it.
pub struct Parts {
    pub store: Store,
    pub guard: Guard,
    pub engine: Arc<dyn Engine>,
    pub artifacts: ::artifacts::Artifacts,
    pub downloads: Arc<dyn Downloads>,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    /// DEFAULTPIPELINERUNNERSERVICEACCOUNT: for runs that name none.
    pub default_service_account: String,
    /// CRON_SCHEDULE_TIMEZONE: for cron expressions that name none.
    pub zone: model::Zone,
    pub accounts: Accounts,
    pub secrets_key: Arc<SecretsKey>,
    /// Members are the cluster's to manage, not ours.
    pub profiles_in_cluster: bool,
}

struct Inner {
    parts: Parts,
    changes: Changes,
    /// A run waits to be launched.
    launches: Notify,
    /// A recurring run was made or changed, or a run of one has ended.
    schedules: Notify,
}

/// Whose runs: KFP lists them by namespace or by experiment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    Namespace(Namespace),
    Experiment(ExperimentId),
}

/// An uploaded file.
#[derive(Debug, Clone)]
pub struct Upload {
    pub file_name: String,
    pub bytes: bytes::Bytes,
}

impl Service {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            inner: Arc::new(Inner {
                parts,
                changes: Changes::open(),
                launches: Notify::new(),
                schedules: Notify::new(),
            }),
        }
    }
    fn store(&self) -> &Store {
        &self.inner.parts.store
    }
    fn guard(&self) -> &Guard {
        &self.inner.parts.guard
    }
    fn engine(&self) -> &dyn Engine {
        &*self.inner.parts.engine
    }
    fn parts(&self) -> &Parts {
        &self.inner.parts
    }
    fn changes_of(&self) -> &Changes {
        &self.inner.changes
    }
    fn now(&self) -> model::Timestamp {
        self.inner.parts.clock.now()
    }
}
