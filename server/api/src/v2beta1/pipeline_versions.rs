use crate::{
    extract::{Id, Known, Query},
    reply::{Answer, Reply},
};
use axum::extract::State;
use model::{PipelineId, PipelineVersionId};
use service::Service;
use wire::v2beta1::{Empty, ListPipelineVersionsResponse, PipelineVersion};

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
