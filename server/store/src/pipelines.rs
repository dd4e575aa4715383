use crate::{
    Store,
    database::Within,
    failure::{failure, taken},
    listing::{Column, Field, List, Whose},
    pipeline_versions,
    row::{Row, to_json},
};
use authz::{PipelineGrant, ScopeGrant, pipelines};
use model::{
    Failure, Listing, NewPipeline, NewPipelineVersion, Page, Pipeline, PipelineId, PipelineVersion, PipelineVersionId,
    Scope, Tags, Timestamp,
};
use sea_orm::sea_query::{Expr, ExprTrait, InsertStatement, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};
use serde_json::Value;

const COLUMNS: &[&str] = &["id", "namespace", "name", "display_name", "description", "created_at", "tags"];

const LIST: List<Pipeline> = List {
    table: "pipelines",
    columns: COLUMNS,
    fields: &[
        Field::new(&["id", "pipeline_id"], Column::Text("id")),
        Field::new(&["name"], Column::Text("name")),
        Field::new(&["display_name"], Column::Text("display_name")),
        Field::new(&["created_at"], Column::Moment("created_at")),
        Field::new(&["description"], Column::Text("description")),
        Field::new(&["namespace"], Column::Text("namespace")),
    ],
    tagged: true,
    read,
};

/// The pipelines of a namespace, or the shared ones.
pub struct Pipelines<'a> {
    pub(crate) store: &'a Store,
}

impl Pipelines<'_> {
    /// A pipeline without a version.
    ///
    /// # Errors
    /// `Exists` when the place has a pipeline of this name.
    pub async fn create(
        &self,
        grant: &ScopeGrant<pipelines::Create>,
        id: PipelineId,
        new: &NewPipeline,
        now: Timestamp,
    ) -> Result<Pipeline, Failure> {
        let transaction = self.store.database().begin().await?;
        let pipeline = insert(&transaction, grant.place(), id, new, now).await?;
        transaction.done().await?;
        Ok(pipeline)
    }

    /// A pipeline and its first version: both or neither.
    ///
    /// # Errors
    /// As [`Pipelines::create`].
    #[expect(clippy::too_many_arguments, reason = "two objects in one step, with their ids and the time")]
    pub async fn upload(
        &self,
        grant: &ScopeGrant<pipelines::Create>,
        id: PipelineId,
        new: &NewPipeline,
        version_id: PipelineVersionId,
        version: &NewPipelineVersion,
        spec: &Value,
        now: Timestamp,
    ) -> Result<(Pipeline, PipelineVersion), Failure> {
        let transaction = self.store.database().begin().await?;
        let pipeline = insert(&transaction, grant.place(), id, new, now).await?;
        let place = grant.place().as_str();
        let version = pipeline_versions::insert(&transaction, place, id, version_id, version, spec, now).await?;
        transaction.done().await?;
        Ok((pipeline, version))
    }

    /// # Errors
    /// `NotFound`.
    pub async fn get(&self, grant: &PipelineGrant<pipelines::Get>) -> Result<Pipeline, Failure> {
        let mut select = Query::select();
        select
            .columns(COLUMNS.iter().copied())
            .from("pipelines")
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("id").eq(grant.id().to_string()));
        let row = self.store.database().one(&select).await?;
        read(&row.ok_or_else(|| grant.id().not_found())?)
    }

    /// Only in the grant's own place: no namespace means the shared pipelines, never "any".
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get_by_name(&self, grant: &ScopeGrant<pipelines::Get>, name: &str) -> Result<Pipeline, Failure> {
        let mut select = Query::select();
        select
            .columns(COLUMNS.iter().copied())
            .from("pipelines")
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("name").eq(name));
        let row = self.store.database().one(&select).await?;
        read(&row.ok_or_else(|| Failure::not_found("Pipeline", &format!("with name '{name}'")))?)
    }

    /// # Errors
    /// `Invalid` for a sort, filter or page token that does not fit.
    pub async fn list(
        &self,
        grant: &ScopeGrant<pipelines::List>,
        listing: &Listing,
    ) -> Result<Page<Pipeline>, Failure> {
        LIST.page(self.store, &Whose { place: grant.place().as_str(), parent: None }, listing).await
    }

    /// The same, each pipeline with its newest version (without its definition), if it has any.
    ///
    /// # Errors
    /// As [`Pipelines::list`].
    pub async fn list_with_latest(
        &self,
        grant: &ScopeGrant<pipelines::List>,
        listing: &Listing,
    ) -> Result<Page<(Pipeline, Option<PipelineVersion>)>, Failure> {
        let page = self.list(grant, listing).await?;
        let ids: Vec<PipelineId> = page.items.iter().map(|pipeline| pipeline.id).collect();
        let mut latest = pipeline_versions::latest_of(self.store, grant.place().as_str(), &ids).await?;
        Ok(page.map(|pipeline| {
            let at = latest.iter().position(|version| version.pipeline_id == pipeline.id);
            (pipeline, at.map(|at| latest.swap_remove(at)))
        }))
    }

    /// Changes the display name and replaces the tags, each only if it is given.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn update(
        &self,
        grant: &PipelineGrant<pipelines::Update>,
        display_name: Option<&str>,
        tags: Option<&Tags>,
    ) -> Result<Pipeline, Failure> {
        let (place, id) = (grant.place().as_str(), grant.id().to_string());
        let transaction = self.store.database().begin().await?;
        let mut select = Query::select();
        select
            .columns(COLUMNS.iter().copied())
            .from("pipelines")
            .and_where(Expr::col("namespace").eq(place))
            .and_where(Expr::col("id").eq(id.as_str()));
        let mut pipeline = read(&transaction.one(&select).await?.ok_or_else(|| grant.id().not_found())?)?;
        if let Some(name) = display_name {
            name.clone_into(&mut pipeline.display_name);
        }
        if let Some(tags) = tags {
            pipeline.tags.clone_from(tags);
            replace_tags(&transaction, place, &id, tags).await?;
        }
        let mut update = Query::update();
        update
            .table("pipelines")
            .value("display_name", pipeline.display_name.as_str())
            .value("tags", to_json(&pipeline.tags)?)
            .and_where(Expr::col("namespace").eq(place))
            .and_where(Expr::col("id").eq(id.as_str()));
        transaction.run(&update).await?;
        transaction.done().await?;
        Ok(pipeline)
    }

    /// With `cascade` its versions go too.
    ///
    /// # Errors
    /// `NotFound`; without `cascade`, `Precondition` while it has versions.
    pub async fn delete(&self, grant: &PipelineGrant<pipelines::Delete>, cascade: bool) -> Result<(), Failure> {
        let (place, id) = (grant.place().as_str(), grant.id().to_string());
        let transaction = self.store.database().begin().await?;
        let mut versions = Query::select();
        versions
            .column("id")
            .from("pipeline_versions")
            .and_where(Expr::col("namespace").eq(place))
            .and_where(Expr::col("pipeline_id").eq(id.as_str()));
        if !cascade && transaction.one(versions.clone().limit(1)).await?.is_some() {
            return Err(Failure::precondition(format!(
                "Failed to delete pipeline {id}: it has versions. Delete them first, or set cascade to true"
            )));
        }
        let objects = Expr::col("object_id").in_subquery(versions).or(Expr::col("object_id").eq(id.as_str()));
        let mut tags = Query::delete();
        tags.from_table("tags").and_where(Expr::col("namespace").eq(place)).and_where(objects);
        transaction.run(&tags).await?;
        let mut delete = Query::delete();
        delete
            .from_table("pipelines")
            .and_where(Expr::col("namespace").eq(place))
            .and_where(Expr::col("id").eq(id.as_str()));
        if transaction.run(&delete).await? == 0 {
            return Err(grant.id().not_found());
        }
        transaction.done().await
    }
}

