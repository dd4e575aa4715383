use crate::{
    extract::{Body, Id, Known, Query},
    reply::{Answer, Reply},
};
use axum::extract::State;
use model::{ExperimentId, Failure, Namespace};
use service::Service;
use wire::v2beta1::{Empty, Experiment, ListExperimentsResponse};

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
    let namespace = match query.text("namespace")? {
        "" => return Err(Failure::invalid("An experiment cannot have an empty namespace in multi-user mode").into()),
        namespace => Namespace::parse(namespace)?,
    };
    Ok(Reply(service.experiments(&caller, namespace, query.listing()?).await?.into()))
}

pub(crate) async fn get(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<ExperimentId>,
) -> Answer<Experiment> {
    Ok(Reply(service.experiment(&caller, id).await?.into()))
}

pub(crate) async fn delete(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<ExperimentId>,
) -> Answer<Empty> {
    service.delete_experiment(&caller, id).await?;
    Ok(Reply(Empty {}))
}

pub(crate) async fn archive(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<ExperimentId>,
) -> Answer<Empty> {
    service.archive_experiment(&caller, id).await?;
    Ok(Reply(Empty {}))
}

pub(crate) async fn unarchive(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<ExperimentId>,
) -> Answer<Empty> {
    service.unarchive_experiment(&caller, id).await?;
    Ok(Reply(Empty {}))
}
