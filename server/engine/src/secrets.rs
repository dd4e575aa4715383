use crate::LaunchOrder;
use model::{Failure, SecretData};

/// Where an engine on this machine gets the secrets of a run's namespace, for a step that names one. The order is the
/// proof: it is made only from a grant to launch, and opens its own namespace's secrets and no other's.
///
/// Values go into the step's environment or files and nowhere else: not into an order that is kept, a log, or a report.
#[async_trait::async_trait]
pub trait Secrets: Send + Sync {
    /// The entries of the secret; empty when the namespace has none of this name.
    ///
    /// # Errors
    /// `Unavailable` when they cannot be read now.
    async fn read(&self, order: &LaunchOrder, name: &str) -> Result<SecretData, Failure>;
}

/// For an engine that has none to give.
pub struct NoSecrets;

#[async_trait::async_trait]
impl Secrets for NoSecrets {
    async fn read(&self, _: &LaunchOrder, _: &str) -> Result<SecretData, Failure> {
        Ok(SecretData::new())
    }
}
