//! The document around every page.

use leptos::prelude::*;

/// The names of the files that a browser loads, as the site builder made them; below the base, beginning with `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub javascript: String,
    pub wasm: String,
    pub style: String,
    /// Which pages may frame ours, as the policy writes it.
    pub frame_ancestors: String,
}

impl Site {
    /// Reads the builder's listing (`hash.txt`: lines `js: HASH`, `wasm: HASH`, `css: HASH`) for a site of this name.
    /// What the listing does not name has no hash.
    #[must_use]
    pub fn from_listing(name: &str, listing: &str) -> Self {
        let hash = |kind: &str| {
            let line = listing.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.trim() == kind);
            line.map(|(_, hash)| format!(".{}", hash.trim())).unwrap_or_default()
        };
        Self {
            javascript: format!("/pkg/{name}{}.js", hash("js")),
            wasm: format!("/pkg/{name}{}.wasm", hash("wasm")),
            style: format!("/pkg/{name}{}.css", hash("css")),
            frame_ancestors: "'self'".to_owned(),
        }
    }
}

/// Runs before the first paint: the chosen colours, and whether a frame is around us.
#[cfg(feature = "ssr")]
const BEFORE_PAINT: &str = "(d=>{try{let s=localStorage.getItem('mooring-colours');if(s)d.dataset.colorScheme=s}catch(e){}\
if(window.parent!==window)d.dataset.framed=''})(document.documentElement)";

/// The policy of what a page may load and run, and who may frame it: our own origin, where the dashboard is, and whoever
/// the settings name.
#[cfg(feature = "ssr")]
fn policy(nonce: &str, frame_ancestors: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {frame_ancestors}"
    )
}

/// The whole document. `framed` when the browser says that it asks for a frame.
#[cfg(feature = "ssr")]
pub fn shell(site: &Site, framed: bool) -> impl IntoView + use<> {
    use leptos::nonce::use_nonce;
    use leptos_meta::MetaTags;

    let base = crate::namespace::use_base();
    let nonce = use_nonce();
    if let (Some(nonce), Some(response)) = (&nonce, use_context::<leptos_axum::ResponseOptions>())
        && let Ok(value) = http::HeaderValue::from_str(&policy(nonce, &site.frame_ancestors))
    {
        response.insert_header(http::header::CONTENT_SECURITY_POLICY, value);
    }
    let script = base.href(&site.javascript);
    let wasm = base.href(&site.wasm);
    let start = format!("import({script:?}).then(m=>m.default({{module_or_path:{wasm:?}}}).then(()=>m.hydrate()))");
    let now = crate::doors::now().millis();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-base=base.as_str().to_owned() data-now=now.to_string() data-framed=framed.then_some("")>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <script nonce=nonce.clone()>{BEFORE_PAINT}</script>
                <link rel="stylesheet" href=base.href(&site.style)/>
                <link rel="icon" type="image/svg+xml" href=base.href("/favicon.svg")/>
                <link rel="modulepreload" href=script/>
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin=""/>
                <script type="module" nonce=nonce>{start}</script>
                <MetaTags/>
            </head>
            <body>
                <crate::App/>
            </body>
        </html>
    }
}

/// A `data-` attribute of the document's root element.
#[cfg(feature = "hydrate")]
pub(crate) fn document_data(name: &str) -> Option<String> {
    document().document_element()?.get_attribute(&format!("data-{name}"))
}

#[cfg(test)]
mod tests {
    use super::Site;

    #[test]
    fn the_listing_names_the_files() {
        let site = Site::from_listing("mooring", "js: abc\nwasm: def\ncss: 123\n");
        assert_eq!(site.javascript, "/pkg/mooring.abc.js");
        assert_eq!(site.wasm, "/pkg/mooring.def.wasm");
        assert_eq!(site.style, "/pkg/mooring.123.css");
        assert_eq!(Site::from_listing("mooring", "").style, "/pkg/mooring.css");
    }
}
