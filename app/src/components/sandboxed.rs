//! What a pipeline made, shown where it can do no harm (`doors/frames.rs`).

use crate::namespace::use_base;
use leptos::prelude::*;
use model::RunId;

/// How an artifact is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Html,
    Markdown,
}

/// An artifact in a frame on an origin of its own: scripts run in it, and reach nothing of ours.
#[must_use]
pub fn sandboxed(run: RunId, uri: &str, shown: Shown, title: String) -> AnyView {
    let kind = match shown {
        Shown::Html => "html",
        Shown::Markdown => "markdown",
    };
    let src = use_base().href(&format!("/frames/{run}?uri={}&as={kind}", escaped(uri)));
    view! { <iframe class="sandboxed" sandbox="allow-scripts" referrerpolicy="no-referrer" src=src title=title></iframe> }
        .into_any()
}

/// As a query's value.
fn escaped(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn an_address_fits_into_a_query() {
        assert_eq!(escaped("minio://a/b?c=d&é"), "minio%3A%2F%2Fa%2Fb%3Fc%3Dd%26%C3%A9");
    }
}
