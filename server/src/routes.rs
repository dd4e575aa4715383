//! All doors under one roof, and what every request passes on its way to one.

use crate::SiteFiles;
use authn::{Accounts, Act, Identified, Peer, SESSION_COOKIE};
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, OriginalUri, Request, State},
    middleware::{Next, from_fn_with_state, map_response},
    response::{IntoResponse, Response},
    routing::any,
};
use futures::StreamExt;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use model::{Clock, Failure};
use service::Service;
use std::{
    any::Any,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, limit::RequestBodyLimitLayer, trace::TraceLayer,
};

/// Under which Kubeflow's gateway shows us.
const PREFIX: &str = "/pipeline";

/// Beyond any door's own limit.
const BODY_LIMIT: usize = 40 << 20;

/// The whole server. Streams end when `closing` is cancelled. Requests need the peer's address (`ConnectInfo`).
pub fn routes(
    service: Service,
    accounts: Accounts,
    clock: Arc<dyn Clock>,
    files: SiteFiles,
    frame_ancestors: &str,
    closing: &CancellationToken,
) -> Router {
    // Pages are rendered by tasks of this runtime. It is no error if somebody said so before.
    let _ = any_spawner::Executor::init_tokio();
    let site = app::Site {
        frame_ancestors: frame_ancestors.to_owned(),
        ..app::Site::from_listing("mooring", files.listing())
    };
    let site = Arc::new(site);
    let policy = format!("default-src 'none'; frame-ancestors {frame_ancestors}");
    let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let doors = app::Doors { service: service.clone(), accounts: accounts.clone(), clock, site };
    let pages = files.before(app::router(doors));
    let prefixed_root = pages.clone();
    Router::new()
        .merge(api::router(service))
        .route(&format!("{PREFIX}/"), any(move |request| at_root(prefixed_root, request)))
        .nest(PREFIX, pages.clone())
        .merge(pages)
        .layer(from_fn_with_state(accounts, identify))
        .layer(from_fn_with_state(policy, guard_headers))
        .layer(from_fn_with_state(closing.clone(), end_streams))
        .layer(CompressionLayer::new())
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .layer(map_response(explain_too_large))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TraceLayer::new_for_http().make_span_with(|request: &Request| {
            // Without the query: sign-in links are in it.
            tracing::info_span!("request", method = %request.method(), path = request.uri().path())
        }))
}

/// The prefix with a slash, which nesting alone does not serve.
async fn at_root(pages: Router, mut request: Request) -> Response {
    let original = request.uri().clone();
    let query = original.query().map(|query| format!("?{query}")).unwrap_or_default();
    if let Ok(root) = format!("/{query}").parse::<Uri>() {
        *request.uri_mut() = root;
    }
    request.extensions_mut().insert(OriginalUri(original));
    pages.oneshot(request).await.into_response()
}

