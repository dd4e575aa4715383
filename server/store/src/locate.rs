use crate::{Store, row::Row};
use model::{
    Address, ArtifactId, ExperimentAddress, ExperimentId, Failure, Namespace, ObjectId, PipelineAddress, PipelineId,
    PipelineVersionAddress, PipelineVersionId, RecurringRunAddress, RecurringRunId, RunAddress, RunId, Scope, TaskId,
};
use sea_orm::sea_query::{Expr, ExprTrait, Query};

/// From an id to an address: which namespace to ask the guard about. No content, and so no grant.
pub struct Locate<'a> {
    pub(crate) store: &'a Store,
}

impl Locate<'_> {
    /// # Errors
    /// `NotFound`. Callers tell "absent" and "not yours" apart to nobody.
    pub async fn experiment(&self, id: ExperimentId) -> Result<ExperimentAddress, Failure> {
        let place = self.place("experiments", id, Namespace::parse).await?;
        place.ok_or_else(|| id.not_found())
    }
    /// # Errors
    /// As [`Locate::experiment`].
    pub async fn run(&self, id: RunId) -> Result<RunAddress, Failure> {
        let place = self.place("runs", id, Namespace::parse).await?;
        place.ok_or_else(|| id.not_found())
    }
    /// # Errors
    /// As [`Locate::experiment`].
    pub async fn recurring_run(&self, id: RecurringRunId) -> Result<RecurringRunAddress, Failure> {
        let place = self.place("recurring_runs", id, Namespace::parse).await?;
        place.ok_or_else(|| id.not_found())
    }
    /// # Errors
    /// As [`Locate::experiment`].
    pub async fn pipeline(&self, id: PipelineId) -> Result<PipelineAddress, Failure> {
        let place = self.place("pipelines", id, Scope::parse).await?;
        place.ok_or_else(|| id.not_found())
    }
    /// # Errors
    /// As [`Locate::experiment`].
    pub async fn pipeline_version(&self, id: PipelineVersionId) -> Result<PipelineVersionAddress, Failure> {
        let place = self.place("pipeline_versions", id, Scope::parse).await?;
        place.ok_or_else(|| id.not_found())
    }

    /// The run that a task belongs to.
    ///
    /// # Errors
    /// As [`Locate::experiment`].
    pub async fn task(&self, id: TaskId) -> Result<RunAddress, Failure> {
        self.run_of("tasks", &id.to_string()).await?.ok_or_else(|| id.not_found())
    }
    /// The run that made an artifact.
    ///
    /// # Errors
    /// As [`Locate::experiment`].
    pub async fn artifact(&self, id: ArtifactId) -> Result<RunAddress, Failure> {
        self.run_of("artifacts", &id.to_string()).await?.ok_or_else(|| id.not_found())
    }

    async fn run_of(&self, table: &'static str, id: &str) -> Result<Option<RunAddress>, Failure> {
        let mut select = Query::select();
        select.columns(["namespace", "run_id"]).from(table).and_where(Expr::col("id").eq(id));
        let row = self.store.database().one(&select).await?;
        let address = |row: sea_orm::QueryResult| {
            Ok(Address { place: row.parsed("namespace", Namespace::parse)?, id: row.parsed("run_id", RunId::parse)? })
        };
        row.map(address).transpose()
    }

    async fn place<Id: ObjectId>(
        &self,
        table: &'static str,
        id: Id,
        parse: fn(&str) -> Result<Id::Place, Failure>,
    ) -> Result<Option<Address<Id>>, Failure> {
        let mut select = Query::select();
        select.column("namespace").from(table).and_where(Expr::col("id").eq(id.to_string()));
        let row = self.store.database().one(&select).await?;
        row.map(|row| Ok(Address { place: row.parsed("namespace", parse)?, id })).transpose()
    }
}
