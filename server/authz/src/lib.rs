//! Who may do what, where. The only room that can mint a grant.
//!
//! A store function takes a grant and has no namespace parameter: whoever holds no proof cannot ask. Grants come from
//! [`Guard`] (a caller's request, after the policy said yes), from [`System`] (the scheduler, the recorder and the
//! launcher of runs, over rows that the system itself found) and from [`Operator`] (the person at the machine's
//! command line).

mod grant;
mod guard;
mod permissions;
mod policy;
mod system;

pub use grant::{
    ExperimentGrant, Grant, ObjectGrant, PipelineGrant, PipelineVersionGrant, RecurringRunGrant, RunGrant, ScopeGrant,
};
pub use guard::{Guard, Place, open};
pub use permissions::{ALL, Permission, audit, experiments, pipelines, profiles, recurring_runs, runs, secrets};
pub use policy::{Bindings, LocalProfiles, Policy, Question, SYSTEM_ONLY, only_reads, role_allows};
pub use system::{Operator, System};