/// Finds out once who is asking; every door reads it from the request.
async fn identify(State(accounts): State<Accounts>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let from = accounts.origin(request.headers(), peer);
    let shown = accounts.shown(request.headers());
    let path = request.uri().path().to_owned();
    let identified = Identified(accounts.identify(request.headers(), peer).await);
    if let Err(failure) = authn::refuse_cross_site(request.method(), request.headers(), &identified) {
        let mut act = Act::of_nobody(shown.unwrap_or("nothing"), Some(from), "requests", "create");
        act.user = identified.0.ok().map(|caller| caller.user().clone());
        refused(&accounts, act.on(path).refused(failure.message.clone())).await;
        return api::refused(failure);
    }
    let fresh = fresh_session(&accounts, request.method(), request.headers(), &identified).await;
    let unknown = identified.0.as_ref().err().map(|failure| failure.message.clone());
    request.extensions_mut().insert(identified);
    request.extensions_mut().insert(Peer(from));
    let mut response = next.run(request).await;
    // A credential that is not good is told whatever the door made of it; none at all, when the door wanted one.
    if let Some(why) = unknown.filter(|_| shown.is_some() || response.status() == StatusCode::UNAUTHORIZED) {
        let act = Act::of_nobody(shown.unwrap_or("nothing"), Some(from), "requests", "create");
        refused(&accounts, act.on(path).refused(why)).await;
    }
    // Unless the door itself began or ended a session.
    let own = |cookie: &HeaderValue| cookie.as_bytes().starts_with(SESSION_COOKIE.as_bytes());
    if !response.headers().get_all(header::SET_COOKIE).iter().any(own)
        && let Some(cookie) = fresh
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

async fn refused(accounts: &Accounts, act: Act) {
    if let Err(failure) = accounts.tell(&act).await {
        tracing::error!(cause = failure.cause, "a refusal could not be kept: {failure}");
    }
}

/// Sessions get new secrets when a browser goes to a page: it comes alone, and takes the cookie.
async fn fresh_session(
    accounts: &Accounts,
    method: &Method,
    headers: &HeaderMap,
    identified: &Identified,
) -> Option<HeaderValue> {
    let caller = identified.0.as_ref().ok()?;
    if headers.get("sec-fetch-mode").is_none_or(|mode| mode != "navigate") || !method.is_safe() {
        return None;
    }
    match accounts.rotate(headers, caller).await {
        Ok(secret) => HeaderValue::from_str(&secret?.set_cookie()).ok(),
        Err(failure) => {
            tracing::warn!(cause = failure.cause, "a session keeps its old secret: {failure}");
            None
        }
    }
}

/// What browsers are told with everything. Pages bring a policy of their own, with their nonce.
async fn guard_headers(State(policy): State<HeaderValue>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    response
}

/// A stream that never ends by itself would keep the server from stopping.
async fn end_streams(State(closing): State<CancellationToken>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream")) {
        return response;
    }
    response.map(|body| Body::from_stream(body.into_data_stream().take_until(closing.cancelled_owned())))
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(cause = text.unwrap_or_default(), "a handler panicked");
    api::refused(Failure::internal("a panic"))
}

/// The layer that counts a body's bytes answers in plain text; clients read JSON.
async fn explain_too_large(response: Response) -> Response {
    let json = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE && !json {
        return api::refused(Failure::too_large(format!(
            "the body is larger than the limit of {} MiB",
            BODY_LIMIT >> 20
        )));
    }
    response
}

#[cfg(test)]
mod tests {

    use super::*;
    use axum::{
        body::to_bytes,
        routing::{get, post},
    };
    use futures::stream;
    use std::time::Duration;

    async fn ask(router: Router) -> Response {
        router.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn a_panic_is_an_answer_that_tells_nothing() {
        let broken = get(async || -> &'static str { panic!("the secret cause") });
        let response = ask(Router::new().route("/", broken).layer(CatchPanicLayer::custom(panicked))).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = to_bytes(response.into_body(), 1024).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&body["code"], &body["message"]), (&13.into(), &"Internal Server Error".into()));
        assert!(!body.to_string().contains("secret"));
    }

    #[tokio::test]
    async fn a_body_beyond_any_limit_is_refused_in_the_words_of_the_api() {
        let router = Router::new()
            .route("/", post(async |_: bytes::Bytes| ""))
            .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
            .layer(map_response(explain_too_large));
        for length in [BODY_LIMIT + 1, usize::MAX] {
            let request = Request::post("/").header(header::CONTENT_LENGTH, length).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
            let body: serde_json::Value =
                serde_json::from_slice(&to_bytes(response.into_body(), 1024).await.unwrap()).unwrap();
            assert_eq!(body["code"], 8);
            assert!(body["message"].as_str().unwrap().contains("40 MiB"), "{body}");
        }
    }

    #[tokio::test]
    async fn streams_end_when_the_server_closes_and_other_answers_do_not() {
        let closing = CancellationToken::new();
        let endless = async |kind: &'static str| {
            let first = stream::iter([Ok::<_, std::io::Error>("data: 1\n\n")]);
            ([(header::CONTENT_TYPE, kind)], Body::from_stream(first.chain(stream::pending())))
        };
        let router = |kind| {
            Router::new().route("/", get(move || endless(kind))).layer(from_fn_with_state(closing.clone(), end_streams))
        };
        let (events, other) = (ask(router("text/event-stream")).await, ask(router("text/plain")).await);
        closing.cancel();
        assert!(to_bytes(events.into_body(), 1024).await.is_ok());
        let other = tokio::time::timeout(Duration::from_millis(50), to_bytes(other.into_body(), 1024));
        assert!(other.await.is_err(), "an answer that is no stream is left to finish");
    }
}
