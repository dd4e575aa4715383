use crate::{
    ExperimentId, Namespace, NewRunSource, PipelineSource, RecurringRunId, RunId, RuntimeConfig, Timestamp, UserName,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RecurringRunMode {
    Enabled,
    Disabled,
}

/// When a recurring run starts runs. Read by [`crate::Schedule`], which holds the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trigger {
    /// As KFP's controller reads it: six fields, seconds first; or five, minutes first; or a descriptor such as
    /// `@daily`. `CRON_TZ=Europe/Berlin ` before it names its time zone.
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
    /// Empty for "the platform's, whatever it is when a run starts".
    pub service_account: String,
    pub source: PipelineSource,
    pub runtime_config: RuntimeConfig,
    pub trigger: Option<Trigger>,
    pub mode: RecurringRunMode,
    pub max_concurrency: u8,
    pub no_catchup: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// What the names of its runs begin with, as KFP's controller gives it.
    pub resource_name: String,
    /// Whose rights its runs are started with: whoever last made, changed or enabled it.
    pub acts_as: UserName,
    /// How many slots were decided, and so the index of the newest run. From 1 on.
    pub fired: u64,
    /// The slot that was decided last.
    pub last_at: Option<Timestamp>,
    /// The next slot; `None` while it is disabled, and after its end.
    pub next_at: Option<Timestamp>,
    /// Why the scheduler, and no person, disabled it.
    pub stopped: Option<String>,
}

/// What a caller may say about a recurring run to be, or to be changed; anything output-only has no place here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewRecurringRun {
    /// Required in multi-user mode; checked by the service, whose error text KFP's clients assert on.
    pub experiment_id: Option<ExperimentId>,
    /// If given it must be the experiment's.
    pub namespace: Option<Namespace>,
    pub display_name: String,
    pub description: String,
    pub service_account: String,
    /// [`NewRunSource::Latest`] is looked up anew for each run, unless `pin_latest` says once and for all.
    pub source: NewRunSource,
    /// v1beta1's meaning of a bare pipeline id.
    pub pin_latest: bool,
    pub runtime_config: RuntimeConfig,
    pub trigger: Option<Trigger>,
    pub mode: RecurringRunMode,
    /// Not yet checked: KFP allows 1 to 10.
    pub max_concurrency: i64,
    pub no_catchup: bool,
}

impl RecurringRun {
    /// The name of its run number `index`: KFP's `<resource name>-<index>-<32 bit FNV-1a of that>`.
    #[must_use]
    pub fn run_name(&self, index: u64) -> String {
        let id = format!("{}-{index}", self.resource_name);
        let hash = id.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        format!("{id}-{hash}")
    }

    /// The id of its run number `index`: the same whoever computes it, so that a slot can have one run only.
    #[must_use]
    pub fn run_id(&self, index: u64) -> RunId {
        RunId::from_uuid(uuid::Uuid::new_v5(&self.id.uuid(), index.to_string().as_bytes()))
    }
}

/// The letters that Kubernetes makes names unique with.
const SUFFIX_LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// `My Job!` becomes `myjob` and five letters of chance, as KFP's API server has Kubernetes name it.
#[must_use]
pub fn resource_name(display_name: &str, chance: &dyn crate::Chance) -> String {
    let mut name: String = display_name
        .to_lowercase()
        .chars()
        .filter(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || *letter == '-')
        .take(25)
        .collect();
    if name.is_empty() {
        name.push_str("job-");
    }
    let mut bytes = [0; 5];
    chance.fill(&mut bytes);
    name.extend(bytes.map(|byte| char::from(SUFFIX_LETTERS[usize::from(byte) % SUFFIX_LETTERS.len()])));
    name
}

/// What became of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FiringOutcome {
    /// It has its run.
    Started,
    /// It passed while nothing could start, and is not caught up on.
    Skipped,
    /// Its run could not be made.
    Failed,
    /// Its run could not be made, and no other will be until a person enables it again.
    Stopped,
}

impl FiringOutcome {
    pub const ALL: [Self; 4] = [Self::Started, Self::Skipped, Self::Failed, Self::Stopped];

    /// As our tables write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "STARTED",
            Self::Skipped => "SKIPPED",
            Self::Failed => "FAILED",
            Self::Stopped => "STOPPED",
        }
    }
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// One decision of the scheduler, for the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Firing {
    /// The slot; for [`FiringOutcome::Skipped`] the first of those that passed.
    pub scheduled_at: Timestamp,
    pub decided_at: Timestamp,
    pub outcome: FiringOutcome,
    /// How many slots the decision is about.
    pub slots: u32,
    pub reason: Option<String>,
    /// Only when it was started, and gone when the run was deleted.
    pub run_id: Option<RunId>,
}

impl Firing {
    /// A run that came this much after its slot was late: longer than a scheduler at work needs.
    const LATE_MILLIS: i64 = 10_000;

    #[must_use]
    pub const fn is_late(&self) -> bool {
        self.decided_at.millis() - self.scheduled_at.millis() > Self::LATE_MILLIS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;
    impl crate::Chance for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.iter_mut().zip(0..).for_each(|(byte, number)| *byte = number);
        }
    }

    #[test]
    fn names_are_made_as_kfp_makes_them() {
        assert_eq!(resource_name("My Job!", &Counting), "myjobbcdfg");
        assert_eq!(resource_name("§§", &Counting), "job-bcdfg");
        assert_eq!(resource_name(&"Long name ".repeat(9), &Counting), "longnamelongnamelongnamelbcdfg");
    }
}
