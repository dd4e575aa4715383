//! Where they look: the base of our addresses, the namespace in the address, and the dashboard around us.

use leptos::prelude::*;
use std::sync::Arc;

/// What stands before every path of ours: empty, or a prefix such as `/pipeline`. Derived from the request, never
/// compiled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base(Arc<str>);

impl Default for Base {
    fn default() -> Self {
        Self::new("")
    }
}

impl Base {
    #[must_use]
    pub fn new(prefix: &str) -> Self {
        Self(prefix.trim_end_matches('/').into())
    }
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The address of a path below the base.
    #[must_use]
    pub fn href(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
    /// The path below the base.
    #[must_use]
    pub fn strip<'a>(&self, path: &'a str) -> &'a str {
        match path.strip_prefix(&*self.0) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
            _ => path,
        }
    }
    /// On the server from the request; in the browser from the document that the server wrote.
    #[must_use]
    pub fn find() -> Self {
        #[cfg(feature = "hydrate")]
        {
            Self::new(&crate::shell::document_data("base").unwrap_or_default())
        }
        #[cfg(not(feature = "hydrate"))]
        {
            use_context().unwrap_or_default()
        }
    }
}

#[must_use]
pub fn use_base() -> Base {
    use_context().unwrap_or_default()
}

/// The query of the address at hand. The router's own `use_query_map` is not told of a new query when the path changes
/// under one route, and all our pages are one route to it.
#[must_use]
pub fn use_query() -> Memo<leptos_router::params::ParamsMap> {
    leptos_router::hooks::use_location().query
}

/// The address of a place, under the base at hand.
#[must_use]
pub fn href(place: &crate::routes::Place) -> String {
    use_base().href(&place.path())
}

#[cfg(feature = "hydrate")]
pub(crate) mod dashboard {
    //! The central dashboard's iframe protocol, and the translation of upstream's hash routes.

    use super::Base;
    use crate::routes::{Place, from_hash, query_of_hash};
    use js_sys::Reflect;
    use leptos::{ev, prelude::*};
    use leptos_router::{NavigateOptions, hooks::use_navigate};
    use model::Namespace;
    use std::time::Duration;
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{MessageEvent, Window};

    /// The window that may tell us a namespace: the frame around us, or the one that opened us.
    fn teller() -> Option<Window> {
        let window = window();
        let opener = window.opener().ok().and_then(|opener| opener.dyn_into::<Window>().ok());
        if let Some(opener) = opener {
            return Some(opener);
        }
        let parent = window.parent().ok().flatten()?;
        (JsValue::from(parent.clone()) != JsValue::from(window)).then_some(parent)
    }

    /// A hash route in the address, as stock menus write it, becomes a path. Says whether the page is being left.
    pub(crate) fn translate_hash(base: &Base) -> bool {
        let location = window().location();
        let hash = location.hash().unwrap_or_default();
        let Some(room) = from_hash(&hash) else { return false };
        let here = location.pathname().unwrap_or_default();
        let hint = location.search().ok().and_then(|search| namespace_in(&search));
        let known = hint.or_else(|| Place::parse(base.strip(&here)).namespace().cloned());
        let place = match known.filter(|_| !room.is_one_object()) {
            Some(namespace) => Place::In(namespace, room),
            // The server knows where an object is, or asks which namespace is meant.
            None => Place::Wanted(room),
        };
        location.replace(&format!("{}{}", base.href(&place.path()), query_of_hash(&hash))).is_ok()
    }

    fn namespace_in(search: &str) -> Option<Namespace> {
        let parameters = web_sys::UrlSearchParams::new_with_str(search).ok()?;
        Namespace::parse(&parameters.get("ns")?).ok()
    }

