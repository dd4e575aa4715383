//! The wall, seen from the database's side.

use super::Bench;
use sea_orm::{Statement, sea_query::Value};

/// Tables whose rows belong to a namespace (for pipelines: or are shared).
const CONTENT: &[&str] = &[
    "experiments",
    "runs",
    "run_texts",
    "launch_orders",
    "tasks",
    "artifacts",
    "run_metrics",
    "recurring_runs",
    "recurring_run_texts",
    "recurring_run_firings",
    "pipelines",
    "pipeline_versions",
    "tags",
    "profiles",
    "memberships",
    "audit",
    "secrets",
];

/// The only statements that may look across namespaces; none of them reads content.
const ACROSS: &str = include_str!("../../tests/output/across-namespaces.sql");

/// Panics over a statement that touches content without binding a namespace.
pub(super) fn check(bench: &Bench) {
    let statements = bench.statements();
    assert!(!statements.is_empty(), "nothing was recorded, so nothing was checked");
    for statement in &statements {
        let text = plain(&statement.sql);
        if CONTENT.iter().any(|table| text.contains(&format!("\"{table}\""))) && !binds_namespace(statement) {
            let known = ACROSS.lines().any(|line| line == text);
            assert!(known, "this statement binds no namespace and is not in across-namespaces.sql:\n{text}");
        }
    }
}

pub(super) fn binds_namespace(statement: &Statement) -> bool {
    let text = plain(&statement.sql);
    let named = if text.starts_with("INSERT") {
        text.split_once("VALUES").is_some_and(|(columns, _)| columns.contains("\"namespace\""))
    } else {
        text.contains("\"namespace\" = ?")
    };
    let is_place = |value: &Value| match value {
        Value::String(Some(text)) => text.is_empty() || text.starts_with("team-"),
        _ => false,
    };
    named && statement.values.as_ref().is_some_and(|values| values.0.iter().any(is_place))
}

/// The statement without what the three databases write differently.
pub(super) fn plain(sql: &str) -> String {
    let mut plain = String::new();
    let mut placeholder = false;
    for character in sql.replace('`', "\"").chars() {
        if !(placeholder && character.is_ascii_digit()) {
            plain.push(if character == '$' { '?' } else { character });
        }
        placeholder = character == '$' || (placeholder && character.is_ascii_digit());
    }
    plain
}

#[test]
fn the_check_can_fail() {
    let statement =
        |sql: &str, values: Vec<Value>| Statement::from_sql_and_values(sea_orm::DbBackend::Sqlite, sql, values);
    assert!(binds_namespace(&statement("SELECT \"id\" FROM \"runs\" WHERE \"namespace\" = ?", vec!["team-a".into()])));
    assert!(!binds_namespace(&statement("SELECT \"namespace\" FROM \"runs\" WHERE \"id\" = ?", vec!["team-a".into()])));
    assert!(!binds_namespace(&statement("SELECT \"id\" FROM \"runs\" WHERE \"namespace\" = ?", vec!["1".into()])));
    assert!(!binds_namespace(&statement("INSERT INTO \"runs\" (\"id\") VALUES (?)", vec!["team-a".into()])));
    assert_eq!(
        plain("SELECT `a` FROM `b` WHERE `c` = $12 AND d = 1"),
        "SELECT \"a\" FROM \"b\" WHERE \"c\" = ? AND d = 1"
    );
}
