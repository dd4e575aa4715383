//! A recurring run as its row: the columns, how they are read, and the statements that every change begins with.

use crate::{
    listing::{Column, Field, List},
    row::{Row, to_json},
    runs::read_source,
};
use model::{
    ExperimentId, Failure, Namespace, PipelineSource, RecurringRun, RecurringRunId, RecurringRunMode, RuntimeConfig,
    UserName,
};
use sea_orm::QueryResult;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement, UpdateStatement};
use serde_json::{Map, Value};

pub(super) const COLUMNS: &[&str] = &[
    "id",
    "namespace",
    "experiment_id",
    "display_name",
    "description",
    "service_account",
    "pipeline_id",
    "pipeline_version_id",
    "pipeline_root",
    "recurrence",
    "mode",
    "max_concurrency",
    "no_catchup",
    "created_at",
    "updated_at",
    "resource_name",
    "acts_as",
    "fired",
    "last_slot_at",
    "next_slot_at",
    "stopped",
];

pub(super) const LIST: List<RecurringRun> = List {
    table: "recurring_runs",
    columns: COLUMNS,
    fields: &[
        Field::new(&["id", "recurring_run_id"], Column::Text("id")),
        Field::new(&["name", "display_name"], Column::Text("display_name")),
        Field::new(&["created_at"], Column::Moment("created_at")),
        Field::new(&["updated_at"], Column::Moment("updated_at")),
        Field::new(&["description"], Column::Text("description")),
    ],
    tagged: false,
    read: |row| read(row, Map::new(), None),
};

pub(super) fn select(columns: &[&'static str], place: &Namespace, id: RecurringRunId) -> SelectStatement {
    let mut select = Query::select();
    select
        .columns(columns.iter().copied())
        .from("recurring_runs")
        .and_where(Expr::col("namespace").eq(place.as_str()))
        .and_where(Expr::col("id").eq(id.to_string()));
    select
}

/// A change of one row; whoever decided about it meanwhile has decided about another revision.
pub(super) fn change(place: &Namespace, id: RecurringRunId) -> UpdateStatement {
    let mut update = Query::update();
    update
        .table("recurring_runs")
        .value("revision", Expr::col("revision").add(1))
        .and_where(Expr::col("namespace").eq(place.as_str()))
        .and_where(Expr::col("id").eq(id.to_string()));
    update
}

pub(super) fn written_spec(source: &PipelineSource) -> Result<String, Failure> {
    match source {
        PipelineSource::Inline { spec } => to_json(spec),
        PipelineSource::Version { .. } | PipelineSource::Latest { .. } => to_json(&Value::Null),
    }
}

/// As our table writes it.
pub(crate) const fn mode_word(mode: RecurringRunMode) -> &'static str {
    match mode {
        RecurringRunMode::Enabled => "ENABLED",
        RecurringRunMode::Disabled => "DISABLED",
    }
}

pub(super) fn read(
    row: &QueryResult,
    parameters: Map<String, Value>,
    spec: Option<Value>,
) -> Result<RecurringRun, Failure> {
    Ok(RecurringRun {
        id: row.parsed("id", RecurringRunId::parse)?,
        namespace: row.parsed("namespace", Namespace::parse)?,
        experiment_id: row.parsed("experiment_id", ExperimentId::parse)?,
        display_name: row.text("display_name")?,
        description: row.text("description")?,
        service_account: row.text("service_account")?,
        source: read_source(row, spec)?,
        runtime_config: RuntimeConfig { parameters, pipeline_root: row.text_if_any("pipeline_root")? },
        trigger: row.json("recurrence")?,
        mode: row.word("mode", |text| match text {
            "ENABLED" => Some(RecurringRunMode::Enabled),
            "DISABLED" => Some(RecurringRunMode::Disabled),
            _ => None,
        })?,
        max_concurrency: u8::try_from(row.number("max_concurrency")?).map_err(Failure::internal)?,
        no_catchup: row.flag("no_catchup")?,
        created_at: row.moment("created_at")?,
        updated_at: row.moment("updated_at")?,
        resource_name: row.text("resource_name")?,
        acts_as: row.parsed("acts_as", UserName::parse)?,
        fired: u64::try_from(row.number("fired")?).map_err(Failure::internal)?,
        last_at: row.moment_if_any("last_slot_at")?,
        next_at: row.moment_if_any("next_slot_at")?,
        stopped: row.text_if_any("stopped")?,
    })
}