async fn insert(
    transaction: &DatabaseTransaction,
    scope: &Scope,
    id: PipelineId,
    new: &NewPipeline,
    now: Timestamp,
) -> Result<Pipeline, Failure> {
    let mut insert = Query::insert();
    insert.into_table("pipelines").columns(COLUMNS.iter().copied()).values_panic([
        id.to_string().into(),
        scope.as_str().into(),
        new.name.as_str().into(),
        new.display_name.as_str().into(),
        new.description.as_str().into(),
        now.millis().into(),
        to_json(&new.tags)?.into(),
    ]);
    let message = || format!("Pipeline with name '{}' already exists. Please specify a new name", new.name);
    transaction.execute(&insert).await.map_err(taken(message))?;
    insert_tags(transaction, scope.as_str(), &id.to_string(), &new.tags).await?;
    Ok(Pipeline {
        id,
        scope: scope.clone(),
        name: new.name.clone(),
        display_name: new.display_name.clone(),
        description: new.description.clone(),
        created_at: now,
        tags: new.tags.clone(),
    })
}

pub(crate) async fn insert_tags(
    transaction: &DatabaseTransaction,
    place: &str,
    object: &str,
    tags: &Tags,
) -> Result<(), Failure> {
    if tags.is_empty() {
        return Ok(());
    }
    let mut insert = InsertStatement::new();
    insert.into_table("tags").columns(["namespace", "object_id", "tag_key", "tag_value"]);
    for (key, value) in tags {
        insert.values_panic([place.into(), object.into(), key.as_str().into(), value.as_str().into()]);
    }
    transaction.execute(&insert).await.map_err(failure)?;
    Ok(())
}

pub(crate) async fn replace_tags(
    transaction: &DatabaseTransaction,
    place: &str,
    object: &str,
    tags: &Tags,
) -> Result<(), Failure> {
    let mut delete = Query::delete();
    delete.from_table("tags").and_where(Expr::col("namespace").eq(place)).and_where(Expr::col("object_id").eq(object));
    transaction.run(&delete).await?;
    insert_tags(transaction, place, object, tags).await
}

fn read(row: &QueryResult) -> Result<Pipeline, Failure> {
    Ok(Pipeline {
        id: row.parsed("id", PipelineId::parse)?,
        scope: row.parsed("namespace", Scope::parse)?,
        name: row.text("name")?,
        display_name: row.text("display_name")?,
        description: row.text("description")?,
        created_at: row.moment("created_at")?,
        tags: row.json("tags")?,
    })
}
