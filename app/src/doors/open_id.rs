use super::{Doors, base_of, from_of, local_path, log, query, redirect};
use crate::namespace::Base;
use axum::{
    extract::{Request, State},
    response::Response,
};
use http::{HeaderMap, HeaderValue, header};
use model::Failure;

/// `/sign-in/openid?next=`: on to the provider.
pub(super) async fn depart(State(doors): State<Doors>, request: Request) -> Response {
    let base = base_of(&request);
    let next = local_path(&query::value(request.uri().query(), "next").unwrap_or_default());
    // The provider sends everybody back to one address, wherever they came from.
    match doors.accounts.begin_open_id(&base.href(&next)).await {
        Ok(departure) => {
            let mut response = redirect(&Base::default(), &departure.location);
            cookie(response.headers_mut(), &departure.set_cookie);
            response
        }
        Err(failure) => back(&base, &failure),
    }
}

/// `/sign-in/openid/done?code=&state=`: back from it.
pub(super) async fn arrive(State(doors): State<Doors>, request: Request) -> Response {
    let base = base_of(&request);
    let value = |request: &Request, key: &str| query::value(request.uri().query(), key).unwrap_or_default();
    let (code, state, from) = (value(&request, "code"), value(&request, "state"), from_of(&request));
    match doors.accounts.finish_open_id(request.headers(), from, &code, &state).await {
        Ok(arrival) => {
            let mut response = redirect(&Base::default(), &local_path(&arrival.next));
            cookie(response.headers_mut(), &arrival.clear_cookie);
            cookie(response.headers_mut(), &arrival.session.set_cookie());
            response
        }
        Err(failure) => back(&base, &failure),
    }
}

fn cookie(headers: &mut HeaderMap, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.append(header::SET_COOKIE, value);
    }
}

/// The sign-in page says that it did not work; the log says why.
fn back(base: &Base, failure: &Failure) -> Response {
    log(failure);
    tracing::info!("nobody signed in with the OpenID provider: {failure}");
    redirect(base, "/sign-in?refused=yes")
}
