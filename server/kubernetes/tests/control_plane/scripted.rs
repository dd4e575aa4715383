//! What is asked of the API server and what is made of its answers, against a scripted one.

use crate::people::{Hands, caller, team};
use authn::{Caller, Verdict, Via, Vouching};
use authz::{Policy, Question};
use axum::{Router, body::Bytes, extract::State, http::Uri, routing::any};
use http::{HeaderMap, StatusCode};
use kubernetes::{Cluster, ClusterPolicy, Credential, TokenReviews};
use model::{FailureKind, Role, Scope};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, atomic::Ordering};

type Answer = fn(&str, &Value) -> (StatusCode, Value);

/// An API server that answers by a script and keeps what it was asked.
struct Script {
    asked: Arc<Mutex<Vec<(String, Value)>>>,
    cluster: Cluster,
    clock: Arc<Hands>,
}

async fn script(answer: Answer) -> Script {
    let asked: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
    let keep = Arc::clone(&asked);
    let answers = move |State(()): State<()>, headers: HeaderMap, uri: Uri, body: Bytes| {
        let keep = Arc::clone(&keep);
        async move {
            assert_eq!(headers["authorization"], "Bearer ours");
            let body: Value = serde_json::from_slice(&body).unwrap_or_default();
            keep.lock().unwrap().push((uri.path().to_owned(), body.clone()));
            let (status, body) = answer(uri.path(), &body);
            (status, [("content-type", "application/json")], body.to_string())
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, Router::new().fallback(any(answers)).with_state(())).into_future());
    let cluster = Cluster::new(&format!("http://{address}"), Credential::Token("ours".to_owned()), None).unwrap();
    Script { asked, cluster, clock: Arc::default() }
}

fn review(path: &str, body: &Value) -> (StatusCode, Value) {
    let spec = &body["spec"];
    let status = match path {
        "/apis/authentication.k8s.io/v1/tokenreviews" => match spec["token"].as_str().unwrap() {
            "good" => json!({
                "authenticated": true, "audiences": ["pipelines.kubeflow.org"],
                "user": { "username": "system:serviceaccount:team-a:default-editor", "groups": ["system:serviceaccounts:team-a"] },
            }),
            "for others" => json!({ "authenticated": true, "audiences": ["others"], "user": { "username": "x" } }),
            "for anybody" => json!({ "authenticated": true, "user": { "username": "x" } }),
            "broken" => return (StatusCode::INTERNAL_SERVER_ERROR, json!({})),
            _ => json!({ "authenticated": false, "error": "no" }),
        },
        "/apis/authorization.k8s.io/v1/subjectaccessreviews" => {
            let attributes = &spec["resourceAttributes"];
            if attributes["namespace"] == "team-down" {
                return (StatusCode::SERVICE_UNAVAILABLE, json!({}));
            }
            json!({ "allowed": spec["user"] == "alice", "denied": attributes["verb"] == "delete" })
        }
        _ => return (StatusCode::NOT_FOUND, json!({})),
    };
    (StatusCode::CREATED, json!({ "status": status }))
}

#[tokio::test]
async fn a_token_is_good_when_the_cluster_says_so_and_it_is_for_us() {
    let script = script(review).await;
    let reviews = TokenReviews::new(script.cluster.clone(), "pipelines.kubeflow.org".to_owned(), script.clock.clone());
    let Verdict::Good(vouched) = reviews.vouch("good").await.unwrap() else { panic!("not good") };
    assert_eq!(vouched.user.as_str(), "system:serviceaccount:team-a:default-editor");
    assert_eq!(
        (vouched.groups.as_slice(), vouched.via),
        (&["system:serviceaccounts:team-a".to_owned()][..], Via::ClusterToken)
    );
    for token in ["for others", "for anybody", "unknown", "", &"x".repeat(17 << 10)] {
        assert_eq!(reviews.vouch(token).await.unwrap(), Verdict::Refused, "{token:.20}");
    }
    for _ in 0..2 {
        assert_eq!(reviews.vouch("broken").await.unwrap_err().kind, FailureKind::Unavailable);
    }
    let asked = || script.asked.lock().unwrap().len();
    assert_eq!(asked(), 6, "what cannot be asked is not kept, and what cannot be a token is not asked");
    assert_eq!(
        script.asked.lock().unwrap()[0].1["spec"],
        json!({ "token": "good", "audiences": ["pipelines.kubeflow.org"] })
    );
    reviews.vouch("good").await.unwrap();
    assert_eq!(asked(), 6);
    script.clock.0.fetch_add(10_000, Ordering::SeqCst);
    reviews.vouch("good").await.unwrap();
    assert_eq!(asked(), 7);
}

