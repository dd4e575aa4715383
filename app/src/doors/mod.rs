//! The server's side: the router of everything that is not REST, and what server functions need of a request.
//!
//! A door finds the caller (`authn::Identified`, put there by one middleware in wiring), calls the service, converts.
//! It has no rule of its own.

mod events;
mod frames;
mod logs;
mod open_id;
mod pages;
mod query;
mod upload;

use crate::{
    failure::{Trouble, status},
    namespace::Base,
    shell::Site,
};
use authn::{Accounts, Caller, Identified, Peer};
use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, OriginalUri, Request, State},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use model::{Clock, Failure, Namespace, Timestamp};
use service::Service;
use std::sync::Arc;

/// What the doors open to.
#[derive(Clone)]
pub struct Doors {
    pub service: Service,
    pub accounts: Accounts,
    pub clock: Arc<dyn Clock>,
    /// The names of the files that a browser loads.
    pub site: Arc<Site>,
}

/// The largest body of an upload, with room for the form around it; the service has its own, smaller limit.
const UPLOAD_LIMIT: usize = 34 * 1024 * 1024;

/// Pages, server functions, event streams, log streams and uploads; everything else falls to the pages, which answer
/// 404. Works at `/` and nested under any prefix alike: the base is derived from the request.
///
/// The files of the site (`/pkg`, the icons) and the REST API are not in it.
pub fn router(doors: Doors) -> Router {
    Router::new()
        .route("/events", get(events::stream))
        .route("/logs/{run}/{task}", get(logs::stream))
        .route("/logs/{run}/{task}/text", get(logs::text))
        .route("/frames/{run}", get(frames::show))
        .route("/sign-in/openid", get(open_id::depart))
        .route("/sign-in/openid/done", get(open_id::arrive))
        .route("/upload", post(upload::receive).layer(DefaultBodyLimit::max(UPLOAD_LIMIT)))
        .route("/_fn/{*name}", any(server_function))
        .fallback(pages::page)
        .with_state(doors)
}

async fn server_function(State(doors): State<Doors>, request: Request) -> Response {
    let base = base_of(&request);
    leptos_axum::handle_server_fns_with_context(move || doors.provide(&base), request).await.into_response()
}

impl Doors {
    fn provide(&self, base: &Base) {
        provide_context(self.service.clone());
        provide_context(self.accounts.clone());
        provide_context(Arc::clone(&self.clock));
        provide_context(Arc::clone(&self.site));
        provide_context(base.clone());
    }
}

/// What the browser's path has before the path that our routes see.
fn base_of(request: &Request) -> Base {
    let seen = request.uri().path();
    let whole = request.extensions().get::<OriginalUri>().map_or(seen, |original| original.path());
    let base = whole.strip_suffix(seen).or_else(|| whole.strip_suffix('/')).unwrap_or_default();
    Base::new(if seen == "/" { whole.trim_end_matches('/') } else { base })
}

fn from_of(request: &Request) -> Option<std::net::IpAddr> {
    request.extensions().get::<Peer>().map(|Peer(peer)| *peer)
}

fn caller_of(request: &Request) -> Result<Caller, Failure> {
    match request.extensions().get::<Identified>() {
        Some(Identified(identified)) => identified.clone(),
        None => Err(Failure::unauthenticated("No identity came with the request.")),
    }
}

/// A failure as the whole answer of a door that is not a page.
fn refusal(failure: Failure) -> Response {
    log(&failure);
    let trouble = Trouble::from(failure);
    let code = StatusCode::from_u16(status(trouble.kind)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json(code, &trouble)
}

fn json(status: StatusCode, value: &impl serde::Serialize) -> Response {
    let text = serde_json::to_string(value).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
}

fn log(failure: &Failure) {
    if let Some(cause) = &failure.cause {
        tracing::error!(kind = ?failure.kind, cause, "a page's question failed");
    }
}

// What server functions ask of their request.

/// The service and the caller.
pub(crate) fn enter() -> Result<(Service, Caller), Trouble> {
    identified()?.map_err(refuse)
}

/// Like [`enter`], for a question that every page asks: that nobody is signed in is no failure of the sign-in page.
pub(crate) fn enter_quietly() -> Result<(Service, Caller), Trouble> {
    let own_door = use_context::<Parts>().is_some_and(|parts| parts.uri.path().starts_with("/_fn/"));
    identified()?.map_err(|failure| if own_door { refuse(failure) } else { Trouble::from(failure) })
}

fn identified() -> Result<Result<(Service, Caller), Failure>, Trouble> {
    let service = use_context::<Service>().ok_or_else(no_request)?;
    let parts = use_context::<Parts>().ok_or_else(no_request)?;
    let caller = match parts.extensions.get::<Identified>() {
        Some(Identified(identified)) => identified.clone(),
        None => Err(Failure::unauthenticated("No identity came with the request.")),
    };
    Ok(caller.map(|caller| (service, caller)))
}

pub(crate) fn accounts() -> Result<Accounts, Trouble> {
    use_context::<Accounts>().ok_or_else(no_request)
}

fn no_request() -> Trouble {
    refuse(Failure::internal("a server function ran outside a request"))
}

/// Turns a failure into the answer's true status and into what a person may read.
pub(crate) fn refuse(failure: Failure) -> Trouble {
    log(&failure);
    let trouble = Trouble::from(failure);
    // A form that was posted without script is sent back to its page, with the failure in the address.
    let plain_form =
        use_context::<Parts>().is_some_and(|parts| parts.method == http::Method::POST && wants_html(&parts.headers));
    if let (false, Some(response)) = (plain_form, use_context::<ResponseOptions>())
        && let Ok(code) = StatusCode::from_u16(status(trouble.kind))
    {
        response.set_status(code);
    }
    trouble
}

fn wants_html(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

pub(crate) fn set_cookie(value: &str) {
    if let (Some(response), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(value)) {
        response.append_header(header::SET_COOKIE, value);
    }
}

/// Sends the browser on to a path below the base.
pub(crate) fn go(path: &str) {
    let base = use_context::<Base>().unwrap_or_default();
    let path = base.href(path);
    if HeaderValue::from_str(&path).is_ok() {
        leptos_axum::redirect(&path);
    }
}

/// A path of ours from text that came with a request: never another site.
pub(crate) fn local_path(text: &str) -> String {
    let local = text.starts_with('/')
        && !text.starts_with("//")
        && !text.contains('\\')
        && text.chars().all(|c| c.is_ascii_graphic());
    if local { text.to_owned() } else { "/".to_owned() }
}

pub(crate) fn headers() -> HeaderMap {
    use_context::<Parts>().map(|parts| parts.headers).unwrap_or_default()
}

/// The address that the request came from.
pub(crate) fn peer() -> Option<std::net::IpAddr> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<Peer>().map(|Peer(peer)| *peer))
}

pub(crate) fn now() -> Timestamp {
    use_context::<Arc<dyn Clock>>().map_or(Timestamp::ZERO, |clock| clock.now())
}

/// The value of a cookie of the request at hand.
pub(crate) fn cookie(name: &str) -> Option<String> {
    cookie_in(&headers(), name)
}

fn cookie_in(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}

/// The namespace that this browser used last.
pub(crate) fn last_namespace(headers: &HeaderMap) -> Option<Namespace> {
    cookie_in(headers, pages::LAST_NAMESPACE).and_then(|value| Namespace::parse(&value).ok())
}

fn redirect(base: &Base, path: &str) -> Response {
    let target = HeaderValue::from_str(&base.href(path)).unwrap_or_else(|_| HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, target)], Body::empty()).into_response()
}
