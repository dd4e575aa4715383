use crate::{
    extract::{Known, Query},
    reply::{Answer, Reply},
};
use axum::extract::State;
use service::Service;
use wire::v2beta1::ListRecurringRunsResponse;

pub(crate) async fn list(
    State(service): State<Service>,
    Known(caller): Known,
    query: Query,
) -> Answer<ListRecurringRunsResponse> {
    let of = super::runs::of(&query, "A recurring run")?;
    Ok(Reply(service.recurring_runs(&caller, of, query.listing()?).await?.into()))
}
