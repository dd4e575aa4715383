//! Runs: their rows, their long texts, and the changes of their state. What the engines report is in `runs/record.rs`.

mod record;

use crate::{
    Store,
    database::Within,
    failure::taken,
    listing::{Column, Field, List, Whose},
    row::{Row, to_json},
};
use authz::{Grant, RunGrant, runs};
use model::{
    ExperimentId, Failure, Listing, Namespace, Page, PipelineId, PipelineSource, PipelineVersionId, RecurringRunId,
    Run, RunId, RunProgress, RunState, RuntimeConfig, StateChange, StorageState, Timestamp,
};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement, UpdateStatement};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};
use serde_json::{Map, Value};

const COLUMNS: &[&str] = &[
    "id",
    "namespace",
    "experiment_id",
    "recurring_run_id",
    "display_name",
    "description",
    "service_account",
    "pipeline_id",
    "pipeline_version_id",
    "pipeline_name",
    "pipeline_root",
    "state",
    "storage_state",
    "created_at",
    "scheduled_at",
    "finished_at",
    "error",
    "state_history",
    "tasks_done",
    "tasks_total",
    "running_task",
];

const LIST: List<Run> = List {
    table: "runs",
    columns: COLUMNS,
    fields: &[
        Field::new(&["id", "run_id"], Column::Text("id")),
        Field::new(&["name", "display_name"], Column::Text("display_name")),
        Field::new(&["created_at"], Column::Moment("created_at")),
        Field::new(&["finished_at"], Column::Moment("finished_at")),
        Field::new(&["scheduled_at"], Column::Moment("scheduled_at")),
        Field::new(&["description"], Column::Text("description")),
        Field::new(&["storage_state"], Column::StorageState("storage_state")),
        Field::new(&["status"], Column::V1Status),
        Field::new(&["state"], Column::Text("state")),
        Field::new(&["namespace"], Column::Text("namespace")),
        Field::new(&["experiment_id"], Column::Text("experiment_id")),
        Field::new(&["recurring_run_id"], Column::Text("recurring_run_id")),
        Field::new(&["state_history"], Column::LongText("state_history")),
        // KFP keeps Argo's own status text there; we have none.
        Field::new(&["runtime_details"], Column::Always("")),
    ],
    tagged: false,
    read: |row| read(row, Map::new(), None),
};

/// A run to be, complete: the service has found its experiment, its definition and its defaults.
#[derive(Debug, Clone)]
pub struct NewRunRow {
    pub id: RunId,
    pub experiment_id: ExperimentId,
    pub recurring_run_id: Option<RecurringRunId>,
    pub display_name: String,
    pub description: String,
    pub service_account: String,
    /// What the caller named; `Inline`'s own text is not read here but in `spec`.
    pub source: PipelineSource,
    /// The definition itself, also for a stored version: the run keeps it when the version goes.
    pub spec: Value,
    pub pipeline_name: String,
    pub runtime_config: RuntimeConfig,
    pub scheduled_at: Timestamp,
}

/// The runs of a namespace.
pub struct Runs<'a> {
    pub(crate) store: &'a Store,
}

