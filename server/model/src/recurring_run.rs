use crate::{ExperimentId, Namespace, PipelineSource, RecurringRunId, RuntimeConfig, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RecurringRunMode {
    Enabled,
    Disabled,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trigger {
    /// Six fields, seconds first, as KFP's controller reads it.
    Cron {
        cron: String,
        start: Option<Timestamp>,
        end: Option<Timestamp>,
    },
    Periodic {
        interval_seconds: i64,
        start: Option<Timestamp>,
        end: Option<Timestamp>,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecurringRun {
    pub id: RecurringRunId,
    pub namespace: Namespace,
    pub experiment_id: ExperimentId,
    pub display_name: String,
    pub description: String,
    pub service_account: String,
    pub source: PipelineSource,
    pub runtime_config: RuntimeConfig,
    pub trigger: Option<Trigger>,
    pub mode: RecurringRunMode,
    pub max_concurrency: u8,
    pub no_catchup: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
