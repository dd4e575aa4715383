use authz::{RunGrant, runs};
use model::{Namespace, RunAddress, RunId, Timestamp};
use serde_json::{Map, Value};

/// All that an engine needs to run a pipeline. Made only from a grant to launch, so that no engine can be asked to
/// work in a namespace that nobody was let into.
#[derive(Debug, Clone)]
pub struct LaunchOrder {
    address: RunAddress,
    /// The run's display name.
    pub display_name: String,
    /// The IR, or `{"pipeline_spec", "platform_spec"}`; already compiled once by the service, so valid.
    pub spec: Value,
    /// Root parameters as the caller gave them.
    pub parameters: Map<String, Value>,
    /// `None` for the engine's own default.
    pub pipeline_root: Option<String>,
    pub service_account: String,
    pub created_at: Timestamp,
    pub scheduled_at: Timestamp,
    /// A termination was already asked for (it may have come before a restart).
    pub cancel_requested: bool,
}

impl LaunchOrder {
    /// The contents are the run's row; the address is the grant's.
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "a record with one private field")]
    pub fn new(
        grant: RunGrant<runs::Launch>,
        display_name: String,
        spec: Value,
        parameters: Map<String, Value>,
        pipeline_root: Option<String>,
        service_account: String,
        created_at: Timestamp,
        scheduled_at: Timestamp,
        cancel_requested: bool,
    ) -> Self {
        let address = grant.address().clone();
        Self {
            address,
            display_name,
            spec,
            parameters,
            pipeline_root,
            service_account,
            created_at,
            scheduled_at,
            cancel_requested,
        }
    }
    #[must_use]
    pub const fn run_id(&self) -> RunId {
        self.address.id
    }
    #[must_use]
    pub const fn namespace(&self) -> &Namespace {
        &self.address.place
    }
    #[must_use]
    pub const fn address(&self) -> &RunAddress {
        &self.address
    }
}
