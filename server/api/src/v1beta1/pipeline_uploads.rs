//! Uploads: the file is a form field, everything else is in the query. Without a name there, the file's serves.

use crate::{
    extract::{Known, Query, Uploaded},
    reply::{Answer, Reply},
};
use axum::extract::State;
use model::{NewPipeline, NewPipelineVersion};
use service::Service;
use wire::v1beta1::{Pipeline, PipelineVersion};

pub(crate) async fn pipeline(
    State(service): State<Service>,
    Known(caller): Known,
    query: Query,
    Uploaded(file): Uploaded,
) -> Answer<Pipeline> {
    let new = NewPipeline {
        name: query.text("name")?.to_owned(),
        description: query.text("description")?.to_owned(),
        ..NewPipeline::default()
    };
    let (pipeline, first) = service.upload_pipeline(&caller, query.scope()?, new, file).await?;
    Ok(Reply(Pipeline::of(pipeline, Some(first))))
}

pub(crate) async fn version(
    State(service): State<Service>,
    Known(caller): Known,
    query: Query,
    Uploaded(file): Uploaded,
) -> Answer<PipelineVersion> {
    let pipeline = query.pipeline_of_version()?;
    let new = NewPipelineVersion {
        name: query.text("name")?.to_owned(),
        description: query.text("description")?.to_owned(),
        ..NewPipelineVersion::default()
    };
    Ok(Reply(service.upload_pipeline_version(&caller, pipeline, new, file).await?.into()))
}
