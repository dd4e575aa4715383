//! The scheduler's own statements. A slot is decided by whoever moves the row from the revision that they read, in the
//! transaction that writes the run: a second server, a crash between or a clock that jumps finds it undone or done.

use super::{COLUMNS, RecurringRuns, change, disabled, history, mode_word, select};
use crate::{
    database::Within,
    row::{Row, millis},
    runs::{self, NewRunRow},
};
use authz::{Grant, RecurringRunGrant, System, recurring_runs};
use model::{
    Failure, Firing, FiringOutcome, Namespace, RecurringRun, RecurringRunAddress, RecurringRunId, RecurringRunMode,
    Run, RunState, Timestamp,
};
use sea_orm::DatabaseTransaction;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Order, Query};

/// A recurring run with a slot to decide.
#[derive(Debug, Clone, PartialEq)]
pub struct DueRecurringRun {
    /// With its runtime parameters and definition.
    pub recurring_run: RecurringRun,
    /// The slot.
    pub slot: Timestamp,
    /// When to look at it; later than the slot while it waited for a place.
    pub due_at: Timestamp,
    pub revision: i64,
}

/// A decision: what was read, and what the row should be afterwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    pub revision: i64,
    /// The slot that is decided with this claim.
    pub slot: Timestamp,
    /// The number of the run that it gets, or would have got.
    pub index: u64,
    /// The slot after it.
    pub next: Option<Timestamp>,
    /// Slots before it that are passed over.
    pub passed: Option<Firing>,
}

/// What became of a claim.
#[derive(Debug, Clone, PartialEq)]
pub enum Fired {
    Started(Box<Run>),
    /// Somebody else decided, or changed the recurring run.
    Lost,
    /// As many runs as it may have are under way. It is looked at again when one ends.
    Full,
}

