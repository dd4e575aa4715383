use crate::reply::Refusal;
use axum::extract::{FromRequestParts, RawPathParams};
use http::{Method, request::Parts};
use model::Failure;
use std::str::FromStr;

/// The id that ends the path, without the `:verb` that may follow it. Earlier ids on the path name parents, which KFP
/// does not compare and we do not need: an object knows where it is.
pub(crate) struct Id<T>(pub(crate) T);

impl<T: FromStr<Err = Failure>, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Name(text) = Name::from_request_parts(parts, state).await?;
        // Only POST has verbs, and no id has a colon.
        let id = match text.split_once(':') {
            Some((id, _verb)) if parts.method == Method::POST => id,
            _ => &text,
        };
        Ok(Self(id.parse()?))
    }
}

/// The text that ends the path.
pub(crate) struct Name(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Failure::invalid("the path is not UTF-8 after decoding"))?;
        match params.iter().last() {
            Some((_, text)) if text.contains('\0') => Err(Failure::invalid("the path holds a NUL character").into()),
            Some((_, text)) => Ok(Self(text.to_owned())),
            None => Err(Failure::internal("a route without parameters was asked for one").into()),
        }
    }
}

/// All that the path names, for doors that must know more than its end.
pub(crate) struct Segments(Vec<(String, String)>);

impl Segments {
    pub(crate) fn named(&self, name: &str) -> Result<&str, Failure> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, text)| text.as_str()).ok_or_else(|| Failure::internal(format!("the route has no {name}")))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Segments {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Failure::invalid("the path is not UTF-8 after decoding"))?;
        let params: Vec<_> = params.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
        if params.iter().any(|(_, text)| text.contains('\0')) {
            return Err(Failure::invalid("the path holds a NUL character").into());
        }
        Ok(Self(params))
    }
}
