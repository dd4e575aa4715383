//! What a pipeline made is shown where it can do no harm.

use crate::bench::*;
use http::header;

#[tokio::test]
async fn html_of_a_pipeline_is_a_document_on_an_origin_of_its_own() {
    let bench = Bench::start().await;
    let owner = bench.owner("team-a");
    let experiment = owner.experiment("team-a", "pages").await;
    let (run, other) = (owner.run(&experiment, "one").await, owner.run(&experiment, "two").await);
    let page = bench.page_of_run("team-a", &run, "page.html", "<script>top.postMessage('x', '*')</script>");
    let notes = bench.page_of_run("team-a", &run, "notes.md", "# Notes\n<img src=x onerror=alert(1)>");
    let ask = |run: &str, uri: &str, kind: &str| format!("/frames/{run}?as={kind}&uri={uri}");

    for (uri, kind, text) in [(&page, "html", "top.postMessage"), (&notes, "markdown", "<h1>Notes</h1>")] {
        let shown = bench.viewer("team-a").get(&ask(&run, uri, kind)).await;
        assert_eq!(
            (shown.status, shown.headers[header::CONTENT_TYPE].to_str().unwrap()),
            (200, "text/html; charset=utf-8")
        );
        assert!(shown.text.contains(text), "{}", shown.text);
        let policy = shown.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("sandbox allow-scripts;") && !policy.contains("allow-same-origin"), "{policy}");
        assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
        assert!(!shown.headers.contains_key(header::SET_COOKIE));
        for stranger in [bench.nobody(), bench.owner("team-b"), bench.platform_admin()] {
            let refused = stranger.get(&ask(&run, uri, kind)).await;
            assert!(matches!(refused.status, 401 | 403) && !refused.text.contains("Notes"), "{}", refused.text);
        }
    }
    // A run opens its own artifacts, whatever is asked beside it.
    assert_eq!(owner.get(&ask(&other, &page, "html")).await.status, 404);
    assert_eq!(owner.get(&ask(&run, &page, "text")).await.status, 400);
    assert_eq!(owner.get(&ask(&run, "minio://mlpipeline/private-artifacts/team-b/v2/x", "html")).await.status, 403);
    assert_eq!(owner.get(&ask("no-run", &page, "html")).await.status, 404);
}