impl Runs<'_> {
    /// Writes the run, its launch order and its experiment's `last_run_created_at`: all of it or nothing.
    ///
    /// # Errors
    /// `NotFound` when the grant's namespace has no such experiment, `Exists` when the id is taken.
    pub async fn create(&self, grant: &Grant<runs::Create>, new: NewRunRow, now: Timestamp) -> Result<Run, Failure> {
        let transaction = self.store.database().begin().await?;
        let run = insert(&transaction, grant.place(), new, now).await?;
        transaction.done().await?;
        Ok(run)
    }

    /// The run with its runtime parameters and, if it came inline, its definition.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&self, grant: &RunGrant<runs::Get>) -> Result<Run, Failure> {
        let database = self.store.database();
        let row = database.one(&select_run(COLUMNS, grant.place(), grant.id())).await?;
        let row = row.ok_or_else(|| grant.id().not_found())?;
        let texts = database.one(&select_texts(&["spec", "parameters"], grant.place(), grant.id())).await?;
        let texts = texts.ok_or_else(|| grant.id().not_found())?;
        let inline = row.text("pipeline_version_id")?.is_empty();
        let spec = if inline { Some(texts.json("spec")?) } else { None };
        read(&row, texts.json("parameters")?, spec)
    }

    /// The definition that the run executes, wherever it came from.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn spec(&self, grant: &RunGrant<runs::Get>) -> Result<Value, Failure> {
        let row = self.store.database().one(&select_texts(&["spec"], grant.place(), grant.id())).await?;
        row.ok_or_else(|| grant.id().not_found())?.json("spec")
    }

    /// All runs of the namespace. Runtime parameters and definitions are not read along.
    ///
    /// # Errors
    /// `Invalid` for a sort, filter or page token that does not fit.
    pub async fn list(&self, grant: &Grant<runs::List>, listing: &Listing) -> Result<Page<Run>, Failure> {
        LIST.page(self.store, &Whose { place: grant.place().as_str(), parent: None }, listing).await
    }

    /// The runs of one experiment of the namespace; none for an experiment of another one.
    ///
    /// # Errors
    /// As [`Runs::list`].
    pub async fn list_of_experiment(
        &self,
        grant: &Grant<runs::List>,
        experiment: ExperimentId,
        listing: &Listing,
    ) -> Result<Page<Run>, Failure> {
        let parent = Some(("experiment_id", experiment.to_string()));
        LIST.page(self.store, &Whose { place: grant.place().as_str(), parent }, listing).await
    }

    /// Whatever the run's state; twice is once.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn archive(&self, grant: &RunGrant<runs::Archive>) -> Result<(), Failure> {
        let archive = set_storage_state(grant.place(), grant.id(), StorageState::Archived);
        match self.store.database().execute(&archive).await? {
            0 => Err(grant.id().not_found()),
            _ => Ok(()),
        }
    }

    /// # Errors
    /// `NotFound`, and `Precondition` while the run's experiment is archived.
    pub async fn unarchive(&self, grant: &RunGrant<runs::Unarchive>) -> Result<(), Failure> {
        let transaction = self.store.database().begin().await?;
        let row = transaction.one(&select_run(&["experiment_id"], grant.place(), grant.id())).await?;
        let experiment = row.ok_or_else(|| grant.id().not_found())?.text("experiment_id")?;
        let mut archived = Query::select();
        archived
            .column("id")
            .from("experiments")
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("id").eq(experiment.as_str()))
            .and_where(Expr::col("storage_state").eq(StorageState::Archived.as_str()));
        if transaction.one(&archived).await?.is_some() {
            return Err(Failure::precondition(format!(
                "Failed to unarchive run {}: its experiment {experiment} is archived. Unarchive the experiment first",
                grant.id()
            )));
        }
        transaction.run(&set_storage_state(grant.place(), grant.id(), StorageState::Available)).await?;
        transaction.done().await
    }

    /// The run, its texts, tasks and launch order, in any state.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn delete(&self, grant: &RunGrant<runs::Delete>) -> Result<(), Failure> {
        let mut delete = Query::delete();
        delete
            .from_table("runs")
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("id").eq(grant.id().to_string()));
        match self.store.database().execute(&delete).await? {
            0 => Err(grant.id().not_found()),
            _ => Ok(()),
        }
    }
}

/// What [`Runs::create`] writes, for every transaction that makes a run.
pub(crate) async fn insert(
    transaction: &DatabaseTransaction,
    place: &Namespace,
    new: NewRunRow,
    now: Timestamp,
) -> Result<Run, Failure> {
    let namespace = place.as_str();
    let (spec, parameters) = (to_json(&new.spec)?, to_json(&new.runtime_config.parameters)?);
    let run = begin(new, place.clone(), now);
    let id = run.id.to_string();
    let (pipeline_id, version_id) = source_ids(&run.source);

    let mut experiment = Query::select();
    experiment
        .column("id")
        .from("experiments")
        .and_where(Expr::col("namespace").eq(namespace))
        .and_where(Expr::col("id").eq(run.experiment_id.to_string()));
    if transaction.one(&experiment).await?.is_none() {
        return Err(run.experiment_id.not_found());
    }
    let mut touch = Query::update();
    touch
        .table("experiments")
        .value("last_run_created_at", now.millis())
        .and_where(Expr::col("namespace").eq(namespace))
        .and_where(Expr::col("id").eq(run.experiment_id.to_string()))
        .and_where(Expr::col("last_run_created_at").lt(now.millis()));
    transaction.run(&touch).await?;

    let mut insert = Query::insert();
    insert.into_table("runs").columns(COLUMNS.iter().copied()).values_panic([
        id.as_str().into(),
        namespace.into(),
        run.experiment_id.to_string().into(),
        run.recurring_run_id.map(|id| id.to_string()).unwrap_or_default().into(),
        run.display_name.as_str().into(),
        run.description.as_str().into(),
        run.service_account.as_str().into(),
        pipeline_id.into(),
        version_id.into(),
        run.pipeline_name.as_str().into(),
        run.runtime_config.pipeline_root.as_deref().unwrap_or_default().into(),
        run.state.as_str().into(),
        run.storage_state.as_str().into(),
        run.created_at.millis().into(),
        run.scheduled_at.millis().into(),
        0_i64.into(),
        "".into(),
        to_json(&run.state_history)?.into(),
        0_i64.into(),
        0_i64.into(),
        "".into(),
    ]);
    let taken = taken(|| format!("Run with id '{id}' already exists"));
    transaction.execute(&insert).await.map_err(taken)?;
    let mut texts = Query::insert();
    texts.into_table("run_texts").columns(["run_id", "namespace", "spec", "parameters"]).values_panic([
        id.as_str().into(),
        namespace.into(),
        spec.into(),
        parameters.into(),
    ]);
    transaction.run(&texts).await?;
    let mut order = Query::insert();
    order.into_table("launch_orders").columns(["run_id", "namespace", "ordered_at", "launched_at"]).values_panic([
        id.as_str().into(),
        namespace.into(),
        now.millis().into(),
        0_i64.into(),
    ]);
    transaction.run(&order).await?;
    Ok(run)
}

