use crate::Caller;
use model::{Failure, Namespace, UserName};
use std::net::IpAddr;

/// Something that the audit must know: a change that somebody was let in to make, or a refusal.
#[derive(Debug, Clone)]
pub struct Act {
    /// `None` for nobody.
    pub user: Option<UserName>,
    pub via: &'static str,
    pub from: Option<IpAddr>,
    /// `None` where no namespace is concerned.
    pub namespace: Option<Namespace>,
    pub resource: &'static str,
    pub verb: &'static str,
    /// The object's id or name, where one was named.
    pub object: Option<String>,
    /// Why, when it was refused.
    pub refused: Option<String>,
}

impl Act {
    #[must_use]
    pub fn of(caller: &Caller, resource: &'static str, verb: &'static str) -> Self {
        Self {
            user: Some(caller.user().clone()),
            via: caller.via().as_str(),
            from: caller.from(),
            namespace: None,
            resource,
            verb,
            object: None,
            refused: None,
        }
    }
    /// By somebody whom we do not know, or not yet.
    #[must_use]
    pub const fn of_nobody(
        via: &'static str,
        from: Option<IpAddr>,
        resource: &'static str,
        verb: &'static str,
    ) -> Self {
        Self { user: None, via, from, namespace: None, resource, verb, object: None, refused: None }
    }
    #[must_use]
    pub fn within(mut self, namespace: Option<Namespace>) -> Self {
        self.namespace = namespace;
        self
    }
    #[must_use]
    pub fn on(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }
    #[must_use]
    pub fn refused(mut self, why: impl Into<String>) -> Self {
        self.refused = Some(why.into());
        self
    }
}

/// Where the audit's rows are kept. The store implements it.
#[async_trait::async_trait]
pub trait Journal: Send + Sync {
    /// # Errors
    /// `Unavailable` when the row cannot be kept.
    async fn write(&self, act: &Act) -> Result<(), Failure>;
}

/// One structured line in the log and, where there is a journal, one row.
///
/// # Errors
/// `Unavailable` when the row cannot be kept. A change that leaves no trace must then not be made.
pub async fn tell(journal: Option<&dyn Journal>, act: &Act) -> Result<(), Failure> {
    tracing::info!(
        target: "audit",
        user = act.user.as_ref().map(UserName::as_str).unwrap_or_default(),
        via = act.via,
        from = %act.from.map(|from| from.to_string()).unwrap_or_default(),
        namespace = act.namespace.as_ref().map(Namespace::as_str).unwrap_or_default(),
        resource = act.resource,
        verb = act.verb,
        object = act.object.as_deref().unwrap_or_default(),
        outcome = if act.refused.is_some() { "refused" } else { "allowed" },
        reason = act.refused.as_deref().unwrap_or_default(),
        "audit"
    );
    match journal {
        Some(journal) => journal.write(act).await,
        None => Ok(()),
    }
}
