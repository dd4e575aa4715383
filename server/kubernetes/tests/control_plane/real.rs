//! Real tokens, real roles, real bindings, and the API server going away and coming back.

use crate::{
    people::{Hands, caller, team, try_caller},
    plane::Plane,
};
use authn::{Caller, Vouching};
use authz::{Policy, Question};
use kubernetes::{ClusterPolicy, TokenReviews};
use model::{FailureKind, Role, Scope};
use serde_json::{Value, json};
use std::sync::{Arc, atomic::Ordering};

const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";
const AUDIENCE: &str = "pipelines.kubeflow.org";

fn rule(group: &str, resources: &[&str], verbs: &[&str]) -> Value {
    json!({ "apiGroups": [group], "resources": resources, "verbs": verbs })
}

/// Kubeflow's roles with the rules that aggregation gives them (which the controller manager does, that is not here).
async fn roles(plane: &Plane) {
    let reads = [
        rule(AUDIENCE, &["pipelines", "pipelines/versions", "experiments", "jobs"], &["get", "list"]),
        rule(AUDIENCE, &["runs"], &["get", "list", "readArtifact"]),
    ];
    let writes = [
        rule(
            AUDIENCE,
            &["pipelines", "experiments", "runs", "jobs"],
            &[
                "get",
                "list",
                "create",
                "update",
                "delete",
                "archive",
                "unarchive",
                "enable",
                "disable",
                "retry",
                "terminate",
                "readArtifact",
                "reportMetrics",
            ],
        ),
        rule("", &["secrets"], &["get", "list", "create", "delete"]),
    ];
    let admins = [rule("rbac.authorization.k8s.io", &["rolebindings"], &["create"])];
    let all = [reads.to_vec(), writes.to_vec(), admins.to_vec()];
    for (names, levels) in [
        (&["kubeflow-pipelines-view", "kubeflow-view"][..], 1),
        (&["kubeflow-pipelines-edit", "kubeflow-edit"], 2),
        (&["kubeflow-admin"], 3),
    ] {
        for name in names {
            let rules: Vec<_> = all[..levels].concat();
            plane.make(&format!("{RBAC}/clusterroles"), json!({ "metadata": { "name": name }, "rules": rules })).await;
        }
    }
}

async fn bind(plane: &Plane, namespace: &str, name: &str, role: &str, subject: Value) {
    let binding = json!({
        "metadata": { "name": name }, "subjects": [subject],
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role },
    });
    plane.make(&format!("{RBAC}/namespaces/{namespace}/rolebindings"), binding).await;
}

fn person(name: &str) -> Value {
    json!({ "kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": name })
}

async fn account(plane: &Plane, namespace: &str, name: &str) {
    plane
        .make(&format!("/api/v1/namespaces/{namespace}/serviceaccounts"), json!({ "metadata": { "name": name } }))
        .await;
}

async fn token(plane: &Plane, namespace: &str, name: &str, audiences: &[&str]) -> String {
    let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token");
    let made = plane.make(&path, json!({ "spec": { "audiences": audiences, "expirationSeconds": 600 } })).await;
    made["status"]["token"].as_str().unwrap().to_owned()
}

/// Our own account, with no more rights than the README asks for.
async fn ourselves(plane: &Plane) -> String {
    account(plane, "kubeflow", "mooring").await;
    let rules = [
        rule("authentication.k8s.io", &["tokenreviews"], &["create"]),
        rule("authorization.k8s.io", &["subjectaccessreviews"], &["create"]),
        rule("rbac.authorization.k8s.io", &["rolebindings"], &["list"]),
        rule("kubeflow.org", &["profiles"], &["list"]),
    ];
    plane.make(&format!("{RBAC}/clusterroles"), json!({ "metadata": { "name": "mooring" }, "rules": rules })).await;
    let binding = json!({
        "metadata": { "name": "mooring" },
        "subjects": [{ "kind": "ServiceAccount", "name": "mooring", "namespace": "kubeflow" }],
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "mooring" },
    });
    plane.make(&format!("{RBAC}/clusterrolebindings"), binding).await;
    token(plane, "kubeflow", "mooring", &[]).await
}