#[tokio::test]
async fn rights_are_asked_for_each_caller_with_their_groups_and_kept_for_seconds() {
    let script = script(review).await;
    let policy = ClusterPolicy::new(script.cluster.clone(), team("kubeflow"), script.clock.clone());
    let (alice, bob) = (caller(None, "alice").await, caller(None, "bob").await);
    let reviews = TokenReviews::new(script.cluster.clone(), "pipelines.kubeflow.org".to_owned(), script.clock.clone());
    let account = caller(Some(Arc::new(reviews)), "good").await;
    script.asked.lock().unwrap().clear();
    let scope = Scope::In(team("team-a"));
    let ask = async |caller: &Caller, scope: &Scope, resource, verb| {
        policy.allows(&Question { caller, scope, resource, verb }).await
    };
    for _ in 0..2 {
        assert_eq!(ask(&alice, &scope, "runs", "list").await, Ok(true));
        assert_eq!(ask(&bob, &scope, "runs", "list").await, Ok(false));
        assert_eq!(ask(&account, &scope, "runs", "list").await, Ok(false));
        assert_eq!(ask(&alice, &scope, "runs", "delete").await, Ok(false), "a denial outweighs");
        assert_eq!(ask(&alice, &Scope::In(team("team-b")), "runs", "list").await, Ok(true));
    }
    let asked = script.asked.lock().unwrap().iter().map(|(_, body)| body["spec"].clone()).collect::<Vec<_>>();
    assert_eq!(asked.len(), 5, "each once: {asked:?}");
    assert_eq!(
        asked[0],
        json!({
            "user": "alice", "groups": [],
            "resourceAttributes": { "namespace": "team-a", "group": "pipelines.kubeflow.org", "version": "v1beta1", "resource": "runs", "verb": "list" },
        })
    );
    assert_eq!(asked[2]["groups"], json!(["system:serviceaccounts:team-a"]));
    script.clock.0.fetch_add(5000, Ordering::SeqCst);
    ask(&alice, &scope, "runs", "list").await.unwrap();
    assert_eq!(script.asked.lock().unwrap().len(), 6);

    let down = Scope::In(team("team-down"));
    for _ in 0..2 {
        assert_eq!(ask(&alice, &down, "runs", "list").await.unwrap_err().kind, FailureKind::Unavailable);
    }
    assert_eq!(script.asked.lock().unwrap().len(), 8, "no answer is not kept");
    for system_only in ["launch", "record"] {
        assert_eq!(ask(&alice, &scope, "runs", system_only).await, Ok(false));
    }
    assert_eq!(ask(&bob, &Scope::Shared, "pipelines", "list").await, Ok(true));
    assert_eq!(script.asked.lock().unwrap().len(), 8);
    for (resource, verb, group, theirs) in [
        ("audit", "list", "rbac.authorization.k8s.io", "rolebindings"),
        ("profiles", "share", "rbac.authorization.k8s.io", "rolebindings"),
        ("secrets", "list", "", "secrets"),
    ] {
        ask(&bob, &scope, resource, verb).await.unwrap();
        let last = script.asked.lock().unwrap().last().unwrap().1["spec"]["resourceAttributes"].clone();
        assert_eq!((last["group"].as_str(), last["resource"].as_str()), (Some(group), Some(theirs)), "{resource}");
    }
    ask(&bob, &Scope::Shared, "pipelines", "create").await.unwrap();
    let last = script.asked.lock().unwrap().last().unwrap().1["spec"]["resourceAttributes"].clone();
    assert_eq!(last["namespace"], "kubeflow");
}

fn profiles(path: &str, body: &Value) -> (StatusCode, Value) {
    let profile = |name: &str, owner: &str| json!({ "metadata": { "name": name }, "spec": { "owner": { "kind": "User", "name": owner } } });
    let binding = |namespace: &str, role: &str, kind: &str, name: &str| {
        json!({
            "metadata": { "name": "b", "namespace": namespace }, "roleRef": { "kind": "ClusterRole", "name": role },
            "subjects": [{ "kind": kind, "name": name, "namespace": "team-a" }],
        })
    };
    match path {
        "/apis/kubeflow.org/v1/profiles" => {
            let items = [
                profile("team-a", "alice"),
                profile("team-b", "bob"),
                profile("team-c", "carol"),
                profile("team-d", "dora"),
            ];
            (StatusCode::OK, json!({ "items": items }))
        }
        "/apis/rbac.authorization.k8s.io/v1/rolebindings" => {
            let items = [
                binding("team-b", "kubeflow-view", "User", "alice"),
                binding("team-b", "kubeflow-edit", "User", "alice"),
                binding("team-c", "a-role-of-their-own", "User", "alice"),
                binding("team-d", "a-role-of-their-own", "User", "mallory"),
                binding("kube-system", "kubeflow-admin", "User", "alice"),
                binding("team-c", "kubeflow-edit", "ServiceAccount", "default-editor"),
            ];
            (StatusCode::OK, json!({ "items": items }))
        }
        _ => {
            let spec = &body["spec"];
            let reads = spec["user"] == "alice" && spec["resourceAttributes"]["verb"] == "list";
            (StatusCode::CREATED, json!({ "status": { "allowed": reads } }))
        }
    }
}

#[tokio::test]
async fn the_namespaces_shown_are_those_that_let_somebody_in() {
    let script = script(profiles).await;
    let policy = ClusterPolicy::new(script.cluster.clone(), team("kubeflow"), script.clock.clone());
    let of = async |name: &str| {
        let memberships = policy.memberships(&caller(None, name).await).await.unwrap();
        memberships.into_iter().map(|one| (one.namespace.to_string(), one.role)).collect::<Vec<_>>()
    };
    let own = |pairs: &[(&str, Role)]| pairs.iter().map(|(name, role)| ((*name).to_owned(), *role)).collect::<Vec<_>>();
    assert_eq!(of("alice").await, own(&[("team-a", Role::Admin), ("team-b", Role::Edit), ("team-c", Role::View)]));
    assert_eq!(of("bob").await, own(&[("team-b", Role::Admin)]));
    assert_eq!(of("mallory").await, own(&[]), "a binding that gives nothing lets nobody in");
    assert_eq!(of("system:serviceaccount:team-a:default-editor").await, own(&[("team-c", Role::Edit)]));
    let lists = script.asked.lock().unwrap().iter().filter(|(path, _)| path.ends_with("profiles")).count();
    assert_eq!(lists, 1);
}
