use crate::Service;
use authn::Caller;
use authz::secrets;
use engine::LaunchOrder;
use model::{Failure, Namespace, SecretData, SecretName, SecretValue};
use std::sync::Arc;
use store::{SecretsKey, Store};

/// As much as one entry may hold.
const VALUE_BYTES: usize = 64 << 10;

/// # Errors
/// `Invalid` for a name or key that Kubernetes would refuse, or an empty value; `TooLarge`.
pub(crate) fn check(name: &str, key: &str, value: &SecretValue) -> Result<(), Failure> {
    SecretName::check(name, key)?;
    match value.expose().len() {
        0 => Err(Failure::invalid("value is empty: expected the secret's text")),
        length if length > VALUE_BYTES => {
            Err(Failure::too_large(format!("value has {length} bytes: expected {VALUE_BYTES} at most")))
        }
        _ => Ok(()),
    }
}

impl Service {
    /// Writes one entry of a secret, over the old one if there is one. It is never shown again.
    ///
    /// # Errors
    /// `Invalid`, `TooLarge`, `Forbidden`.
    pub async fn put_secret(
        &self,
        caller: &Caller,
        namespace: Namespace,
        name: &str,
        key: &str,
        value: SecretValue,
    ) -> Result<(), Failure> {
        check(name, key, &value)?;
        let grant = self.guard().require::<secrets::Create, _>(caller, namespace).await?;
        let parts = self.parts();
        let stored = self.store().secrets(&parts.secrets_key);
        stored.put(&grant, name, key, &value, &*parts.chance, self.now()).await
    }

    /// What the secrets of a namespace are called.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn secrets(&self, caller: &Caller, namespace: Namespace) -> Result<Vec<SecretName>, Failure> {
        let grant = self.guard().require::<secrets::List, _>(caller, namespace).await?;
        self.store().secrets(&self.parts().secrets_key).list(&grant).await
    }

    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn delete_secret(&self, caller: &Caller, namespace: Namespace, name: &str) -> Result<(), Failure> {
        let grant = self.guard().require::<secrets::Delete, _>(caller, namespace).await?;
        self.store().secrets(&self.parts().secrets_key).delete(&grant, name).await
    }
}

/// The way of an engine to the secrets that a run's steps name: give one to the engine of this machine.
///
/// ```text
/// let secrets: Arc<dyn engine::Secrets> = foundation.step_secrets();   // server/src/wiring.rs
/// let data = secrets.read(&order, "db").await?;                        // in the engine, when a step names "db"
/// let password = data.get("PASSWORD").map(model::SecretValue::expose); // bytes, for that step's environment
/// ```
pub struct StepSecrets {
    store: Store,
    key: Arc<SecretsKey>,
}

impl StepSecrets {
    #[must_use]
    pub fn new(store: Store, key: Arc<SecretsKey>) -> Self {
        Self { store, key }
    }
}

#[async_trait::async_trait]
impl engine::Secrets for StepSecrets {
    async fn read(&self, order: &LaunchOrder, name: &str) -> Result<SecretData, Failure> {
        self.store.secrets(&self.key).reveal(order.grant(), name).await
    }
}
