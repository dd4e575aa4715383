//! v1beta1: the same rows in the words of the first SDK. One file per noun.

mod experiment;
mod filter;
mod job;
mod metric;
mod pipeline;
mod reference;
mod run;
mod workflow;

pub use experiment::{Experiment, ListExperimentsResponse};
pub use filter::{Filter, Predicate};
pub use job::{Job, ListJobsResponse, Mode};
pub use metric::{
    MetricResult, ReportRunMetricsRequest, ReportRunMetricsResponse, ReportStatus, RunMetric, outcome_of,
};
pub use pipeline::{
    GetTemplateResponse, ListPipelineVersionsResponse, ListPipelinesResponse, Pipeline, PipelineVersion, Url,
};
pub use reference::{Relationship, ResourceKey, ResourceReference, ResourceType, key_of};
pub use run::{ListRunsResponse, Manifest, Parameter, PipelineRuntime, PipelineSpec, Run, RunDetail, RuntimeConfig};
pub use workflow::workflow;

use model::{Failure, Listing};

/// v1beta1's list parameters: its filter says `op` where v2beta1's says `operation`.
///
/// # Errors
/// `Invalid`, naming the parameter.
pub fn listing(query: crate::ListQuery<'_>) -> Result<Listing, Failure> {
    crate::listing::read::<Filter>(query)
}
