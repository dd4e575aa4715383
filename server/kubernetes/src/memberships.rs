//! Which namespaces are somebody's: those of the Profiles that they own and of the RoleBindings that name them.

use crate::{Cluster, ClusterPolicy};
use authn::Caller;
use model::{Failure, Membership, Namespace, Role};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

const PROFILES: &str = "/apis/kubeflow.org/v1/profiles";
const ROLE_BINDINGS: &str = "/apis/rbac.authorization.k8s.io/v1/rolebindings";

/// The cluster's Profiles and RoleBindings as they stood a moment ago. Nobody's answer: each caller's is read out of it.
pub(crate) struct Standing {
    /// `None` in a cluster that knows no Profiles: then every namespace with a binding counts.
    profiles: Option<Vec<Item>>,
    bindings: Vec<Item>,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    items: Vec<Item>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Item {
    metadata: Metadata,
    spec: Spec,
    subjects: Vec<Subject>,
    #[serde(rename = "roleRef")]
    role: RoleRef,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    name: String,
    namespace: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Spec {
    owner: Subject,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Subject {
    kind: String,
    name: String,
    namespace: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RoleRef {
    name: String,
}

impl Standing {
    async fn ask(cluster: &Cluster) -> Result<Self, Failure> {
        let profiles: Option<Listed> = cluster.get(PROFILES).await?;
        let bindings: Option<Listed> = cluster.get(ROLE_BINDINGS).await?;
        Ok(Self {
            profiles: profiles.map(|listed| listed.items),
            bindings: bindings.map(|listed| listed.items).unwrap_or_default(),
        })
    }

    /// What stands in bindings of Kubeflow's own roles, and where a binding names a role that we do not know.
    fn of(&self, caller: &Caller) -> (BTreeMap<Namespace, Role>, BTreeSet<Namespace>) {
        let is_profile = |name: &str| {
            self.profiles.as_ref().is_none_or(|profiles| profiles.iter().any(|one| one.metadata.name == name))
        };
        let (mut known, mut unknown) = (BTreeMap::new(), BTreeSet::new());
        let mut add = |name: &str, role: Option<Role>| {
            let Ok(namespace) = Namespace::parse(name) else { return };
            match role {
                Some(role) => {
                    let best = known.entry(namespace).or_insert(role);
                    *best = role.max(*best);
                }
                None => {
                    unknown.insert(namespace);
                }
            }
        };
        for profile in self.profiles.iter().flatten() {
            if profile.spec.owner.is(caller) {
                add(&profile.metadata.name, Some(Role::Admin));
            }
        }
        for binding in &self.bindings {
            if is_profile(&binding.metadata.namespace) && binding.subjects.iter().any(|subject| subject.is(caller)) {
                add(&binding.metadata.namespace, role_named(&binding.role.name));
            }
        }
        (known, unknown)
    }
}

impl Subject {
    fn is(&self, caller: &Caller) -> bool {
        match self.kind.as_str() {
            "User" => self.name == caller.user().as_str(),
            "Group" => caller.groups().contains(&self.name),
            "ServiceAccount" => {
                caller.user().as_str() == format!("system:serviceaccount:{}:{}", self.namespace, self.name)
            }
            _ => false,
        }
    }
}

/// Kubeflow's contributors are bound to these.
fn role_named(name: &str) -> Option<Role> {
    match name {
        "kubeflow-admin" => Some(Role::Admin),
        "kubeflow-edit" | "kubeflow-pipelines-edit" => Some(Role::Edit),
        "kubeflow-view" | "kubeflow-pipelines-view" => Some(Role::View),
        _ => None,
    }
}

impl ClusterPolicy {
    pub(crate) async fn memberships_of(&self, caller: &Caller) -> Result<Vec<Membership>, Failure> {
        let now = self.clock.now();
        let standing = match self.standing.get(&(), now) {
            Some(standing) => standing,
            None => {
                let standing = Arc::new(Standing::ask(&self.cluster).await?);
                self.standing.put((), Arc::clone(&standing), now);
                standing
            }
        };
        let (mut known, unknown) = standing.of(caller);
        for namespace in unknown {
            if known.contains_key(&namespace) || !self.review(caller, &namespace, "runs", "list").await? {
                continue;
            }
            let edits = self.review(caller, &namespace, "runs", "create").await?;
            known.insert(namespace, if edits { Role::Edit } else { Role::View });
        }
        Ok(known.into_iter().map(|(namespace, role)| Membership { namespace, role }).collect())
    }
}
