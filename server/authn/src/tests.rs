//! Who is let in by what. The credentials are a table in memory; the real table is the store's.

mod memory;

use crate::{
    Account, Accounts, Caller, Cookies, Flow, Limits, Network, OpenId, SESSION_COOKIE, TrustedHeader, Verdict, Via,
    Vouched, Vouching,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use memory::{Counted, Hands, Memory};
use model::{Clock, Failure, FailureKind, Namespace, UserName};
use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

struct Bench {
    accounts: Accounts,
    memory: Arc<Memory>,
    clock: Arc<Hands>,
}

fn user(name: &str) -> UserName {
    UserName::parse(name).unwrap()
}

fn bench() -> Bench {
    let (memory, clock) = (Arc::new(Memory::default()), Arc::new(Hands::default()));
    clock.0.store(1_000_000, Ordering::SeqCst);
    let header = TrustedHeader {
        name: HeaderName::from_static("kubeflow-userid"),
        prefix: "accounts:".to_owned(),
        peers: vec!["10.0.0.0/8".parse().unwrap()],
        certificates: vec![GATEWAY.to_owned()],
        sidecars: vec!["127.0.0.0/8".parse().unwrap()],
    };
    let accounts = Accounts::new(memory.clone(), clock.clone(), Arc::new(Counted::default()), Some(header));
    Bench { accounts, memory, clock }
}

impl Bench {
    async fn identify(&self, headers: &[(&'static str, &str)], peer: &str) -> Result<Caller, Failure> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        self.accounts.identify(&map, peer.parse::<IpAddr>().unwrap()).await
    }
    async fn refused(&self, headers: &[(&'static str, &str)], peer: &str) -> String {
        let failure = self.identify(headers, peer).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Unauthenticated);
        failure.message
    }
    fn add_account(&self, name: &str, password: &str) {
        let hash = self.accounts.hash_password(password).unwrap();
        let account = Account { name: user(name), password_hash: Some(hash), disabled: false };
        self.memory.0.lock().unwrap().accounts.insert(name.to_owned(), account);
    }
    fn pass_millis(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::SeqCst);
    }
}

const PROXY: &str = "10.1.2.3";
const GATEWAY: &str = "spiffe://cluster.local/ns/istio-system/sa/gateway";
const SIDECAR: &str = "127.0.0.6";
const ANYWHERE: &str = "192.0.2.1";

#[tokio::test]
async fn the_header_of_a_trusted_peer_names_the_caller() {
    let bench = bench();
    let caller = bench.identify(&[("kubeflow-userid", "accounts:alice@example.com")], PROXY).await.unwrap();
    assert_eq!(
        (caller.user().as_str(), caller.via(), caller.limits()),
        ("alice@example.com", Via::TrustedHeader, None)
    );
    let mapped = bench.identify(&[("kubeflow-userid", "accounts:alice")], "::ffff:10.1.2.3").await.unwrap();
    assert_eq!(mapped.user().as_str(), "alice");
}

#[tokio::test]
async fn a_header_that_cannot_be_believed_is_refused_even_beside_a_good_token() {
    let bench = bench();
    let limits = Limits { namespaces: Vec::new(), read_only: false };
    let token = bench.accounts.create_token(&user("alice"), "t", limits, None).await.unwrap().secret;
    let bearer = format!("Bearer {token}");
    assert!(bench.identify(&[("authorization", &bearer)], ANYWHERE).await.is_ok());
    for (value, peer) in
        [("accounts:bob", ANYWHERE), ("bob", PROXY), ("", PROXY), ("accounts:", PROXY), ("accounts: bob", PROXY)]
    {
        bench.refused(&[("kubeflow-userid", value), ("authorization", &bearer)], peer).await;
    }
    let twice = [("kubeflow-userid", "accounts:bob"), ("kubeflow-userid", "accounts:alice")];
    assert!(bench.refused(&twice, PROXY).await.contains("more than one"));
}

#[tokio::test]
async fn nobody_is_let_in_without_a_credential_or_with_a_bad_one() {
    let bench = bench();
    bench.refused(&[], ANYWHERE).await;
    for value in ["Bearer mrg_wrong", "bearer x", "Basic YTpi", "", "Bearer "] {
        bench.refused(&[("authorization", value)], ANYWHERE).await;
    }
    bench.refused(&[("cookie", &format!("{SESSION_COOKIE}=wrong"))], ANYWHERE).await;
}

#[tokio::test]
async fn a_bad_token_is_not_passed_over_for_a_session() {
    let bench = bench();
    bench.add_account("alice", "correct horse");
    let cookie = bench.accounts.sign_in("alice", "correct horse", None).await.unwrap().set_cookie();
    let cookie = cookie.split(';').next().unwrap();
    assert_eq!(bench.identify(&[("cookie", cookie)], ANYWHERE).await.unwrap().via(), Via::Session);
    bench.refused(&[("cookie", cookie), ("authorization", "Bearer mrg_wrong")], ANYWHERE).await;
}

#[tokio::test]
async fn tokens_carry_their_limits_and_end() {
    let bench = bench();
    let limits = Limits { namespaces: vec![Namespace::parse("team-a").unwrap()], read_only: true };
    let end = bench.clock.now().plus_millis(1000);
    let token = bench.accounts.create_token(&user("alice"), "ci", limits.clone(), Some(end)).await.unwrap().secret;
    assert!(token.starts_with("mrg_") && token.len() > 40);
    let bearer = format!("Bearer {token}");
    let caller = bench.identify(&[("authorization", &bearer)], ANYWHERE).await.unwrap();
    assert_eq!((caller.via(), caller.limits()), (Via::PersonalToken, Some(&limits)));
    assert!(!bench.memory.0.lock().unwrap().tokens.contains_key(&token), "only a hash is kept");
    bench.pass_millis(1000);
    bench.refused(&[("authorization", &bearer)], ANYWHERE).await;
    let passed = bench.accounts.create_token(&user("alice"), "ci", limits, Some(end)).await;
    assert!(passed.err().unwrap().message.contains("expires_at"));
}

#[tokio::test]
async fn passwords_open_sessions_and_wrong_ones_tell_nothing() {
    let bench = bench();
    bench.add_account("alice", "correct horse");
    let mut texts = Vec::new();
    for (name, password) in [("alice", "wrong horse"), ("nobody", "correct horse"), ("", "x"), ("alice", "")] {
        texts.push(bench.accounts.sign_in(name, password, None).await.err().unwrap());
    }
    assert!(texts.iter().all(|text| *text == texts[0] && text.kind == FailureKind::Unauthenticated));
    bench.memory.0.lock().unwrap().accounts.get_mut("alice").unwrap().disabled = true;
    assert_eq!(bench.accounts.sign_in("alice", "correct horse", None).await.err().unwrap(), texts[0]);
    assert!(bench.accounts.hash_password("short").unwrap_err().message.contains("password"));
}

#[tokio::test]
async fn a_link_signs_in_once_and_signing_out_ends_it() {
    let bench = bench();
    let link = bench.accounts.issue_link(&user("alice")).await.unwrap();
    let cookie = bench.accounts.redeem_link(&link, None).await.unwrap().set_cookie();
    assert!(bench.accounts.redeem_link(&link, None).await.is_err());
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Secure"));
    let pair = cookie.split(';').next().unwrap().to_owned();
    let headers = [("cookie", pair.as_str())];
    assert_eq!(bench.identify(&headers, ANYWHERE).await.unwrap().user().as_str(), "alice");
    let mut map = HeaderMap::new();
    map.insert("cookie", HeaderValue::from_str(&pair).unwrap());
    bench.accounts.sign_out(&map).await.unwrap();
    bench.refused(&headers, ANYWHERE).await;

    let cookies = Cookies { secure: true, in_foreign_frames: false };
    let secure = bench.accounts.clone().with_cookies(cookies);
    let late = bench.accounts.issue_link(&user("alice")).await.unwrap();
    let link = bench.accounts.issue_link(&user("alice")).await.unwrap();
    assert!(secure.redeem_link(&link, None).await.unwrap().set_cookie().ends_with("; Secure"));
    bench.pass_millis(25 * 3600 * 1000);
    assert!(bench.accounts.redeem_link(&late, None).await.is_err());
}

#[tokio::test]
async fn a_session_lives_while_it_is_used_and_use_is_written_once_a_minute() {
    let bench = bench();
    let link = bench.accounts.issue_link(&user("alice")).await.unwrap();
    let cookie = bench.accounts.redeem_link(&link, None).await.unwrap().set_cookie();
    let headers = [("cookie", cookie.split(';').next().unwrap())];
    let touches = || bench.memory.0.lock().unwrap().touches;
    for _ in 0..3 {
        bench.identify(&headers, ANYWHERE).await.unwrap();
    }
    assert_eq!(touches(), 0);
    let ten_days = 10 * 24 * 3600 * 1000;
    for written in 1..=3 {
        bench.pass_millis(ten_days);
        bench.identify(&headers, ANYWHERE).await.unwrap();
        assert_eq!(touches(), written);
    }
    bench.pass_millis(2 * ten_days);
    bench.refused(&headers, ANYWHERE).await;
}

#[tokio::test]
async fn the_header_is_believed_from_a_certificate_that_the_proxy_beside_us_saw() {
    let bench = bench();
    let user = ("kubeflow-userid", "accounts:alice");
    let by = |certificate: &str| format!("By=spiffe://us;Hash=1;URI={certificate}");
    let gateway = by(GATEWAY);
    let caller = bench.identify(&[user, ("x-forwarded-client-cert", &gateway)], SIDECAR).await.unwrap();
    assert_eq!((caller.user().as_str(), caller.via()), ("alice", Via::TrustedHeader));
    let notebook = by("spiffe://cluster.local/ns/team-b/sa/default-editor");
    let forged = format!("{gateway},{notebook}");
    for (certificate, peer) in [(&notebook, SIDECAR), (&forged, SIDECAR), (&gateway, ANYWHERE)] {
        bench.refused(&[user, ("x-forwarded-client-cert", certificate)], peer).await;
    }
    bench.refused(&[user], SIDECAR).await;
}

#[tokio::test]
async fn where_somebody_asks_from_is_the_peer_or_what_a_trusted_one_says() {
    let bench = bench();
    let user = ("kubeflow-userid", "accounts:alice");
    let forwarded = ("x-forwarded-for", "203.0.113.9, 198.51.100.7");
    let caller = bench.identify(&[user, forwarded], PROXY).await.unwrap();
    assert_eq!(caller.from(), Some("198.51.100.7".parse().unwrap()));
    let headers = HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), "203.0.113.9".parse().unwrap())]);
    let anywhere: IpAddr = ANYWHERE.parse().unwrap();
    assert_eq!(bench.accounts.origin(&headers, anywhere), anywhere);
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session_and_old_secrets_are_changed() {
    let bench = bench();
    bench.add_account("alice", "correct horse");
    let pair = |set: String| set.split(';').next().unwrap().to_owned();
    let first = pair(bench.accounts.sign_in("alice", "correct horse", None).await.unwrap().set_cookie());
    let second = pair(bench.accounts.sign_in("alice", "correct horse", None).await.unwrap().set_cookie());
    let map = HeaderMap::from_iter([("cookie".parse().unwrap(), first.parse().unwrap())]);
    let caller = bench.identify(&[("cookie", &first)], ANYWHERE).await.unwrap();
    assert!(bench.accounts.rotate(&map, &caller).await.unwrap().is_none(), "a young secret stays");
    bench.pass_millis(3600 * 1000);
    let third = pair(bench.accounts.rotate(&map, &caller).await.unwrap().unwrap().set_cookie());
    assert_ne!(first, third);
    for cookie in [&first, &second, &third] {
        assert!(bench.identify(&[("cookie", cookie)], ANYWHERE).await.is_ok());
    }
    bench.pass_millis(61 * 1000);
    bench.refused(&[("cookie", &first)], ANYWHERE).await;
    bench.accounts.sign_out_everywhere(&caller).await.unwrap();
    for cookie in [&second, &third] {
        bench.refused(&[("cookie", cookie)], ANYWHERE).await;
    }
}

