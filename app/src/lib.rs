//! Everything that a person sees: pages rendered on the server and made live in the browser.
//!
//! Under `ssr` this is a library with one door, [`doors::router`]; under `hydrate` it is the program that takes the
//! server's HTML over in the browser.

pub mod components;
#[cfg(feature = "ssr")]
pub mod doors;
pub mod failure;
pub mod figures;
pub mod live;
pub mod namespace;
pub mod pages;
pub mod routes;
pub mod session;
pub mod shell;

#[cfg(feature = "ssr")]
pub use doors::{Doors, router};
pub use shell::Site;
#[cfg(feature = "ssr")]
pub use shell::shell;

use crate::{
    components::{keys::keys, moment::Now, rail::rail},
    live::Live,
    namespace::Base,
    routes::Place,
    session::Session,
};
use futures::FutureExt;
use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use leptos::{mount::hydrate_body, server_fn::client::set_server_url, task::spawn_local};
use leptos_meta::provide_meta_context;
use leptos_router::{
    WildcardSegment,
    components::{FlatRoutes, Route, Router},
    hooks::use_location,
};

/// The root of every page.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let base = Base::find();
    provide_context(base.clone());
    // On the server the router sees paths below the base; in the browser the whole ones.
    let prefix = if cfg!(feature = "hydrate") { base.as_str().to_owned() } else { String::new() };
    view! { <Router base=prefix><Frame/></Router> }
}

/// Rail and page. All addresses are one route to the router; [`routes::Place`] is the table.
#[component]
fn Frame() -> impl IntoView {
    let base = namespace::use_base();
    let location = use_location();
    let pathname = location.pathname;
    let place = Memo::new(move |_| Place::parse(base.strip(&pathname.get())));
    provide_context(place);
    let _ = Now::open();
    let session = Session::open();
    let namespace = Memo::new(move |_| place.get().namespace().cloned());
    let _ = Live::open(namespace);
    #[cfg(feature = "hydrate")]
    {
        let search = location.search;
        let url = Memo::new(move |_| format!("{}?{}", pathname.get(), search.get().trim_start_matches('?')));
        namespace::dashboard::listen(place, url);
    }
    let alone = Memo::new(move |_| place.get() == Place::SignIn);
    view! {
        <a class="skip" href="#main" rel="external">"Skip to the page"</a>
        {move || (!alone.get()).then(|| rail(place, session))}
        <main id="main" tabindex="-1" class:alone=alone>
            <FlatRoutes fallback=|| ()>
                <Route path=WildcardSegment("place") view=Page/>
            </FlatRoutes>
        </main>
        {keys(place, session)}
    }
}

#[component]
fn Page() -> impl IntoView {
    let place = expect_context::<Memo<Place>>();
    // The old page stands, alive, until the part of the new one is there.
    let at = RwSignal::new(place.get_untracked());
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let next = place.get();
        if next == at.get_untracked() {
            return;
        }
        if pages::parts::fetch(&next).now_or_never().is_some() {
            at.set(next);
            return;
        }
        spawn_local(async move {
            pages::parts::fetch(&next).await;
            if place.try_get_untracked().as_ref() == Some(&next) {
                at.set(next);
            }
        });
    });
    move || pages::parts::page(at.get()).now_or_never()
}

/// Takes the server's HTML over.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    let base = Base::find();
    if namespace::dashboard::translate_hash(&base) {
        return;
    }
    if let Ok(origin) = window().location().origin() {
        // Kept for the page's life: the client of server functions wants a static text.
        set_server_url(Box::leak(format!("{origin}{}", base.as_str()).into_boxed_str()));
    }
    let path = window().location().pathname().unwrap_or_default();
    let place = Place::parse(base.strip(&path));
    wasm_bindgen_futures::spawn_local(async move {
        pages::parts::fetch(&place).await;
        hydrate_body(App);
        ready();
    });
}

/// From here on the page answers to clicks; the browser's tests wait for it.
#[cfg(feature = "hydrate")]
fn ready() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-ready", "");
    }
}
