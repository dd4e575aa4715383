use super::{PipelineTaskDetail, PipelineVersionReference, RuntimeConfig, Status, source};
use crate::json::{Enum, Int64, Moment, Object, message};
use model::{Comparison, ExperimentId, Failure, NewRun, Page, Predicate, PredicateValue, RunState, StorageState, Task};

message! {
    Run {
        experiment_id: String,
        run_id: String,
        display_name: String,
        storage_state: Enum<StorageState>,
        description: String,
        /// An old spelling of `pipeline_version_reference`; never written.
        pipeline_version_id: String,
        pipeline_spec: Option<Object>,
        pipeline_version_reference: Option<PipelineVersionReference>,
        runtime_config: Option<RuntimeConfig>,
        service_account: String,
        created_at: Moment,
        scheduled_at: Moment,
        /// 1970 while it is not finished.
        finished_at: Moment,
        state: Enum<RunState>,
        error: Option<Status>,
        /// Absent until it has tasks, and in lists.
        run_details: Option<RunDetails>,
        recurring_run_id: String,
        state_history: Vec<RuntimeStatus>,
    }

    RunDetails {
        pipeline_context_id: Int64,
        pipeline_run_context_id: Int64,
        task_details: Vec<PipelineTaskDetail>,
    }

    RuntimeStatus { update_time: Moment, state: Enum<RunState>, error: Option<Status> }

    ListRunsResponse { runs: Vec<Run>, total_size: i32, next_page_token: String }
}

/// A terminated run has FAILED, as in KFP, whose engine knows no canceled end: both generations of the client wait for
/// SUCCEEDED, FAILED, SKIPPED or ERROR, and would wait for ever for a run that says CANCELED. Its error tells the truth.
const fn shown(state: RunState) -> RunState {
    match state {
        RunState::Canceled => RunState::Failed,
        other => other,
    }
}

fn explained(state: RunState, error: Option<String>) -> Option<Status> {
    match (state, error) {
        (RunState::Canceled, error) => {
            let message = error.unwrap_or_else(|| "The run was terminated".to_owned());
            Some(Status { code: CANCELLED, ..Status::from(message) })
        }
        (_, error) => error.map(Status::from),
    }
}

/// gRPC's word for what was stopped on purpose.
const CANCELLED: i32 = 1;

/// A list of runs is asked for in the states that are shown: FAILED means the terminated ones too. CANCELED still finds
/// those alone.
///
/// # Errors
/// `Invalid`, naming the parameter.
pub fn run_listing(query: crate::ListQuery<'_>) -> Result<model::Listing, Failure> {
    let mut listing = crate::listing(query)?;
    for predicate in listing.filter.predicates.iter_mut().filter(|predicate| predicate.key == "state") {
        show_in(predicate);
    }
    if let Some(at) = listing.filter.predicates.iter().position(is_not_failed) {
        let value = PredicateValue::Text(RunState::Canceled.as_str().to_owned());
        let also = Predicate { value, ..listing.filter.predicates[at].clone() };
        listing.filter.predicates.insert(at + 1, also);
    }
    Ok(listing)
}

fn show_in(predicate: &mut Predicate) {
    let failed = RunState::Failed.as_str();
    match (predicate.comparison, &mut predicate.value) {
        (Comparison::Equals, PredicateValue::Text(state)) if state == failed => {
            predicate.comparison = Comparison::In;
            let both = [RunState::Failed, RunState::Canceled].map(|state| state.as_str().to_owned());
            predicate.value = PredicateValue::Texts(both.into());
        }
        (Comparison::In, PredicateValue::Texts(states)) if states.iter().any(|state| state == failed) => {
            states.push(RunState::Canceled.as_str().to_owned());
        }
        _ => {}
    }
}

fn is_not_failed(predicate: &Predicate) -> bool {
    predicate.key == "state"
        && predicate.comparison == Comparison::NotEquals
        && predicate.value == PredicateValue::Text(RunState::Failed.as_str().to_owned())
}

impl From<model::Run> for Run {
    fn from(run: model::Run) -> Self {
        let (pipeline_spec, pipeline_version_reference) = source::written(run.source);
        Self {
            experiment_id: run.experiment_id.to_string(),
            run_id: run.id.to_string(),
            display_name: run.display_name,
            storage_state: run.storage_state.into(),
            description: run.description,
            pipeline_version_id: String::new(),
            pipeline_spec,
            pipeline_version_reference,
            runtime_config: source::written_config(run.runtime_config),
            service_account: run.service_account,
            created_at: run.created_at.into(),
            scheduled_at: run.scheduled_at.into(),
            finished_at: Moment::or_zero(run.finished_at),
            state: shown(run.state).into(),
            error: explained(run.state, run.error),
            run_details: None,
            recurring_run_id: run.recurring_run_id.map(|id| id.to_string()).unwrap_or_default(),
            state_history: run.state_history.into_iter().map(RuntimeStatus::from).collect(),
        }
    }
}

impl From<model::StateChange> for RuntimeStatus {
    fn from(change: model::StateChange) -> Self {
        Self {
            update_time: change.at.into(),
            state: shown(change.state).into(),
            error: explained(change.state, change.error),
        }
    }
}

impl Run {
    #[must_use]
    pub fn with_tasks(run: model::Run, tasks: Vec<Task>) -> Self {
        let task_details = super::task::details(&run, tasks);
        let details = RunDetails { task_details, ..RunDetails::default() };
        Self { run_details: (!details.task_details.is_empty()).then_some(details), ..Self::from(run) }
    }

    /// The body of a create. An empty `experiment_id` is left for the service to judge.
    ///
    /// # Errors
    /// `Invalid` when the source is missing or given twice, `NotFound` for an id that can be no id.
    pub fn into_new(self) -> Result<NewRun, Failure> {
        let experiment_id = match self.experiment_id.as_str() {
            "" => None,
            id => Some(ExperimentId::parse(id)?),
        };
        Ok(NewRun {
            experiment_id,
            namespace: None,
            display_name: self.display_name,
            description: self.description,
            service_account: self.service_account,
            source: source::read(self.pipeline_spec, self.pipeline_version_reference, self.pipeline_version_id)?,
            runtime_config: self.runtime_config.unwrap_or_default().into(),
        })
    }
}

impl From<Page<model::Run>> for ListRunsResponse {
    fn from(page: Page<model::Run>) -> Self {
        let (runs, total_size, next_page_token) = source::page(page);
        Self { runs, total_size, next_page_token }
    }
}
