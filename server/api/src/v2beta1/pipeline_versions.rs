use super::pipelines::new_tags;
use crate::{
    extract::{Body, Id, Known, Query, Segments},
    reply::{Answer, Reply},
};
use axum::extract::State;
use http::HeaderMap;
use model::{Failure, PipelineId, PipelineVersionId};
use service::Service;
use wire::v2beta1::{Empty, ListPipelineVersionsResponse, PipelineVersion, PipelineVersionPatch};

/// From an address. Both the path and the body name the pipeline; the path has the last word.
pub(crate) async fn create(
    State(service): State<Service>,
    Known(caller): Known,
    path: Segments,
    Body(version): Body<PipelineVersion>,
) -> Answer<PipelineVersion> {
    if version.pipeline_id.is_empty() {
        return Err(Failure::invalid("pipeline_id is missing: expected the id of the version's pipeline").into());
    }
    let pipeline = PipelineId::parse(path.named("pipeline_id")?)?;
    Ok(Reply(service.create_pipeline_version(&caller, pipeline, version.into_new()).await?.into()))
}

pub(crate) async fn update(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<PipelineVersionId>,
    headers: HeaderMap,
    Body(patch): Body<PipelineVersionPatch>,
) -> Answer<PipelineVersion> {
    let tags = new_tags(&headers, patch.tags);
    Ok(Reply(service.update_pipeline_version(&caller, id, &patch.display_name, tags.as_ref()).await?.into()))
}

pub(crate) async fn list(
    State(service): State<Service>,
    Known(caller): Known,
    Id(pipeline): Id<PipelineId>,
    query: Query,
) -> Answer<ListPipelineVersionsResponse> {
    Ok(Reply(service.pipeline_versions(&caller, pipeline, query.listing()?).await?.into()))
}

pub(crate) async fn get(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<PipelineVersionId>,
) -> Answer<PipelineVersion> {
    Ok(Reply(service.pipeline_version(&caller, id).await?.into()))
}

pub(crate) async fn delete(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<PipelineVersionId>,
) -> Answer<Empty> {
    service.delete_pipeline_version(&caller, id).await?;
    Ok(Reply(Empty {}))
}
