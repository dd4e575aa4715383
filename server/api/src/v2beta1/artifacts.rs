use crate::{
    extract::{Id, Known, Query, Segments},
    reply::{Answer, Reply},
};
use axum::extract::State;
use base64::{Engine, engine::general_purpose::STANDARD};
use model::{ArtifactId, Failure, Namespace, RunId, TaskId};
use service::Service;
use wire::v2beta1::{Artifact, ListArtifactsResponse, ReadArtifactResponse};

/// Of a run if one is named, else of a namespace.
pub(crate) async fn list(
    State(service): State<Service>,
    Known(caller): Known,
    query: Query,
) -> Answer<ListArtifactsResponse> {
    let listing = query.listing()?;
    let page = match (query.text("run_id")?, query.text("namespace")?) {
        ("", "") => return Err(Failure::invalid("namespace is missing: expected a namespace, or a run_id").into()),
        ("", namespace) => service.artifacts(&caller, Namespace::parse(namespace)?, listing).await?,
        (run, _) => service.artifacts_of_run(&caller, RunId::parse(run)?, listing).await?,
    };
    Ok(Reply(page.into()))
}

pub(crate) async fn get(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<ArtifactId>,
) -> Answer<Artifact> {
    Ok(Reply(service.artifact(&caller, id).await?.into()))
}

/// What a task put out, inside of a message. The node is the task's id.
pub(crate) async fn read(
    State(service): State<Service>,
    Known(caller): Known,
    path: Segments,
) -> Answer<ReadArtifactResponse> {
    let (run, node) = (RunId::parse(path.named("run_id")?)?, path.named("node_id")?);
    let name = path.named("artifact_name")?;
    let name = name.strip_suffix(":read").unwrap_or(name);
    // Whoever may not see the run learns nothing of its nodes.
    let Ok(task) = TaskId::parse(node) else {
        service.run(&caller, run).await?;
        return Err(Failure::not_found("Node", node).into());
    };
    let bytes = service.output(&caller, run, task, name).await?;
    Ok(Reply(ReadArtifactResponse { data: STANDARD.encode(bytes) }))
}
