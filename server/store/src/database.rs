use crate::failure::failure;
use model::Failure;
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode,
    StatementBuilder, TransactionOptions, TransactionTrait,
};
use sea_orm::{QueryResult, TransactionSession};
use std::time::Duration;

/// The connections, whatever database is behind them.
pub(crate) struct Database {
    pub(crate) connection: DatabaseConnection,
}

impl Database {
    pub(crate) async fn open(url: &str) -> Result<Self, Failure> {
        let mut options = ConnectOptions::new(url);
        options.sqlx_logging(false).acquire_timeout(Duration::from_secs(10)).connect_timeout(Duration::from_secs(10));
        if url.starts_with("sqlite:") {
            let memory = url.contains(":memory:") || url.contains("mode=memory");
            if memory {
                // Every connection would be a database of its own; and one that is closed is one that is lost.
                options.max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
            } else {
                options.max_connections(8);
            }
            options.map_sqlx_sqlite_opts(move |options| {
                let options = options
                    .create_if_missing(true)
                    .foreign_keys(true)
                    .busy_timeout(Duration::from_secs(10))
                    .pragma("synchronous", "NORMAL");
                if memory { options } else { options.pragma("journal_mode", "WAL") }
            });
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") || url.starts_with("mysql:") {
            options.max_connections(16);
        } else {
            return Err(Failure::invalid(
                "database URL: expected sqlite:<path>, sqlite::memory:, postgres://... or mysql://...",
            ));
        }
        let connection = sea_orm::Database::connect(options).await.map_err(failure)?;
        Ok(Self { connection })
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    pub(crate) async fn ping(&self) -> Result<(), Failure> {
        self.connection.ping().await.map_err(failure)
    }

    /// A transaction that will write. SQLite must know at its beginning: one that reads first and writes later fails
    /// at once when another process wrote in between, however long it would wait.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, Failure> {
        let mode = (self.backend() == DbBackend::Sqlite).then_some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() };
        self.connection.begin_with_options(options).await.map_err(failure)
    }

    pub(crate) async fn one(&self, statement: &impl StatementBuilder) -> Result<Option<QueryResult>, Failure> {
        self.connection.query_one(statement).await.map_err(failure)
    }

    pub(crate) async fn all(&self, statement: &impl StatementBuilder) -> Result<Vec<QueryResult>, Failure> {
        self.connection.query_all(statement).await.map_err(failure)
    }

    /// The number of rows that the statement met.
    pub(crate) async fn execute(&self, statement: &impl StatementBuilder) -> Result<u64, Failure> {
        Ok(self.connection.execute(statement).await.map_err(failure)?.rows_affected())
    }
}

/// The same three words inside a transaction, and its end.
pub(crate) trait Within {
    async fn one(&self, statement: &impl StatementBuilder) -> Result<Option<QueryResult>, Failure>;
    async fn run(&self, statement: &impl StatementBuilder) -> Result<u64, Failure>;
    async fn done(self) -> Result<(), Failure>;
}

impl Within for DatabaseTransaction {
    async fn one(&self, statement: &impl StatementBuilder) -> Result<Option<QueryResult>, Failure> {
        self.query_one(statement).await.map_err(failure)
    }
    async fn run(&self, statement: &impl StatementBuilder) -> Result<u64, Failure> {
        Ok(self.execute(statement).await.map_err(failure)?.rows_affected())
    }
    async fn done(self) -> Result<(), Failure> {
        TransactionSession::commit(self).await.map_err(failure)
    }
}
