use crate::{Of, Service};
use authn::Caller;
use authz::recurring_runs;
use model::{Failure, Listing, Page, RecurringRun};

impl Service {
    /// # Errors
    /// `Forbidden`, `NotFound` for the experiment; `Invalid` for a sort, filter or page token that does not fit.
    pub async fn recurring_runs(
        &self,
        caller: &Caller,
        of: Of,
        listing: Listing,
    ) -> Result<Page<RecurringRun>, Failure> {
        match of {
            Of::Namespace(namespace) => {
                let grant = self.guard().require::<recurring_runs::List, _>(caller, namespace).await?;
                self.store().recurring_runs().list(&grant, &listing).await
            }
            Of::Experiment(id) => {
                let address = self.store().locate().experiment(id).await?;
                let grant = self.guard().require_where::<recurring_runs::List, _>(caller, address).await?;
                self.store().recurring_runs().list_of_experiment(&grant, id, &listing).await
            }
        }
    }
}
