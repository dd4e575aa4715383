//! Uploads: the file is a form field, everything else is in the query. Without a name there, the file's serves.

use crate::{
    extract::{Known, Query, Uploaded},
    reply::{Answer, Reply},
};
use axum::extract::State;
use model::{NewPipeline, NewPipelineVersion};
use service::Service;
use wire::v2beta1::{Pipeline, PipelineVersion};

pub(crate) async fn pipeline(
    State(service): State<Service>,
    Known(caller): Known,
    query: Query,
    Uploaded(file): Uploaded,
) -> Answer<Pipeline> {
    let new = NewPipeline {
        name: query.text("name")?.to_owned(),
        display_name: query.text("display_name")?.to_owned(),
        description: query.text("description")?.to_owned(),
        tags: wire::parse_tags(query.text("tags")?)?,
    };
    let first = NewPipelineVersion {
        code_source_url: query.text("code_source_url")?.to_owned(),
        ..NewPipelineVersion::default()
    };
    let (pipeline, _first) = service.upload_pipeline_as(&caller, query.scope()?, new, first, file).await?;
    Ok(Reply(pipeline.into()))
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
        display_name: query.text("display_name")?.to_owned(),
        description: query.text("description")?.to_owned(),
        code_source_url: query.text("code_source_url")?.to_owned(),
        package_url: String::new(),
        tags: wire::parse_tags(query.text("tags")?)?,
    };
    Ok(Reply(service.upload_pipeline_version(&caller, pipeline, new, file).await?.into()))
}
