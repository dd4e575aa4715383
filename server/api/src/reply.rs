//! The one place where a failure becomes a status and KFP's error body.

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use model::{Failure, FailureKind};
use serde::Serialize;

/// What a handler answers.
pub(crate) type Answer<T> = Result<Reply<T>, Refusal>;

const GRPC_CONTENT_TYPE: HeaderName = HeaderName::from_static("grpc-metadata-content-type");

/// 200 with a JSON body and the header that KFP's gateway adds.
pub(crate) struct Reply<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self.0)
    }
}

/// A failure on its way out. Internal causes go to the log here and no further.
pub(crate) struct Refusal(Failure);

impl<F: Into<Failure>> From<F> for Refusal {
    fn from(failure: F) -> Self {
        Self(failure.into())
    }
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'a str,
    code: i32,
    message: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    details: &'a [Detail<'a>],
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_details: Option<&'a str>,
}

#[derive(Serialize)]
struct Detail<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    code: i32,
    message: &'a str,
}

/// HTTP status and gRPC code. KFP's BadRequest is gRPC's Aborted, which its gateway shows as 409.
const fn codes(kind: FailureKind) -> (StatusCode, i32) {
    match kind {
        FailureKind::Invalid => (StatusCode::BAD_REQUEST, 3),
        FailureKind::Precondition => (StatusCode::BAD_REQUEST, 9),
        FailureKind::Unauthenticated => (StatusCode::UNAUTHORIZED, 16),
        FailureKind::Forbidden => (StatusCode::FORBIDDEN, 7),
        FailureKind::NotFound => (StatusCode::NOT_FOUND, 5),
        FailureKind::Exists => (StatusCode::CONFLICT, 6),
        FailureKind::Conflict => (StatusCode::CONFLICT, 10),
        FailureKind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, 8),
        FailureKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, 14),
        FailureKind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, 13),
    }
}

/// A failure as every door of this server answers it, also one that a layer before the doors refuses.
#[must_use]
pub fn refused(failure: Failure) -> Response {
    Refusal::from(failure).into_response()
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(failure) = self;
        match failure.kind {
            FailureKind::Internal => tracing::error!(cause = failure.cause, "the API failed"),
            FailureKind::Unavailable => tracing::warn!(cause = failure.cause, "{}", failure.message),
            _ => {}
        }
        let mut response = explained(&failure, false);
        response.extensions_mut().insert(Explained(failure));
        response
    }
}

/// The failure that a response tells of; lets [`raw`] tell it again.
#[derive(Clone)]
struct Explained(Failure);

fn explained(failure: &Failure, raw: bool) -> Response {
    let (status, code) = codes(failure.kind);
    let message = failure.message.as_str();
    let details = [Detail { kind: "type.googleapis.com/google.rpc.Status", code, message }];
    let also = raw.then_some(message);
    let body = ErrorBody { error: message, code, message, details: &details, error_message: also, error_details: also };
    let mut response = json(status, &body);
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// Uploads are not the gateway's in KFP: their errors have names of their own, and their answers lack its header.
/// Ours have both kinds of names.
pub(crate) async fn raw(response: Response) -> Response {
    let mut response = match response.extensions().get::<Explained>() {
        Some(Explained(failure)) => explained(failure, true),
        None => response,
    };
    response.headers_mut().remove(GRPC_CONTENT_TYPE);
    response
}

/// No such path.
pub(crate) async fn no_route() -> Response {
    bare(StatusCode::NOT_FOUND, 5, "Not Found")
}

/// The path is there for other methods; KFP's gateway says 501. A browser's preflight is no exception: this API is for
/// its own origin.
pub(crate) async fn no_method(request: Request) -> Response {
    let mut response = bare(StatusCode::NOT_IMPLEMENTED, 12, "Method Not Allowed");
    if request.method() == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

fn bare(status: StatusCode, code: i32, message: &str) -> Response {
    json(status, &ErrorBody { error: message, code, message, details: &[], error_message: None, error_details: None })
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(text) => (
            status,
            [
                (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
                (GRPC_CONTENT_TYPE, HeaderValue::from_static("application/grpc")),
            ],
            text,
        )
            .into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    async fn body(response: Response) -> Value {
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[tokio::test]
    async fn every_kind_of_failure_has_its_status_and_code() {
        let cases = [
            (Failure::invalid("m"), 400, 3),
            (Failure::precondition("m"), 400, 9),
            (Failure::unauthenticated("m"), 401, 16),
            (Failure::forbidden("m"), 403, 7),
            (Failure::not_found("Run", "7"), 404, 5),
            (Failure::exists("m"), 409, 6),
            (Failure::conflict("m"), 409, 10),
            (Failure::too_large("m"), 413, 8),
            (Failure::unavailable("m", "secret"), 503, 14),
            (Failure::internal("secret"), 500, 13),
        ];
        for (failure, status, code) in cases {
            let message = failure.message.clone();
            let response = Refusal::from(failure).into_response();
            assert_eq!(response.status(), status);
            assert_eq!(response.headers().contains_key("www-authenticate"), status == 401);
            let expected = json!({
                "error": message, "code": code, "message": message,
                "details": [{"@type": "type.googleapis.com/google.rpc.Status", "code": code, "message": message}],
            });
            assert_eq!(body(response).await, expected);
        }
    }

    #[tokio::test]
    async fn uploads_explain_themselves_in_both_ways() {
        let response = raw(Refusal::from(Failure::exists("taken")).into_response()).await;
        assert_eq!(response.status(), 409);
        assert!(!response.headers().contains_key("grpc-metadata-content-type"));
        let body = body(response).await;
        assert_eq!(
            (&body["error_message"], &body["message"], &body["code"]),
            (&json!("taken"), &json!("taken"), &json!(6))
        );
    }
}
