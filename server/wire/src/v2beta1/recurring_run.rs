use super::{PipelineVersionReference, RuntimeConfig, Status, source};
use crate::json::{Enum, Int64, Moment, Named, Object, message};
use model::{ExperimentId, Failure, Namespace, NewRecurringRun, Page, RecurringRunMode};

message! {
    RecurringRun {
        recurring_run_id: String,
        display_name: String,
        description: String,
        pipeline_version_id: String,
        pipeline_spec: Option<Object>,
        pipeline_version_reference: Option<PipelineVersionReference>,
        runtime_config: Option<RuntimeConfig>,
        service_account: String,
        max_concurrency: Int64,
        /// `{}` when it has none.
        trigger: Option<Trigger>,
        mode: Enum<Mode>,
        created_at: Moment,
        updated_at: Moment,
        status: Enum<RecurringRunStatus>,
        error: Option<Status>,
        no_catchup: bool,
        namespace: String,
        experiment_id: String,
    }

    Trigger { cron_schedule: Option<CronSchedule>, periodic_schedule: Option<PeriodicSchedule> }

    /// Six fields, seconds first; or five. `CRON_TZ=Europe/Berlin ` before them names a time zone.
    CronSchedule { start_time: Moment, end_time: Moment, cron: String }

    PeriodicSchedule { start_time: Moment, end_time: Moment, interval_second: Int64 }

    ListRecurringRunsResponse {
        /// The one name that KFP writes in camel case.
        recurring_runs as "recurringRuns": Vec<RecurringRun>,
        total_size: i32,
        next_page_token: String,
    }
}

/// What the caller wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode(pub RecurringRunMode);

impl Named for Mode {
    const UNSPECIFIED: &'static str = "MODE_UNSPECIFIED";
    const WORDS: &'static [(i64, &'static str, Self)] =
        &[(1, "ENABLE", Self(RecurringRunMode::Enabled)), (2, "DISABLE", Self(RecurringRunMode::Disabled))];
}

/// What is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecurringRunStatus(pub RecurringRunMode);

impl Named for RecurringRunStatus {
    const UNSPECIFIED: &'static str = "STATUS_UNSPECIFIED";
    const WORDS: &'static [(i64, &'static str, Self)] =
        &[(1, "ENABLED", Self(RecurringRunMode::Enabled)), (2, "DISABLED", Self(RecurringRunMode::Disabled))];
}

impl From<model::Trigger> for Trigger {
    fn from(trigger: model::Trigger) -> Self {
        match trigger {
            model::Trigger::Cron { cron, start, end } => Self {
                cron_schedule: Some(CronSchedule { start_time: Moment(start), end_time: Moment(end), cron }),
                periodic_schedule: None,
            },
            model::Trigger::Periodic { interval_seconds, start, end } => Self {
                cron_schedule: None,
                periodic_schedule: Some(PeriodicSchedule {
                    start_time: Moment(start),
                    end_time: Moment(end),
                    interval_second: Int64(interval_seconds),
                }),
            },
        }
    }
}

impl From<model::RecurringRun> for RecurringRun {
    fn from(job: model::RecurringRun) -> Self {
        let (pipeline_spec, pipeline_version_reference) = source::written(job.source);
        Self {
            recurring_run_id: job.id.to_string(),
            display_name: job.display_name,
            description: job.description,
            pipeline_version_id: String::new(),
            pipeline_spec,
            pipeline_version_reference,
            runtime_config: source::written_config(job.runtime_config),
            service_account: job.service_account,
            max_concurrency: Int64(job.max_concurrency.into()),
            trigger: Some(job.trigger.map(Trigger::from).unwrap_or_default()),
            mode: Mode(job.mode).into(),
            created_at: job.created_at.into(),
            updated_at: job.updated_at.into(),
            status: RecurringRunStatus(job.mode).into(),
            error: job.stopped.map(Status::from),
            no_catchup: job.no_catchup,
            namespace: job.namespace.into(),
            experiment_id: job.experiment_id.to_string(),
        }
    }
}

impl From<Trigger> for Option<model::Trigger> {
    /// If both are there, cron wins, as in KFP.
    fn from(trigger: Trigger) -> Self {
        match (trigger.cron_schedule, trigger.periodic_schedule) {
            (Some(CronSchedule { start_time, end_time, cron }), _) => {
                Some(model::Trigger::Cron { cron, start: start_time.0, end: end_time.0 })
            }
            (None, Some(PeriodicSchedule { start_time, end_time, interval_second })) => {
                let interval_seconds = interval_second.0;
                Some(model::Trigger::Periodic { interval_seconds, start: start_time.0, end: end_time.0 })
            }
            (None, None) => None,
        }
    }
}

impl RecurringRun {
    /// The body of a create. An empty `experiment_id` is left for the service to judge; no mode means disabled, as in KFP.
    ///
    /// # Errors
    /// `Invalid` when the source is missing or given twice, `NotFound` for an id that can be no id.
    pub fn into_new(self) -> Result<NewRecurringRun, Failure> {
        let experiment_id = match self.experiment_id.as_str() {
            "" => None,
            id => Some(ExperimentId::parse(id)?),
        };
        let namespace = match self.namespace.as_str() {
            "" => None,
            namespace => Some(Namespace::parse(namespace)?),
        };
        Ok(NewRecurringRun {
            experiment_id,
            namespace,
            display_name: self.display_name,
            description: self.description,
            service_account: self.service_account,
            source: source::read(self.pipeline_spec, self.pipeline_version_reference, self.pipeline_version_id)?,
            pin_latest: false,
            runtime_config: self.runtime_config.unwrap_or_default().into(),
            trigger: self.trigger.and_then(Option::from),
            mode: self.mode.0.map_or(RecurringRunMode::Disabled, |mode| mode.0),
            max_concurrency: self.max_concurrency.0,
            no_catchup: self.no_catchup,
        })
    }
}

impl From<Page<model::RecurringRun>> for ListRecurringRunsResponse {
    fn from(page: Page<model::RecurringRun>) -> Self {
        let (recurring_runs, total_size, next_page_token) = source::page(page);
        Self { recurring_runs, total_size, next_page_token }
    }
}
