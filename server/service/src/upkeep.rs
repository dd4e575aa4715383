//! More of what the person at the command line does: people's accounts, secrets, the audit, profiles from a file.

use crate::{Operations, ProfilesFile, operations::COMMAND_LINE, secrets};
use authn::Act;
use authz::profiles;
use model::{AuditEntry, Failure, Listing, Namespace, Page, SecretName, SecretValue, Sort, UserName};

impl Operations {
    /// Without a password one is made up and told. Ends every session of the account.
    ///
    /// # Errors
    /// `NotFound`, or `Invalid` for a password that is too short.
    pub async fn set_password(&self, user: &UserName, password: Option<String>) -> Result<Option<String>, Failure> {
        let generated = password.is_none().then(|| self.accounts.fresh_password());
        let Some(chosen) = password.as_ref().or(generated.as_ref()) else { return Ok(None) };
        let hash = self.accounts.hash_password(chosen)?;
        self.tell("users", "update", None, user.as_str()).await?;
        self.store.users().set_password_hash(user, &hash).await?;
        Ok(generated)
    }

    /// Somebody who is disabled is let in by nothing of ours: no password, link, session or token.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_disabled(&self, user: &UserName, disabled: bool) -> Result<(), Failure> {
        self.tell("users", if disabled { "disable" } else { "enable" }, None, user.as_str()).await?;
        self.store.users().set_disabled(user, disabled).await
    }

    /// Ends every session of one person.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn sign_out(&self, user: &UserName) -> Result<(), Failure> {
        self.tell("sessions", "delete", None, user.as_str()).await?;
        self.store.sessions().delete_all(user).await
    }

    /// Makes the profiles of the file what it says.
    ///
    /// # Errors
    /// `Unavailable`; what was done before stays done, and doing it again does the rest.
    pub async fn apply_profiles(&self, file: &ProfilesFile) -> Result<(), Failure> {
        for entry in &file.profiles {
            self.tell("profiles", "apply", Some(entry.namespace.clone()), entry.owner.as_str()).await?;
            let grant = self.operator.grant::<profiles::Create>(entry.namespace.clone());
            let everybody = entry.everybody();
            self.store.profiles().apply(&grant, &entry.owner, &everybody, self.clock.now()).await?;
        }
        Ok(())
    }

    /// # Errors
    /// `Invalid`, `TooLarge`.
    pub async fn put_secret(
        &self,
        namespace: Namespace,
        name: &str,
        key: &str,
        value: SecretValue,
    ) -> Result<(), Failure> {
        secrets::check(name, key, &value)?;
        self.tell("secrets", "create", Some(namespace.clone()), name).await?;
        let grant = self.operator.grant(namespace);
        let now = self.clock.now();
        self.store.secrets(&self.secrets_key).put(&grant, name, key, &value, &*self.chance, now).await
    }

    /// # Errors
    /// `Unavailable`.
    pub async fn secrets(&self, namespace: Namespace) -> Result<Vec<SecretName>, Failure> {
        self.store.secrets(&self.secrets_key).list(&self.operator.grant(namespace)).await
    }

    /// # Errors
    /// `NotFound`.
    pub async fn delete_secret(&self, namespace: Namespace, name: &str) -> Result<(), Failure> {
        self.tell("secrets", "delete", Some(namespace.clone()), name).await?;
        self.store.secrets(&self.secrets_key).delete(&self.operator.grant(namespace), name).await
    }

    /// The newest first; without a namespace what concerns none.
    ///
    /// # Errors
    /// `Invalid` for a page token that does not fit.
    pub async fn audit(
        &self,
        namespace: Option<Namespace>,
        page_size: u32,
        page_token: Option<String>,
    ) -> Result<Page<AuditEntry>, Failure> {
        let sort = Some(Sort { field: "created_at".to_owned(), descending: true });
        let listing = Listing { page_size, page_token, sort, ..Listing::default() };
        match namespace {
            Some(namespace) => self.store.audit().list(&self.operator.grant(namespace), &listing).await,
            None => self.store.audit().list_without_namespace(&self.operator, &listing).await,
        }
    }

    pub(crate) async fn tell(
        &self,
        resource: &'static str,
        verb: &'static str,
        namespace: Option<Namespace>,
        object: &str,
    ) -> Result<(), Failure> {
        self.accounts.tell(&Act::of_nobody(COMMAND_LINE, None, resource, verb).within(namespace).on(object)).await
    }
}
