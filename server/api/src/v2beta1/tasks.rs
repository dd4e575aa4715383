use crate::{
    extract::{Id, Known, Query},
    reply::{Answer, Reply},
};
use axum::extract::State;
use model::{Failure, RunId, TaskId};
use service::{Service, TasksOf};
use wire::v2beta1::{ListTasksResponse, PipelineTask};

pub(crate) async fn list(
    State(service): State<Service>,
    Known(caller): Known,
    query: Query,
) -> Answer<ListTasksResponse> {
    let of = match (query.text("run_id")?, query.text("parent_id")?) {
        ("", "") => return Err(Failure::invalid("run_id is missing: expected a run_id, or a task's parent_id").into()),
        ("", parent) => TasksOf::Parent(TaskId::parse(parent)?),
        (run, _) => TasksOf::Run(RunId::parse(run)?),
    };
    let (run, page) = service.tasks_page(&caller, of, query.listing()?).await?;
    Ok(Reply(ListTasksResponse::of(&run, page)))
}

pub(crate) async fn get(
    State(service): State<Service>,
    Known(caller): Known,
    Id(id): Id<TaskId>,
) -> Answer<PipelineTask> {
    let (run, task) = service.task(&caller, id).await?;
    Ok(Reply(PipelineTask::of(&run, task)))
}
