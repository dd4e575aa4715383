//! Uploads: the file is a form field, everything else is in the query.

use crate::{
    extract::{Known, Query, Uploaded},
    reply::{Answer, Reply},
};
use axum::extract::State;
use model::{Failure, NewPipeline, NewPipelineVersion, PipelineId};
use service::Service;
use wire::v2beta1::{Pipeline, PipelineVersion, names};

pub(crate) async fn pipeline(
    State(service): State<Service>,
    Known(caller): Known,
    query: Query,
    Uploaded(file): Uploaded,
) -> Answer<Pipeline> {
    let (name, display_name) = named(&query, &file.file_name)?;
    let description = query.text("description")?.to_owned();
    let tags = wire::parse_tags(query.text("tags")?)?;
    let new = NewPipeline { name, display_name, description, tags };
    let (pipeline, _first_version) = service.upload_pipeline(&caller, query.scope()?, new, file).await?;
    Ok(Reply(pipeline.into()))
}

pub(crate) async fn version(
    State(service): State<Service>,
    Known(caller): Known,
    query: Query,
    Uploaded(file): Uploaded,
) -> Answer<PipelineVersion> {
    let pipeline: PipelineId = match query.text("pipelineid")? {
        "" => return Err(Failure::invalid("query parameter pipelineid is missing: expected a pipeline's id").into()),
        id => id.parse()?,
    };
    let (name, display_name) = named(&query, &file.file_name)?;
    let new = NewPipelineVersion {
        name,
        display_name,
        description: query.text("description")?.to_owned(),
        code_source_url: query.text("code_source_url")?.to_owned(),
        package_url: String::new(),
        tags: wire::parse_tags(query.text("tags")?)?,
    };
    Ok(Reply(service.upload_pipeline_version(&caller, pipeline, new, file).await?.into()))
}

/// The names of the query; without any, the file's with its extension.
fn named(query: &Query, file_name: &str) -> Result<(String, String), Failure> {
    let (name, display_name) = names(query.text("name")?.to_owned(), query.text("display_name")?.to_owned());
    if name.is_empty() { Ok((file_name.to_owned(), file_name.to_owned())) } else { Ok((name, display_name)) }
}
