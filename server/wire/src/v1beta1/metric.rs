use crate::json::{Enum, Named, message};
use model::MetricFormat;

message! {
    RunMetric { name: String, node_id: String, number_value: Option<f64>, format: Enum<MetricFormat> }

    ReportRunMetricsRequest { run_id: String, metrics: Vec<RunMetric> }

    ReportRunMetricsResponse { results: Vec<MetricResult> }

    MetricResult { metric_name: String, metric_node_id: String, status: Enum<ReportStatus>, message: String }
}

/// What became of one reported metric; the others are not touched by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportStatus {
    Ok,
    InvalidArgument,
    DuplicateReporting,
    InternalError,
}

impl Named for ReportStatus {
    const UNSPECIFIED: &'static str = "UNSPECIFIED";
    const WORDS: &'static [(i64, &'static str, Self)] = &[
        (1, "OK", Self::Ok),
        (2, "INVALID_ARGUMENT", Self::InvalidArgument),
        (3, "DUPLICATE_REPORTING", Self::DuplicateReporting),
        (4, "INTERNAL_ERROR", Self::InternalError),
    ];
}

impl Named for MetricFormat {
    const UNSPECIFIED: &'static str = Self::Unspecified.as_str();
    const WORDS: &'static [(i64, &'static str, Self)] =
        &[(1, Self::Raw.as_str(), Self::Raw), (2, Self::Percentage.as_str(), Self::Percentage)];
}

impl From<model::RunMetric> for RunMetric {
    fn from(metric: model::RunMetric) -> Self {
        let format = Some(metric.format).filter(|format| *format != MetricFormat::Unspecified);
        let number_value = Some(metric.number_value);
        Self { name: metric.name, node_id: metric.node_id, number_value, format: Enum(format) }
    }
}

impl From<RunMetric> for model::RunMetric {
    fn from(metric: RunMetric) -> Self {
        Self {
            name: metric.name,
            node_id: metric.node_id,
            number_value: metric.number_value.unwrap_or_default(),
            format: metric.format.0.unwrap_or_default(),
        }
    }
}

/// The result for a metric: `Ok(false)` says that it was there already.
#[must_use]
pub fn outcome_of(metric: &model::RunMetric, outcome: &Result<bool, model::Failure>) -> MetricResult {
    let (status, message) = match outcome {
        Ok(true) => (ReportStatus::Ok, String::new()),
        Ok(false) => (ReportStatus::DuplicateReporting, format!("metric {:?} was reported already", metric.name)),
        Err(failure) if failure.kind == model::FailureKind::Invalid => {
            (ReportStatus::InvalidArgument, failure.message.clone())
        }
        Err(_) => (ReportStatus::InternalError, "Internal Server Error".to_owned()),
    };
    MetricResult {
        metric_name: metric.name.clone(),
        metric_node_id: metric.node_id.clone(),
        status: status.into(),
        message,
    }
}
