use crate::{
    Store,
    database::Within,
    failure::taken,
    listing::{Column, Field, List, Whose},
    row::{Row, to_json},
    runs::{read_source, source_ids},
};
use authz::{Grant, RecurringRunGrant, recurring_runs};
use model::{
    ExperimentId, Failure, Listing, Namespace, Page, PipelineSource, RecurringRun, RecurringRunId, RecurringRunMode,
    RuntimeConfig, Timestamp, Trigger,
};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::{Map, Value};

const COLUMNS: &[&str] = &[
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
];

const LIST: List<RecurringRun> = List {
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

/// A recurring run to be, complete; `spec` is the definition when the caller named no stored version.
#[derive(Debug, Clone)]
pub struct NewRecurringRunRow {
    pub id: RecurringRunId,
    pub experiment_id: ExperimentId,
    pub display_name: String,
    pub description: String,
    pub service_account: String,
    pub source: PipelineSource,
    pub runtime_config: RuntimeConfig,
    pub trigger: Option<Trigger>,
    pub mode: RecurringRunMode,
    pub max_concurrency: u8,
    pub no_catchup: bool,
}

/// The recurring runs of a namespace.
pub struct RecurringRuns<'a> {
    pub(crate) store: &'a Store,
}

impl RecurringRuns<'_> {
    /// # Errors
    /// `NotFound` when the grant's namespace has no such experiment, `Exists` when the id is taken.
    pub async fn create(
        &self,
        grant: &Grant<recurring_runs::Create>,
        new: NewRecurringRunRow,
        now: Timestamp,
    ) -> Result<RecurringRun, Failure> {
        let (namespace, id) = (grant.place().as_str(), new.id.to_string());
        let (pipeline_id, version_id) = source_ids(&new.source);
        let spec = match &new.source {
            PipelineSource::Inline { spec } => spec.clone().unwrap_or_default(),
            PipelineSource::Version { .. } => Value::Null,
        };
        let transaction = self.store.database().begin().await?;
        let mut experiment = Query::select();
        experiment
            .column("id")
            .from("experiments")
            .and_where(Expr::col("namespace").eq(namespace))
            .and_where(Expr::col("id").eq(new.experiment_id.to_string()));
        if transaction.one(&experiment).await?.is_none() {
            return Err(new.experiment_id.not_found());
        }
        let mut insert = Query::insert();
        insert.into_table("recurring_runs").columns(COLUMNS.iter().copied()).values_panic([
            id.as_str().into(),
            namespace.into(),
            new.experiment_id.to_string().into(),
            new.display_name.as_str().into(),
            new.description.as_str().into(),
            new.service_account.as_str().into(),
            pipeline_id.into(),
            version_id.into(),
            new.runtime_config.pipeline_root.as_deref().unwrap_or_default().into(),
            to_json(&new.trigger)?.into(),
            mode_word(new.mode).into(),
            i64::from(new.max_concurrency).into(),
            new.no_catchup.into(),
            now.millis().into(),
            now.millis().into(),
        ]);
        let taken = taken(|| format!("Recurring run with id '{id}' already exists"));
        transaction.execute(&insert).await.map_err(taken)?;
        let mut texts = Query::insert();
        texts
            .into_table("recurring_run_texts")
            .columns(["recurring_run_id", "namespace", "spec", "parameters"])
            .values_panic([
                id.as_str().into(),
                namespace.into(),
                to_json(&spec)?.into(),
                to_json(&new.runtime_config.parameters)?.into(),
            ]);
        transaction.run(&texts).await?;
        transaction.done().await?;
        Ok(RecurringRun {
            id: new.id,
            namespace: grant.place().clone(),
            experiment_id: new.experiment_id,
            display_name: new.display_name,
            description: new.description,
            service_account: new.service_account,
            source: new.source,
            runtime_config: new.runtime_config,
            trigger: new.trigger,
            mode: new.mode,
            max_concurrency: new.max_concurrency,
            no_catchup: new.no_catchup,
            created_at: now,
            updated_at: now,
        })
    }

    /// With its runtime parameters and, if it came inline, its definition.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&self, grant: &RecurringRunGrant<recurring_runs::Get>) -> Result<RecurringRun, Failure> {
        let (namespace, id) = (grant.place().as_str(), grant.id().to_string());
        let mut select = Query::select();
        select
            .columns(COLUMNS.iter().copied())
            .from("recurring_runs")
            .and_where(Expr::col("namespace").eq(namespace))
            .and_where(Expr::col("id").eq(id.as_str()));
        let mut texts = Query::select();
        texts
            .columns(["spec", "parameters"])
            .from("recurring_run_texts")
            .and_where(Expr::col("namespace").eq(namespace))
            .and_where(Expr::col("recurring_run_id").eq(id.as_str()));
        let row = self.store.database().one(&select).await?.ok_or_else(|| grant.id().not_found())?;
        let texts = self.store.database().one(&texts).await?.ok_or_else(|| grant.id().not_found())?;
        read(&row, texts.json("parameters")?, texts.json("spec")?)
    }

    /// All recurring runs of the namespace. Runtime parameters and definitions are not read along.
    ///
    /// # Errors
    /// `Invalid` for a sort, filter or page token that does not fit.
    pub async fn list(
        &self,
        grant: &Grant<recurring_runs::List>,
        listing: &Listing,
    ) -> Result<Page<RecurringRun>, Failure> {
        LIST.page(self.store, &Whose { place: grant.place().as_str(), parent: None }, listing).await
    }

    /// Those of one experiment of the namespace; none for an experiment of another one.
    ///
    /// # Errors
    /// As [`RecurringRuns::list`].
    pub async fn list_of_experiment(
        &self,
        grant: &Grant<recurring_runs::List>,
        experiment: ExperimentId,
        listing: &Listing,
    ) -> Result<Page<RecurringRun>, Failure> {
        let parent = Some(("experiment_id", experiment.to_string()));
        LIST.page(self.store, &Whose { place: grant.place().as_str(), parent }, listing).await
    }
}

/// As our table writes it.
pub(crate) const fn mode_word(mode: RecurringRunMode) -> &'static str {
    match mode {
        RecurringRunMode::Enabled => "ENABLED",
        RecurringRunMode::Disabled => "DISABLED",
    }
}

fn read(row: &QueryResult, parameters: Map<String, Value>, spec: Option<Value>) -> Result<RecurringRun, Failure> {
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
    })
}
