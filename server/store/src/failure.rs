use model::{Failure, FailureKind};
use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

/// The database's error by its meaning for the caller; the text of it stays in the log.
pub(crate) fn failure(error: DbErr) -> Failure {
    if unreachable(&error) {
        Failure::unavailable("The database does not answer. Try again in a moment.", error)
    } else {
        Failure::internal(error)
    }
}

/// As [`failure`], but a unique name that is taken is told with `message`.
pub(crate) fn taken(message: impl FnOnce() -> String) -> impl FnOnce(DbErr) -> Failure {
    move |error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(detail)) => {
            Failure { kind: FailureKind::Exists, message: message(), cause: Some(detail) }
        }
        _ => failure(error),
    }
}

fn unreachable(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => match &**error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => true,
            // SQLite's busy (and its extended codes), PostgreSQL's connection, shutdown and serialisation classes,
            // MySQL's deadlock and lock wait.
            sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                matches!(&*code, "5" | "6" | "261" | "262" | "517" | "40001" | "40P01" | "57P01" | "57P02" | "57P03")
                    || code.starts_with("08")
                    || code.starts_with("53")
            }),
            _ => false,
        },
        _ => false,
    }
}
