use crate::{
    Store,
    failure::failure,
    listing::{Column, Field, List, Whose},
    row::{Row, to_json},
};
use authz::{Grant, RunGrant, runs};
use model::{Artifact, ArtifactId, Failure, Listing, Namespace, Page, RunAddress, RunId, Task, TaskId};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};

const COLUMNS: &[&str] =
    &["id", "namespace", "run_id", "task_id", "output", "name", "artifact_type", "uri", "metadata", "created_at"];

const LIST: List<Artifact> = List {
    table: "artifacts",
    columns: COLUMNS,
    fields: &[
        Field::new(&["id", "artifact_id"], Column::Text("id")),
        Field::new(&["name"], Column::Text("name")),
        Field::new(&["type"], Column::Text("artifact_type")),
        Field::new(&["created_at"], Column::Moment("created_at")),
        Field::new(&["run_id"], Column::Text("run_id")),
        Field::new(&["task_id"], Column::Text("task_id")),
        Field::new(&["namespace"], Column::Text("namespace")),
        Field::new(&["uri"], Column::LongText("uri")),
    ],
    tagged: false,
    read,
};

/// What the tasks of a namespace made. Rows are written together with their tasks.
pub struct Artifacts<'a> {
    pub(crate) store: &'a Store,
}

impl Artifacts<'_> {
    /// All artifacts of the namespace.
    ///
    /// # Errors
    /// `Invalid` for a sort, filter or page token that does not fit.
    pub async fn list(&self, grant: &Grant<runs::List>, listing: &Listing) -> Result<Page<Artifact>, Failure> {
        LIST.page(self.store, &Whose { place: grant.place().as_str(), parent: None }, listing).await
    }

    /// Those that the grant's run made.
    ///
    /// # Errors
    /// As [`Artifacts::list`].
    pub async fn list_of_run(&self, grant: &RunGrant<runs::Get>, listing: &Listing) -> Result<Page<Artifact>, Failure> {
        let parent = Some(("run_id", grant.id().to_string()));
        LIST.page(self.store, &Whose { place: grant.place().as_str(), parent }, listing).await
    }

    /// One that the grant's run made.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&self, grant: &RunGrant<runs::Get>, id: ArtifactId) -> Result<Artifact, Failure> {
        let mut select = Query::select();
        select
            .columns(COLUMNS.iter().copied())
            .from("artifacts")
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("run_id").eq(grant.id().to_string()))
            .and_where(Expr::col("id").eq(id.to_string()));
        let row = self.store.database().one(&select).await?;
        read(&row.ok_or_else(|| id.not_found())?)
    }
}

/// Writes what these tasks made; an artifact that is told again replaces its row.
pub(crate) async fn record(transaction: &DatabaseTransaction, run: &RunAddress, tasks: &[Task]) -> Result<(), Failure> {
    let made: Vec<Artifact> = tasks.iter().flat_map(|task| Artifact::made_by(task, run)).collect();
    for piece in made.chunks(100) {
        let mut insert = Query::insert();
        insert.into_table("artifacts").columns(COLUMNS.iter().copied());
        for artifact in piece {
            insert.values_panic([
                artifact.id.to_string().into(),
                artifact.namespace.as_str().into(),
                artifact.run_id.to_string().into(),
                artifact.task_id.to_string().into(),
                artifact.output.as_str().into(),
                artifact.name.as_str().into(),
                artifact.artifact_type.as_str().into(),
                artifact.uri.as_str().into(),
                to_json(&artifact.metadata)?.into(),
                artifact.created_at.millis().into(),
            ]);
        }
        let changeable = ["name", "artifact_type", "uri", "metadata", "created_at"];
        insert.on_conflict(OnConflict::column("id").update_columns(changeable).to_owned());
        transaction.execute(&insert).await.map_err(failure)?;
    }
    Ok(())
}

fn read(row: &QueryResult) -> Result<Artifact, Failure> {
    Ok(Artifact {
        id: row.parsed("id", ArtifactId::parse)?,
        namespace: row.parsed("namespace", Namespace::parse)?,
        run_id: row.parsed("run_id", RunId::parse)?,
        task_id: row.parsed("task_id", TaskId::parse)?,
        output: row.text("output")?,
        name: row.text("name")?,
        artifact_type: row.text("artifact_type")?,
        uri: row.text("uri")?,
        metadata: row.json("metadata")?,
        created_at: row.moment("created_at")?,
    })
}
