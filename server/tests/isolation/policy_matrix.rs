//! Role x resource x verb. A permission that is new is not in the text and fails the test.

use crate::{assert_reviewed, bench::*};
use authn::Caller;
use authz::{ALL, Bindings, LocalProfiles, Policy, Question, SYSTEM_ONLY};
use http::HeaderMap;
use model::{Failure, Membership, Role, Scope, UserName};
use std::{fmt::Write, sync::Arc};

const NAMESPACE: &str = "team-a";
const ROLES: [(&str, &str); 5] = [
    ("outsider", "outsider"),
    ("viewer", "viewer-of-team-a"),
    ("editor", "editor-of-team-a"),
    ("owner", "owner-of-team-a"),
    ("platform admin", "root"),
];

/// The people of the bench, as the database tells of them.
struct People;

#[async_trait::async_trait]
impl Bindings for People {
    async fn memberships(&self, user: &UserName) -> Result<Vec<Membership>, Failure> {
        let role = match user.as_str() {
            "viewer-of-team-a" => Role::View,
            "editor-of-team-a" => Role::Edit,
            "owner-of-team-a" => Role::Admin,
            // In another namespace one may be everything.
            "outsider" => return Ok(vec![Membership { namespace: namespace_of("team-b"), role: Role::Admin }]),
            _ => return Ok(Vec::new()),
        };
        Ok(vec![Membership { namespace: namespace_of(NAMESPACE), role }])
    }
    async fn is_platform_admin(&self, user: &UserName) -> Result<bool, Failure> {
        Ok(user.as_str() == "root")
    }
}

async fn caller(bench: &Bench, name: &str) -> Caller {
    let mut headers = HeaderMap::new();
    headers.insert("kubeflow-userid", name.parse().unwrap());
    bench.accounts.identify(&headers, PROXY).await.unwrap()
}

async fn table(bench: &Bench, scope: &Scope, resources: &[&str]) -> String {
    let policy = LocalProfiles::new(Arc::new(People));
    let mut text = format!("{:<28}", "");
    for (title, _) in ROLES {
        write!(text, "{title:<16}").unwrap();
    }
    text.push_str("system\n");
    for (resource, verb) in ALL.iter().filter(|(resource, _)| resources.contains(resource)) {
        write!(text, "{:<28}", format!("{resource}:{verb}")).unwrap();
        for (_, name) in ROLES {
            let caller = caller(bench, name).await;
            let question = Question { caller: &caller, scope, resource, verb };
            let answer = if policy.allows(&question).await.unwrap() { "yes" } else { "-" };
            write!(text, "{answer:<16}").unwrap();
        }
        text.push_str(if SYSTEM_ONLY.contains(verb) { "only" } else { "" });
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

#[tokio::test]
async fn the_policy_is_the_reviewed_one() {
    let bench = Bench::start().await;
    let mut resources: Vec<&str> = ALL.iter().map(|(resource, _)| *resource).collect();
    resources.dedup();
    let own = table(&bench, &Scope::In(namespace_of(NAMESPACE)), &resources).await;
    let shared = table(&bench, &Scope::Shared, &["pipelines"]).await;
    let text = format!(
        "Who may do what, by the local profiles. Whoever shows no credential is nobody, and is asked for one before any\n\
         question is put; an outsider here is the owner of another namespace. The system's own hands hold grants by\n\
         construction, over rows that they found themselves; what only they may do is marked. The operator at the\n\
         machine's command line makes people, namespaces and tokens.\n\n\
         In a namespace\n\n{own}\nAmong the shared pipelines\n\n{shared}"
    );
    assert_reviewed("policy-matrix.txt", &text);
}

#[tokio::test]
async fn a_token_opens_no_more_than_its_owner_may_and_no_more_than_it_was_made_for() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let experiment = owner.experiment("team-a", "kept").await;
    let path = format!("/apis/v2beta1/experiments/{experiment}");
    let with = async |person: &str, namespaces: &[&str], read_only: bool| {
        bench.nobody().with_token(&bench.token(person, namespaces, read_only).await)
    };

    let reader = with("owner-of-team-a", &[], true).await;
    reader.get(&path).await.ok();
    reader.post(&format!("{path}:archive"), &serde_json::json!({})).await.refused(403);
    reader.delete(&path).await.refused(403);

    let elsewhere = with("owner-of-team-a", &["team-b"], false).await;
    elsewhere.get(&path).await.refused(403);
    elsewhere.get("/apis/v2beta1/experiments?namespace=team-b").await.refused(403);

    let narrow = with("owner-of-team-a", &["team-a"], false).await;
    narrow.get(&path).await.ok();
    narrow.post(&format!("{path}:archive"), &serde_json::json!({})).await.ok();
    let wide = with("viewer-of-team-a", &[], false).await;
    wide.delete(&path).await.refused(403);

    let admins = with("root", &["team-a"], false).await;
    admins.get("/apis/v2beta1/pipelines").await.ok();
    let spec = testkit::pipeline("one-step", "true").to_string();
    let upload = "/apis/v2beta1/pipelines/upload?name=shared";
    admins.upload(upload, "uploadfile", "p.json", spec.as_bytes()).await.refused(403);
    bench.platform_admin().upload(upload, "uploadfile", "p.json", spec.as_bytes()).await.ok();
}
