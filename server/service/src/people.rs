//! Who is in a namespace, and what the audit says of it.

use crate::Service;
use authn::Caller;
use authz::{audit, profiles, runs};
use model::{AuditEntry, Failure, Listing, Member, Namespace, Page, Role, UserName};

impl Service {
    /// Whether this caller may look around in the namespace at all.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn look_in(&self, caller: &Caller, namespace: Namespace) -> Result<(), Failure> {
        self.guard().require::<runs::List, _>(caller, namespace).await.map(|_| ())
    }

    /// Everybody in the namespace, sorted by name.
    ///
    /// # Errors
    /// `Forbidden`; `Precondition` where the cluster keeps them.
    pub async fn members(&self, caller: &Caller, namespace: Namespace) -> Result<Vec<Member>, Failure> {
        let grant = self.guard().require::<profiles::Get, _>(caller, namespace).await?;
        self.kept_here()?;
        self.store().profiles().members(&grant).await
    }

    /// Lets somebody in, or changes what they are. They need not have an account here.
    ///
    /// # Errors
    /// `Forbidden`; `Precondition` for the owner in any role but admin, and where the cluster keeps members.
    pub async fn share_profile(
        &self,
        caller: &Caller,
        namespace: Namespace,
        user: &UserName,
        role: Role,
    ) -> Result<(), Failure> {
        let grant = self.guard().require::<profiles::Share, _>(caller, namespace).await?;
        self.kept_here()?;
        self.store().profiles().share(&grant, user, role).await
    }

    /// # Errors
    /// `Forbidden`, `NotFound`; `Precondition` for the owner, and where the cluster keeps members.
    pub async fn unshare_profile(&self, caller: &Caller, namespace: Namespace, user: &UserName) -> Result<(), Failure> {
        let grant = self.guard().require::<profiles::Share, _>(caller, namespace).await?;
        self.kept_here()?;
        self.store().profiles().unshare(&grant, user).await
    }

    /// What was refused and what was changed in a namespace.
    ///
    /// # Errors
    /// `Forbidden`; `Invalid` for a sort, filter or page token that does not fit.
    pub async fn audit(
        &self,
        caller: &Caller,
        namespace: Namespace,
        listing: Listing,
    ) -> Result<Page<AuditEntry>, Failure> {
        let grant = self.guard().require::<audit::List, _>(caller, namespace).await?;
        self.store().audit().list(&grant, &listing).await
    }

    fn kept_here(&self) -> Result<(), Failure> {
        if self.parts().profiles_in_cluster {
            return Err(Failure::precondition(
                "The cluster keeps the members of this namespace: manage its contributors in the Kubeflow dashboard",
            ));
        }
        Ok(())
    }
}
