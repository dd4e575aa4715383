//! Recurring runs: their rows and long texts. What the scheduler reads and writes of them is in `recurring_runs/firing.rs`.

mod firing;
mod history;
mod record;

pub(crate) use firing::wake;
pub use firing::{Claim, DueRecurringRun, Fired};
pub(crate) use record::mode_word;

use crate::{
    Store,
    database::Within,
    failure::taken,
    listing::Whose,
    row::{Row, millis, to_json},
    runs::source_ids,
};
use record::{COLUMNS, LIST, change, read, select, written_spec};

use authz::{Grant, RecurringRunGrant, recurring_runs};
use model::{
    ExperimentId, Failure, Listing, Namespace, Page, PipelineSource, RecurringRun, RecurringRunId, RecurringRunMode,
    RuntimeConfig, Timestamp, Trigger, UserName,
};
use sea_orm::sea_query::{Expr, ExprTrait, Query, UpdateStatement};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};

/// What a person decides about a recurring run, complete: the service has found its definition and its first slot.
#[derive(Debug, Clone)]
pub struct ChangedRecurringRun {
    pub display_name: String,
    pub description: String,
    pub service_account: String,
    /// The definition travels in `Inline`, when the caller named no stored version.
    pub source: PipelineSource,
    pub runtime_config: RuntimeConfig,
    pub trigger: Option<Trigger>,
    pub mode: RecurringRunMode,
    pub max_concurrency: u8,
    pub no_catchup: bool,
    pub acts_as: UserName,
    /// The first slot to decide; `None` while it is disabled.
    pub next_at: Option<Timestamp>,
}

