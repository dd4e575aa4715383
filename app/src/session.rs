//! Who looks: the caller behind a server function, and the person as the pages know them.

use crate::failure::{Answer, Trouble};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use model::{Membership, Namespace, Role, UserName};
use serde::{Deserialize, Serialize};

/// The person and the namespaces that are theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    pub user: UserName,
    pub memberships: Vec<Membership>,
    /// Whether we hold the session ourselves and can end it.
    pub can_sign_out: bool,
}

impl Who {
    #[must_use]
    pub fn role(&self, namespace: &Namespace) -> Option<Role> {
        self.memberships.iter().find(|one| one.namespace == *namespace).map(|one| one.role)
    }
    #[must_use]
    pub fn may_edit(&self, namespace: &Namespace) -> bool {
        self.role(namespace).is_some_and(|role| role >= Role::Edit)
    }
}

/// The caller, as pages know them.
#[server(prefix = "/_fn", endpoint = "who", input = GetUrl)]
pub async fn who_looks() -> Result<Who, Trouble> {
    let (service, caller) = crate::doors::enter_quietly()?;
    let memberships = service.memberships(&caller).await.map_err(crate::doors::refuse)?;
    Ok(Who { user: caller.user().clone(), memberships, can_sign_out: caller.via() == authn::Via::Session })
}

/// The one answer to "who looks?", asked once for a whole page.
#[derive(Clone, Copy)]
pub struct Session(pub Resource<Answer<Who>>);

impl Session {
    #[must_use]
    pub fn open() -> Self {
        let session = Self(Resource::new_blocking(|| (), |()| who_looks()));
        provide_context(session);
        session
    }
    /// The person, when known; never waits. Not for what the server renders: it may know later than the browser.
    #[must_use]
    pub fn person(self) -> Option<Who> {
        self.0.get().and_then(Result::ok)
    }
}

/// Checks a password. The answer sets the cookie and goes on to `next`.
#[server(prefix = "/_fn", endpoint = "sign_in")]
pub async fn sign_in(user: String, password: String, #[server(default)] next: String) -> Result<(), Trouble> {
    let accounts = crate::doors::accounts()?;
    let secret = accounts.sign_in(user.trim(), &password, crate::doors::peer()).await.map_err(crate::doors::refuse)?;
    crate::doors::set_cookie(&secret.set_cookie());
    crate::doors::go(&crate::doors::local_path(&next));
    Ok(())
}

/// Whether there is an OpenID provider to sign in with. Nobody need be signed in to ask.
#[server(prefix = "/_fn", endpoint = "sign_in_ways", input = GetUrl)]
pub async fn has_provider() -> Result<bool, Trouble> {
    Ok(crate::doors::accounts()?.has_open_id())
}

#[server(prefix = "/_fn", endpoint = "sign_out")]
pub async fn sign_out() -> Result<(), Trouble> {
    let accounts = crate::doors::accounts()?;
    accounts.sign_out(&crate::doors::headers()).await.map_err(crate::doors::refuse)?;
    crate::doors::set_cookie(&accounts.clear_cookie());
    crate::doors::go("/sign-in");
    Ok(())
}
