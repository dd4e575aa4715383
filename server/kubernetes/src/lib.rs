//! The control plane as identity and policy: TokenReview says whose a token is, SubjectAccessReview what they may, Profiles
//! and RoleBindings which namespaces are theirs.
//!
//! Three kinds of question are all that is asked of the API server, so this is plain JSON over the client that the rest of
//! the house uses, and not the `kube` crate with its generated types: about sixty crates fewer.
//!
//! Answers are kept for seconds, bounded, each under everything that its question said, the caller first of all. A
//! question that cannot be put is `Unavailable`: it is never a yes, and it is not kept.

mod access_review;
mod cluster;
mod kept;
mod memberships;
mod token_review;

pub use access_review::ClusterPolicy;
pub use cluster::{Cluster, Credential};
pub use token_review::TokenReviews;
