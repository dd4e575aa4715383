use crate::{
    Store,
    row::Row,
    runs::{select_run, select_texts},
};
use authz::{RunGrant, System, runs};
use model::{Failure, Launching, Namespace, RunAddress, RunId, RunState, TaskId, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};

/// What the launcher of runs finds: addresses across namespaces for the system's own hands, and a run's launch data
/// for a grant to launch it.
pub struct LaunchOrders<'a> {
    pub(crate) store: &'a Store,
}

impl LaunchOrders<'_> {
    /// Runs that no engine took on yet, oldest first, 1000 at most.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn find_waiting(&self, _: &System) -> Result<Vec<RunAddress>, Failure> {
        self.find(Some(Expr::col("launched_at").eq(0_i64)), 1000).await
    }

    /// Every run that is not at its end, taken on or not: what a server takes up again when it starts.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn find_unfinished(&self, _: &System) -> Result<Vec<RunAddress>, Failure> {
        self.find(None, u64::from(u32::MAX)).await
    }

    async fn find(&self, which: Option<Expr>, limit: u64) -> Result<Vec<RunAddress>, Failure> {
        let mut select = Query::select();
        select
            .columns(["namespace", "run_id"])
            .from("launch_orders")
            .and_where_option(which)
            .order_by("ordered_at", Order::Asc)
            .order_by("run_id", Order::Asc)
            .limit(limit);
        let rows = self.store.database().all(&select).await?;
        let address = |row: &sea_orm::QueryResult| {
            Ok(RunAddress {
                place: row.parsed("namespace", Namespace::parse)?,
                id: row.parsed("run_id", RunId::parse)?,
            })
        };
        rows.iter().map(address).collect()
    }

    /// # Errors
    /// `NotFound` when the run was deleted meanwhile.
    pub async fn read(&self, grant: &RunGrant<runs::Launch>) -> Result<Launching, Failure> {
        let columns = [
            "display_name",
            "pipeline_root",
            "service_account",
            "created_at",
            "scheduled_at",
            "state",
            "retries",
            "retry_from",
        ];
        let database = self.store.database();
        let row = database.one(&select_run(&columns, grant.place(), grant.id())).await?;
        let row = row.ok_or_else(|| grant.id().not_found())?;
        let texts = database.one(&select_texts(&["spec", "parameters"], grant.place(), grant.id())).await?;
        let texts = texts.ok_or_else(|| grant.id().not_found())?;
        Ok(Launching {
            display_name: row.text("display_name")?,
            spec: texts.json("spec")?,
            parameters: texts.json("parameters")?,
            pipeline_root: row.text_if_any("pipeline_root")?,
            service_account: row.text("service_account")?,
            created_at: row.moment("created_at")?,
            scheduled_at: row.moment("scheduled_at")?,
            cancel_requested: row.word("state", RunState::parse)? == RunState::Canceling,
            retries: row.count("retries")?,
            retry_from: row
                .text_if_any("retry_from")?
                .map(|id| TaskId::parse(&id))
                .transpose()
                .map_err(Failure::internal)?,
        })
    }

    /// The engine has the run safe. Nothing happens when it is at its end already.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn mark_launched(&self, grant: &RunGrant<runs::Launch>, now: Timestamp) -> Result<(), Failure> {
        let mut update = Query::update();
        update
            .table("launch_orders")
            .value("launched_at", now.millis())
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("run_id").eq(grant.id().to_string()));
        self.store.database().execute(&update).await?;
        Ok(())
    }
}
