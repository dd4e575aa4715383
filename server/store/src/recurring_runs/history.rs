use super::RecurringRuns;
use crate::{
    database::Within,
    row::{Row, millis},
};
use authz::{RecurringRunGrant, recurring_runs};
use model::{Failure, Firing, FiringOutcome, Namespace, RecurringRunId, RunId};
use sea_orm::DatabaseTransaction;
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};

/// So many decisions are kept about each recurring run.
const KEPT: i64 = 100;

impl RecurringRuns<'_> {
    /// The last decisions, newest first, `limit` at most (and no more than are kept).
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn firings(
        &self,
        grant: &RecurringRunGrant<recurring_runs::Get>,
        limit: u32,
    ) -> Result<Vec<Firing>, Failure> {
        let mut select = Query::select();
        select
            .columns(["scheduled_at", "decided_at", "outcome", "slots", "reason", "run_id"])
            .from("recurring_run_firings")
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("recurring_run_id").eq(grant.id().to_string()))
            .order_by("position", Order::Desc)
            .limit(u64::from(limit));
        let rows = self.store.database().all(&select).await?;
        let firing = |row: &sea_orm::QueryResult| {
            let run = row.text_if_any("run_id")?;
            Ok(Firing {
                scheduled_at: row.moment("scheduled_at")?,
                decided_at: row.moment("decided_at")?,
                outcome: row.word("outcome", FiringOutcome::parse)?,
                slots: row.count("slots")?,
                reason: row.text_if_any("reason")?,
                run_id: run.map(|id| RunId::parse(&id)).transpose().map_err(Failure::internal)?,
            })
        };
        rows.iter().map(firing).collect()
    }
}

/// Adds a decision, and lets go of those that are too old to be kept.
pub(super) async fn note(
    transaction: &DatabaseTransaction,
    place: &Namespace,
    id: RecurringRunId,
    position: i64,
    firing: &Firing,
) -> Result<(), Failure> {
    let id = id.to_string();
    let mut insert = Query::insert();
    insert
        .into_table("recurring_run_firings")
        .columns([
            "recurring_run_id",
            "position",
            "namespace",
            "scheduled_at",
            "decided_at",
            "outcome",
            "slots",
            "reason",
            "run_id",
        ])
        .values_panic([
            id.as_str().into(),
            position.into(),
            place.as_str().into(),
            firing.scheduled_at.millis().into(),
            millis(Some(firing.decided_at)).into(),
            firing.outcome.as_str().into(),
            i64::from(firing.slots).into(),
            firing.reason.as_deref().unwrap_or_default().into(),
            firing.run_id.map(|run| run.to_string()).unwrap_or_default().into(),
        ]);
    transaction.run(&insert).await?;
    let mut forget = Query::delete();
    forget
        .from_table("recurring_run_firings")
        .and_where(Expr::col("namespace").eq(place.as_str()))
        .and_where(Expr::col("recurring_run_id").eq(id.as_str()))
        .and_where(Expr::col("position").lte(position - 2 * KEPT));
    transaction.run(&forget).await.map(drop)
}
