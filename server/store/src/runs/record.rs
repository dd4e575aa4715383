use super::{Runs, select_run};
use crate::{
    database::Within,
    row::{Row, to_json},
};
use authz::{RunGrant, runs};
use model::{Failure, RunProgress, RunState, StateChange, TaskId, Timestamp};
use sea_orm::DbBackend;
use sea_orm::sea_query::{Expr, ExprTrait, Query};

impl Runs<'_> {
    /// Asks for the run's end: its state becomes `Canceling`. Its history tells the end itself, not the asking.
    ///
    /// # Errors
    /// `NotFound`, and `Precondition` for a run that is at its end or already ending.
    pub async fn terminate(&self, grant: &RunGrant<runs::Terminate>) -> Result<(), Failure> {
        let allowed = RunState::ALL.into_iter().filter(|state| state.can_terminate()).map(RunState::as_str);
        let mut update = Query::update();
        update
            .table("runs")
            .value("state", RunState::Canceling.as_str())
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("id").eq(grant.id().to_string()))
            .and_where(Expr::col("state").is_in(allowed));
        let database = self.store.database();
        if database.execute(&update).await? > 0 {
            return Ok(());
        }
        let row = database.one(&select_run(&["state"], grant.place(), grant.id())).await?;
        let state = row.ok_or_else(|| grant.id().not_found())?.text("state")?;
        Err(Failure::precondition(format!(
            "Failed to terminate run {}. Row not found among those that can be terminated: its state is {state}",
            grant.id()
        )))
    }

    /// Takes a run that is at its end up again: `Pending`, with a launch order of its own, its tasks to be told anew.
    /// `from` is a step of the run that is to run again in any case.
    ///
    /// # Errors
    /// `NotFound` for the run or the step, and `Conflict` for a run whose state [`RunState::may_be_retried`] refuses.
    pub async fn retry(
        &self,
        grant: &RunGrant<runs::Retry>,
        from: Option<TaskId>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let (namespace, id) = (grant.place().as_str(), grant.id().to_string());
        let transaction = self.store.database().begin().await?;
        let mut select = select_run(&["state", "state_history", "retries"], grant.place(), grant.id());
        if self.store.database().backend() != DbBackend::Sqlite {
            select.lock_exclusive();
        }
        let row = transaction.one(&select).await?.ok_or_else(|| grant.id().not_found())?;
        let state = row.word("state", RunState::parse)?;
        if !state.may_be_retried(from.is_some()) {
            return Err(Failure::conflict(format!(
                "Failed to retry run {id}: its state is {}, and only a run that failed or was canceled can be retried; one that succeeded only from a step",
                state.as_str()
            )));
        }
        if let Some(task) = from {
            let mut known = Query::select();
            known
                .column("id")
                .from("tasks")
                .and_where(Expr::col("namespace").eq(namespace))
                .and_where(Expr::col("run_id").eq(id.as_str()))
                .and_where(Expr::col("id").eq(task.to_string()));
            transaction.one(&known).await?.ok_or_else(|| task.not_found())?;
        }
        let mut history: Vec<StateChange> = row.json("state_history")?;
        history.push(StateChange { at: now, state: RunState::Pending, error: None });
        let mut update = Query::update();
        update
            .table("runs")
            .value("state", RunState::Pending.as_str())
            .value("state_history", to_json(&history)?)
            .value("finished_at", 0_i64)
            .value("error", "")
            .value("retries", i64::from(row.count("retries")?) + 1)
            .value("retry_from", from.map(|task| task.to_string()).unwrap_or_default())
            .and_where(Expr::col("namespace").eq(namespace))
            .and_where(Expr::col("id").eq(id.as_str()));
        transaction.run(&update).await?;
        // The engine tells all of them when it takes the run up; those of a group's later attempts may not come again.
        let mut forget = Query::delete();
        forget
            .from_table("tasks")
            .and_where(Expr::col("namespace").eq(namespace))
            .and_where(Expr::col("run_id").eq(id.as_str()));
        transaction.run(&forget).await?;
        let mut order = Query::insert();
        order.into_table("launch_orders").columns(["run_id", "namespace", "ordered_at", "launched_at"]).values_panic([
            id.as_str().into(),
            namespace.into(),
            now.millis().into(),
            0_i64.into(),
        ]);
        transaction.run(&order).await?;
        transaction.done().await
    }

    /// Writes the state that an engine reported, appends it to the history, and at the end closes the launch order.
    /// `false` when the run is in that state already.
    ///
    /// # Errors
    /// `NotFound`, and `Conflict` for a change that [`RunState::may_become`] refuses.
    pub async fn record_state(
        &self,
        grant: &RunGrant<runs::Record>,
        state: RunState,
        error: Option<String>,
        at: Timestamp,
    ) -> Result<bool, Failure> {
        let (namespace, id) = (grant.place().as_str(), grant.id().to_string());
        let transaction = self.store.database().begin().await?;
        let mut select = select_run(&["state", "state_history", "recurring_run_id"], grant.place(), grant.id());
        if self.store.database().backend() != DbBackend::Sqlite {
            select.lock_exclusive();
        }
        let row = transaction.one(&select).await?.ok_or_else(|| grant.id().not_found())?;
        let now = row.word("state", RunState::parse)?;
        if now == state {
            return Ok(false);
        }
        if !now.may_become(state) {
            return Err(Failure::conflict(format!(
                "Run {id} is {} and cannot become {}",
                now.as_str(),
                state.as_str()
            )));
        }
        let mut history: Vec<StateChange> = row.json("state_history")?;
        history.push(StateChange { at, state, error: error.clone() });
        let finished_at = if state.is_final() { at } else { Timestamp::ZERO };
        let mut update = Query::update();
        update
            .table("runs")
            .value("state", state.as_str())
            .value("state_history", to_json(&history)?)
            .value("finished_at", finished_at.millis())
            .value("error", error.unwrap_or_default())
            .and_where(Expr::col("namespace").eq(namespace))
            .and_where(Expr::col("id").eq(id.as_str()));
        if state.is_final() {
            update.value("running_task", "");
        }
        transaction.run(&update).await?;
        if state.is_final() {
            let mut close = Query::delete();
            close
                .from_table("launch_orders")
                .and_where(Expr::col("namespace").eq(namespace))
                .and_where(Expr::col("run_id").eq(id.as_str()));
            transaction.run(&close).await?;
            if let Some(recurring_run) = row.text_if_any("recurring_run_id")? {
                crate::recurring_runs::wake(&transaction, grant.place(), &recurring_run).await?;
            }
        }
        transaction.done().await?;
        Ok(true)
    }

    /// How far the run is, for lists.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn record_progress(
        &self,
        grant: &RunGrant<runs::Record>,
        progress: RunProgress,
        running_task: Option<&str>,
    ) -> Result<(), Failure> {
        let mut update = Query::update();
        update
            .table("runs")
            .value("tasks_done", i64::from(progress.done))
            .value("tasks_total", i64::from(progress.total))
            .value("running_task", running_task.unwrap_or_default())
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("id").eq(grant.id().to_string()));
        match self.store.database().execute(&update).await? {
            0 => Err(grant.id().not_found()),
            _ => Ok(()),
        }
    }
}
