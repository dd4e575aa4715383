use crate::Permission;
use model::{Address, ExperimentId, Namespace, ObjectId, PipelineId, PipelineVersionId, RecurringRunId, RunId, Scope};
use std::marker::PhantomData;

/// Proof that `P` was allowed in one place, at one moment. Not `Clone`, not serialisable: a moment, not a licence.
///
/// It cannot be forged:
/// ```compile_fail,E0451
/// let forged = authz::Grant::<authz::runs::List> { place: model::Namespace::parse("a").unwrap(), _permission: std::marker::PhantomData };
/// ```
/// nor kept for later:
/// ```compile_fail,E0599
/// fn twice(grant: &authz::Grant<authz::runs::List>) -> authz::Grant<authz::runs::List> { (*grant).clone() }
/// ```
/// and a grant to list is no grant to create:
/// ```compile_fail,E0308
/// fn create(_: &authz::Grant<authz::runs::Create>) {}
/// fn sly(grant: &authz::Grant<authz::runs::List>) { create(grant) }
/// ```
/// while the right one opens the door:
/// ```
/// fn list(grant: &authz::Grant<authz::runs::List>) -> &model::Namespace { grant.place() }
/// fn honest(grant: &authz::Grant<authz::runs::List>) -> &model::Namespace { list(grant) }
/// ```
#[must_use]
#[derive(Debug)]
pub struct Grant<P: Permission, Place = Namespace> {
    place: Place,
    _permission: PhantomData<fn() -> P>,
}

/// A grant where pipelines live: a namespace, or shared.
pub type ScopeGrant<P> = Grant<P, Scope>;

impl<P: Permission, Place> Grant<P, Place> {
    pub(crate) const fn minted(place: Place) -> Self {
        Self { place, _permission: PhantomData }
    }
    /// Where it holds; the SQL bind comes from here.
    pub const fn place(&self) -> &Place {
        &self.place
    }
}

/// Proof for one object: the id travels inside the proof, so check and use cannot name different rows.
///
/// ```compile_fail,E0451
/// fn swap(grant: authz::RunGrant<authz::runs::Get>, other: model::RunAddress) -> authz::RunGrant<authz::runs::Get> {
///     authz::RunGrant { address: other, ..grant }
/// }
/// ```
/// ```
/// fn whose(grant: &authz::RunGrant<authz::runs::Get>) -> &model::Namespace { grant.place() }
/// ```
#[must_use]
#[derive(Debug)]
pub struct ObjectGrant<P: Permission, Id: ObjectId> {
    address: Address<Id>,
    _permission: PhantomData<fn() -> P>,
}

pub type RunGrant<P> = ObjectGrant<P, RunId>;
pub type ExperimentGrant<P> = ObjectGrant<P, ExperimentId>;
pub type RecurringRunGrant<P> = ObjectGrant<P, RecurringRunId>;
pub type PipelineGrant<P> = ObjectGrant<P, PipelineId>;
pub type PipelineVersionGrant<P> = ObjectGrant<P, PipelineVersionId>;

impl<P: Permission, Id: ObjectId> ObjectGrant<P, Id> {
    pub(crate) const fn minted(address: Address<Id>) -> Self {
        Self { address, _permission: PhantomData }
    }
    pub const fn place(&self) -> &Id::Place {
        &self.address.place
    }
    pub const fn id(&self) -> Id {
        self.address.id
    }
    pub const fn address(&self) -> &Address<Id> {
        &self.address
    }
}