/// A recurring run to be.
#[derive(Debug, Clone)]
pub struct NewRecurringRunRow {
    pub id: RecurringRunId,
    pub experiment_id: ExperimentId,
    pub resource_name: String,
    pub decided: ChangedRecurringRun,
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
        let decided = new.decided;
        let (pipeline_id, version_id) = source_ids(&decided.source);
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
        insert
            .into_table("recurring_runs")
            .columns(COLUMNS.iter().copied().chain(["due_at", "revision"]))
            .values_panic([
                id.as_str().into(),
                namespace.into(),
                new.experiment_id.to_string().into(),
                decided.display_name.as_str().into(),
                decided.description.as_str().into(),
                decided.service_account.as_str().into(),
                pipeline_id.into(),
                version_id.into(),
                decided.runtime_config.pipeline_root.as_deref().unwrap_or_default().into(),
                to_json(&decided.trigger)?.into(),
                mode_word(decided.mode).into(),
                i64::from(decided.max_concurrency).into(),
                decided.no_catchup.into(),
                now.millis().into(),
                now.millis().into(),
                new.resource_name.as_str().into(),
                decided.acts_as.as_str().into(),
                0_i64.into(),
                0_i64.into(),
                millis(decided.next_at).into(),
                "".into(),
                millis(decided.next_at).into(),
                0_i64.into(),
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
                written_spec(&decided.source)?.into(),
                to_json(&decided.runtime_config.parameters)?.into(),
            ]);
        transaction.run(&texts).await?;
        transaction.done().await?;
        Ok(RecurringRun {
            id: new.id,
            namespace: grant.place().clone(),
            experiment_id: new.experiment_id,
            display_name: decided.display_name,
            description: decided.description,
            service_account: decided.service_account,
            source: decided.source,
            runtime_config: decided.runtime_config,
            trigger: decided.trigger,
            mode: decided.mode,
            max_concurrency: decided.max_concurrency,
            no_catchup: decided.no_catchup,
            created_at: now,
            updated_at: now,
            resource_name: new.resource_name,
            acts_as: decided.acts_as,
            fired: 0,
            last_at: None,
            next_at: decided.next_at,
            stopped: None,
        })
    }

    /// With its runtime parameters and, if it came inline, its definition.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&self, grant: &RecurringRunGrant<recurring_runs::Get>) -> Result<RecurringRun, Failure> {
        let row = self.store.database().one(&select(COLUMNS, grant.place(), grant.id())).await?;
        let row = row.ok_or_else(|| grant.id().not_found())?;
        self.with_texts(&row, grant.place(), grant.id()).await
    }

    async fn with_texts(
        &self,
        row: &QueryResult,
        place: &Namespace,
        id: RecurringRunId,
    ) -> Result<RecurringRun, Failure> {
        let mut texts = Query::select();
        texts
            .columns(["spec", "parameters"])
            .from("recurring_run_texts")
            .and_where(Expr::col("namespace").eq(place.as_str()))
            .and_where(Expr::col("recurring_run_id").eq(id.to_string()));
        let texts = self.store.database().one(&texts).await?.ok_or_else(|| id.not_found())?;
        read(row, texts.json("parameters")?, texts.json("spec")?)
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

    /// Puts what a person decided in the place of what was. Slots decided so far, and the names of the runs, stay.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn update(
        &self,
        grant: &RecurringRunGrant<recurring_runs::Update>,
        decided: &ChangedRecurringRun,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let (pipeline_id, version_id) = source_ids(&decided.source);
        let transaction = self.store.database().begin().await?;
        let mut update = change(grant.place(), grant.id());
        update
            .value("display_name", decided.display_name.as_str())
            .value("description", decided.description.as_str())
            .value("service_account", decided.service_account.as_str())
            .value("pipeline_id", pipeline_id)
            .value("pipeline_version_id", version_id)
            .value("pipeline_root", decided.runtime_config.pipeline_root.as_deref().unwrap_or_default())
            .value("recurrence", to_json(&decided.trigger)?)
            .value("mode", mode_word(decided.mode))
            .value("max_concurrency", i64::from(decided.max_concurrency))
            .value("no_catchup", decided.no_catchup)
            .value("updated_at", now.millis())
            .value("acts_as", decided.acts_as.as_str())
            .value("next_slot_at", millis(decided.next_at))
            .value("due_at", millis(decided.next_at))
            .value("stopped", "");
        if transaction.run(&update).await? == 0 {
            return Err(grant.id().not_found());
        }
        let mut texts = Query::update();
        texts
            .table("recurring_run_texts")
            .value("spec", written_spec(&decided.source)?)
            .value("parameters", to_json(&decided.runtime_config.parameters)?)
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("recurring_run_id").eq(grant.id().to_string()));
        transaction.run(&texts).await?;
        transaction.done().await
    }

    /// From now on it acts as `acts_as`. Nothing changes about one that is enabled.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn enable(
        &self,
        grant: &RecurringRunGrant<recurring_runs::Enable>,
        acts_as: &UserName,
        next_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let mut update = change(grant.place(), grant.id());
        update
            .value("mode", mode_word(RecurringRunMode::Enabled))
            .value("acts_as", acts_as.as_str())
            .value("next_slot_at", millis(next_at))
            .value("due_at", millis(next_at))
            .value("stopped", "")
            .value("updated_at", now.millis())
            .and_where(Expr::col("mode").eq(mode_word(RecurringRunMode::Disabled)));
        self.changed_or_there(&update, grant.place(), grant.id()).await
    }

    /// Nothing changes about one that is disabled.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn disable(
        &self,
        grant: &RecurringRunGrant<recurring_runs::Disable>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let mut update = disabled(change(grant.place(), grant.id()), now);
        update.and_where(Expr::col("mode").eq(mode_word(RecurringRunMode::Enabled)));
        self.changed_or_there(&update, grant.place(), grant.id()).await
    }

    async fn changed_or_there(
        &self,
        update: &UpdateStatement,
        place: &Namespace,
        id: RecurringRunId,
    ) -> Result<(), Failure> {
        let database = self.store.database();
        if database.execute(update).await? == 0 && database.one(&select(&["id"], place, id)).await?.is_none() {
            return Err(id.not_found());
        }
        Ok(())
    }

    /// Its runs stay and keep its id, as in KFP.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn delete(&self, grant: &RecurringRunGrant<recurring_runs::Delete>) -> Result<(), Failure> {
        let mut delete = Query::delete();
        delete
            .from_table("recurring_runs")
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("id").eq(grant.id().to_string()));
        match self.store.database().execute(&delete).await? {
            0 => Err(grant.id().not_found()),
            _ => Ok(()),
        }
    }
}

/// Those of an experiment that goes to the archive.
pub(crate) async fn disable_all_of(
    transaction: &DatabaseTransaction,
    place: &Namespace,
    experiment: ExperimentId,
    now: Timestamp,
) -> Result<(), Failure> {
    let mut update = Query::update();
    update
        .table("recurring_runs")
        .value("revision", Expr::col("revision").add(1))
        .and_where(Expr::col("namespace").eq(place.as_str()))
        .and_where(Expr::col("experiment_id").eq(experiment.to_string()))
        .and_where(Expr::col("mode").eq(mode_word(RecurringRunMode::Enabled)));
    let mut update = disabled(update, now);
    update.value("stopped", "its experiment was archived");
    transaction.run(&update).await.map(drop)
}

fn disabled(mut update: UpdateStatement, now: Timestamp) -> UpdateStatement {
    update
        .value("mode", mode_word(RecurringRunMode::Disabled))
        .value("next_slot_at", 0_i64)
        .value("due_at", 0_i64)
        .value("updated_at", now.millis());
    update
}
