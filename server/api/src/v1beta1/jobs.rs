use crate::{
    extract::{Body, Id, Known, Query, Segments},
    reply::{Answer, Reply},
};
use axum::extract::State;
use model::{Failure, RecurringRun, RecurringRunId};
use service::{DefinitionText, Service};
use wire::{
    v1beta1::{Job, ListJobsResponse, Manifest, listing},
    v2beta1::Empty,
};

pub(crate) async fn create(State(service): State<Service>, Known(caller): Known, Body(job): Body<Job>) -> Answer<Job> {
    let (new, texts) = job.into_new()?;
    let made = service.create_recurring_run_of_texts(&caller, new, texts).await?;
    Ok(Reply(told(&service, &caller, made).await?))
}

/// With its definition's text, as KFP shows it: that of the version which would run now.
async fn told(service: &Service, caller: &authn::Caller, job: RecurringRun) -> Result<Job, Failure> {
    let manifest = match service.recurring_run_spec(caller, job.id).await? {
        None => Manifest::Unread,
        Some(spec) => match service.definition_text(&spec)? {
            DefinitionText::Workflow(text) => Manifest::Workflow(text),
            DefinitionText::Pipeline(text) => Manifest::Pipeline(text),
        },
    };
    Ok(Job::of(job, manifest))
}

pub(crate) async fn list(
    State(service): State<Service>,
    Known(caller): Known,
    query: Query,
) -> Answer<ListJobsResponse> {
    let of = super::runs::of(&query, "A recurring run")?;
    let page = service.recurring_runs(&caller, of, query.listing_by(listing)?).await?;
    Ok(Reply(ListJobsResponse {
        total_size: i32::try_from(page.total_size).unwrap_or(i32::MAX),
        next_page_token: page.next_page_token.unwrap_or_default(),
        jobs: page.items.into_iter().map(|job| Job::of(job, Manifest::Unread)).collect(),
    }))
}

pub(crate) async fn get(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<RecurringRunId>,
) -> Answer<Job> {
    let job = service.recurring_run(&caller, id).await?;
    Ok(Reply(told(&service, &caller, job).await?))
}

pub(crate) async fn enable(State(service): State<Service>, Known(caller): Known, path: Segments) -> Answer<Empty> {
    service.enable_recurring_run(&caller, RecurringRunId::parse(path.named("id")?)?).await?;
    Ok(Reply(Empty {}))
}

pub(crate) async fn disable(State(service): State<Service>, Known(caller): Known, path: Segments) -> Answer<Empty> {
    service.disable_recurring_run(&caller, RecurringRunId::parse(path.named("id")?)?).await?;
    Ok(Reply(Empty {}))
}
