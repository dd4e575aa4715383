//! Signing in with a real OpenID provider, npm's oidc-provider: a browser's way there and back, and its tokens as bearers.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "bench/mod.rs"]
mod bench;

use bench::*;
use serde_json::json;
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

const PUBLIC_URL: &str = "http://mooring.test";

/// A provider that runs until it is dropped.
struct Provider {
    issuer: String,
    process: Child,
    /// Kept open: what it says into a closed pipe would end it.
    _said: BufReader<ChildStdout>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `None`, loudly, where none can be had.
fn provider() -> Option<Provider> {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = json!({
        "client_id": "mooring", "client_secret": "a client's secret", "redirect_uris": [format!("{PUBLIC_URL}/sign-in/openid/done")],
        "grant_types": ["authorization_code"], "response_types": ["code"],
    });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../end2end/openid/start.sh");
    let started = Command::new(script)
        .env("PORT", port.to_string())
        .env("CLIENT", client.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut process) = started else {
        eprintln!("SKIPPED: the OpenID provider could not be started: is bash there?");
        return None;
    };
    let mut line = String::new();
    let mut lines = BufReader::new(process.stdout.take().unwrap());
    while !line.starts_with("listening") {
        line.clear();
        if lines.read_line(&mut line).unwrap_or(0) == 0 {
            eprintln!(
                "SKIPPED: the OpenID provider could not be started: are node and npm there, and a package registry?"
            );
            let _ = process.wait();
            return None;
        }
    }
    Some(Provider { issuer: format!("http://127.0.0.1:{port}"), process, _said: lines })
}

/// A browser at the provider: it keeps cookies and follows redirects within it.
struct Browser {
    http: reqwest::Client,
    cookies: BTreeMap<String, String>,
}

struct Page {
    location: String,
    text: String,
}

impl Browser {
    async fn ask(&mut self, mut request: reqwest::RequestBuilder, issuer: &str) -> Page {
        let mut url = String::new();
        loop {
            let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let answer = request.header("cookie", cookies.join("; ")).send().await.unwrap();
            for cookie in answer.headers().get_all("set-cookie") {
                let pair = cookie.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
            let Some(location) = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned()) else {
                return Page { location: url, text: answer.text().await.unwrap() };
            };
            url = if location.starts_with('/') { format!("{issuer}{location}") } else { location };
            if !url.starts_with(issuer) {
                return Page { location: url, text: String::new() };
            }
            request = self.http.get(&url);
        }
    }

