use crate::{
    Store,
    database::Within,
    failure::taken,
    listing::{Column, Field, List, Whose},
    pipelines::{insert_tags, replace_tags},
    row::{Row, to_json},
};
use authz::{PipelineGrant, PipelineVersionGrant, pipelines};
use model::{
    Failure, Listing, NewPipelineVersion, Page, PipelineId, PipelineVersion, PipelineVersionId, Tags, Timestamp,
};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement, SubQueryStatement};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};
use serde_json::Value;

const COLUMNS: &[&str] = &[
    "id",
    "pipeline_id",
    "name",
    "display_name",
    "description",
    "created_at",
    "code_source_url",
    "package_url",
    "tags",
];

const LIST: List<PipelineVersion> = List {
    table: "pipeline_versions",
    columns: COLUMNS,
    fields: &[
        Field::new(&["id", "pipeline_version_id"], Column::Text("id")),
        Field::new(&["name"], Column::Text("name")),
        Field::new(&["display_name"], Column::Text("display_name")),
        Field::new(&["created_at"], Column::Moment("created_at")),
        // A version is written whole or not at all, so that it is always ready.
        Field::new(&["status"], Column::Always("PIPELINE_VERSION_READY")),
        Field::new(&["description"], Column::Text("description")),
        Field::new(&["pipeline_spec"], Column::LongText("spec")),
    ],
    tagged: true,
    read: |row| read(row, None),
};

/// The versions of pipelines.
pub struct PipelineVersions<'a> {
    pub(crate) store: &'a Store,
}

impl PipelineVersions<'_> {
    /// # Errors
    /// `NotFound` when the pipeline is gone, `Exists` when it has a version of this name.
    pub async fn create(
        &self,
        grant: &PipelineGrant<pipelines::Create>,
        id: PipelineVersionId,
        new: &NewPipelineVersion,
        spec: &Value,
        now: Timestamp,
    ) -> Result<PipelineVersion, Failure> {
        let place = grant.place().as_str();
        let transaction = self.store.database().begin().await?;
        let mut parent = Query::select();
        parent
            .column("id")
            .from("pipelines")
            .and_where(Expr::col("namespace").eq(place))
            .and_where(Expr::col("id").eq(grant.id().to_string()));
        if transaction.one(&parent).await?.is_none() {
            return Err(grant.id().not_found());
        }
        let version = insert(&transaction, place, grant.id(), id, new, spec, now).await?;
        transaction.done().await?;
        Ok(version)
    }

    /// With its definition.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&self, grant: &PipelineVersionGrant<pipelines::Get>) -> Result<PipelineVersion, Failure> {
        let row = self.store.database().one(select(grant.place().as_str(), grant.id()).column("spec")).await?;
        let row = row.ok_or_else(|| grant.id().not_found())?;
        read(&row, Some(row.json("spec")?))
    }

    /// The definition alone.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn spec(&self, grant: &PipelineVersionGrant<pipelines::Get>) -> Result<Value, Failure> {
        let mut select = Query::select();
        select
            .column("spec")
            .from("pipeline_versions")
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("id").eq(grant.id().to_string()));
        let row = self.store.database().one(&select).await?;
        row.ok_or_else(|| grant.id().not_found())?.json("spec")
    }

    /// The newest version by (creation, id), without its definition; `None` for a pipeline without versions.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn latest(&self, grant: &PipelineGrant<pipelines::Get>) -> Result<Option<PipelineVersion>, Failure> {
        let mut select = Query::select();
        select
            .columns(COLUMNS.iter().copied())
            .from("pipeline_versions")
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("pipeline_id").eq(grant.id().to_string()))
            .order_by("created_at", Order::Desc)
            .order_by("id", Order::Desc)
            .limit(1);
        self.store.database().one(&select).await?.map(|row| read(&row, None)).transpose()
    }

    /// The versions of the grant's pipeline, without their definitions.
    ///
    /// # Errors
    /// `Invalid` for a sort, filter or page token that does not fit.
    pub async fn list(
        &self,
        grant: &PipelineGrant<pipelines::List>,
        listing: &Listing,
    ) -> Result<Page<PipelineVersion>, Failure> {
        let parent = Some(("pipeline_id", grant.id().to_string()));
        LIST.page(self.store, &Whose { place: grant.place().as_str(), parent }, listing).await
    }

    /// Changes the display name and replaces the tags, each only if it is given.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn update(
        &self,
        grant: &PipelineVersionGrant<pipelines::Update>,
        display_name: Option<&str>,
        tags: Option<&Tags>,
    ) -> Result<PipelineVersion, Failure> {
        let (place, id) = (grant.place().as_str(), grant.id().to_string());
        let transaction = self.store.database().begin().await?;
        let row = transaction.one(select(place, grant.id()).column("spec")).await?;
        let row = row.ok_or_else(|| grant.id().not_found())?;
        let mut version = read(&row, Some(row.json("spec")?))?;
        if let Some(name) = display_name {
            name.clone_into(&mut version.display_name);
        }
        if let Some(tags) = tags {
            version.tags.clone_from(tags);
            replace_tags(&transaction, place, &id, tags).await?;
        }
        let mut update = Query::update();
        update
            .table("pipeline_versions")
            .value("display_name", version.display_name.as_str())
            .value("tags", to_json(&version.tags)?)
            .and_where(Expr::col("namespace").eq(place))
            .and_where(Expr::col("id").eq(id.as_str()));
        transaction.run(&update).await?;
        transaction.done().await?;
        Ok(version)
    }

    /// Any version, also the last one; runs keep the definition that they were made from.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn delete(&self, grant: &PipelineVersionGrant<pipelines::Delete>) -> Result<(), Failure> {
        let (place, id) = (grant.place().as_str(), grant.id().to_string());
        let transaction = self.store.database().begin().await?;
        replace_tags(&transaction, place, &id, &Tags::new()).await?;
        let mut delete = Query::delete();
        delete
            .from_table("pipeline_versions")
            .and_where(Expr::col("namespace").eq(place))
            .and_where(Expr::col("id").eq(id.as_str()));
        if transaction.run(&delete).await? == 0 {
            return Err(grant.id().not_found());
        }
        transaction.done().await
    }
}

