//! All that Mooring remembers, and the only room with SQL in it: SQLite, PostgreSQL or MySQL, chosen by a URL.
//!
//! The store takes proof, never a name. No function on a namespace's content has a namespace parameter: the namespace
//! (and, for one object, its id) comes out of a grant and is bound in every statement. [`Locate`] alone answers
//! without a grant, and only with addresses.

mod artifacts;
mod audit;
mod credentials;
mod database;
mod experiments;
mod failure;
mod launch_orders;
mod listing;
mod locate;
mod migrations;
mod pipeline_versions;
mod pipelines;
mod profiles;
mod recurring_runs;
mod row;
mod run_metrics;
mod runs;
mod seal;
mod secrets;
mod sessions;
mod tasks;
#[cfg(test)]
mod tests;
mod tokens;
mod users;

pub use artifacts::Artifacts;
pub use audit::{Audit, AuditJournal};
pub use experiments::Experiments;
pub use launch_orders::LaunchOrders;
pub use locate::Locate;
pub use model::Member;
pub use pipeline_versions::PipelineVersions;
pub use pipelines::Pipelines;
pub use profiles::Profiles;
pub use recurring_runs::{ChangedRecurringRun, Claim, DueRecurringRun, Fired, NewRecurringRunRow, RecurringRuns};
pub use run_metrics::RunMetrics;
pub use runs::{NewRunRow, Runs};
pub use seal::SecretsKey;
pub use secrets::Secrets;
pub use sessions::{Session, Sessions, SignInLinks};
pub use tasks::Tasks;
pub use tokens::{NewToken, Token, Tokens};
pub use users::{User, Users};

use database::Database;
use listing::PageKey;
use model::Failure;
use std::sync::Arc;

/// One database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    page_key: PageKey,
}

impl Store {
    /// Opens the database at `url` and brings its tables up to date. Several processes may do so at once.
    ///
    /// - `sqlite:/path/to/file` (made if it is not there) or `sqlite::memory:`
    /// - `postgres://user:password@host/database`
    /// - `mysql://user:password@host/database` (MySQL 8 or MariaDB)
    ///
    /// `page_key` signs page tokens: at least 16 secret bytes, the same for all servers over one database.
    ///
    /// # Errors
    /// `Invalid` for another kind of URL or a short key, `Unavailable` when the database does not answer,
    /// `Precondition` when a newer Mooring has changed its tables.
    pub async fn open(url: &str, page_key: &[u8]) -> Result<Self, Failure> {
        let page_key = PageKey::new(page_key)?;
        let database = Database::open(url).await?;
        migrations::run(&database).await?;
        Ok(Self { inner: Arc::new(Inner { database, page_key }) })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn ping(&self) -> Result<(), Failure> {
        self.database().ping().await
    }

    #[must_use]
    pub const fn experiments(&self) -> Experiments<'_> {
        Experiments { store: self }
    }
    #[must_use]
    pub const fn runs(&self) -> Runs<'_> {
        Runs { store: self }
    }
    #[must_use]
    pub const fn run_metrics(&self) -> RunMetrics<'_> {
        RunMetrics { store: self }
    }
    #[must_use]
    pub const fn artifacts(&self) -> Artifacts<'_> {
        Artifacts { store: self }
    }
    #[must_use]
    pub const fn tasks(&self) -> Tasks<'_> {
        Tasks { store: self }
    }
    #[must_use]
    pub const fn launch_orders(&self) -> LaunchOrders<'_> {
        LaunchOrders { store: self }
    }
    #[must_use]
    pub const fn recurring_runs(&self) -> RecurringRuns<'_> {
        RecurringRuns { store: self }
    }
    #[must_use]
    pub const fn pipelines(&self) -> Pipelines<'_> {
        Pipelines { store: self }
    }
    #[must_use]
    pub const fn pipeline_versions(&self) -> PipelineVersions<'_> {
        PipelineVersions { store: self }
    }
    #[must_use]
    pub const fn profiles(&self) -> Profiles<'_> {
        Profiles { store: self }
    }
    #[must_use]
    pub const fn users(&self) -> Users<'_> {
        Users { store: self }
    }
    #[must_use]
    pub const fn sessions(&self) -> Sessions<'_> {
        Sessions { store: self }
    }
    #[must_use]
    pub const fn sign_in_links(&self) -> SignInLinks<'_> {
        SignInLinks { store: self }
    }
    #[must_use]
    pub const fn tokens(&self) -> Tokens<'_> {
        Tokens { store: self }
    }
    #[must_use]
    pub const fn audit(&self) -> Audit<'_> {
        Audit { store: self }
    }
    /// Sealed with this key, and opened with it again.
    #[must_use]
    pub const fn secrets<'a>(&'a self, key: &'a SecretsKey) -> Secrets<'a> {
        Secrets { store: self, key }
    }
    #[must_use]
    pub const fn locate(&self) -> Locate<'_> {
        Locate { store: self }
    }

    fn database(&self) -> &Database {
        &self.inner.database
    }
    fn page_key(&self) -> &PageKey {
        &self.inner.page_key
    }
}
