use crate::{
    extract::{Body, Id, Known, Query},
    reply::{Answer, Reply},
};
use axum::extract::State;
use model::RecurringRunId;
use service::Service;
use wire::v2beta1::{Empty, ListRecurringRunsResponse, RecurringRun};

pub(crate) async fn create(
    State(service): State<Service>,
    Known(caller): Known,
    Body(job): Body<RecurringRun>,
) -> Answer<RecurringRun> {
    Ok(Reply(service.create_recurring_run(&caller, job.into_new()?).await?.into()))
}

pub(crate) async fn list(
    State(service): State<Service>,
    Known(caller): Known,
    query: Query,
) -> Answer<ListRecurringRunsResponse> {
    let of = super::runs::of(&query, "A recurring run")?;
    Ok(Reply(service.recurring_runs(&caller, of, query.listing()?).await?.into()))
}

pub(crate) async fn get(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<RecurringRunId>,
) -> Answer<RecurringRun> {
    Ok(Reply(service.recurring_run(&caller, id).await?.into()))
}

pub(crate) async fn delete(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<RecurringRunId>,
) -> Answer<Empty> {
    service.delete_recurring_run(&caller, id).await?;
    Ok(Reply(Empty {}))
}

pub(crate) async fn enable(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<RecurringRunId>,
) -> Answer<Empty> {
    service.enable_recurring_run(&caller, id).await?;
    Ok(Reply(Empty {}))
}

pub(crate) async fn disable(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<RecurringRunId>,
) -> Answer<Empty> {
    service.disable_recurring_run(&caller, id).await?;
    Ok(Reply(Empty {}))
}
