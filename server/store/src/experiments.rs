use crate::{
    Store,
    database::Within,
    failure::taken,
    listing::{Column, Field, List, Whose},
    row::{Row, millis},
};
use authz::{ExperimentGrant, Grant, experiments};
use model::{Experiment, ExperimentId, Failure, Listing, NewExperiment, Page, StorageState, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, QueryResult};

const COLUMNS: &[&str] =
    &["id", "namespace", "display_name", "description", "created_at", "last_run_created_at", "storage_state"];

const LIST: List<Experiment> = List {
    table: "experiments",
    columns: COLUMNS,
    fields: &[
        Field::new(&["id", "experiment_id"], Column::Text("id")),
        Field::new(&["name", "display_name"], Column::Text("display_name")),
        Field::new(&["created_at"], Column::Moment("created_at")),
        Field::new(&["last_run_created_at"], Column::Moment("last_run_created_at")),
        Field::new(&["description"], Column::Text("description")),
        Field::new(&["namespace"], Column::Text("namespace")),
        Field::new(&["storage_state"], Column::StorageState("storage_state")),
    ],
    tagged: false,
    read,
};

/// The experiments of a namespace.
pub struct Experiments<'a> {
    pub(crate) store: &'a Store,
}

impl Experiments<'_> {
    /// # Errors
    /// `Exists` when the namespace has an experiment of this name.
    pub async fn create(
        &self,
        grant: &Grant<experiments::Create>,
        id: ExperimentId,
        new: &NewExperiment,
        now: Timestamp,
    ) -> Result<Experiment, Failure> {
        let experiment = Experiment {
            id,
            namespace: grant.place().clone(),
            display_name: new.display_name.clone(),
            description: new.description.clone(),
            created_at: now,
            last_run_created_at: None,
            storage_state: StorageState::Available,
        };
        let mut insert = Query::insert();
        insert.into_table("experiments").columns(COLUMNS.iter().copied()).values_panic([
            id.to_string().into(),
            experiment.namespace.as_str().into(),
            experiment.display_name.as_str().into(),
            experiment.description.as_str().into(),
            now.millis().into(),
            millis(experiment.last_run_created_at).into(),
            experiment.storage_state.as_str().into(),
        ]);
        let done = self.store.database().connection.execute(&insert).await;
        done.map_err(taken(|| {
            format!("Experiment with name '{}' already exists. Please specify a new name", new.display_name)
        }))?;
        Ok(experiment)
    }

    /// # Errors
    /// `NotFound`.
    pub async fn get(&self, grant: &ExperimentGrant<experiments::Get>) -> Result<Experiment, Failure> {
        let mut select = Query::select();
        select
            .columns(COLUMNS.iter().copied())
            .from("experiments")
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("id").eq(grant.id().to_string()));
        let row = self.store.database().one(&select).await?;
        read(&row.ok_or_else(|| grant.id().not_found())?)
    }

    /// # Errors
    /// `Invalid` for a sort, filter or page token that does not fit.
    pub async fn list(&self, grant: &Grant<experiments::List>, listing: &Listing) -> Result<Page<Experiment>, Failure> {
        let whose = Whose { place: grant.place().as_str(), parent: None };
        LIST.page(self.store, &whose, listing).await
    }

    /// Archives the experiment and its runs, and disables its recurring runs: all of it or nothing.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn archive(&self, grant: &ExperimentGrant<experiments::Archive>, now: Timestamp) -> Result<(), Failure> {
        let (namespace, id) = (grant.place().as_str(), grant.id().to_string());
        let transaction = self.store.database().begin().await?;
        // Recurring runs first: the scheduler locks one before it touches its experiment.
        crate::recurring_runs::disable_all_of(&transaction, grant.place(), grant.id(), now).await?;
        if transaction.run(&set_storage_state(namespace, &id, StorageState::Archived)).await? == 0 {
            return Err(grant.id().not_found());
        }
        let mut runs = Query::update();
        runs.table("runs")
            .value("storage_state", StorageState::Archived.as_str())
            .and_where(Expr::col("namespace").eq(namespace))
            .and_where(Expr::col("experiment_id").eq(id.as_str()));
        transaction.run(&runs).await?;
        transaction.done().await
    }

    /// Its runs stay archived and its recurring runs disabled, as in KFP.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn unarchive(&self, grant: &ExperimentGrant<experiments::Unarchive>) -> Result<(), Failure> {
        let update = set_storage_state(grant.place().as_str(), &grant.id().to_string(), StorageState::Available);
        match self.store.database().execute(&update).await? {
            0 => Err(grant.id().not_found()),
            _ => Ok(()),
        }
    }

    /// Its runs and recurring runs stay and keep its id, as in KFP.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn delete(&self, grant: &ExperimentGrant<experiments::Delete>) -> Result<(), Failure> {
        let mut delete = Query::delete();
        delete
            .from_table("experiments")
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("id").eq(grant.id().to_string()));
        match self.store.database().execute(&delete).await? {
            0 => Err(grant.id().not_found()),
            _ => Ok(()),
        }
    }
}

fn set_storage_state(namespace: &str, id: &str, state: StorageState) -> sea_orm::sea_query::UpdateStatement {
    let mut update = Query::update();
    update
        .table("experiments")
        .value("storage_state", state.as_str())
        .and_where(Expr::col("namespace").eq(namespace))
        .and_where(Expr::col("id").eq(id));
    update
}

fn read(row: &QueryResult) -> Result<Experiment, Failure> {
    Ok(Experiment {
        id: row.parsed("id", ExperimentId::parse)?,
        namespace: row.parsed("namespace", model::Namespace::parse)?,
        display_name: row.text("display_name")?,
        description: row.text("description")?,
        created_at: row.moment("created_at")?,
        last_run_created_at: row.moment_if_any("last_run_created_at")?,
        storage_state: row.word("storage_state", StorageState::parse)?,
    })
}