impl RecurringRuns<'_> {
    /// Those with a slot that has come, the longest due first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn find_due(&self, _: &System, now: Timestamp, limit: u64) -> Result<Vec<RecurringRunAddress>, Failure> {
        let mut select = Query::select();
        select
            .columns(["namespace", "id"])
            .from("recurring_runs")
            .and_where(Expr::col("due_at").gt(0_i64))
            .and_where(Expr::col("due_at").lte(now.millis()))
            .order_by("due_at", Order::Asc)
            .order_by("id", Order::Asc)
            .limit(limit);
        let rows = self.store.database().all(&select).await?;
        let address = |row: &sea_orm::QueryResult| {
            Ok(RecurringRunAddress {
                place: row.parsed("namespace", Namespace::parse)?,
                id: row.parsed("id", RecurringRunId::parse)?,
            })
        };
        rows.iter().map(address).collect()
    }

    /// When the next slot of all comes.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn next_due(&self, _: &System) -> Result<Option<Timestamp>, Failure> {
        let mut select = Query::select();
        select
            .column("due_at")
            .from("recurring_runs")
            .and_where(Expr::col("due_at").gt(0_i64))
            .order_by("due_at", Order::Asc)
            .limit(1);
        self.store.database().one(&select).await?.map(|row| row.moment("due_at")).transpose()
    }

    /// `None` when it has no slot to decide any more.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn read_due(
        &self,
        grant: &RecurringRunGrant<recurring_runs::Fire>,
    ) -> Result<Option<DueRecurringRun>, Failure> {
        let columns: Vec<&'static str> = COLUMNS.iter().copied().chain(["due_at", "revision"]).collect();
        let Some(row) = self.store.database().one(&select(&columns, grant.place(), grant.id())).await? else {
            return Ok(None);
        };
        let (Some(slot), Some(due_at)) = (row.moment_if_any("next_slot_at")?, row.moment_if_any("due_at")?) else {
            return Ok(None);
        };
        let revision = row.number("revision")?;
        let recurring_run = self.with_texts(&row, grant.place(), grant.id()).await?;
        Ok(Some(DueRecurringRun { recurring_run, slot, due_at, revision }))
    }

    /// Decides the slot and writes its run, or neither.
    ///
    /// # Errors
    /// `NotFound` without its experiment; `Internal` when the two proofs are of two places.
    pub async fn fire(
        &self,
        grant: &RecurringRunGrant<recurring_runs::Fire>,
        create: &Grant<authz::runs::Create>,
        claim: &Claim,
        run: NewRunRow,
        look_again: Timestamp,
        now: Timestamp,
    ) -> Result<Fired, Failure> {
        same_place(grant.place(), create.place())?;
        let (place, id) = (grant.place(), grant.id());
        let transaction = self.store.database().begin().await?;
        if !self.claim(&transaction, grant, claim).await? {
            return Ok(Fired::Lost);
        }
        // Counted under the lock of the row, which every run of it is made and woken under.
        let most = self.most(&transaction, place, id).await?;
        if under_way(&transaction, place, id).await? >= most {
            let mut back = Query::update();
            back.table("recurring_runs")
                .value("revision", claim.revision)
                .value("fired", i64::try_from(claim.index).unwrap_or(i64::MAX) - 1)
                .value("due_at", look_again.millis())
                .and_where(Expr::col("namespace").eq(place.as_str()))
                .and_where(Expr::col("id").eq(id.to_string()));
            match &claim.passed {
                // What is passed over waits for the run that passes it.
                Some(passed) => back.value("next_slot_at", passed.scheduled_at.millis()),
                None => back.value("next_slot_at", claim.slot.millis()),
            };
            transaction.run(&back).await?;
            transaction.done().await?;
            return Ok(Fired::Full);
        }
        let run = runs::insert(&transaction, place, run, now).await?;
        let started = Firing {
            scheduled_at: claim.slot,
            decided_at: now,
            outcome: FiringOutcome::Started,
            slots: 1,
            reason: None,
            run_id: Some(run.id),
        };
        self.note(&transaction, grant, claim, &started).await?;
        let mut last = Query::update();
        last.table("recurring_runs")
            .value("last_slot_at", claim.slot.millis())
            .and_where(Expr::col("namespace").eq(place.as_str()))
            .and_where(Expr::col("id").eq(id.to_string()));
        transaction.run(&last).await?;
        transaction.done().await?;
        Ok(Fired::Started(Box::new(run)))
    }

    /// Decides the slot without a run, and tells why. `stop` disables it too. `false` when somebody else decided.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn pass(
        &self,
        grant: &RecurringRunGrant<recurring_runs::Fire>,
        claim: &Claim,
        reason: &str,
        stop: bool,
        now: Timestamp,
    ) -> Result<bool, Failure> {
        let transaction = self.store.database().begin().await?;
        if !self.claim(&transaction, grant, claim).await? {
            return Ok(false);
        }
        let passed = Firing {
            scheduled_at: claim.slot,
            decided_at: now,
            outcome: if stop { FiringOutcome::Stopped } else { FiringOutcome::Failed },
            slots: 1,
            reason: Some(reason.to_owned()),
            run_id: None,
        };
        self.note(&transaction, grant, claim, &passed).await?;
        if stop {
            let mut update = disabled(change(grant.place(), grant.id()), now);
            // The column is short; the history has it all.
            update.value("stopped", reason.chars().take(250).collect::<String>());
            transaction.run(&update).await?;
        }
        transaction.done().await?;
        Ok(true)
    }

    /// A run outside the schedule, which goes on as if nothing had been. `None` when it was changed meanwhile.
    ///
    /// # Errors
    /// As [`RecurringRuns::fire`].
    pub async fn fire_now(
        &self,
        grant: &RecurringRunGrant<recurring_runs::Get>,
        create: &Grant<authz::runs::Create>,
        index: u64,
        reason: &str,
        run: NewRunRow,
        now: Timestamp,
    ) -> Result<Option<Run>, Failure> {
        same_place(grant.place(), create.place())?;
        let (place, id) = (grant.place(), grant.id());
        let index = i64::try_from(index).map_err(Failure::internal)?;
        let transaction = self.store.database().begin().await?;
        let mut claim = change(place, id);
        claim.value("fired", index).and_where(Expr::col("fired").eq(index - 1));
        if transaction.run(&claim).await? == 0 {
            return Ok(None);
        }
        let position = transaction.one(&select(&["revision"], place, id)).await?;
        let position = position.ok_or_else(|| id.not_found())?.number("revision")?;
        let run = runs::insert(&transaction, place, run, now).await?;
        let firing = Firing {
            scheduled_at: now,
            decided_at: now,
            outcome: FiringOutcome::Started,
            slots: 1,
            reason: Some(reason.to_owned()),
            run_id: Some(run.id),
        };
        history::note(&transaction, place, id, 2 * position, &firing).await?;
        transaction.done().await?;
        Ok(Some(run))
    }

    async fn claim(
        &self,
        transaction: &DatabaseTransaction,
        grant: &RecurringRunGrant<recurring_runs::Fire>,
        claim: &Claim,
    ) -> Result<bool, Failure> {
        let mut update = change(grant.place(), grant.id());
        update
            .value("fired", i64::try_from(claim.index).map_err(Failure::internal)?)
            .value("next_slot_at", millis(claim.next))
            .value("due_at", millis(claim.next))
            .and_where(Expr::col("revision").eq(claim.revision))
            .and_where(Expr::col("mode").eq(mode_word(RecurringRunMode::Enabled)));
        Ok(transaction.run(&update).await? == 1)
    }

    async fn note(
        &self,
        transaction: &DatabaseTransaction,
        grant: &RecurringRunGrant<recurring_runs::Fire>,
        claim: &Claim,
        decided: &Firing,
    ) -> Result<(), Failure> {
        let position = 2 * (claim.revision + 1);
        if let Some(passed) = &claim.passed {
            history::note(transaction, grant.place(), grant.id(), position - 1, passed).await?;
        }
        history::note(transaction, grant.place(), grant.id(), position, decided).await
    }

    async fn most(
        &self,
        transaction: &DatabaseTransaction,
        place: &Namespace,
        id: RecurringRunId,
    ) -> Result<u32, Failure> {
        let row = transaction.one(&select(&["max_concurrency"], place, id)).await?;
        row.ok_or_else(|| id.not_found())?.count("max_concurrency")
    }
}