    /// Listens to the dashboard and keeps its address bar up to date.
    pub(crate) fn listen(place: Memo<Place>, url: Memo<String>) {
        let base = super::use_base();
        let hash_base = base.clone();
        let handle = window_event_listener(ev::hashchange, move |_| {
            translate_hash(&hash_base);
        });
        on_cleanup(move || handle.remove());

        let Some(teller) = teller() else { return };
        let Ok(origin) = window().location().origin() else { return };
        let navigate = use_navigate();
        let (own_origin, source) = (origin.clone(), teller.clone());
        let handle = window_event_listener(ev::message, move |message: MessageEvent| {
            let from: Option<&JsValue> = None;
            let sender = message.source().map(JsValue::from);
            let expected: JsValue = source.clone().into();
            let trusted = message.origin() == own_origin && sender.as_ref().or(from) == Some(&expected);
            if !trusted {
                return;
            }
            let data = message.data();
            let text =
                |key: &str| Reflect::get(&data, &JsValue::from_str(key)).ok().and_then(|value| value.as_string());
            if text("type").as_deref() != Some("namespace-selected") {
                return;
            }
            let Some(namespace) = text("value").and_then(|value| Namespace::parse(&value).ok()) else { return };
            if let Some(next) = elsewhere(&place.get_untracked(), namespace) {
                let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
                navigate(&next.path(), options);
            }
        });
        on_cleanup(move || handle.remove());

        connect(&teller, &origin);
        // Another frame's message can cut the dashboard's channel to us; saying hello again repairs it.
        let (to, own) = (teller.clone(), origin.clone());
        let handle = window_event_listener(ev::focus, move |_| connect(&to, &own));
        on_cleanup(move || handle.remove());

        // A frame within ours can do that too, at any time, and no event of ours tells of it; it may be gone by now.
        let was = std::cell::Cell::new(false);
        let repair = set_interval_with_handle(
            move || {
                let is = document().query_selector("iframe").ok().flatten().is_some();
                if is || was.replace(is) {
                    connect(&teller, &origin);
                }
                was.set(is);
            },
            Duration::from_secs(1),
        )
        .ok();
        on_cleanup(move || {
            if let Some(handle) = repair {
                handle.clear();
            }
        });

        // The dashboard looks at our address on these events only, and the router's pushState sends none.
        Effect::new(move |before: Option<()>| {
            let url = url.get();
            if before.is_some() {
                announce(url, MOST_LOOKS);
            }
        });
    }

    /// How often, twenty times a second, the address bar is looked at: the router writes it when the page is there.
    const MOST_LOOKS: u32 = 200;

    /// Tells the dashboard of an address as soon as it stands in the address bar.
    fn announce(url: String, looks: u32) {
        let look = move || {
            let location = window().location();
            let path = location.pathname().unwrap_or_default();
            let query = location.search().unwrap_or_default();
            let written = format!("{path}?{}", query.trim_start_matches('?')) == url;
            if !written && looks > 0 {
                announce(url, looks - 1);
                return;
            }
            if let Ok(event) = web_sys::Event::new("hashchange") {
                let _ = window().dispatch_event(&event);
            }
        };
        set_timeout(look, Duration::from_millis(50));
    }

    /// Where to go when the dashboard says a namespace; nowhere if we are there.
    fn elsewhere(place: &Place, namespace: Namespace) -> Option<Place> {
        match place {
            Place::In(here, _) if *here == namespace => None,
            Place::In(_, room) => Some(Place::In(namespace, room.list())),
            Place::Wanted(room) => Some(Place::In(namespace, *room)),
            Place::Home | Place::Namespaces => Some(Place::In(namespace, crate::routes::Room::Runs)),
            Place::SignIn | Place::Account | Place::Nowhere => None,
        }
    }

    fn connect(teller: &Window, origin: &str) {
        let hello = js_sys::Object::new();
        let _ = Reflect::set(&hello, &JsValue::from_str("type"), &JsValue::from_str("iframe-connected"));
        let _ = teller.post_message(&hello, origin);
    }
}

#[cfg(test)]
mod tests {
    use super::Base;

    #[test]
    fn the_base_goes_before_and_comes_off() {
        let base = Base::new("/pipeline/");
        assert_eq!(base.href("/runs"), "/pipeline/runs");
        assert_eq!(base.strip("/pipeline/runs"), "/runs");
        assert_eq!(base.strip("/pipelines"), "/pipelines");
        assert_eq!(Base::default().strip("/pipelines"), "/pipelines");
    }
}
