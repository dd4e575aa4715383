use crate::{Store, row::Row};
use model::{
    Address, ExperimentAddress, ExperimentId, Failure, Namespace, ObjectId, PipelineAddress, PipelineId,
    PipelineVersionAddress, PipelineVersionId, RecurringRunAddress, RecurringRunId, RunAddress, RunId, Scope,
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
