use super::reference::{Relationship, ResourceReference, ResourceType, id_of};
use crate::json::{Enum, Moment, Named, message};
use model::{Failure, Namespace, NewExperiment, Page, StorageState};

message! {
    Experiment {
        id: String,
        name: String,
        description: String,
        created_at: Moment,
        resource_references: Vec<ResourceReference>,
        storage_state: Enum<State>,
    }

    ListExperimentsResponse { experiments: Vec<Experiment>, total_size: i32, next_page_token: String }
}

/// [`StorageState`] in an experiment's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State(StorageState);

impl Named for State {
    const UNSPECIFIED: &'static str = "STORAGESTATE_UNSPECIFIED";
    const WORDS: &'static [(i64, &'static str, Self)] = &[
        (1, "STORAGESTATE_AVAILABLE", Self(StorageState::Available)),
        (2, "STORAGESTATE_ARCHIVED", Self(StorageState::Archived)),
    ];
}

impl From<model::Experiment> for Experiment {
    fn from(experiment: model::Experiment) -> Self {
        let owner = ResourceReference::new(ResourceType::Namespace, &experiment.namespace, Relationship::Owner);
        Self {
            id: experiment.id.to_string(),
            name: experiment.display_name,
            description: experiment.description,
            created_at: experiment.created_at.into(),
            resource_references: vec![owner],
            storage_state: State(experiment.storage_state).into(),
        }
    }
}

impl Experiment {
    /// The body of a create.
    ///
    /// # Errors
    /// `Invalid` without a reference to a namespace, or for a malformed one.
    pub fn into_new(self) -> Result<(Namespace, NewExperiment), Failure> {
        let namespace = id_of(&self.resource_references, ResourceType::Namespace).ok_or_else(|| {
            Failure::invalid("An experiment cannot have an empty namespace in multi-user mode: expected a resource reference of type NAMESPACE")
        })?;
        let namespace = Namespace::parse(namespace)?;
        Ok((namespace, NewExperiment { display_name: self.name, description: self.description }))
    }
}

impl From<Page<model::Experiment>> for ListExperimentsResponse {
    fn from(page: Page<model::Experiment>) -> Self {
        let (experiments, total_size, next_page_token) = crate::v2beta1::page(page);
        Self { experiments, total_size, next_page_token }
    }
}
