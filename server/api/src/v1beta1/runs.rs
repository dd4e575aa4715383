use super::key;
use crate::{
    extract::{Body, Known, Query, Segments},
    reply::{Answer, Reply},
};
use authn::Caller;
use axum::extract::State;
use model::{ExperimentId, Failure, Namespace, RunId};
use service::{DefinitionText, Of, Service};
use wire::{
    v1beta1::{
        ListRunsResponse, Manifest, PipelineRuntime, ReportRunMetricsRequest, ReportRunMetricsResponse, ResourceType,
        Run, RunDetail, listing, outcome_of, workflow,
    },
    v2beta1::Empty,
};

pub(crate) async fn create(
    State(service): State<Service>,
    Known(caller): Known,
    Body(run): Body<Run>,
) -> Answer<RunDetail> {
    let (new, texts) = run.into_new()?;
    let run = service.create_run_of_texts(&caller, new, texts).await?;
    Ok(Reply(detail(&service, &caller, run).await?))
}

pub(crate) async fn list(
    State(service): State<Service>,
    Known(caller): Known,
    query: Query,
) -> Answer<ListRunsResponse> {
    let of = of(&query, "A run")?;
    let page = service.runs_with_metrics(&caller, of, query.listing_by(listing)?).await?;
    Ok(Reply(ListRunsResponse {
        total_size: i32::try_from(page.total_size).unwrap_or(i32::MAX),
        next_page_token: page.next_page_token.unwrap_or_default(),
        runs: page.items.into_iter().map(|(run, metrics)| Run::of(run, Manifest::Unread, metrics)).collect(),
    }))
}

/// Whose runs or jobs are asked for.
pub(super) fn of(query: &Query, what: &str) -> Result<Of, Failure> {
    match key(query, "resource_reference_key")? {
        Some((ResourceType::Namespace, namespace)) if !namespace.is_empty() => {
            Namespace::parse(&namespace).map(Of::Namespace)
        }
        Some((ResourceType::Experiment, experiment)) if !experiment.is_empty() => {
            ExperimentId::parse(&experiment).map(Of::Experiment)
        }
        Some((ResourceType::Namespace | ResourceType::Experiment, _)) | None => {
            Err(Failure::invalid(format!("{what} cannot have an empty namespace in multi-user mode")))
        }
        Some(_) => Err(Failure::invalid("resource_reference_key.type: expected NAMESPACE or EXPERIMENT")),
    }
}

pub(crate) async fn get(State(service): State<Service>, Known(caller): Known, path: Segments) -> Answer<RunDetail> {
    let run = service.run(&caller, RunId::parse(path.named("run_id")?)?).await?;
    Ok(Reply(detail(&service, &caller, run).await?))
}

async fn detail(service: &Service, caller: &Caller, run: model::Run) -> Result<RunDetail, Failure> {
    let spec = service.run_spec(caller, run.id).await?;
    let tasks = service.tasks(caller, run.id).await?;
    let metrics = service.run_metrics(caller, run.id).await?;
    let live = workflow(&run, &spec, &tasks).to_string();
    let (manifest, runtime) = match service.definition_text(&spec)? {
        DefinitionText::Workflow(text) => {
            (Manifest::Workflow(text), PipelineRuntime { workflow_manifest: live, ..PipelineRuntime::default() })
        }
        // KFP shows the workflow of a v2 definition under the other name; older clients look for it under this one.
        DefinitionText::Pipeline(text) => {
            (Manifest::Pipeline(text), PipelineRuntime { pipeline_manifest: live.clone(), workflow_manifest: live })
        }
    };
    Ok(RunDetail { run: Some(Run::of(run, manifest, metrics)), pipeline_runtime: Some(runtime) })
}

pub(crate) async fn terminate(State(service): State<Service>, Known(caller): Known, path: Segments) -> Answer<Empty> {
    service.terminate_run(&caller, RunId::parse(path.named("run_id")?)?).await?;
    Ok(Reply(Empty {}))
}

pub(crate) async fn retry(State(service): State<Service>, Known(caller): Known, path: Segments) -> Answer<Empty> {
    service.retry_run(&caller, RunId::parse(path.named("run_id")?)?, None).await?;
    Ok(Reply(Empty {}))
}

pub(crate) async fn report_metrics(
    State(service): State<Service>,
    Known(caller): Known,
    path: Segments,
    Body(request): Body<ReportRunMetricsRequest>,
) -> Answer<ReportRunMetricsResponse> {
    let id = path.named("run_id")?;
    let id = RunId::parse(id.split_once(':').map_or(id, |(id, _verb)| id))?;
    let metrics: Vec<model::RunMetric> = request.metrics.into_iter().map(model::RunMetric::from).collect();
    let outcomes = service.report_run_metrics(&caller, id, &metrics).await?;
    let results = metrics.iter().zip(&outcomes).map(|(metric, outcome)| outcome_of(metric, outcome)).collect();
    Ok(Reply(ReportRunMetricsResponse { results }))
}
