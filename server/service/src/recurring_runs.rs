use crate::Of;
use crate::Service;
use authn::Caller;
use model::{Failure, Listing, Page, RecurringRun};

impl Service {
    pub async fn recurring_runs(
        &self,
        caller: &Caller,
        of: Of,
        listing: Listing,
    ) -> Result<Page<RecurringRun>, Failure> {
        let _ = (caller, of, listing);
        Err(Failure::internal("not built yet"))
    }
}
