//! The router's manners, on doors of the tests' own; what the real doors answer is asked of a whole server elsewhere.

use super::*;
use crate::{
    extract::{Body, Id, Known, Name, Query, Segments, UPLOAD_LIMIT, Uploaded},
    reply::{Answer, Reply},
};
use axum::{
    body::to_bytes,
    routing::{get, post},
};
use http::StatusCode;
use model::{ExperimentId, Failure};
use serde_json::{Value, json};
use wire::v2beta1::{Empty, Experiment};

const ID: &str = "00000000-0000-4000-8000-000000000001";

async fn told(Id(id): Id<ExperimentId>) -> String {
    id.to_string()
}

fn site() -> Router {
    let known = async |_: Known, _: Body<Experiment>| Reply(Empty {});
    let body = async |Body(experiment): Body<Experiment>| Reply(experiment);
    let query = async |query: Query| -> Answer<Value> {
        let listing = query.listing()?;
        Ok(Reply(json!({ "size": listing.page_size, "namespace": query.text("namespace")? })))
    };
    let upload = async |Uploaded(file): Uploaded| format!("{} {}", file.file_name, file.bytes.len());
    let broken = async || -> Answer<Empty> { Err(Failure::internal("the secret cause").into()) };
    assemble(vec![
        (Method::POST, "/apis/things", post(body)),
        (Method::GET, "/apis/things", get(query)),
        (Method::GET, "/apis/things/{id}", get(told)),
        (Method::POST, "/apis/things/{id}:archive", post(async |Id(id): Id<ExperimentId>| format!("archived {id}"))),
        (
            Method::POST,
            "/apis/things/{id}:unarchive",
            post(async |Id(id): Id<ExperimentId>| format!("unarchived {id}")),
        ),
        (Method::GET, "/apis/things/names/{name}", get(async |Name(name): Name| name)),
        (Method::POST, "/apis/things/upload", post(upload).layer(map_response(reply::raw))),
        (Method::POST, "/apis/secrets", post(known)),
        (
            Method::GET,
            "/apis/things/{id}/parts/{name}:read",
            get(async |path: Segments| {
                format!("{} of {}", path.named("name").unwrap_or_default(), path.named("id").unwrap_or_default())
            }),
        ),
        (Method::GET, "/apis/broken", get(broken)),
    ])
}

