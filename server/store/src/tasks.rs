use crate::{
    Store, artifacts,
    database::Within,
    listing::{Column, Field, List, Whose},
    row::{Row, millis, to_json},
};
use authz::{RunGrant, runs};
use model::{Failure, Listing, Page, Task, TaskId, TaskKind, TaskState};
use sea_orm::QueryResult;
use sea_orm::sea_query::{Expr, ExprTrait, Func, OnConflict, Order, Query};

const COLUMNS: &[&str] = &[
    "id",
    "parent_id",
    "name",
    "display_name",
    "kind",
    "state",
    "reason",
    "started_at",
    "finished_at",
    "attempts",
    "iteration_index",
    "depends_on",
    "component",
    "inputs",
    "outputs",
];

const LIST: List<Task> = List {
    table: "tasks",
    columns: COLUMNS,
    fields: &[
        Field::new(&["id", "task_id"], Column::Text("id")),
        // In the order in which they were first told.
        Field::new(&["created_at", "create_time"], Column::Position("position")),
        Field::new(&["name"], Column::Text("name")),
        Field::new(&["display_name"], Column::Text("display_name")),
        Field::new(&["state"], Column::Text("state")),
        Field::new(&["start_time"], Column::Moment("started_at")),
        Field::new(&["end_time", "finished_at"], Column::Moment("finished_at")),
        Field::new(&["parent_task_id"], Column::Text("parent_id")),
    ],
    tagged: false,
    read,
};

/// The tasks of one run.
pub struct Tasks<'a> {
    pub(crate) store: &'a Store,
}

impl Tasks<'_> {
    /// Writes each task whole, whether or not it was told before.
    ///
    /// # Errors
    /// `NotFound` when the run is gone.
    pub async fn record(&self, grant: &RunGrant<runs::Record>, tasks: &[Task]) -> Result<(), Failure> {
        if tasks.is_empty() {
            return Ok(());
        }
        let (namespace, run) = (grant.place().as_str(), grant.id().to_string());
        let transaction = self.store.database().begin().await?;
        let mut known = Query::select();
        known
            .column("id")
            .from("runs")
            .and_where(Expr::col("namespace").eq(namespace))
            .and_where(Expr::col("id").eq(run.as_str()));
        if transaction.one(&known).await?.is_none() {
            return Err(grant.id().not_found());
        }
        let mut count = Query::select();
        count
            .expr_as(Func::count(Expr::col("id")), "total")
            .from("tasks")
            .and_where(Expr::col("namespace").eq(namespace))
            .and_where(Expr::col("run_id").eq(run.as_str()));
        let first = transaction.one(&count).await?.map_or(Ok(0), |row| row.number("total"))?;
        // In pieces: SQLite and PostgreSQL bound the number of values in one statement.
        for (piece, first) in tasks.chunks(100).zip((first..).step_by(100)) {
            let mut insert = Query::insert();
            insert.into_table("tasks").columns(["run_id", "namespace", "position"].iter().chain(COLUMNS).copied());
            for (task, position) in piece.iter().zip(first..) {
                insert.values_panic([
                    run.as_str().into(),
                    namespace.into(),
                    position.into(),
                    task.id.to_string().into(),
                    task.parent.map(|id| id.to_string()).unwrap_or_default().into(),
                    task.name.as_str().into(),
                    task.display_name.as_str().into(),
                    task.kind.as_str().into(),
                    task.state.as_str().into(),
                    task.reason.as_deref().unwrap_or_default().into(),
                    millis(task.started_at).into(),
                    millis(task.finished_at).into(),
                    i64::from(task.attempts).into(),
                    task.iteration_index.map_or(-1, i64::from).into(),
                    to_json(&task.depends_on)?.into(),
                    task.component.as_str().into(),
                    to_json(&task.inputs)?.into(),
                    to_json(&task.outputs)?.into(),
                ]);
            }
            let changeable = COLUMNS.iter().copied().filter(|column| *column != "id");
            insert.on_conflict(OnConflict::columns(["run_id", "id"]).update_columns(changeable).to_owned());
            transaction.run(&insert).await?;
        }
        artifacts::record(&transaction, grant.address(), tasks).await?;
        transaction.done().await
    }

    /// One page of the run's tasks.
    ///
    /// # Errors
    /// `Invalid` for a sort, filter or page token that does not fit.
    pub async fn page(&self, grant: &RunGrant<runs::Get>, listing: &Listing) -> Result<Page<Task>, Failure> {
        let parent = Some(("run_id", grant.id().to_string()));
        LIST.page(self.store, &Whose { place: grant.place().as_str(), parent }, listing).await
    }

    /// # Errors
    /// `NotFound` for a task that the run does not have.
    pub async fn get(&self, grant: &RunGrant<runs::Get>, id: TaskId) -> Result<Task, Failure> {
        let mut select = Query::select();
        select
            .columns(COLUMNS.iter().copied())
            .from("tasks")
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("run_id").eq(grant.id().to_string()))
            .and_where(Expr::col("id").eq(id.to_string()));
        let row = self.store.database().one(&select).await?;
        read(&row.ok_or_else(|| id.not_found())?)
    }

    /// All tasks of the run, in the order in which they were first told.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn list(&self, grant: &RunGrant<runs::Get>) -> Result<Vec<Task>, Failure> {
        let mut select = Query::select();
        select
            .columns(COLUMNS.iter().copied())
            .from("tasks")
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("run_id").eq(grant.id().to_string()))
            .order_by("position", Order::Asc)
            .order_by("id", Order::Asc);
        self.store.database().all(&select).await?.iter().map(read).collect()
    }
}

fn read(row: &QueryResult) -> Result<Task, Failure> {
    Ok(Task {
        id: row.parsed("id", TaskId::parse)?,
        parent: row.text_if_any("parent_id")?.map(|id| TaskId::parse(&id)).transpose().map_err(Failure::internal)?,
        name: row.text("name")?,
        display_name: row.text("display_name")?,
        kind: row.word("kind", TaskKind::parse)?,
        state: row.word("state", TaskState::parse)?,
        reason: row.text_if_any("reason")?,
        started_at: row.moment_if_any("started_at")?,
        finished_at: row.moment_if_any("finished_at")?,
        attempts: row.count("attempts")?,
        iteration_index: u32::try_from(row.number("iteration_index")?).ok(),
        depends_on: row.json("depends_on")?,
        component: row.text("component")?,
        inputs: row.json("inputs")?,
        outputs: row.json("outputs")?,
    })
}
