use authz::{RunGrant, runs};
use model::{Launching, Namespace, RunAddress, RunId};
use std::sync::Arc;

/// All that an engine needs to run a pipeline. Made only from a grant to launch, so that no engine can be asked to
/// work in a namespace that nobody was let into.
#[derive(Debug, Clone)]
pub struct LaunchOrder {
    /// Shared by the copies of one order.
    grant: Arc<RunGrant<runs::Launch>>,
    /// What the store keeps of the run.
    pub run: Launching,
}

impl LaunchOrder {
    /// The address is the grant's.
    #[must_use]
    pub fn new(grant: RunGrant<runs::Launch>, run: Launching) -> Self {
        Self { grant: Arc::new(grant), run }
    }
    #[must_use]
    pub fn run_id(&self) -> RunId {
        self.grant.id()
    }
    #[must_use]
    pub fn namespace(&self) -> &Namespace {
        self.grant.place()
    }
    #[must_use]
    pub fn address(&self) -> &RunAddress {
        self.grant.address()
    }
    /// The proof that it was made from.
    pub fn grant(&self) -> &RunGrant<runs::Launch> {
        &self.grant
    }
}