    /// From the provider's first page to the address that it sends back to.
    async fn sign_in(&mut self, issuer: &str, address: &str, name: &str) -> String {
        let mut page = self.ask(self.http.get(address), issuer).await;
        for _ in 0..4 {
            if !page.location.starts_with(issuer) {
                return page.location;
            }
            let form = if page.text.contains("name=\"login\"") {
                format!("prompt=login&login={name}&password=x")
            } else {
                "prompt=consent".to_owned()
            };
            let post =
                self.http.post(&page.location).header("content-type", "application/x-www-form-urlencoded").body(form);
            page = self.ask(post, issuer).await;
        }
        panic!("the provider never sent anybody back: {} {}", page.location, page.text);
    }
}

fn browser() -> Browser {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    Browser { http, cookies: BTreeMap::new() }
}

fn cookies_of(answer: &Answer) -> Vec<String> {
    let set = answer.headers.get_all("set-cookie").iter();
    set.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_with_a_real_provider_and_its_tokens_are_good() {
    let Some(provider) = provider() else { return };
    let issuer = provider.issuer.as_str();
    let bench = Bench::start_with(&[
        ("MOORING_PUBLIC_URL", PUBLIC_URL),
        ("MOORING_OPENID_ISSUER", issuer),
        ("MOORING_OPENID_CLIENT_ID", "mooring"),
        ("MOORING_OPENID_CLIENT_SECRET", "a client's secret"),
    ])
    .await;
    bench
        .operations
        .share_profile(namespace_of("team-a"), &user("alice@example.com"), model::Role::View)
        .await
        .unwrap();
    // The provider's tokens are of the real present.
    bench.clock.advance_millis(present() - model::Clock::now(&*bench.clock).millis());
    assert!(bench.nobody().get("/sign-in").await.text.contains("/sign-in/openid"), "the way is shown");

    let depart = async |next: &str| {
        let answer = bench.nobody().get(&format!("/sign-in/openid?next={next}")).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let to = answer.headers["location"].to_str().unwrap().to_owned();
        assert!(to.starts_with(issuer) && to.contains("code_challenge_method=S256"), "{to}");
        (to, cookies_of(&answer).remove(0))
    };
    let back = async |url: &str, cookie: &str| {
        let path = url.strip_prefix(PUBLIC_URL).unwrap();
        bench.nobody().with_header("cookie", cookie).with_header("sec-fetch-site", "cross-site").get(path).await
    };

    let (address, flow) = depart("%2Fns%2Fteam-a%2Fruns").await;
    let url = browser().sign_in(issuer, &address, "alice").await;
    // Somebody else's browser, and a code that was taken from it, get nowhere.
    let (_, other) = depart("%2F").await;
    let stolen = back(&url, &other).await;
    assert!(cookies_of(&stolen).iter().all(|cookie| !cookie.starts_with("mooring_session=")), "{stolen:?}");
    let arrived = back(&url, &flow).await;
    assert_eq!((arrived.status, arrived.headers["location"].to_str().unwrap()), (303, "/ns/team-a/runs"));
    let session = cookies_of(&arrived).into_iter().find(|cookie| cookie.starts_with("mooring_session=")).unwrap();
    let alice = bench.nobody().with_header("cookie", &session);
    assert_eq!(alice.get("/_fn/who").await.ok()["user"], "alice@example.com");
    alice.get("/apis/v2beta1/experiments?namespace=team-a").await.ok();
    alice.get("/apis/v2beta1/experiments?namespace=team-b").await.refused(403);
    let again = back(&url, &flow).await;
    assert!(cookies_of(&again).iter().all(|cookie| !cookie.starts_with("mooring_session=")), "a code is used once");

    // A name that somebody was given here is not the provider's.
    bench.operations.add_user(user("root@example.com"), None, true).await.unwrap();
    let (address, flow) = depart("%2F").await;
    let url = browser().sign_in(issuer, &address, "root").await;
    assert!(cookies_of(&back(&url, &flow).await).iter().all(|cookie| !cookie.starts_with("mooring_session=")));
    // Nor is an address that the provider has not verified anybody's.
    let (address, flow) = depart("%2F").await;
    let url = browser().sign_in(issuer, &address, "unverified").await;
    assert!(!cookies_of(&back(&url, &flow).await).iter().any(|cookie| cookie.starts_with("mooring_session=")));

    // An ID token as a bearer: fetched as a script would, with a code and its own verifier.
    let token = id_token(issuer).await;
    let script = bench.nobody().with_token(&token);
    assert_eq!(script.get("/_fn/who").await.ok()["user"], "bob@example.com");
    script.get("/apis/v2beta1/experiments?namespace=team-a").await.refused(403);
    bench.operations.share_profile(namespace_of("team-a"), &user("bob@example.com"), model::Role::View).await.unwrap();
    script.get("/apis/v2beta1/experiments?namespace=team-a").await.ok();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let changed = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    assert_eq!(bench.nobody().with_token(&changed).get("/_fn/who").await.status, 401);
    bench.clock.advance_millis(2 * 3600 * 1000);
    assert_eq!(script.get("/_fn/who").await.status, 401, "it has an end");
    let nobody = bench.nobody();
    for (token, what) in [
        (forged(issuer, "none"), "no signature"),
        (forged(issuer, "HS256"), "a signature of nobody's"),
        (forged("https://others.example", "RS256"), "another issuer"),
        ("not.a.jwt".to_owned(), "no token"),
    ] {
        let refused = nobody.clone().with_token(&token).get("/apis/v2beta1/experiments?namespace=team-a").await;
        assert_eq!(refused.status, 401, "{what}: {}", refused.text);
    }
}

#[expect(clippy::disallowed_methods, reason = "the provider asks the machine for the time")]
fn present() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// The verifier of a script's own sign-in, and its SHA-256.
const VERIFIER: &str = "a-verifier-that-is-at-least-forty-three-characters";
const CHALLENGE: &str = "LO_IRldAj55IqarG6CFmbW5T6wzgHmcf8UvJGnoMJBM";

/// As a script with its own way to the provider gets one, for bob.
async fn id_token(issuer: &str) -> String {
    let done = format!("{PUBLIC_URL}/sign-in/openid/done");
    let address = format!(
        "{issuer}/auth?response_type=code&client_id=mooring&redirect_uri={done}&scope=openid%20email&state=s&nonce=n\
         &code_challenge={CHALLENGE}&code_challenge_method=S256"
    );
    let mut browser = browser();
    let back = browser.sign_in(issuer, &address, "bob").await;
    let code = back.split(['?', '&']).find_map(|pair| pair.strip_prefix("code=")).unwrap();
    let form = format!("grant_type=authorization_code&code={code}&redirect_uri={done}&code_verifier={VERIFIER}");
    let post = browser.http.post(format!("{issuer}/token")).basic_auth("mooring", Some("a+client%27s+secret"));
    let answer = post.header("content-type", "application/x-www-form-urlencoded").body(form).send().await.unwrap();
    let tokens: serde_json::Value = answer.json().await.unwrap();
    id_of(&tokens, "id_token")
}

/// A JWT that nobody signed.
fn forged(issuer: &str, algorithm: &str) -> String {
    let part = |value: serde_json::Value| base64_url(value.to_string().as_bytes());
    let header = part(json!({ "alg": algorithm, "typ": "JWT" }));
    let claims = part(json!({
        "iss": issuer, "aud": "mooring", "sub": "alice", "email": "alice@example.com", "email_verified": true,
        "exp": 4_000_000_000_u64, "iat": 1,
    }));
    format!("{header}.{claims}.{}", base64_url(b"x"))
}

fn base64_url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut number = 0_u32;
        for position in 0..3 {
            number = number << 8 | u32::from(chunk.get(position).copied().unwrap_or(0));
        }
        for position in 0..=chunk.len() {
            text.push(char::from(LETTERS[(number >> (18 - 6 * position) & 63) as usize]));
        }
    }
    text
}
