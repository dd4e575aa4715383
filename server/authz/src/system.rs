use crate::{Grant, ObjectGrant, Permission, ScopeGrant};
use authn::Caller;
use model::{Address, Namespace, ObjectId, Scope, UserName};

/// The machine's own hands: scheduler, recorder, launcher of runs. Not `Clone`; made once, moved to its owner.
///
/// ```compile_fail,E0451
/// let forged = authz::System { _made_by_open: () };
/// ```
#[derive(Debug)]
pub struct System {
    _made_by_open: (),
}

impl System {
    pub(crate) const fn new() -> Self {
        Self { _made_by_open: () }
    }
    /// Acts on one row that the system itself found; the place comes from the row.
    pub fn over<P: Permission, Id: ObjectId>(&self, address: Address<Id>) -> ObjectGrant<P, Id> {
        ObjectGrant::minted(address)
    }
    /// Somebody who is not here, for what they left to be done: the guard is then asked whether they may, now.
    #[must_use]
    pub fn on_behalf_of(&self, user: UserName) -> Caller {
        #[expect(clippy::disallowed_methods, reason = "the scheduler starts runs with the rights of their owners")]
        Caller::on_behalf_of(user)
    }
}

/// The person at this machine's command line, who can read and write the database file anyway: makes users,
/// profiles and tokens.
///
/// ```compile_fail,E0451
/// let forged = authz::Operator { _made_by_open: () };
/// ```
#[derive(Debug)]
pub struct Operator {
    _made_by_open: (),
}

impl Operator {
    pub(crate) const fn new() -> Self {
        Self { _made_by_open: () }
    }
    pub fn grant<P: Permission>(&self, namespace: Namespace) -> Grant<P> {
        Grant::minted(namespace)
    }
    /// For pipelines, which may be shared.
    pub fn grant_in<P: Permission>(&self, scope: Scope) -> ScopeGrant<P> {
        Grant::minted(scope)
    }
}
