use authz::{Policy, Question, System};
use model::{Failure, Membership};
use std::sync::Arc;

/// Lets nobody in.
struct Nobody;

#[async_trait::async_trait]
impl Policy for Nobody {
    async fn allows(&self, _: &Question<'_>) -> Result<bool, Failure> {
        Ok(false)
    }
    async fn memberships(&self, _: &authn::Caller) -> Result<Vec<Membership>, Failure> {
        Ok(Vec::new())
    }
}

/// The system's own hands, for a test of what lies below the guard.
pub fn system() -> System {
    #[expect(clippy::disallowed_methods, reason = "a test makes its own grants")]
    let (_, system, _) = authz::open(Arc::new(Nobody));
    system
}
