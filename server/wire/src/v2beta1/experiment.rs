use crate::json::{Enum, Moment, message};
use model::{Failure, Namespace, NewExperiment, Page, StorageState};

message! {
    Experiment {
        experiment_id: String,
        display_name: String,
        description: String,
        created_at: Moment,
        namespace: String,
        storage_state: Enum<StorageState>,
        /// 1970 until it has a run.
        last_run_created_at: Moment,
    }

    ListExperimentsResponse { experiments: Vec<Experiment>, total_size: i32, next_page_token: String }
}

impl From<model::Experiment> for Experiment {
    fn from(experiment: model::Experiment) -> Self {
        Self {
            experiment_id: experiment.id.to_string(),
            display_name: experiment.display_name,
            description: experiment.description,
            created_at: experiment.created_at.into(),
            namespace: experiment.namespace.into(),
            storage_state: experiment.storage_state.into(),
            last_run_created_at: Moment::or_zero(experiment.last_run_created_at),
        }
    }
}

impl Experiment {
    /// The body of a create: only names and description are the caller's to say.
    ///
    /// # Errors
    /// `Invalid` for a missing or malformed namespace.
    pub fn into_new(self) -> Result<(Namespace, NewExperiment), Failure> {
        if self.namespace.is_empty() {
            return Err(Failure::invalid("An experiment cannot have an empty namespace in multi-user mode"));
        }
        let namespace = Namespace::parse(&self.namespace)?;
        Ok((namespace, NewExperiment { display_name: self.display_name, description: self.description }))
    }
}

impl From<Page<model::Experiment>> for ListExperimentsResponse {
    fn from(page: Page<model::Experiment>) -> Self {
        let (experiments, total_size, next_page_token) = super::source::page(page);
        Self { experiments, total_size, next_page_token }
    }
}
