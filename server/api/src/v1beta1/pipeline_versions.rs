use super::{key, pipelines::template_of};
use crate::{
    extract::{Body, Id, Known, Query, Segments},
    reply::{Answer, Reply},
};
use axum::extract::State;
use model::{Failure, PipelineId, PipelineVersionId};
use service::Service;
use wire::v1beta1::{GetTemplateResponse, ListPipelineVersionsResponse, PipelineVersion, ResourceType, listing};

/// From an address.
pub(crate) async fn create(
    State(service): State<Service>,
    Known(caller): Known,
    Body(version): Body<PipelineVersion>,
) -> Answer<PipelineVersion> {
    let (pipeline, new) = version.into_new()?;
    Ok(Reply(service.create_pipeline_version(&caller, pipeline, new).await?.into()))
}

pub(crate) async fn list(
    State(service): State<Service>,
    Known(caller): Known,
    query: Query,
) -> Answer<ListPipelineVersionsResponse> {
    let Some((ResourceType::Pipeline, pipeline)) = key(&query, "resource_key")? else {
        return Err(Failure::invalid("resource_key.type: expected PIPELINE, and the pipeline's id").into());
    };
    let pipeline = PipelineId::parse(&pipeline)?;
    Ok(Reply(service.pipeline_versions(&caller, pipeline, query.listing_by(listing)?).await?.into()))
}

pub(crate) async fn get(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<PipelineVersionId>,
) -> Answer<PipelineVersion> {
    Ok(Reply(service.pipeline_version(&caller, id).await?.into()))
}

pub(crate) async fn template(
    State(service): State<Service>,
    Known(caller): Known,
    path: Segments,
) -> Answer<GetTemplateResponse> {
    let version = service.pipeline_version(&caller, PipelineVersionId::parse(path.named("version_id")?)?).await?;
    let spec = version.spec.ok_or_else(|| Failure::internal("a pipeline version without its definition"))?;
    Ok(Reply(template_of(&service, &spec)?))
}
