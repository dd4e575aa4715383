use super::key;
use crate::{
    extract::{Body, Id, Known, Query},
    reply::{Answer, Reply},
};
use axum::extract::State;
use model::{ExperimentId, Failure, Namespace};
use service::Service;
use wire::v1beta1::{Experiment, ListExperimentsResponse, ResourceType, listing};

pub(crate) async fn create(
    State(service): State<Service>,
    Known(caller): Known,
    Body(experiment): Body<Experiment>,
) -> Answer<Experiment> {
    let (namespace, new) = experiment.into_new()?;
    Ok(Reply(service.create_experiment(&caller, namespace, new).await?.into()))
}

pub(crate) async fn list(
    State(service): State<Service>,
    Known(caller): Known,
    query: Query,
) -> Answer<ListExperimentsResponse> {
    let namespace = match key(&query, "resource_reference_key")? {
        Some((ResourceType::Namespace, namespace)) if !namespace.is_empty() => Namespace::parse(&namespace)?,
        Some((ResourceType::Namespace, _)) | None => {
            return Err(Failure::invalid("An experiment cannot have an empty namespace in multi-user mode").into());
        }
        Some(_) => return Err(Failure::invalid("resource_reference_key.type: expected NAMESPACE").into()),
    };
    Ok(Reply(service.experiments(&caller, namespace, query.listing_by(listing)?).await?.into()))
}

pub(crate) async fn get(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<ExperimentId>,
) -> Answer<Experiment> {
    Ok(Reply(service.experiment(&caller, id).await?.into()))
}