#[tokio::test]
async fn a_real_control_plane_decides() {
    let Some(mut plane) = Plane::start().await else { return };
    for namespace in ["kubeflow", "team-a", "team-b"] {
        plane.make("/api/v1/namespaces", json!({ "metadata": { "name": namespace } })).await;
    }
    roles(&plane).await;
    bind(&plane, "team-a", "alice", "kubeflow-admin", person("alice")).await;
    bind(&plane, "team-a", "edit", "kubeflow-edit", person("eve")).await;
    bind(&plane, "team-a", "view", "kubeflow-view", person("vera")).await;
    let group =
        json!({ "kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "system:serviceaccounts:team-b" });
    bind(&plane, "team-b", "own-accounts", "kubeflow-pipelines-edit", group).await;
    account(&plane, "team-b", "default-editor").await;

    let cluster = plane.cluster(&ourselves(&plane).await);
    let clock = Arc::new(Hands::default());
    let reviews: Arc<dyn Vouching> = Arc::new(TokenReviews::new(cluster.clone(), AUDIENCE.to_owned(), clock.clone()));
    let policy = ClusterPolicy::new(cluster, team("kubeflow"), clock.clone());
    let ask = async |caller: &Caller, namespace: &str, resource, verb| {
        let scope = Scope::In(team(namespace));
        policy.allows(&Question { caller, scope: &scope, resource, verb }).await
    };

    // People by their names.
    let [alice, eve, vera, mallory] = [
        caller(None, "alice").await,
        caller(None, "eve").await,
        caller(None, "vera").await,
        caller(None, "mallory").await,
    ];
    for (resource, verb, allowed) in [
        ("runs", "list", [true, true, true, false]),
        ("runs", "readArtifact", [true, true, true, false]),
        ("experiments", "get", [true, true, true, false]),
        ("runs", "create", [true, true, false, false]),
        ("jobs", "disable", [true, true, false, false]),
        ("secrets", "list", [true, true, false, false]),
        ("audit", "list", [true, false, false, false]),
        ("profiles", "share", [true, false, false, false]),
    ] {
        for (caller, allowed) in [&alice, &eve, &vera, &mallory].into_iter().zip(allowed) {
            assert_eq!(ask(caller, "team-a", resource, verb).await, Ok(allowed), "{} {verb} {resource}", caller.user());
            assert_eq!(ask(caller, "team-b", resource, verb).await, Ok(false), "{} {verb} {resource}", caller.user());
        }
    }
    let memberships = policy.memberships(&eve).await.unwrap();
    assert_eq!(memberships.len(), 1);
    assert_eq!((memberships[0].namespace.as_str(), memberships[0].role), ("team-a", Role::Edit));
    assert!(policy.memberships(&mallory).await.unwrap().is_empty());

    // An account by its token, with the rights of its groups.
    let good = token(&plane, "team-b", "default-editor", &[AUDIENCE]).await;
    let editor = caller(Some(Arc::clone(&reviews)), &good).await;
    assert_eq!(editor.user().as_str(), "system:serviceaccount:team-b:default-editor");
    assert!(editor.groups().iter().any(|group| group == "system:serviceaccounts:team-b"), "{:?}", editor.groups());
    assert_eq!(ask(&editor, "team-b", "runs", "create").await, Ok(true));
    assert_eq!(ask(&editor, "team-a", "runs", "list").await, Ok(false));
    for other in [token(&plane, "team-b", "default-editor", &[]).await, format!("{good}x"), "not.a.token".to_owned()] {
        let refused = try_caller(Some(Arc::clone(&reviews)), &other).await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::Unauthenticated);
    }

    // A right that is taken away is gone when the kept answer is old.
    plane.remove(&format!("{RBAC}/namespaces/team-a/rolebindings/view")).await;
    clock.0.fetch_add(5001, Ordering::SeqCst);
    let gone = async {
        while ask(&vera, "team-a", "runs", "list").await != Ok(false) {
            clock.0.fetch_add(5001, Ordering::SeqCst);
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), gone).await.expect("the binding is gone");

    // Away, nobody is let in; back, as before.
    plane.stop();
    clock.0.fetch_add(20_000, Ordering::SeqCst);
    assert_eq!(ask(&alice, "team-a", "runs", "list").await.unwrap_err().kind, FailureKind::Unavailable);
    assert_eq!(policy.memberships(&alice).await.unwrap_err().kind, FailureKind::Unavailable);
    let refused = try_caller(Some(Arc::clone(&reviews)), &good).await.unwrap_err();
    assert_eq!(refused.kind, FailureKind::Unavailable);
    plane.resume().await;
    assert_eq!(ask(&alice, "team-a", "runs", "list").await, Ok(true));
    assert!(caller(Some(reviews), &good).await.user().as_str().ends_with("default-editor"));
}
