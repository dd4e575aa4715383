use crate::{
    extract::{Body, Id, Known, Query},
    reply::{Answer, Reply},
};
use axum::extract::State;
use model::{ExperimentId, Failure, Namespace, RunId};
use service::{Of, Service};
use wire::v2beta1::{Empty, ListRunsResponse, Run, run_listing};

pub(crate) async fn create(State(service): State<Service>, Known(caller): Known, Body(run): Body<Run>) -> Answer<Run> {
    Ok(Reply(service.create_run(&caller, run.into_new()?).await?.into()))
}

pub(crate) async fn list(
    State(service): State<Service>,
    Known(caller): Known,
    query: Query,
) -> Answer<ListRunsResponse> {
    let of = of(&query, "A run")?;
    Ok(Reply(service.runs(&caller, of, query.listing_by(run_listing)?).await?.into()))
}

/// Whose runs are asked for: the experiment's if one is named, else the namespace's.
pub(super) fn of(query: &Query, what: &str) -> Result<Of, Failure> {
    match (query.text("experiment_id")?, query.text("namespace")?) {
        ("", "") => Err(Failure::invalid(format!("{what} cannot have an empty namespace in multi-user mode"))),
        ("", namespace) => Namespace::parse(namespace).map(Of::Namespace),
        (experiment, _) => ExperimentId::parse(experiment).map(Of::Experiment),
    }
}

pub(crate) async fn get(State(service): State<Service>, Known(caller): Known, Id(id): Id<RunId>) -> Answer<Run> {
    let run = service.run(&caller, id).await?;
    let tasks = service.tasks(&caller, id).await?;
    Ok(Reply(Run::with_tasks(run, tasks)))
}

pub(crate) async fn delete(State(service): State<Service>, Known(caller): Known, Id(id): Id<RunId>) -> Answer<Empty> {
    service.delete_run(&caller, id).await?;
    Ok(Reply(Empty {}))
}

pub(crate) async fn archive(State(service): State<Service>, Known(caller): Known, Id(id): Id<RunId>) -> Answer<Empty> {
    service.archive_run(&caller, id).await?;
    Ok(Reply(Empty {}))
}

pub(crate) async fn unarchive(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<RunId>,
) -> Answer<Empty> {
    service.unarchive_run(&caller, id).await?;
    Ok(Reply(Empty {}))
}

pub(crate) async fn terminate(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<RunId>,
) -> Answer<Empty> {
    service.terminate_run(&caller, id).await?;
    Ok(Reply(Empty {}))
}

/// What succeeded is kept.
pub(crate) async fn retry(State(service): State<Service>, Known(caller): Known, Id(id): Id<RunId>) -> Answer<Empty> {
    service.retry_run(&caller, id, None).await?;
    Ok(Reply(Empty {}))
}
