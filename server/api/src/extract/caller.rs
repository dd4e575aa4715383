use crate::reply::Refusal;
use authn::{Caller, Identified};
use axum::extract::FromRequestParts;
use http::request::Parts;
use model::Failure;

/// Somebody whose identity is checked; 401 for everybody else. Always a handler's first argument but the service.
pub(crate) struct Known(pub(crate) Caller);

impl<S: Send + Sync> FromRequestParts<S> for Known {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        match parts.extensions.get::<Identified>() {
            Some(Identified(Ok(caller))) => Ok(Self(caller.clone())),
            Some(Identified(Err(failure))) => Err(failure.clone().into()),
            None => Err(Failure::unauthenticated("nobody is signed in").into()),
        }
    }
}
