use super::{Doors, caller_of, query, refusal};
use crate::figures::text::whole_characters;
use authn::Caller;
use axum::{
    body::Body,
    extract::{Request, State},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use http::header;
use model::{Failure, RunId, TaskId};
use std::{convert::Infallible, time::Duration};

struct Asked {
    caller: Caller,
    run: RunId,
    task: TaskId,
    offset: u64,
}

impl Asked {
    /// The offset is the last event's id when a browser takes a cut stream up again.
    fn read(request: &Request) -> Result<Self, Failure> {
        let caller = caller_of(request)?;
        let mut segments = request.uri().path().split('/').skip_while(|segment| *segment != "logs").skip(1);
        let run = RunId::parse(segments.next().unwrap_or_default())?;
        let task = TaskId::parse(segments.next().unwrap_or_default())?;
        let resumed = request.headers().get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
        let text = resumed.or_else(|| query::value(request.uri().query(), "offset")).unwrap_or_else(|| "0".to_owned());
        let offset = text
            .parse()
            .map_err(|_| Failure::invalid(format!("offset {text:?} is not an offset: expected a number of bytes")))?;
        Ok(Self { caller, run, task, offset })
    }
}

/// `/logs/{run}/{task}?offset=`: the log as it grows. Each event's id is the offset at which the next one begins.
pub(super) async fn stream(State(doors): State<Doors>, request: Request) -> Response {
    let asked = match Asked::read(&request) {
        Ok(asked) => asked,
        Err(failure) => return refusal(failure),
    };
    match doors.service.follow_log(&asked.caller, asked.run, asked.task, asked.offset).await {
        Ok(chunks) => {
            let chunks = chunks.map(|chunk| (chunk.next_offset, chunk.bytes));
            let pieces = pieces(chunks)
                .map(|(offset, text)| Event::default().id(offset.to_string()).json_data(text).unwrap_or_default());
            let end = Event::default().event("end").data("");
            let stream = pieces.chain(stream::once(async { end })).map(Ok::<_, Infallible>);
            Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response()
        }
        Err(failure) => refusal(failure),
    }
}

/// The log so far as a file, for downloads and for readers without script.
pub(super) async fn text(State(doors): State<Doors>, request: Request) -> Response {
    let asked = match Asked::read(&request) {
        Ok(asked) => asked,
        Err(failure) => return refusal(failure),
    };
    match doors.service.read_log(&asked.caller, asked.run, asked.task, asked.offset).await {
        Ok(bytes) => (
            [
                (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::CACHE_CONTROL, "no-store"),
            ],
            Body::from(bytes),
        )
            .into_response(),
        Err(failure) => refusal(failure),
    }
}

/// Text of whole characters, with the offset after it: a character that is cut in two waits for its rest.
fn pieces(chunks: impl Stream<Item = (u64, Bytes)> + Send + Unpin) -> impl Stream<Item = (u64, String)> + Send {
    let start = (chunks, Vec::new(), 0);
    stream::unfold(start, |(mut chunks, mut rest, mut end)| async move {
        loop {
            let Some((next, bytes)) = chunks.next().await else {
                let text = String::from_utf8_lossy(&rest).into_owned();
                return (!rest.is_empty()).then_some(((end, text), (chunks, Vec::new(), end)));
            };
            rest.extend_from_slice(&bytes);
            end = next;
            let (text, left) = whole_characters(&rest);
            if !text.is_empty() {
                let offset = end.saturating_sub(u64::try_from(left.len()).unwrap_or_default());
                return Some(((offset, text), (chunks, left, end)));
            }
            rest = left;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_character_that_is_cut_waits_for_its_rest() {
        let chunks = [(2, Bytes::from_static(b"a\xc3")), (4, Bytes::from_static(b"\xa9b"))];
        let told: Vec<_> = pieces(stream::iter(chunks)).collect().await;
        assert_eq!(told, vec![(1, "a".to_owned()), (4, "\u{e9}b".to_owned())]);
    }

    #[tokio::test]
    async fn bytes_that_are_no_text_are_shown_as_such() {
        let told: Vec<_> = pieces(stream::iter([(3, Bytes::from_static(b"a\xffb"))])).collect().await;
        assert_eq!(told, vec![(3, "a\u{fffd}b".to_owned())]);
        let cut: Vec<_> = pieces(stream::iter([(1, Bytes::from_static(b"\xc3"))])).collect().await;
        assert_eq!(cut, vec![(1, "\u{fffd}".to_owned())]);
    }
}