/// A run of it has ended, so there may be a place for the next one.
pub(crate) async fn wake(
    transaction: &DatabaseTransaction,
    place: &Namespace,
    recurring_run: &str,
) -> Result<(), Failure> {
    let mut update = Query::update();
    update
        .table("recurring_runs")
        .value("due_at", Expr::col("next_slot_at"))
        .and_where(Expr::col("namespace").eq(place.as_str()))
        .and_where(Expr::col("id").eq(recurring_run))
        .and_where(Expr::col("due_at").gt(Expr::col("next_slot_at")));
    transaction.run(&update).await.map(drop)
}

async fn under_way(transaction: &DatabaseTransaction, place: &Namespace, id: RecurringRunId) -> Result<u32, Failure> {
    let going = RunState::ALL.into_iter().filter(|state| !state.is_final()).map(RunState::as_str);
    let mut count = Query::select();
    count
        .expr_as(Func::count(Expr::col("id")), Alias::new("total"))
        .from("runs")
        .and_where(Expr::col("namespace").eq(place.as_str()))
        .and_where(Expr::col("recurring_run_id").eq(id.to_string()))
        .and_where(Expr::col("state").is_in(going));
    transaction.one(&count).await?.map_or(Ok(0), |row| row.count("total"))
}

fn same_place(one: &Namespace, other: &Namespace) -> Result<(), Failure> {
    if one == other { Ok(()) } else { Err(Failure::internal("two proofs of two namespaces for one act")) }
}
