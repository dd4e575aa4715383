//! The tables' history. Each step runs once per database, whoever of several processes comes first.

use crate::{
    database::{Database, Within},
    failure::failure,
    row::Row,
};
use model::Failure;
use sea_orm::sea_query::{Alias, ColumnDef, Expr, ExprTrait, Func, Query, Table};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};

/// Never edit a step that was given away: add one.
const STEPS: &[&str] = &[
    include_str!("../migrations/0001_tables.sql"),
    include_str!("../migrations/0002_artifacts.sql"),
    include_str!("../migrations/0003_schedules.sql"),
    include_str!("../migrations/0004_retries.sql"),
    include_str!("../migrations/0005_identity.sql"),
];

pub(crate) async fn run(database: &Database) -> Result<(), Failure> {
    let transaction = database.begin().await?;
    lock(&transaction).await?;
    let outcome = steps(&transaction).await;
    unlock(&transaction).await?;
    outcome?;
    transaction.done().await
}

async fn steps(transaction: &DatabaseTransaction) -> Result<(), Failure> {
    let backend = transaction.get_database_backend();
    let mut history = Table::create();
    history.table("migrations").if_not_exists().col(ColumnDef::new("step").big_integer().not_null().primary_key());
    transaction.execute(&history).await.map_err(failure)?;
    let mut latest = Query::select();
    latest
        .expr_as(Func::coalesce([Expr::col("step").max(), Expr::val(0_i64)]), Alias::new("latest"))
        .from("migrations");
    let done = transaction.one(&latest).await?.map_or(Ok(0), |row| row.count("latest"))? as usize;
    if done > STEPS.len() {
        return Err(Failure::precondition(format!(
            "the database was changed by a newer Mooring (its tables are at step {done}, this one knows {})",
            STEPS.len()
        )));
    }
    for (step, text) in (1_i64..).zip(STEPS).skip(done) {
        for statement in statements(text, backend) {
            transaction.execute_unprepared(&statement).await.map_err(failure)?;
        }
        let mut note = Query::insert();
        note.into_table("migrations").columns(["step"]).values_panic([step.into()]);
        transaction.run(&note).await?;
    }
    Ok(())
}

/// The step's statements in the database's own words.
fn statements(text: &str, backend: DbBackend) -> Vec<String> {
    let words = match backend {
        DbBackend::Sqlite => [
            ("{id}", "TEXT"),
            ("{word}", "TEXT"),
            ("{name}", "TEXT"),
            ("{text}", "TEXT"),
            ("{long}", "TEXT"),
            ("{table}", ""),
        ],
        DbBackend::Postgres => [
            ("{id}", "varchar(36) COLLATE \"C\""),
            ("{word}", "varchar(32) COLLATE \"C\""),
            ("{name}", "varchar(255) COLLATE \"C\""),
            ("{text}", "text COLLATE \"C\""),
            ("{long}", "text COLLATE \"C\""),
            ("{table}", ""),
        ],
        _ => [
            ("{id}", "varchar(36)"),
            ("{word}", "varchar(32)"),
            ("{name}", "varchar(255)"),
            ("{text}", "mediumtext"),
            ("{long}", "longtext"),
            ("{table}", " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"),
        ],
    };
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n");
    let translated = words.iter().fold(lines, |text, (word, meaning)| text.replace(word, meaning));
    translated.split(';').map(str::trim).filter(|statement| !statement.is_empty()).map(str::to_owned).collect()
}

/// SQLite's transaction is the lock already.
async fn lock(transaction: &DatabaseTransaction) -> Result<(), Failure> {
    let backend = transaction.get_database_backend();
    let wait = match backend {
        DbBackend::Postgres => "SELECT pg_advisory_xact_lock(5570193512)",
        DbBackend::MySql => "SELECT COALESCE(GET_LOCK('mooring_migrations', 60), 0) = 1 AS locked",
        _ => return Ok(()),
    };
    let row = transaction.query_one_raw(Statement::from_string(backend, wait)).await.map_err(failure)?;
    match row {
        Some(row) if backend == DbBackend::MySql && row.number("locked")? != 1 => Err(Failure::unavailable(
            "Another server is changing the tables. Try again in a moment.",
            "GET_LOCK gave up after 60 seconds",
        )),
        _ => Ok(()),
    }
}

/// MySQL's lock belongs to the connection; PostgreSQL's ends with the transaction.
async fn unlock(transaction: &DatabaseTransaction) -> Result<(), Failure> {
    let backend = transaction.get_database_backend();
    if backend == DbBackend::MySql {
        let release = Statement::from_string(backend, "SELECT RELEASE_LOCK('mooring_migrations')");
        transaction.query_one_raw(release).await.map_err(failure)?;
    }
    Ok(())
}
