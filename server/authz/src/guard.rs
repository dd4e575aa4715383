use crate::{Grant, ObjectGrant, Operator, Permission, Policy, Question, System, only_reads};
use authn::{Act, Caller, Journal};
use model::{Address, Failure, FailureKind, Membership, Namespace, ObjectId, Scope};
use std::{fmt::Display, sync::Arc};

/// The only way from a caller to a grant: ask the policy. Every refusal and every change that is let through is told to
/// the audit here, so no door can forget it.
#[derive(Clone)]
pub struct Guard {
    policy: Arc<dyn Policy>,
    journal: Option<Arc<dyn Journal>>,
}

/// The only source of all powers, once per process. Banned by `clippy.toml` everywhere but in wiring.
#[must_use]
pub fn open(policy: Arc<dyn Policy>) -> (Guard, System, Operator) {
    (Guard { policy, journal: None }, System::new(), Operator::new())
}

/// A place that a policy can be asked about.
pub trait Place: Clone {
    fn scope(&self) -> Scope;
}
impl Place for Namespace {
    fn scope(&self) -> Scope {
        Scope::In(self.clone())
    }
}
impl Place for Scope {
    fn scope(&self) -> Scope {
        self.clone()
    }
}

impl Guard {
    /// Keeps a row of every refusal and every change; without one they are only logged.
    #[must_use]
    pub fn with_journal(mut self, journal: Arc<dyn Journal>) -> Self {
        self.journal = Some(journal);
        self
    }

    /// # Errors
    /// `Forbidden`, or `Unavailable` when the policy cannot be asked: never a yes for want of an answer.
    pub async fn require<P: Permission, At: Place>(&self, caller: &Caller, place: At) -> Result<Grant<P, At>, Failure> {
        self.ask::<P>(caller, &place.scope(), None).await?;
        Ok(Grant::minted(place))
    }

    /// The place of something that the caller named by its id alone; a refusal does not tell them the place.
    ///
    /// # Errors
    /// As [`Guard::require`].
    pub async fn require_where<P: Permission, Id>(
        &self,
        caller: &Caller,
        address: Address<Id>,
    ) -> Result<Grant<P, Id::Place>, Failure>
    where
        Id: ObjectId,
        Id::Place: Place,
    {
        self.ask::<P>(caller, &address.place.scope(), Some(&address.id)).await?;
        Ok(Grant::minted(address.place))
    }

    /// One object that the caller named by its id; a refusal does not tell them its place.
    ///
    /// # Errors
    /// As [`Guard::require`].
    pub async fn require_over<P: Permission, Id>(
        &self,
        caller: &Caller,
        address: Address<Id>,
    ) -> Result<ObjectGrant<P, Id>, Failure>
    where
        Id: ObjectId,
        Id::Place: Place,
    {
        self.ask::<P>(caller, &address.place.scope(), Some(&address.id)).await?;
        Ok(ObjectGrant::minted(address))
    }

    /// The namespaces that let this caller in, sorted by name. A token's own limits are applied.
    ///
    /// # Errors
    /// `Unavailable` when the policy cannot be asked.
    pub async fn memberships(&self, caller: &Caller) -> Result<Vec<Membership>, Failure> {
        let mut memberships = self.policy.memberships(caller).await?;
        if let Some(limits) = caller.limits().filter(|limits| !limits.namespaces.is_empty()) {
            memberships.retain(|membership| limits.namespaces.contains(&membership.namespace));
        }
        memberships.sort_by(|a, b| a.namespace.cmp(&b.namespace));
        Ok(memberships)
    }

    /// `named_by` when the place is not the caller's to know.
    async fn ask<P: Permission>(
        &self,
        caller: &Caller,
        scope: &Scope,
        named_by: Option<&(dyn Display + Sync)>,
    ) -> Result<(), Failure> {
        let question = Question { caller, scope, resource: P::RESOURCE, verb: P::VERB };
        let answer = if within_limits(&question) { self.policy.allows(&question).await } else { Ok(false) };
        if only_reads(P::VERB) && answer == Ok(true) {
            return Ok(());
        }
        let mut act = Act::of(caller, P::RESOURCE, P::VERB).within(scope.namespace().cloned());
        act.object = named_by.map(ToString::to_string);
        let refusal = match answer {
            // A change that would leave no trace is not let through.
            Ok(true) => return authn::tell(self.journal.as_deref(), &act).await,
            Ok(false) => question.refusal(),
            Err(failure) => failure,
        };
        let act = act.refused(refusal.message.clone());
        if let Err(failure) = authn::tell(self.journal.as_deref(), &act).await {
            tracing::error!(cause = failure.cause, "a refusal could not be kept: {failure}");
        }
        if refusal.kind != FailureKind::Forbidden {
            return Err(refusal);
        }
        Err(match named_by {
            None => refusal,
            Some(id) => Failure::forbidden(format!(
                "User '{}' is not authorized to {} {} where {id} is",
                caller.user(),
                P::VERB,
                P::RESOURCE
            )),
        })
    }
}

/// A personal token never opens more than it was made for, whatever its owner may do.
fn within_limits(question: &Question<'_>) -> bool {
    question.caller.limits().is_none_or(|limits| {
        let reads = only_reads(question.verb);
        let place = match question.scope {
            Scope::Shared => reads || limits.namespaces.is_empty(),
            Scope::In(namespace) => limits.namespaces.is_empty() || limits.namespaces.contains(namespace),
        };
        place && (reads || !limits.read_only)
    })
}
