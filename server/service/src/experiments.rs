use crate::{Change, Service, names};
use authn::Caller;
use authz::experiments;
use model::{Experiment, ExperimentId, Failure, Listing, Namespace, NewExperiment, Page};

impl Service {
    /// # Errors
    /// `Invalid` for the name or description, `Forbidden`, `Exists`.
    pub async fn create_experiment(
        &self,
        caller: &Caller,
        namespace: Namespace,
        new: NewExperiment,
    ) -> Result<Experiment, Failure> {
        names::check("display_name", &new.display_name, names::EXPERIMENT)?;
        names::check_description(&new.description)?;
        let grant = self.guard().require::<experiments::Create, _>(caller, namespace).await?;
        let id = ExperimentId::from_uuid(self.parts().chance.uuid());
        let experiment = self.store().experiments().create(&grant, id, &new, self.now()).await?;
        self.changes_of().tell(Change::list(grant.place()));
        Ok(experiment)
    }

    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn experiment(&self, caller: &Caller, id: ExperimentId) -> Result<Experiment, Failure> {
        let address = self.store().locate().experiment(id).await?;
        let grant = self.guard().require_over::<experiments::Get, _>(caller, address).await?;
        self.store().experiments().get(&grant).await
    }

    /// # Errors
    /// `Forbidden`; `Invalid` for a sort, filter or page token that does not fit.
    pub async fn experiments(
        &self,
        caller: &Caller,
        namespace: Namespace,
        listing: Listing,
    ) -> Result<Page<Experiment>, Failure> {
        let grant = self.guard().require::<experiments::List, _>(caller, namespace).await?;
        self.store().experiments().list(&grant, &listing).await
    }

    /// Archives its runs too.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn archive_experiment(&self, caller: &Caller, id: ExperimentId) -> Result<(), Failure> {
        let address = self.store().locate().experiment(id).await?;
        let grant = self.guard().require_over::<experiments::Archive, _>(caller, address).await?;
        self.store().experiments().archive(&grant, self.now()).await?;
        self.changes_of().tell(Change::list(grant.place()));
        Ok(())
    }

    /// Its runs stay archived.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn unarchive_experiment(&self, caller: &Caller, id: ExperimentId) -> Result<(), Failure> {
        let address = self.store().locate().experiment(id).await?;
        let grant = self.guard().require_over::<experiments::Unarchive, _>(caller, address).await?;
        self.store().experiments().unarchive(&grant).await?;
        self.changes_of().tell(Change::list(grant.place()));
        Ok(())
    }

    /// Its runs stay.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn delete_experiment(&self, caller: &Caller, id: ExperimentId) -> Result<(), Failure> {
        let address = self.store().locate().experiment(id).await?;
        let grant = self.guard().require_over::<experiments::Delete, _>(caller, address).await?;
        self.store().experiments().delete(&grant).await?;
        self.changes_of().tell(Change::list(grant.place()));
        Ok(())
    }
}