fn select(place: &str, id: PipelineVersionId) -> SelectStatement {
    let mut select = Query::select();
    select
        .columns(COLUMNS.iter().copied())
        .from("pipeline_versions")
        .and_where(Expr::col("namespace").eq(place))
        .and_where(Expr::col("id").eq(id.to_string()));
    select
}

/// The newest version of each of these pipelines of one place, in one statement.
pub(crate) async fn latest_of(
    store: &Store,
    place: &str,
    pipelines: &[PipelineId],
) -> Result<Vec<PipelineVersion>, Failure> {
    if pipelines.is_empty() {
        return Ok(Vec::new());
    }
    let mut newest = Query::select();
    newest
        .column(("newest", "id"))
        .from_as("pipeline_versions", "newest")
        .and_where(Expr::col(("newest", "namespace")).eq(place))
        .and_where(Expr::col(("newest", "pipeline_id")).equals(("pipelines", "id")))
        .order_by(("newest", "created_at"), Order::Desc)
        .order_by(("newest", "id"), Order::Desc)
        .limit(1);
    let mut ids = Query::select();
    ids.expr(Expr::SubQuery(None, Box::new(SubQueryStatement::SelectStatement(newest))))
        .from("pipelines")
        .and_where(Expr::col(("pipelines", "namespace")).eq(place))
        .and_where(Expr::col(("pipelines", "id")).is_in(pipelines.iter().map(ToString::to_string)));
    let mut select = Query::select();
    select
        .columns(COLUMNS.iter().copied())
        .from("pipeline_versions")
        .and_where(Expr::col("namespace").eq(place))
        .and_where(Expr::col("id").in_subquery(ids));
    store.database().all(&select).await?.iter().map(|row| read(row, None)).collect()
}

pub(crate) async fn insert(
    transaction: &DatabaseTransaction,
    place: &str,
    pipeline_id: PipelineId,
    id: PipelineVersionId,
    new: &NewPipelineVersion,
    spec: &Value,
    now: Timestamp,
) -> Result<PipelineVersion, Failure> {
    let mut insert = Query::insert();
    insert.into_table("pipeline_versions").columns(COLUMNS.iter().chain(&["namespace", "spec"]).copied()).values_panic(
        [
            id.to_string().into(),
            pipeline_id.to_string().into(),
            new.name.as_str().into(),
            new.display_name.as_str().into(),
            new.description.as_str().into(),
            now.millis().into(),
            new.code_source_url.as_str().into(),
            new.package_url.as_str().into(),
            to_json(&new.tags)?.into(),
            place.into(),
            to_json(spec)?.into(),
        ],
    );
    let message = || format!("Pipeline version with name '{}' already exists. Please specify a new name", new.name);
    transaction.execute(&insert).await.map_err(taken(message))?;
    insert_tags(transaction, place, &id.to_string(), &new.tags).await?;
    Ok(PipelineVersion {
        id,
        pipeline_id,
        name: new.name.clone(),
        display_name: new.display_name.clone(),
        description: new.description.clone(),
        created_at: now,
        code_source_url: new.code_source_url.clone(),
        package_url: new.package_url.clone(),
        tags: new.tags.clone(),
        spec: Some(spec.clone()),
    })
}

fn read(row: &QueryResult, spec: Option<Value>) -> Result<PipelineVersion, Failure> {
    Ok(PipelineVersion {
        id: row.parsed("id", PipelineVersionId::parse)?,
        pipeline_id: row.parsed("pipeline_id", PipelineId::parse)?,
        name: row.text("name")?,
        display_name: row.text("display_name")?,
        description: row.text("description")?,
        created_at: row.moment("created_at")?,
        code_source_url: row.text("code_source_url")?,
        package_url: row.text("package_url")?,
        tags: row.json("tags")?,
        spec,
    })
}
