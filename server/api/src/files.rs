//! Artifacts and logs as files, at the addresses that KFP's UI server has for them. A `namespace` in the query is read
//! past: the record of the run that made it says whose a thing is.

use crate::{
    extract::{Known, Query, Segments},
    reply::Refusal,
};
use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use model::{Failure, FailureKind, RunId, TaskId};
use service::Service;
use std::ops::Range;

/// `/artifacts/get?source=minio&bucket=...&key=...`, with `peek` for the first bytes.
pub(crate) async fn get(
    State(service): State<Service>,
    Known(caller): Known,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let uri = uri_of(query.text("source")?, query.text("bucket")?, query.text("key")?)?;
    serve(&service, &caller, &uri, peek(&query)?, &headers).await
}

/// `/artifacts/{source}/{bucket}/{key}`.
pub(crate) async fn by_path(
    State(service): State<Service>,
    Known(caller): Known,
    path: Segments,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let uri = uri_of(path.named("source")?, path.named("bucket")?, path.named("key")?)?;
    serve(&service, &caller, &uri, peek(&query)?, &headers).await
}

/// Only our own store has artifacts: nobody is sent to fetch anything from elsewhere with the server's hands.
fn uri_of(source: &str, bucket: &str, key: &str) -> Result<String, Failure> {
    for (name, value) in [("source", source), ("bucket", bucket), ("key", key)] {
        if value.is_empty() {
            return Err(Failure::invalid(format!("{name} is missing: expected source, bucket and key")));
        }
    }
    if key.len() > 1024 {
        return Err(Failure::invalid(format!("key has {} bytes: expected 1024 at most", key.len())));
    }
    if source != "minio" {
        return Err(Failure::invalid(format!("source {source:?}: expected minio, where the artifacts of runs are")));
    }
    Ok(format!("{source}://{bucket}/{key}"))
}

fn peek(query: &Query) -> Result<Option<u64>, Failure> {
    let wrong = |text: &str| Failure::invalid(format!("peek is {text:?}: expected a number of bytes"));
    match query.text("peek")? {
        "" | "0" => Ok(None),
        text => text.parse().map(Some).map_err(|_| wrong(text)),
    }
}

async fn serve(
    service: &Service,
    caller: &authn::Caller,
    uri: &str,
    peek: Option<u64>,
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    // Its size, or that it is a directory.
    let size = match service.artifact_content(caller, uri, Some(0..0)).await {
        Ok(content) => content.size,
        Err(failure) if failure.kind == FailureKind::Invalid => return directory(service, caller, uri, peek).await,
        Err(failure) => return Err(failure.into()),
    };
    let range = headers.get(header::RANGE).filter(|_| peek.is_none());
    let (status, range) = match range.and_then(|range| asked(range, size)) {
        Some(Ok(range)) => (StatusCode::PARTIAL_CONTENT, range),
        Some(Err(())) => {
            let whole = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, whole).into_response());
        }
        None => (StatusCode::OK, 0..peek.unwrap_or(size).min(size)),
    };
    let content = service.artifact_content(caller, uri, Some(range.clone())).await?;
    let mut response = (status, file_headers(uri, "")).into_response();
    let fields = response.headers_mut();
    fields.insert(header::CONTENT_LENGTH, (range.end - range.start).into());
    fields.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if status == StatusCode::PARTIAL_CONTENT {
        let part = format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1));
        fields.insert(header::CONTENT_RANGE, HeaderValue::try_from(part).map_err(Failure::internal)?);
    }
    *response.body_mut() = Body::from_stream(content.bytes);
    Ok(response)
}

/// A directory comes as one tar.gz; a peek at it is a line that says what it is.
async fn directory(
    service: &Service,
    caller: &authn::Caller,
    uri: &str,
    peek: Option<u64>,
) -> Result<Response, Refusal> {
    if peek.is_some() {
        let entries = service.artifact_entries(caller, uri).await?;
        let bytes: u64 = entries.iter().map(|entry| entry.size).sum();
        let text = format!("a directory of {} files with {bytes} bytes\n", entries.len());
        return Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response());
    }
    let archive = service.artifact_archive(caller, uri).await?;
    Ok((file_headers(uri, ".tar.gz"), Body::from_stream(archive)).into_response())
}

/// Never shown as a page of ours: what steps wrote is a stranger's text.
fn file_headers(uri: &str, ending: &str) -> [(http::HeaderName, String); 2] {
    let name = uri.trim_end_matches('/').rsplit('/').next().unwrap_or("artifact");
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}{ending}\"")),
    ]
}

/// One range of bytes. `None` for what is no such range, which then does not count; `Err` for one beyond the end.
fn asked(range: &HeaderValue, size: u64) -> Option<Result<Range<u64>, ()>> {
    let (first, last) = range.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    let range = match (first.trim(), last.trim()) {
        ("", last) => {
            let length: u64 = last.parse().ok()?;
            size.saturating_sub(length)..size
        }
        (first, "") => first.parse().ok()?..size,
        (first, last) => {
            let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(size)
        }
    };
    Some(if range.start < range.end { Ok(range) } else { Err(()) })
}

/// `/k8s/pod/logs?podname=...&runid=...`: the pod's name is the task's id. `podnamespace` is read past.
pub(crate) async fn pod_log(
    State(service): State<Service>,
    Known(caller): Known,
    query: Query,
) -> Result<Response, Refusal> {
    let pod = match query.text("podname")? {
        "" => return Err(Failure::invalid("podname argument is required").into()),
        pod => pod,
    };
    let run = match query.text("runid")? {
        "" => None,
        run => Some(RunId::parse(run)?),
    };
    log(&service, &caller, run, pod).await
}

/// `/apis/v1alpha1/runs/{run_id}/nodes/{node_id}/log`.
pub(crate) async fn node_log(
    State(service): State<Service>,
    Known(caller): Known,
    path: Segments,
) -> Result<Response, Refusal> {
    let run = RunId::parse(path.named("run_id")?)?;
    log(&service, &caller, Some(run), path.named("node_id")?).await
}

async fn log(service: &Service, caller: &authn::Caller, run: Option<RunId>, node: &str) -> Result<Response, Refusal> {
    let task = match (TaskId::parse(node), run) {
        (Ok(task), _) => task,
        (Err(failure), None) => return Err(failure.into()),
        // Whoever may not see the run learns nothing of its nodes.
        (Err(failure), Some(run)) => {
            service.run(caller, run).await?;
            return Err(failure.into());
        }
    };
    let log = service.whole_log(caller, run, task).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], Body::from_stream(log)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_browsers_send_them() {
        let asked = |text: &str| asked(&HeaderValue::try_from(text).unwrap(), 10);
        for (text, range) in [("bytes=0-3", 0..4), ("bytes=4-", 4..10), ("bytes=-3", 7..10), ("bytes=8-99", 8..10)] {
            assert_eq!(asked(text), Some(Ok(range)), "{text}");
        }
        assert_eq!(asked("bytes=-99"), Some(Ok(0..10)));
        for beyond in ["bytes=10-", "bytes=10-11", "bytes=-0"] {
            assert_eq!(asked(beyond), Some(Err(())), "{beyond}");
        }
        for none in ["bytes=3-1", "bytes=a-b", "lines=1-2", "bytes=1-2,4-5", "bytes=-"] {
            assert_eq!(asked(none), None, "{none}");
        }
    }

    #[test]
    fn names_of_files_are_plain() {
        let [_, (_, disposition)] = file_headers("minio://mlpipeline/a/b\"\r\nc é", ".tar.gz");
        assert_eq!(disposition, "attachment; filename=\"b___c__.tar.gz\"");
    }
}
