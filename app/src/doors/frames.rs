//! What pipelines made and a browser would run: HTML, and Markdown that may hold HTML. It is never part of a page of ours,
//! but a document of its own that the `sandbox` policy puts on an opaque origin: no cookie, no storage, no answer of
//! ours, no form, no window. It stays so when somebody opens the address by itself.

use super::{Doors, caller_of, query, refusal};
use authn::Caller;
use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use futures::TryStreamExt;
use http::{HeaderName, HeaderValue, header};
use model::{Failure, RunId};
use pulldown_cmark::{Options, Parser, html};

/// Scripts and styles may come from where pipelines' reports load theirs; nothing can be asked of anybody by script.
fn policy(frame_ancestors: &str) -> String {
    format!(
        "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' https: blob:; \
         style-src 'unsafe-inline' https:; img-src https: data: blob:; font-src https: data:; media-src https: data: blob:; \
         connect-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors {frame_ancestors}"
    )
}

/// `/frames/{run}?uri=&as=html|markdown`
pub(super) async fn show(State(doors): State<Doors>, request: Request) -> Response {
    let caller = caller_of(&request);
    let (run, uri, kind) = asked(&request);
    match document(&doors, caller, &run, &uri, &kind).await {
        Ok(body) => {
            let mut response = body.into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
            headers.insert(
                HeaderName::from_static("permissions-policy"),
                HeaderValue::from_static("camera=(), microphone=(), geolocation=()"),
            );
            match HeaderValue::from_str(&policy(&doors.site.frame_ancestors)) {
                Ok(policy) => {
                    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
                    response
                }
                // Without its policy nothing is shown.
                Err(error) => refusal(Failure::internal(error)),
            }
        }
        Err(failure) => refusal(failure),
    }
}

/// The run, and of its artifact the address and how to show it.
fn asked(request: &Request) -> (String, String, String) {
    let run = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
    let value = |key: &str| query::value(request.uri().query(), key).unwrap_or_default();
    (run, value("uri"), value("as"))
}

async fn document(
    doors: &Doors,
    caller: Result<Caller, Failure>,
    run: &str,
    uri: &str,
    kind: &str,
) -> Result<Body, Failure> {
    let (caller, run) = (caller?, RunId::parse(run)?);
    let content = doors.service.shown_artifact(&caller, run, uri).await?;
    match kind {
        "html" => Ok(Body::from_stream(content.bytes)),
        "markdown" => {
            let pieces: Vec<_> = content.bytes.try_collect().await.map_err(Failure::internal)?;
            Ok(Body::from(rendered(&String::from_utf8_lossy(&pieces.concat()))))
        }
        other => Err(Failure::invalid(format!("as is {other:?}: expected html or markdown"))),
    }
}

fn rendered(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut page = String::from(
        "<!doctype html><meta charset=\"utf-8\"><style>:root{color-scheme:light dark;font:16px/1.6 system-ui,sans-serif}\
         body{margin:1rem;max-width:48rem}pre{overflow:auto}table{border-collapse:collapse}td,th{border:1px solid;padding:.2em .6em}</style>",
    );
    html::push_html(&mut page, Parser::new_ext(markdown, options));
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_a_document() {
        let page = rendered("# Loss\n\n| a | b |\n|---|---|\n| 1 | 2 |\n");
        assert!(page.starts_with("<!doctype html>") && page.contains("<h1>Loss</h1>") && page.contains("<td>1</td>"));
    }

    #[test]
    fn the_policy_gives_no_origin() {
        let policy = policy("'self'");
        assert!(policy.starts_with("sandbox allow-scripts;") && !policy.contains("allow-same-origin"));
        assert!(policy.contains("connect-src 'none'") && policy.ends_with("frame-ancestors 'self'"));
    }
}
