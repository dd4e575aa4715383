pub(crate) mod artifacts;
pub(crate) mod experiments;
pub(crate) mod pipeline_uploads;
pub(crate) mod pipeline_versions;
pub(crate) mod pipelines;
pub(crate) mod recurring_runs;
pub(crate) mod runs;
pub(crate) mod tasks;
