use super::key;
use crate::{
    extract::{Body, Id, Known, Query, Segments},
    reply::{Answer, Reply},
};
use axum::extract::State;
use model::{Failure, PipelineId, PipelineVersionId, Scope};
use service::{DefinitionText, Service};
use wire::{
    v1beta1::{GetTemplateResponse, ListPipelinesResponse, Pipeline, ResourceType, listing},
    v2beta1::Empty,
};

/// From an address.
pub(crate) async fn create(
    State(service): State<Service>,
    Known(caller): Known,
    Body(pipeline): Body<Pipeline>,
) -> Answer<Pipeline> {
    let (scope, new, first) = pipeline.into_new()?;
    let (pipeline, first) = service.create_pipeline_from_url(&caller, scope, new, first).await?;
    Ok(Reply(Pipeline::of(pipeline, Some(first))))
}

/// Without a namespace it lists the shared ones, as in KFP.
pub(crate) async fn list(
    State(service): State<Service>,
    Known(caller): Known,
    query: Query,
) -> Answer<ListPipelinesResponse> {
    let scope = match key(&query, "resource_reference_key")? {
        Some((ResourceType::Namespace, namespace)) => Scope::parse(&namespace)?,
        None => Scope::Shared,
        Some(_) => return Err(Failure::invalid("resource_reference_key.type: expected NAMESPACE").into()),
    };
    Ok(Reply(service.pipelines_with_latest(&caller, scope, query.listing_by(listing)?).await?.into()))
}

pub(crate) async fn get(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<PipelineId>,
) -> Answer<Pipeline> {
    let (pipeline, latest) = service.pipeline_with_latest(&caller, id).await?;
    Ok(Reply(Pipeline::of(pipeline, latest)))
}

/// `-` is the place of the shared ones, which has no name.
pub(crate) async fn get_by_name(
    State(service): State<Service>,
    Known(caller): Known,
    path: Segments,
) -> Answer<Pipeline> {
    let scope = match path.named("namespace")? {
        "-" => Scope::Shared,
        namespace => Scope::parse(namespace)?,
    };
    let found = service.pipeline_by_name(&caller, scope, path.named("name")?.to_owned()).await?;
    let (pipeline, latest) = service.pipeline_with_latest(&caller, found.id).await?;
    Ok(Reply(Pipeline::of(pipeline, latest)))
}

/// With its versions: v1beta1 has no other way to say it.
pub(crate) async fn delete(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<PipelineId>,
) -> Answer<Empty> {
    service.delete_pipeline(&caller, id, true).await?;
    Ok(Reply(Empty {}))
}

/// The newest version's text.
pub(crate) async fn template(
    State(service): State<Service>,
    Known(caller): Known,
    path: Segments,
) -> Answer<GetTemplateResponse> {
    let id = PipelineId::parse(path.named("pipeline_id")?)?;
    let (_, latest) = service.pipeline_with_latest(&caller, id).await?;
    let spec = latest.and_then(|version| version.spec);
    let spec = spec.ok_or_else(|| Failure::not_found("PipelineVersion", &format!("of pipeline {id}")))?;
    Ok(Reply(template_of(&service, &spec)?))
}

pub(super) fn template_of(service: &Service, spec: &serde_json::Value) -> Result<GetTemplateResponse, Failure> {
    let (DefinitionText::Workflow(template) | DefinitionText::Pipeline(template)) = service.definition_text(spec)?;
    Ok(GetTemplateResponse { template })
}

pub(crate) async fn default_version(
    State(service): State<Service>,
    Known(caller): Known,
    path: Segments,
) -> Answer<Empty> {
    let pipeline = PipelineId::parse(path.named("pipeline_id")?)?;
    let version = PipelineVersionId::parse(path.named("version_id")?)?;
    service.accept_default_version(&caller, pipeline, version).await?;
    Ok(Reply(Empty {}))
}
