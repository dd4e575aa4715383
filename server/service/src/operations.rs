use authn::{Accounts, Issued, Limits};
use authz::{Operator, profiles};
use model::{Chance, Clock, Failure, Namespace, Role, Timestamp, TokenId, UserName};
use std::sync::Arc;
use store::{Member, SecretsKey, Store, Token, User};

/// How the audit names the person at the command line.
pub(crate) const COMMAND_LINE: &str = "command line";

/// What the person at the machine's command line does: makes people, namespaces and tokens. It asks no guard, for that
/// person can read and write the database anyway.
pub struct Operations {
    pub(crate) store: Store,
    pub(crate) accounts: Accounts,
    pub(crate) operator: Operator,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) chance: Arc<dyn Chance>,
    pub(crate) secrets_key: Arc<SecretsKey>,
}

/// A person who was just made.
#[derive(Debug, PartialEq, Eq)]
pub struct NewUser {
    pub name: UserName,
    /// Only when none was given: this is the one time that it is known.
    pub generated_password: Option<String>,
    pub platform_admin: bool,
}

impl Operations {
    #[must_use]
    pub fn new(
        store: Store,
        accounts: Accounts,
        operator: Operator,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        secrets_key: Arc<SecretsKey>,
    ) -> Self {
        Self { store, accounts, operator, clock, chance, secrets_key }
    }

    /// Without a password one is made up.
    ///
    /// # Errors
    /// `Exists`, or `Invalid` for a password that is too short.
    pub async fn add_user(
        &self,
        name: UserName,
        password: Option<String>,
        platform_admin: bool,
    ) -> Result<NewUser, Failure> {
        let generated_password = password.is_none().then(|| self.accounts.fresh_password());
        let password_hash = match password.as_ref().or(generated_password.as_ref()) {
            Some(password) => Some(self.accounts.hash_password(password)?),
            None => None,
        };
        self.tell("users", "create", None, name.as_str()).await?;
        let now = self.clock.now();
        let user = User { name: name.clone(), password_hash, platform_admin, disabled: false, created_at: now };
        self.store.users().create(&user).await?;
        Ok(NewUser { name, generated_password, platform_admin })
    }

    /// # Errors
    /// `Unavailable`.
    pub async fn users(&self) -> Result<Vec<User>, Failure> {
        self.store.users().list().await
    }

    /// The owner need not have an account here.
    ///
    /// # Errors
    /// `Exists`.
    pub async fn add_profile(&self, namespace: Namespace, owner: &UserName) -> Result<(), Failure> {
        self.tell("profiles", "create", Some(namespace.clone()), owner.as_str()).await?;
        let grant = self.operator.grant::<profiles::Create>(namespace);
        self.store.profiles().create(&grant, owner, self.clock.now()).await
    }

    /// # Errors
    /// `NotFound` without such a namespace, `Precondition` for the owner in any role but admin.
    pub async fn share_profile(&self, namespace: Namespace, user: &UserName, role: Role) -> Result<(), Failure> {
        self.tell("profiles", "share", Some(namespace.clone()), user.as_str()).await?;
        let grant = self.operator.grant::<profiles::Share>(namespace);
        self.store.profiles().share(&grant, user, role).await
    }

    /// # Errors
    /// `NotFound`, `Precondition` for the owner.
    pub async fn unshare_profile(&self, namespace: Namespace, user: &UserName) -> Result<(), Failure> {
        self.tell("profiles", "unshare", Some(namespace.clone()), user.as_str()).await?;
        let grant = self.operator.grant::<profiles::Share>(namespace);
        self.store.profiles().unshare(&grant, user).await
    }

    /// Every namespace with its members, sorted by name.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn profiles(&self) -> Result<Vec<(Namespace, Vec<Member>)>, Failure> {
        let mut profiles = Vec::new();
        for namespace in self.store.profiles().namespaces(&self.operator).await? {
            let grant = self.operator.grant::<profiles::Get>(namespace.clone());
            profiles.push((namespace, self.store.profiles().members(&grant).await?));
        }
        Ok(profiles)
    }

    /// The user need not have an account here: a proxy may know them.
    ///
    /// # Errors
    /// `Invalid`.
    pub async fn create_token(
        &self,
        user: &UserName,
        name: &str,
        limits: Limits,
        expires_at: Option<Timestamp>,
    ) -> Result<Issued, Failure> {
        self.tell("tokens", "create", None, user.as_str()).await?;
        self.accounts.create_token(user, name, limits, expires_at).await
    }

    /// # Errors
    /// `Unavailable`.
    pub async fn tokens(&self, user: &UserName) -> Result<Vec<Token>, Failure> {
        self.store.tokens().list(user).await
    }

    /// # Errors
    /// `NotFound` for a token that is not this user's.
    pub async fn revoke_token(&self, user: &UserName, id: TokenId) -> Result<(), Failure> {
        self.tell("tokens", "delete", None, user.as_str()).await?;
        self.store.tokens().revoke(user, id, self.clock.now()).await
    }

    /// Removes sessions and sign-in links that have ended.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn sweep(&self) -> Result<(), Failure> {
        self.store.sessions().sweep(self.clock.now()).await
    }

    /// Where there is nobody yet: a platform admin called `name`, with a namespace of their own.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn welcome_first_user(&self, name: &str) -> Result<(), Failure> {
        if !self.users().await?.is_empty() {
            return Ok(());
        }
        let user = UserName::parse(name).or_else(|_| UserName::parse("admin"))?;
        let account = User {
            name: user.clone(),
            password_hash: None,
            platform_admin: true,
            disabled: false,
            created_at: self.clock.now(),
        };
        self.store.users().create(&account).await?;
        self.add_profile(namespace_named_after(&user)?, &user).await
    }

    /// A secret that signs the machine's owner in once: the first platform admin. `None` when there is none.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn issue_owners_link(&self) -> Result<Option<String>, Failure> {
        let mut admins: Vec<User> = self.users().await?;
        admins.retain(|user| user.platform_admin && !user.disabled);
        admins.sort_by_key(|user| user.created_at);
        match admins.first() {
            Some(owner) => self.accounts.issue_link(&owner.name).await.map(Some),
            None => Ok(None),
        }
    }
}

/// `Alice.B@example.com` has `alice-b`.
fn namespace_named_after(user: &UserName) -> Result<Namespace, Failure> {
    let local = user.as_str().split('@').next().unwrap_or_default().to_ascii_lowercase();
    let name: String = local.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(63).collect();
    Namespace::parse(name.trim_matches('-')).or_else(|_| Namespace::parse("default"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_is_named_after_its_person() {
        for (user, namespace) in [
            ("alice", "alice"),
            ("Alice.B@example.com", "alice-b"),
            ("_", "default"),
            ("Ünal", "nal"),
            (&"x".repeat(200), &"x".repeat(63)),
        ] {
            let named = namespace_named_after(&UserName::parse(user).unwrap()).unwrap();
            assert_eq!(named.as_str(), namespace, "{user}");
        }
    }
}