async fn ask(method: &str, path: &str, content_type: &str, body: impl Into<axum::body::Body>) -> (StatusCode, String) {
    let request = Request::builder().method(method).uri(path).header("content-type", content_type);
    let response = site().oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

async fn code(method: &str, path: &str, body: impl Into<axum::body::Body>) -> (u16, i64) {
    let (status, text) = ask(method, path, "application/json", body).await;
    let body: Value = serde_json::from_str(&text).unwrap();
    (status.as_u16(), body["code"].as_i64().unwrap_or_default())
}

fn form(name: &str, file_name: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n\r\n");
    [head.as_bytes(), content, b"\r\n"].concat()
}

async fn upload(parts: &[Vec<u8>]) -> (StatusCode, String) {
    let body = [parts.concat().as_slice(), b"--x--\r\n"].concat();
    ask("POST", "/apis/things/upload", "multipart/form-data; boundary=x", body).await
}

#[test]
fn no_route_is_listed_twice() {
    let mut seen = std::collections::HashSet::new();
    assert!(ROUTES.iter().all(|route| seen.insert((route.method.clone(), route.path))));
}

#[tokio::test]
async fn both_prefixes_lead_to_the_same_door() {
    for prefix in PREFIXES {
        let (status, text) = ask("GET", &format!("{prefix}/apis/things/{ID}"), "application/json", "{not read").await;
        assert_eq!((status, text.as_str()), (StatusCode::OK, ID));
    }
}

#[tokio::test]
async fn verbs_share_the_segment_of_the_id() {
    for (path, expected) in [
        (format!("/apis/things/{ID}:archive"), format!("archived {ID}")),
        (format!("/apis/things/{ID}:unarchive"), format!("unarchived {ID}")),
        (format!("/apis/things/{ID}%3Aarchive"), format!("archived {ID}")),
    ] {
        let (status, text) = ask("POST", &path, "application/json", "").await;
        assert_eq!((status, text), (StatusCode::OK, expected));
    }
    assert_eq!(code("POST", &format!("/apis/things/{ID}:explode"), "").await, (404, 5));
    assert_eq!(code("POST", &format!("/apis/things/{ID}"), "").await, (501, 12));
    assert_eq!(code("GET", &format!("/apis/things/{ID}:archive"), "").await, (404, 5));
    assert_eq!(code("POST", "/apis/things/nope:archive", "").await, (404, 5));
    let (status, text) = ask("GET", &format!("/apis/things/{ID}/parts/a:read"), "application/json", "").await;
    assert_eq!((status, text), (StatusCode::OK, format!("a:read of {ID}")));
    assert_eq!(code("GET", &format!("/apis/things/{ID}/parts/a:write"), "").await, (404, 5));
    assert_eq!(code("POST", &format!("/apis/things/{ID}/parts/a:read"), "").await, (501, 12));
}

#[tokio::test]
async fn names_keep_their_colons() {
    let (_, text) = ask("GET", "/apis/things/names/a:b%20c%2Fd", "application/json", "").await;
    assert_eq!(text, "a:b c/d");
    assert_eq!(code("GET", "/apis/things/names/%FF", "").await, (400, 3));
}

#[tokio::test]
async fn other_paths_are_404_and_other_methods_501() {
    for prefix in PREFIXES {
        for path in ["/apis", "/apis/", "/apis/nothing", "/apis/things/", "/apis/v9/things"] {
            assert_eq!(code("GET", &format!("{prefix}{path}"), "").await, (404, 5), "{path}");
        }
        for method in ["PUT", "PATCH", "DELETE", "OPTIONS"] {
            assert_eq!(code(method, &format!("{prefix}/apis/things"), "").await, (501, 12), "{method}");
        }
    }
    let (status, text) = ask("GET", "/apis/nothing", "application/json", "").await;
    assert_eq!((status.as_u16(), text.as_str()), (404, r#"{"error":"Not Found","code":5,"message":"Not Found"}"#));
}

#[tokio::test]
async fn nobody_learns_nothing_not_even_that_the_body_is_bad() {
    for body in ["{}", "{broken", ""] {
        assert_eq!(code("POST", "/apis/secrets", body).await, (401, 16));
    }
}

#[tokio::test]
async fn the_cause_of_our_own_failures_is_not_told() {
    let (status, text) = ask("GET", "/apis/broken", "application/json", "").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(text.contains("Internal Server Error") && !text.contains("secret"));
}

#[tokio::test]
async fn bodies_are_read_whatever_their_type_says() {
    for content_type in ["application/json", "text/plain", "nonsense"] {
        let (status, text) = ask("POST", "/apis/things", content_type, r#"{"displayName":"é"}"#).await;
        assert_eq!((status, text.as_str()), (StatusCode::OK, r#"{"display_name":"é"}"#));
    }
    assert_eq!(code("POST", "/apis/things", "{").await, (400, 3));
    assert_eq!(code("POST", "/apis/things", b"{\"display_name\":\"\xff\"}".to_vec()).await, (400, 3));
    assert_eq!(code("POST", "/apis/things", "[".repeat(100_000)).await, (400, 3));
    let (status, text) = ask("POST", "/apis/things", "application/json", vec![b' '; BODY_LIMIT + 1]).await;
    assert!(status == StatusCode::PAYLOAD_TOO_LARGE && text.contains("33 MiB"), "{text}");
}

#[tokio::test]
async fn queries_are_checked_by_name() {
    let (_, text) = ask("GET", "/apis/things?pageSize=500&namespace=&unknown=1", "application/json", "").await;
    assert_eq!(text, r#"{"size":200,"namespace":""}"#);
    for (query, named) in [
        ("page_size=abc", "page_size"),
        ("page_size=-1", "page_size"),
        ("sort_by=name+sideways", "sort_by"),
        ("filter=%7B", "filter"),
        ("namespace=a&namespace=b", "namespace"),
        ("namespace=%FF", "namespace"),
    ] {
        let (status, text) = ask("GET", &format!("/apis/things?{query}"), "application/json", "").await;
        assert!(status == StatusCode::BAD_REQUEST && text.contains(named), "{query}: {text}");
    }
}

#[tokio::test]
async fn one_file_is_uploaded_under_its_own_name() {
    for name in ["p.yaml", "/tmp/p.yaml", r"C:\\files\\p.yaml"] {
        let other = b"--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n".to_vec();
        let (status, text) = upload(&[other, form("uploadfile", name, b"a: 1")]).await;
        assert_eq!((status, text.as_str()), (StatusCode::OK, "p.yaml 4"));
    }
}

#[tokio::test]
async fn what_is_no_upload_is_explained_in_both_ways() {
    let file = form("uploadfile", "p.yaml", b"a: 1");
    let without_name = b"--x\r\nContent-Disposition: form-data; name=\"uploadfile\"\r\n\r\na: 1\r\n".to_vec();
    for (parts, expected) in [
        (vec![], "missing"),
        (vec![form("file", "p.yaml", b"a: 1")], "missing"),
        (vec![file.clone(), file.clone()], "more than once"),
        (vec![form("uploadfile", "p.yaml", b"")], "empty file"),
        (vec![without_name], "file name"),
        (vec![b"no part at all".to_vec()], "missing"),
        (vec![b"--x\r\nno header\r\n\r\n".to_vec()], "cannot be read"),
    ] {
        let (status, text) = upload(&parts).await;
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status.as_u16(), &body["code"]), (400, &json!(3)), "{text}");
        let message = body["error_message"].as_str().unwrap();
        assert!(message.contains("uploadfile") && message.contains(expected), "{message}");
    }
    let (status, text) = ask("POST", "/apis/things/upload", "application/json", "{}").await;
    assert!(status == StatusCode::BAD_REQUEST && text.contains("multipart/form-data"), "{text}");
    let cut = [form("uploadfile", "p.yaml", b"a: 1"), b"--x\r\nContent-Dispo".to_vec()].concat();
    let (status, _) = ask("POST", "/apis/things/upload", "multipart/form-data; boundary=x", cut).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_file_may_be_32_mib_and_no_more() {
    let largest = vec![b'a'; UPLOAD_LIMIT];
    let (status, text) = upload(&[form("uploadfile", "p.yaml", &largest)]).await;
    assert_eq!((status, text), (StatusCode::OK, format!("p.yaml {UPLOAD_LIMIT}")));
    for extra in [1, BODY_LIMIT] {
        let (status, text) = upload(&[form("uploadfile", "p.yaml", &vec![b'a'; UPLOAD_LIMIT + extra])]).await;
        assert!(status == StatusCode::PAYLOAD_TOO_LARGE && text.contains("32 MiB"), "{text}");
    }
}

mod forms {
    use super::*;
    use proptest::prelude::*;

    fn at_once<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_file_arrives_whole(name in "[A-Za-z0-9._-]{1,20}", content in proptest::collection::vec(proptest::num::u8::ANY, 1..3000)) {
            prop_assume!(!content.windows(5).any(|five| five == b"\r\n--x"));
            let (status, text) = at_once(upload(&[form("uploadfile", &name, &content)]));
            prop_assert_eq!((status, text), (StatusCode::OK, format!("{name} {}", content.len())));
        }

        #[test]
        fn no_form_is_too_strange(body in proptest::collection::vec(proptest::num::u8::ANY, 0..400), boundary in "[ -~]{0,12}") {
            let kind = format!("multipart/form-data; boundary={boundary}");
            let (status, _) = at_once(ask("POST", "/apis/things/upload", &kind, body));
            prop_assert_eq!(status, StatusCode::BAD_REQUEST);
        }
    }
}
