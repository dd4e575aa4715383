use crate::{
    extract::{Body, Id, Known, Name, Query},
    reply::{Answer, Reply},
};
use axum::extract::State;
use model::PipelineId;
use service::Service;
use wire::v2beta1::{Empty, ListPipelinesResponse, Pipeline};

/// A pipeline without a version.
pub(crate) async fn create(
    State(service): State<Service>,
    Known(caller): Known,
    Body(pipeline): Body<Pipeline>,
) -> Answer<Pipeline> {
    let (scope, new) = pipeline.into_new()?;
    Ok(Reply(service.create_pipeline(&caller, scope, new).await?.into()))
}

/// Without a namespace it lists the shared ones, as in KFP.
pub(crate) async fn list(
    State(service): State<Service>,
    Known(caller): Known,
    query: Query,
) -> Answer<ListPipelinesResponse> {
    Ok(Reply(service.pipelines(&caller, query.scope()?, query.listing()?).await?.into()))
}

pub(crate) async fn get(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<PipelineId>,
) -> Answer<Pipeline> {
    Ok(Reply(service.pipeline(&caller, id).await?.into()))
}

/// Without a namespace it looks among the shared ones and nowhere else.
pub(crate) async fn get_by_name(
    State(service): State<Service>,
    Known(caller): Known,
    Name(name): Name,
    query: Query,
) -> Answer<Pipeline> {
    Ok(Reply(service.pipeline_by_name(&caller, query.scope()?, name).await?.into()))
}

pub(crate) async fn delete(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<PipelineId>,
    query: Query,
) -> Answer<Empty> {
    service.delete_pipeline(&caller, id, query.flag("cascade")?).await?;
    Ok(Reply(Empty {}))
}
