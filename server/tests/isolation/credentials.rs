//! Credentials that are not good, at the real doors.

use crate::bench::*;
use http::header;
use serde_json::json;

const LIST: &str = "/apis/v2beta1/experiments?namespace=team-a";
const USER: &str = "kubeflow-userid";

#[tokio::test]
async fn the_header_of_the_proxy_is_believed_and_no_other() {
    let bench = Bench::start().await;
    let proxy = |name: &str| bench.nobody().coming_from(PROXY).with_header(USER, name);
    proxy("viewer-of-team-a").get(LIST).await.ok();
    proxy("outsider").get(LIST).await.refused(403);
    proxy("").get(LIST).await.refused(401);
    proxy("owner-of-team-a").with_header(USER, "outsider").get(LIST).await.refused(401);

    let forged = bench.nobody().with_header(USER, "owner-of-team-a");
    forged.get(LIST).await.refused(401);
    let beside_a_token = bench.owner("team-a").with_header(USER, "owner-of-team-b");
    beside_a_token.get(LIST).await.refused(401);
}

#[tokio::test]
async fn bad_tokens_and_cookies_are_refused() {
    let bench = Bench::start().await;
    for token in ["mrg_unknown", "", "x y"] {
        bench.nobody().with_token(token).get(LIST).await.refused(401);
    }
    let answer = bench.nobody().get(LIST).await;
    assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer");
    bench.nobody().with_header("cookie", "mooring_session=made-up").get(LIST).await.refused(401);

    let owner = user("owner-of-team-a");
    let token = bench.token("owner-of-team-a", &[], false).await;
    let person = bench.nobody().with_token(&token);
    person.get(LIST).await.ok();
    for token in bench.operations.tokens(&owner).await.unwrap() {
        bench.operations.revoke_token(&owner, token.id).await.unwrap();
    }
    person.get(LIST).await.refused(401);
}

/// A person with a browser: the cookie that a sign-in link gave.
async fn browser(bench: &Bench) -> Person {
    bench.operations.add_user(user("owner-of-team-a"), None, false).await.unwrap();
    let link = bench.accounts.issue_link(&user("owner-of-team-a")).await.unwrap();
    let answer = bench.nobody().get(&format!("/sign-in?link={link}&next=/ns/team-a/runs")).await;
    assert_eq!((answer.status, answer.headers[header::LOCATION].to_str().unwrap()), (303, "/ns/team-a/runs"));
    let again = bench.nobody().get(&format!("/sign-in?link={link}")).await;
    assert!(!again.headers.contains_key(header::SET_COOKIE), "a link is used once");
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    bench.nobody().with_header("cookie", cookie.split(';').next().unwrap())
}

#[tokio::test]
async fn a_page_of_another_site_changes_nothing_with_a_persons_cookie() {
    let bench = Bench::start().await;
    let browser = browser(&bench).await;
    browser.get(LIST).await.ok();
    let body = |name: &str| json!({ "display_name": name, "namespace": "team-a" });
    let path = "/apis/v2beta1/experiments";
    browser.clone().with_header("sec-fetch-site", "same-origin").post(path, &body("own")).await.ok();
    browser.clone().with_header("origin", "http://mooring.test").post(path, &body("own too")).await.ok();
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        let evil = browser.clone().with_header(name, value);
        evil.post(path, &body("planted")).await.refused(403);
        let door = "/_fn/create_experiment";
        assert_eq!(evil.submit(door, "namespace=team-a&name=planted").await.status, 403, "{name}: {value}");
        assert_eq!(evil.upload("/upload", "file", "p.json", b"{}").await.status, 403, "{name}: {value}");
        let proxied = bench.nobody().coming_from(PROXY).with_header(USER, "owner-of-team-a").with_header(name, value);
        proxied.post(path, &body("planted")).await.refused(403);
    }
    let listed = browser.get(LIST).await.ok();
    assert_eq!(listed["total_size"], 2, "{listed}");
}

#[tokio::test]
async fn an_old_session_gets_a_new_secret_at_its_next_page() {
    let bench = Bench::start().await;
    let browser = browser(&bench).await.with_header("sec-fetch-mode", "navigate");
    let page = "/ns/team-a/runs";
    let fresh = |answer: &Answer| {
        let set = answer.headers.get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap().to_owned());
        set.filter(|cookie| cookie.starts_with("mooring_session=")).collect::<Vec<_>>()
    };
    assert!(fresh(&browser.get(page).await).is_empty(), "a young one keeps its secret");
    bench.clock.advance_millis(3600 * 1000);
    let set = fresh(&browser.get(page).await);
    assert_eq!(set.len(), 1, "{set:?}");
    browser.get(LIST).await.ok();
    bench.clock.advance_millis(61 * 1000);
    browser.get(LIST).await.refused(401);
    bench.nobody().with_header("cookie", set[0].split(';').next().unwrap()).get(LIST).await.ok();
}

#[tokio::test]
async fn no_server_function_does_anything_for_a_page_of_another_site() {
    let bench = Bench::start().await;
    let evil = bench
        .nobody()
        .coming_from(PROXY)
        .with_header(USER, "owner-of-team-a")
        .with_header("sec-fetch-site", "cross-site");
    let changing = leptos::server_fn::axum::server_fn_paths().filter(|(_, method)| method != "GET");
    let mut asked = 0;
    for (path, _) in changing {
        for prefix in ["", "/pipeline"] {
            let answer = evil.submit(&format!("{prefix}{path}"), "namespace=team-a&name=planted").await;
            assert_eq!(answer.status, 403, "{prefix}{path}: {}", answer.text);
        }
        asked += 1;
    }
    assert!(asked > 15, "{asked}");
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session_and_a_token_manages_no_tokens() {
    let bench = Bench::start().await;
    let (one, link) = (browser(&bench).await, bench.accounts.issue_link(&user("owner-of-team-a")).await.unwrap());
    let answer = bench.nobody().get(&format!("/sign-in?link={link}")).await;
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let other = bench.nobody().with_header("cookie", &cookie);
    for browser in [&one, &other] {
        browser.get(LIST).await.ok();
    }
    let answer = one.submit("/_fn/sign_out_everywhere", "").await;
    assert!(answer.status < 400, "{}", answer.text);
    for browser in [&one, &other] {
        browser.get(LIST).await.refused(401);
    }
    let token = bench.token("owner-of-team-a", &["team-a"], true).await;
    let script = bench.nobody().with_token(&token);
    assert_eq!(script.get("/_fn/tokens").await.status, 403);
    assert_eq!(script.submit("/_fn/create_token", "name=wider").await.status, 403);
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let bench = Bench::start().await;
    let browser = browser(&bench).await;
    let answer = browser.submit("/_fn/sign_out", "").await;
    assert!(answer.status < 400, "{}", answer.text);
    browser.get(LIST).await.refused(401);
}

#[tokio::test]
async fn everything_tells_browsers_whom_to_trust() {
    let bench = Bench::start().await;
    for path in ["/apis/v2beta1/healthz", LIST, "/sign-in", "/", "/nowhere", "/pipeline/", "/pipeline/sign-in"] {
        let answer = bench.nobody().get(path).await;
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'self'"), "{path}: {policy}");
        assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
        assert!(!answer.headers.contains_key(header::X_FRAME_OPTIONS), "{path}");
    }
}
