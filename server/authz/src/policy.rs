use authn::Caller;
use model::{Failure, Membership, Role, Scope, UserName};
use std::sync::Arc;

/// The question put to a policy: may this caller do `verb` to `resource` there?
pub struct Question<'a> {
    pub caller: &'a Caller,
    pub scope: &'a Scope,
    pub resource: &'static str,
    pub verb: &'static str,
}

impl Question<'_> {
    /// The sentence for a "no". It names only what the caller already said.
    #[must_use]
    pub fn refusal(&self) -> Failure {
        let place = match self.scope {
            Scope::Shared => "among the shared pipelines".to_owned(),
            Scope::In(namespace) => format!("in namespace '{namespace}'"),
        };
        Failure::forbidden(format!(
            "User '{}' is not authorized to {} {} {place}",
            self.caller.user(),
            self.verb,
            self.resource
        ))
    }
}

/// Answers questions: local profiles here, SubjectAccessReview on Kubernetes.
#[async_trait::async_trait]
pub trait Policy: Send + Sync {
    /// # Errors
    /// `Unavailable` when no answer can be had; a guard never takes that for a yes.
    async fn allows(&self, question: &Question<'_>) -> Result<bool, Failure>;
    /// The namespaces that let this caller in.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn memberships(&self, caller: &Caller) -> Result<Vec<Membership>, Failure>;
}

/// Where local profiles keep who is what in which namespace. The store implements it.
#[async_trait::async_trait]
pub trait Bindings: Send + Sync {
    /// # Errors
    /// `Unavailable` when the database does not answer.
    async fn memberships(&self, user: &UserName) -> Result<Vec<Membership>, Failure>;
    /// # Errors
    /// `Unavailable` when the database does not answer.
    async fn is_platform_admin(&self, user: &UserName) -> Result<bool, Failure>;
}

/// Only [`crate::System`] does these; no caller is ever let in.
pub const SYSTEM_ONLY: &[&str] = &["launch", "record", "fire"];

/// Whether an act of this kind leaves everything as it was.
#[must_use]
pub fn only_reads(verb: &str) -> bool {
    matches!(verb, "get" | "list" | "readArtifact")
}

/// What a role may do in its namespace, as Kubeflow's aggregated roles have it: `view` reads, `edit` writes,
/// `admin` also manages the profile and reads the audit. The one place of this rule.
#[must_use]
pub fn role_allows(role: Role, resource: &str, verb: &str) -> bool {
    if SYSTEM_ONLY.contains(&verb) {
        return false;
    }
    match (resource, verb) {
        // Whoever was refused here, and who did what, is for those to know who decide who may.
        ("audit", _) => role >= Role::Admin,
        // As Kubernetes' own view role, which leaves secrets out.
        ("secrets", _) => role >= Role::Edit,
        (_, verb) if only_reads(verb) => true,
        ("profiles", "share") => role >= Role::Admin,
        ("profiles", _) => false,
        _ => role >= Role::Edit,
    }
}

/// The embedded default: profiles and roles in our own database.
pub struct LocalProfiles {
    bindings: Arc<dyn Bindings>,
}

impl LocalProfiles {
    #[must_use]
    pub fn new(bindings: Arc<dyn Bindings>) -> Self {
        Self { bindings }
    }
}

#[async_trait::async_trait]
impl Policy for LocalProfiles {
    async fn allows(&self, question: &Question<'_>) -> Result<bool, Failure> {
        let user = question.caller.user();
        let (resource, verb) = (question.resource, question.verb);
        if SYSTEM_ONLY.contains(&verb) {
            return Ok(false);
        }
        match question.scope {
            Scope::Shared if matches!(verb, "get" | "list") => Ok(true),
            Scope::Shared => self.bindings.is_platform_admin(user).await,
            Scope::In(namespace) => {
                let memberships = self.bindings.memberships(user).await?;
                let role = memberships.iter().filter(|m| m.namespace == *namespace).map(|m| m.role).max();
                if role.is_some_and(|role| role_allows(role, resource, verb)) {
                    return Ok(true);
                }
                // A platform admin runs the place without reading its tenants' work.
                Ok(resource == "profiles" && self.bindings.is_platform_admin(user).await?)
            }
        }
    }

    async fn memberships(&self, caller: &Caller) -> Result<Vec<Membership>, Failure> {
        self.bindings.memberships(caller.user()).await
    }
}
