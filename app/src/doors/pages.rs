use super::{Doors, base_of, caller_of, from_of, local_path, query, redirect};
use crate::{routes::Place, shell::shell};
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, Method, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The cookie that remembers where this browser was last.
pub(super) const LAST_NAMESPACE: &str = "mooring-namespace";

/// Every page. Who is not signed in goes to the sign-in page first and comes back afterwards.
pub(super) async fn page(State(doors): State<Doors>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, "This address is a page: expected GET.\n").into_response();
    }
    let base = base_of(&request);
    let place = Place::parse(request.uri().path());
    if place == Place::SignIn
        && let Some(secret) = query::value(request.uri().query(), "link")
    {
        return match doors.accounts.redeem_link(&secret, from_of(&request)).await {
            Ok(session) => {
                let next = query::value(request.uri().query(), "next").unwrap_or_default();
                let mut response = redirect(&base, &local_path(&next));
                if let Ok(cookie) = HeaderValue::from_str(&session.set_cookie()) {
                    response.headers_mut().append(header::SET_COOKIE, cookie);
                }
                response
            }
            Err(_) => redirect(&base, "/sign-in?used=yes"),
        };
    }
    match (caller_of(&request).is_ok(), &place) {
        (false, Place::SignIn) => {}
        (false, _) => {
            let asked = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
            let next = utf8_percent_encode(asked, NON_ALPHANUMERIC);
            return redirect(&base, &format!("/sign-in?next={next}"));
        }
        (true, Place::SignIn) => return redirect(&base, "/"),
        (true, _) => {}
    }
    let remember = place.namespace().map(|namespace| {
        format!("{LAST_NAMESPACE}={namespace}; Path={}/; Max-Age=31536000; SameSite=Lax", base.as_str())
    });
    let framed = request.headers().get("sec-fetch-dest").is_some_and(|dest| dest == "iframe");
    let site = doors.site.clone();
    let render = leptos_axum::render_app_async_with_context(move || doors.provide(&base), move || shell(&site, framed));
    let mut response = render(request).await;
    // That nobody is signed in is no failure of the page where one signs in.
    if place == Place::SignIn {
        *response.status_mut() = StatusCode::OK;
    }
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = remember.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}
