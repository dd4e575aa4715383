use crate::{Store, failure::taken, row::Row};
use authz::{Grant, RunGrant, runs};
use model::{Failure, FailureKind, MetricFormat, RunId, RunMetric};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, QueryResult};

const COLUMNS: &[&str] = &["run_id", "node_id", "name", "number_value", "format"];

/// The numbers that clients of v1beta1 report of runs.
pub struct RunMetrics<'a> {
    pub(crate) store: &'a Store,
}

impl RunMetrics<'_> {
    /// `false` when the run's node has a metric of this name already: the first report counts.
    ///
    /// # Errors
    /// `NotFound` when the run is gone.
    pub async fn report(&self, grant: &RunGrant<runs::ReportMetrics>, metric: &RunMetric) -> Result<bool, Failure> {
        let mut known = Query::select();
        known
            .column("id")
            .from("runs")
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("id").eq(grant.id().to_string()));
        if self.store.database().one(&known).await?.is_none() {
            return Err(grant.id().not_found());
        }
        let mut insert = Query::insert();
        insert.into_table("run_metrics").columns(COLUMNS.iter().chain(&["namespace"]).copied()).values_panic([
            grant.id().to_string().into(),
            metric.node_id.as_str().into(),
            metric.name.as_str().into(),
            metric.number_value.into(),
            metric.format.as_str().into(),
            grant.place().as_str().into(),
        ]);
        let done = self.store.database().connection.execute(&insert).await;
        match done.map_err(taken(String::new)) {
            Ok(_) => Ok(true),
            Err(failure) if failure.kind == FailureKind::Exists => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// Those of one run, by node and name.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn of_run(&self, grant: &RunGrant<runs::Get>) -> Result<Vec<RunMetric>, Failure> {
        let rows = self.select(grant.place().as_str(), &[grant.id()]).await?;
        rows.iter().map(|row| read(row).map(|(_, metric)| metric)).collect()
    }

    /// Those of several runs of the namespace, for a list of them.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn of_runs(&self, grant: &Grant<runs::List>, runs: &[RunId]) -> Result<Vec<(RunId, RunMetric)>, Failure> {
        if runs.is_empty() {
            return Ok(Vec::new());
        }
        self.select(grant.place().as_str(), runs).await?.iter().map(read).collect()
    }

    async fn select(&self, namespace: &str, runs: &[RunId]) -> Result<Vec<QueryResult>, Failure> {
        let mut select = Query::select();
        select
            .columns(COLUMNS.iter().copied())
            .from("run_metrics")
            .and_where(Expr::col("namespace").eq(namespace))
            .and_where(Expr::col("run_id").is_in(runs.iter().map(ToString::to_string)))
            .order_by("node_id", Order::Asc)
            .order_by("name", Order::Asc);
        self.store.database().all(&select).await
    }
}

fn read(row: &QueryResult) -> Result<(RunId, RunMetric), Failure> {
    let metric = RunMetric {
        name: row.text("name")?,
        node_id: row.text("node_id")?,
        number_value: row.real("number_value")?,
        format: row.word("format", MetricFormat::parse)?,
    };
    Ok((row.parsed("run_id", RunId::parse)?, metric))
}