/// The run at its first moment.
fn begin(new: NewRunRow, namespace: Namespace, now: Timestamp) -> Run {
    Run {
        id: new.id,
        namespace,
        experiment_id: new.experiment_id,
        recurring_run_id: new.recurring_run_id,
        display_name: new.display_name,
        description: new.description,
        service_account: new.service_account,
        source: match new.source {
            PipelineSource::Inline { .. } => PipelineSource::Inline { spec: Some(new.spec) },
            version => version,
        },
        pipeline_name: new.pipeline_name,
        runtime_config: new.runtime_config,
        state: RunState::Pending,
        storage_state: StorageState::Available,
        created_at: now,
        scheduled_at: new.scheduled_at,
        finished_at: None,
        error: None,
        state_history: vec![StateChange { at: now, state: RunState::Pending, error: None }],
        progress: RunProgress::default(),
        running_task: None,
    }
}

/// The pipeline's and the version's id as the tables keep them: both empty for a definition that came inline, the version's
/// for "the latest".
pub(crate) fn source_ids(source: &PipelineSource) -> (String, String) {
    match source {
        PipelineSource::Version { pipeline_id, pipeline_version_id } => {
            (pipeline_id.to_string(), pipeline_version_id.to_string())
        }
        PipelineSource::Latest { pipeline_id } => (pipeline_id.to_string(), String::new()),
        PipelineSource::Inline { .. } => (String::new(), String::new()),
    }
}

/// The inverse of [`source_ids`].
pub(crate) fn read_source(row: &QueryResult, spec: Option<Value>) -> Result<PipelineSource, Failure> {
    if row.text("pipeline_version_id")?.is_empty() {
        return Ok(match row.text_if_any("pipeline_id")? {
            Some(_) => PipelineSource::Latest { pipeline_id: row.parsed("pipeline_id", PipelineId::parse)? },
            None => PipelineSource::Inline { spec },
        });
    }
    Ok(PipelineSource::Version {
        pipeline_id: row.parsed("pipeline_id", PipelineId::parse)?,
        pipeline_version_id: row.parsed("pipeline_version_id", PipelineVersionId::parse)?,
    })
}

pub(crate) fn select_run(columns: &[&'static str], namespace: &Namespace, id: RunId) -> SelectStatement {
    let mut select = Query::select();
    select
        .columns(columns.iter().copied())
        .from("runs")
        .and_where(Expr::col("namespace").eq(namespace.as_str()))
        .and_where(Expr::col("id").eq(id.to_string()));
    select
}

pub(crate) fn select_texts(columns: &[&'static str], namespace: &Namespace, id: RunId) -> SelectStatement {
    let mut select = Query::select();
    select
        .columns(columns.iter().copied())
        .from("run_texts")
        .and_where(Expr::col("namespace").eq(namespace.as_str()))
        .and_where(Expr::col("run_id").eq(id.to_string()));
    select
}

fn set_storage_state(namespace: &Namespace, id: RunId, state: StorageState) -> UpdateStatement {
    let mut update = Query::update();
    update
        .table("runs")
        .value("storage_state", state.as_str())
        .and_where(Expr::col("namespace").eq(namespace.as_str()))
        .and_where(Expr::col("id").eq(id.to_string()));
    update
}

fn read(row: &QueryResult, parameters: Map<String, Value>, spec: Option<Value>) -> Result<Run, Failure> {
    let recurring_run = row.text_if_any("recurring_run_id")?;
    Ok(Run {
        id: row.parsed("id", RunId::parse)?,
        namespace: row.parsed("namespace", Namespace::parse)?,
        experiment_id: row.parsed("experiment_id", ExperimentId::parse)?,
        recurring_run_id: recurring_run.map(|id| RecurringRunId::parse(&id)).transpose().map_err(Failure::internal)?,
        display_name: row.text("display_name")?,
        description: row.text("description")?,
        service_account: row.text("service_account")?,
        source: read_source(row, spec)?,
        pipeline_name: row.text("pipeline_name")?,
        runtime_config: RuntimeConfig { parameters, pipeline_root: row.text_if_any("pipeline_root")? },
        state: row.word("state", RunState::parse)?,
        storage_state: row.word("storage_state", StorageState::parse)?,
        created_at: row.moment("created_at")?,
        scheduled_at: row.moment("scheduled_at")?,
        finished_at: row.moment_if_any("finished_at")?,
        error: row.text_if_any("error")?,
        state_history: row.json("state_history")?,
        progress: RunProgress { done: row.count("tasks_done")?, total: row.count("tasks_total")? },
        running_task: row.text_if_any("running_task")?,
    })
}
