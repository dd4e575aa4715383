use crate::{Cluster, kept::Kept, memberships::Standing};
use authn::Caller;
use authz::{Policy, Question, SYSTEM_ONLY, only_reads};
use model::{Clock, Failure, Membership, Namespace, Scope};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// A right that was taken away is there for so long still.
const KEEP_MILLIS: i64 = 5 * 1000;
const KEEP: usize = 16_384;

/// Asks the cluster what somebody may.
pub struct ClusterPolicy {
    pub(crate) cluster: Cluster,
    /// POD_NAMESPACE: rights over pipelines there are rights over the shared ones, as in KFP.
    system_namespace: Namespace,
    pub(crate) clock: Arc<dyn Clock>,
    kept: Kept<Asked, bool>,
    pub(crate) standing: Kept<(), Arc<Standing>>,
}

/// All that a question says, the caller first.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Asked {
    user: String,
    groups: Vec<String>,
    namespace: String,
    attribute: (&'static str, &'static str, &'static str, &'static str),
}

#[derive(Deserialize)]
struct Review {
    #[serde(default)]
    status: Status,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    allowed: bool,
    denied: bool,
}

impl ClusterPolicy {
    #[must_use]
    pub fn new(cluster: Cluster, system_namespace: Namespace, clock: Arc<dyn Clock>) -> Self {
        let standing = Kept::new(KEEP_MILLIS, 1);
        Self { cluster, system_namespace, clock, kept: Kept::new(KEEP_MILLIS, KEEP), standing }
    }

    pub(crate) async fn review(
        &self,
        caller: &Caller,
        namespace: &Namespace,
        resource: &'static str,
        verb: &'static str,
    ) -> Result<bool, Failure> {
        let attribute = attribute(resource, verb);
        let asked = Asked {
            user: caller.user().to_string(),
            groups: groups_of(caller),
            namespace: namespace.to_string(),
            attribute,
        };
        if let Some(answer) = self.kept.get(&asked, self.clock.now()) {
            return Ok(answer);
        }
        let (group, version, resource, verb) = attribute;
        let question = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
            "spec": {
                "user": asked.user, "groups": asked.groups,
                "resourceAttributes": {
                    "namespace": asked.namespace, "group": group, "version": version, "resource": resource, "verb": verb,
                },
            },
        });
        let Review { status } =
            self.cluster.post("/apis/authorization.k8s.io/v1/subjectaccessreviews", &question).await?;
        let answer = status.allowed && !status.denied;
        self.kept.put(asked, answer, self.clock.now());
        Ok(answer)
    }
}

/// Those of the caller's token. An account that is asked for without one (by a schedule of its own) has the groups that
/// every account of its namespace has.
fn groups_of(caller: &Caller) -> Vec<String> {
    let account = caller.user().as_str().strip_prefix("system:serviceaccount:");
    match account.and_then(|account| account.split_once(':')) {
        Some((namespace, _)) if caller.groups().is_empty() => vec![
            "system:authenticated".to_owned(),
            "system:serviceaccounts".to_owned(),
            format!("system:serviceaccounts:{namespace}"),
        ],
        _ => caller.groups().to_vec(),
    }
}

/// Group, version, resource and verb as the cluster's roles have them. KFP's own names go as they are. Ours that it has no
/// word for are asked as the right of Kubernetes that they come nearest to: who may bind roles decides who else may, and
/// may know what was done.
fn attribute(resource: &'static str, verb: &'static str) -> (&'static str, &'static str, &'static str, &'static str) {
    match (resource, verb) {
        ("secrets", verb) => ("", "v1", "secrets", verb),
        ("profiles", "get") => ("pipelines.kubeflow.org", "v1beta1", "experiments", "list"),
        ("profiles" | "audit", _) => ("rbac.authorization.k8s.io", "v1", "rolebindings", "create"),
        (resource, verb) => ("pipelines.kubeflow.org", "v1beta1", resource, verb),
    }
}

#[async_trait::async_trait]
impl Policy for ClusterPolicy {
    async fn allows(&self, question: &Question<'_>) -> Result<bool, Failure> {
        let Question { caller, scope, resource, verb } = *question;
        if SYSTEM_ONLY.contains(&verb) {
            return Ok(false);
        }
        match scope {
            Scope::Shared if only_reads(verb) => Ok(true),
            Scope::Shared => self.review(caller, &self.system_namespace, resource, verb).await,
            Scope::In(namespace) => self.review(caller, namespace, resource, verb).await,
        }
    }

    async fn memberships(&self, caller: &Caller) -> Result<Vec<Membership>, Failure> {
        self.memberships_of(caller).await
    }
}
