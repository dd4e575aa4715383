use crate::Service;
use authn::Caller;
use model::{Experiment, ExperimentId, Failure, Listing, Namespace, NewExperiment, Page};

impl Service {
    pub async fn create_experiment(
        &self,
        caller: &Caller,
        namespace: Namespace,
        new: NewExperiment,
    ) -> Result<Experiment, Failure> {
        let _ = (caller, namespace, new);
        Err(Failure::internal("not built yet"))
    }
    pub async fn experiment(&self, caller: &Caller, id: ExperimentId) -> Result<Experiment, Failure> {
        let _ = (caller, id);
        Err(Failure::internal("not built yet"))
    }
    pub async fn experiments(
        &self,
        caller: &Caller,
        namespace: Namespace,
        listing: Listing,
    ) -> Result<Page<Experiment>, Failure> {
        let _ = (caller, namespace, listing);
        Err(Failure::internal("not built yet"))
    }
    pub async fn archive_experiment(&self, caller: &Caller, id: ExperimentId) -> Result<(), Failure> {
        let _ = (caller, id);
        Err(Failure::internal("not built yet"))
    }
    pub async fn unarchive_experiment(&self, caller: &Caller, id: ExperimentId) -> Result<(), Failure> {
        let _ = (caller, id);
        Err(Failure::internal("not built yet"))
    }
    pub async fn delete_experiment(&self, caller: &Caller, id: ExperimentId) -> Result<(), Failure> {
        let _ = (caller, id);
        Err(Failure::internal("not built yet"))
    }
}