/// Knows tokens that begin with its own word.
struct Issuer(&'static str, AtomicU8);

#[async_trait::async_trait]
impl Vouching for Issuer {
    async fn vouch(&self, token: &str) -> Result<Verdict, Failure> {
        self.1.fetch_add(1, Ordering::SeqCst);
        match token.strip_prefix(self.0) {
            None => Ok(Verdict::NotOurs),
            Some("bad") => Ok(Verdict::Refused),
            Some("down") => Err(Failure::unavailable("not now", "down")),
            Some(name) => {
                Ok(Verdict::Good(Vouched { user: user(name), groups: vec!["team".to_owned()], via: Via::ClusterToken }))
            }
        }
    }
}

#[tokio::test]
async fn tokens_of_others_are_vouched_for_and_ours_are_shown_to_nobody() {
    let bench = bench();
    let issuers = [Arc::new(Issuer("one-", AtomicU8::new(0))), Arc::new(Issuer("two-", AtomicU8::new(0)))];
    let vouching = issuers.iter().map(|issuer| issuer.clone() as Arc<dyn Vouching>).collect();
    let accounts = bench.accounts.clone().with_vouching(vouching);
    let ask = async |token: &str| {
        let value = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        let map = HeaderMap::from_iter([("authorization".parse().unwrap(), value)]);
        accounts.identify(&map, ANYWHERE.parse().unwrap()).await
    };
    let caller = ask("two-bob").await.unwrap();
    assert_eq!((caller.user().as_str(), caller.groups()), ("bob", &["team".to_owned()][..]));
    assert_eq!(ask("one-bad").await.unwrap_err().kind, FailureKind::Unauthenticated);
    assert_eq!(ask("two-down").await.unwrap_err().kind, FailureKind::Unavailable);
    assert_eq!(ask("three-x").await.unwrap_err().kind, FailureKind::Unauthenticated);
    let asked = || issuers.iter().map(|issuer| issuer.1.load(Ordering::SeqCst)).collect::<Vec<_>>();
    let before = asked();
    assert_eq!(before, [4, 3], "a refusal is the end");
    assert_eq!(ask("mrg_unknown").await.unwrap_err().kind, FailureKind::Unauthenticated);
    assert_eq!(asked(), before);
}

/// A provider that says what it was told.
struct Provider;

#[async_trait::async_trait]
impl OpenId for Provider {
    async fn begin(&self, redirect_uri: &str, flow: &Flow) -> Result<String, Failure> {
        Ok(format!("https://provider/?back={redirect_uri}&state={}", flow.state))
    }
    async fn finish(&self, _: &str, code: &str, flow: &Flow) -> Result<UserName, Failure> {
        assert!(flow.verifier.len() >= 43, "PKCE wants as many");
        if code == "good" { Ok(user("alice")) } else { Err(Failure::unauthenticated("no")) }
    }
}

#[tokio::test]
async fn the_providers_answer_is_for_the_browser_that_asked() {
    let bench = bench();
    assert!(bench.accounts.begin_open_id("/").await.is_err());
    let accounts = bench.accounts.clone().with_open_id(Arc::new(Provider), "https://here/done");
    let departure = accounts.begin_open_id("/ns/team-a/runs?x=1").await.unwrap();
    let state = departure.location.rsplit_once("state=").unwrap().1.to_owned();
    let cookie = departure.set_cookie.split(';').next().unwrap();
    assert!(!departure.location.contains(cookie.split('=').nth(1).unwrap()));
    let map = |cookie: &str| HeaderMap::from_iter([("cookie".parse().unwrap(), cookie.parse().unwrap())]);
    let other = accounts.begin_open_id("/").await.unwrap().set_cookie;
    for (cookie, code, state) in [
        (cookie, "good", "made-up"),
        (cookie, "bad", state.as_str()),
        (other.split(';').next().unwrap(), "good", state.as_str()),
        ("a=b", "good", state.as_str()),
    ] {
        let refused = accounts.finish_open_id(&map(cookie), None, code, state).await;
        assert_eq!(refused.err().unwrap().kind, FailureKind::Unauthenticated);
    }
    let arrival = accounts.finish_open_id(&map(cookie), None, "good", &state).await.unwrap();
    assert_eq!(arrival.next, "/ns/team-a/runs?x=1");
    let session = arrival.session.set_cookie();
    let caller = accounts.identify(&map(session.split(';').next().unwrap()), ANYWHERE.parse().unwrap()).await.unwrap();
    assert_eq!((caller.user().as_str(), caller.via()), ("alice", Via::Session));
}

#[test]
fn networks_are_read_and_hold_their_addresses() {
    let holds = |network: &str, peer: &str| network.parse::<Network>().unwrap().contains(peer.parse().unwrap());
    assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
    assert!(holds("127.0.0.1", "127.0.0.1") && !holds("127.0.0.1", "127.0.0.2"));
    assert!(holds("0.0.0.0/0", "203.0.113.9") && !holds("0.0.0.0/0", "::1"));
    assert!(holds("fd00::/8", "fd12::1") && !holds("fd00::/8", "fe80::1"));
    for wrong in ["", "10.0.0.0/33", "::/129", "host", "10.0.0.0/x", "10.0.0.0/-1"] {
        assert!(wrong.parse::<Network>().is_err(), "{wrong}");
    }
}
