use crate::{
    extract::{Body, Id, Known, Name, Query},
    reply::{Answer, Reply},
};
use axum::extract::State;
use http::HeaderMap;
use model::{PipelineId, Tags};
use service::Service;
use wire::v2beta1::{CreatePipelineAndVersionRequest, Empty, ListPipelinesResponse, Pipeline, PipelinePatch};

/// A pipeline without a version.
pub(crate) async fn create(
    State(service): State<Service>,
    Known(caller): Known,
    Body(pipeline): Body<Pipeline>,
) -> Answer<Pipeline> {
    let (scope, new) = pipeline.into_new()?;
    Ok(Reply(service.create_pipeline(&caller, scope, new).await?.into()))
}

/// A pipeline and its first version, from an address.
pub(crate) async fn create_with_version(
    State(service): State<Service>,
    Known(caller): Known,
    Body(request): Body<CreatePipelineAndVersionRequest>,
) -> Answer<Pipeline> {
    let (scope, new, first) = request.into_new()?;
    let (pipeline, _first) = service.create_pipeline_from_url(&caller, scope, new, first).await?;
    Ok(Reply(pipeline.into()))
}

pub(crate) async fn update(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<PipelineId>,
    headers: HeaderMap,
    Body(patch): Body<PipelinePatch>,
) -> Answer<Pipeline> {
    let tags = new_tags(&headers, patch.tags);
    Ok(Reply(service.update_pipeline(&caller, id, &patch.display_name, tags.as_ref()).await?.into()))
}

/// KFP's UI says with a header that `{}` is meant: its gateway does not tell it from nothing.
pub(super) fn new_tags(headers: &HeaderMap, given: Option<Tags>) -> Option<Tags> {
    let clear = headers.get("x-clear-tags").is_some_and(|value| value == "true");
    given.or_else(|| clear.then(Tags::new))
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
