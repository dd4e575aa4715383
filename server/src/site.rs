//! The files that a browser loads, sent as the site builder left them: hashed names, compressed forms beside them.
//!
//! They are read once, at the start, from a folder or from inside the program. A request only looks a name up, so no
//! path can lead out of the site.

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, header};
use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Names below this folder carry a hash of their content.
const HASHED: &str = "/pkg/";
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const FOR_AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// The compressed forms, the better one first: suffix and name on the wire.
const FORMS: [(&str, &str); 2] = [(".br", "br"), (".gz", "gzip")];

/// All files of the site by their path, which begins with `/`.
#[derive(Debug, Clone, Default)]
pub struct SiteFiles(Arc<HashMap<String, bytes::Bytes>>);

impl SiteFiles {
    /// The site in `folder`; without one, the site inside the program; without that, the one that the source tree
    /// built; without that, none: pages are then readable, but plain and not live.
    pub fn open(folder: Option<&Path>) -> io::Result<Self> {
        match folder {
            Some(folder) => Self::read(folder),
            None => Self::built_in(),
        }
    }

    #[cfg(feature = "embed-site")]
    fn built_in() -> io::Result<Self> {
        static SITE: include_dir::Dir<'static> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/../target/site");
        let mut files = HashMap::new();
        let mut folders = vec![&SITE];
        while let Some(folder) = folders.pop() {
            folders.extend(folder.dirs());
            for file in folder.files() {
                files.insert(format!("/{}", file.path().display()), bytes::Bytes::from_static(file.contents()));
            }
        }
        Ok(Self(Arc::new(files)))
    }

    #[cfg(not(feature = "embed-site"))]
    fn built_in() -> io::Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/site");
        if folder.join("hash.txt").is_file() { Self::read(&folder) } else { Ok(Self::default()) }
    }

    fn read(site: &Path) -> io::Result<Self> {
        let mut files = HashMap::new();
        let mut folders: Vec<PathBuf> = vec![site.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(name) = path.strip_prefix(site) {
                    files.insert(format!("/{}", name.display()), fs::read(&path)?.into());
                }
            }
        }
        Ok(Self(Arc::new(files)))
    }

    /// The builder's listing of hashes, empty when there is no site.
    pub(crate) fn listing(&self) -> &str {
        self.0.get("/hash.txt").and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
    }

    /// Answers with a file where one has the path; everything else goes on to `pages`.
    pub(crate) fn before(self, pages: Router) -> Router {
        pages.layer(from_fn_with_state(self, serve))
    }

    fn answer(&self, path: &str, asked: &HeaderMap) -> Option<Response> {
        let kind = kind_of(path)?;
        let plain = self.0.get(path)?;
        let compressed = FORMS.into_iter().find_map(|(suffix, name)| {
            let form = self.0.get(&format!("{path}{suffix}"))?;
            accepts(asked, name).then_some((form, name))
        });
        let mut response = Body::from(compressed.map_or(plain, |(form, _)| form).clone()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(header::CACHE_CONTROL, if path.starts_with(HASHED) { FOR_EVER } else { FOR_AN_HOUR });
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Some((_, name)) = compressed {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        Some(response)
    }
}

async fn serve(State(files): State<SiteFiles>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD)
        && let Some(response) = files.answer(request.uri().path(), request.headers())
    {
        return response;
    }
    next.run(request).await
}

/// What is served at all, and as what. The listing and the compressed forms are not files of their own.
fn kind_of(path: &str) -> Option<&'static str> {
    let (_, extension) = path.rsplit_once('.')?;
    Some(match extension {
        "css" => "text/css; charset=utf-8",
        "ico" => "image/x-icon",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" if path != "/hash.txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

/// Whether the browser takes this encoding: named, and not with weight zero.
fn accepts(asked: &HeaderMap, encoding: &str) -> bool {
    asked
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .any(|item| {
            let mut parts = item.split(';').map(str::trim);
            let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
            let refused = parts.any(|part| {
                part.strip_prefix("q=")
                    .and_then(|weight| weight.parse::<f32>().ok())
                    .is_some_and(|weight| weight <= 0.0)
            });
            named && !refused
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use http::StatusCode;
    use tower::ServiceExt;

    fn site() -> SiteFiles {
        let file = |name: &str, content: &str| (name.to_owned(), bytes::Bytes::from(content.to_owned()));
        SiteFiles(Arc::new(HashMap::from([
            file("/pkg/mooring.abc.js", "plain"),
            file("/pkg/mooring.abc.js.br", "brotli"),
            file("/pkg/mooring.abc.js.gz", "gzip"),
            file("/favicon.svg", "<svg/>"),
            file("/hash.txt", "js: abc\n"),
        ])))
    }

    async fn ask(path: &str, encodings: &str) -> (StatusCode, HeaderMap, String) {
        let pages = Router::new().fallback(get(|| async { (StatusCode::NOT_FOUND, "a page") }));
        let request = Request::get(path).header(header::ACCEPT_ENCODING, encodings).body(Body::empty()).unwrap();
        let response = site().before(pages).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 1024).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_browser_gets_the_best_form_that_it_takes() {
        for (encodings, form, name) in [
            ("gzip, deflate, br, zstd", "brotli", Some("br")),
            ("gzip", "gzip", Some("gzip")),
            ("br;q=0, gzip;q=0.5", "gzip", Some("gzip")),
            ("identity", "plain", None),
        ] {
            let (status, headers, body) = ask("/pkg/mooring.abc.js", encodings).await;
            assert_eq!((status, body.as_str()), (StatusCode::OK, form), "{encodings}");
            assert_eq!(headers.get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap()), name, "{encodings}");
            assert_eq!(headers[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
        }
    }

    #[tokio::test]
    async fn only_hashed_names_are_kept_for_ever() {
        assert!(
            ask("/pkg/mooring.abc.js", "br").await.1[header::CACHE_CONTROL].to_str().unwrap().contains("immutable")
        );
        assert!(!ask("/favicon.svg", "br").await.1[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    }

    #[tokio::test]
    async fn what_is_no_file_of_the_site_is_a_page() {
        for path in [
            "/",
            "/hash.txt",
            "/pkg/mooring.abc.js.br",
            "/pkg/../favicon.svg",
            "/ns/team-a/runs",
            "/pkg/mooring.old.js",
        ] {
            assert_eq!(ask(path, "br").await.2, "a page", "{path}");
        }
    }

    #[test]
    fn a_site_is_read_from_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("pkg")).unwrap();
        fs::write(folder.path().join("pkg/mooring.abc.css"), "a{}").unwrap();
        fs::write(folder.path().join("hash.txt"), "css: abc\n").unwrap();
        let files = SiteFiles::open(Some(folder.path())).unwrap();
        assert_eq!(files.listing(), "css: abc\n");
        assert!(files.answer("/pkg/mooring.abc.css", &HeaderMap::new()).is_some());
        assert!(SiteFiles::open(Some(&folder.path().join("gone"))).is_err());
    }
}
