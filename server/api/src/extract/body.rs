use super::BODY_LIMIT;
use crate::reply::Refusal;
use axum::extract::{
    FromRequest, Request,
    rejection::{BytesRejection, FailedToBufferBody},
};
use bytes::Bytes;
use model::Failure;
use wire::Message;

/// The body as one message of the API, whatever its Content-Type says: KFP's clients send that of JSON with everything.
pub(crate) struct Body<M>(pub(crate) M);

impl<M: Message, S: Send + Sync> FromRequest<S> for Body<M> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = Bytes::from_request(request, state).await.map_err(unread)?;
        Ok(Self(wire::parse("body", &bytes)?))
    }
}

fn unread(rejection: BytesRejection) -> Failure {
    match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            Failure::too_large(format!("the body is larger than the limit of {} MiB", BODY_LIMIT >> 20))
        }
        _ => Failure::invalid("the body ended before it was whole"),
    }
}
