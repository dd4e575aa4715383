//! The way around: a rail on its own, a row of tabs in the dashboard's frame (style/components/rail.css).

use super::icon::{Icon, icon};
use crate::{
    live::use_live,
    namespace::{href, use_base},
    routes::{Place, Room},
    session::{Session, Who},
};
use leptos::{prelude::*, server_fn::ServerFn};
use model::Namespace;

/// The rail. Rendered again only when the place or the person changes.
#[must_use]
pub fn rail(place: Memo<Place>, session: Session) -> AnyView {
    let namespace = Memo::new(move |_| place.get().namespace().cloned());
    let list = Memo::new(move |_| place.get().room().map(Room::list));
    let base = use_base();
    let live = use_live();
    let home = base.href("/");
    let links = move || namespace.get().map(|namespace| entries(&namespace, list.get()));
    view! {
        <header class="rail">
            <a class="brand" href=home aria-label="Mooring, first page">{icon(Icon::Anchor)}<span>"Mooring"</span></a>
            <Suspense>{move || Suspend::new(async move {
                let who = session.0.await.ok();
                move || switcher(namespace.get().as_ref(), who.as_ref(), list.get())
            })}</Suspense>
            <nav aria-label="Main">{links}</nav>
            <span class="spring"></span>
            {move || (!live.connected.get()).then(|| view! { <p class="offline" role="status">"Reconnecting…"</p> })}
            <div class="person">
                <Suspense>{move || Suspend::new(async move { session.0.await.ok().map(|who| person(&who)) })}</Suspense>
                {colours()}
            </div>
        </header>
    }
    .into_any()
}

fn entries(namespace: &Namespace, list: Option<Room>) -> AnyView {
    let entry = |room: Room, picture: Icon, word: &'static str| {
        let current = list.is_some_and(|list| list == room);
        view! {
            <a href=href(&Place::In(namespace.clone(), room)) aria-current=current.then_some("page")>
                {icon(picture)}<span>{word}</span>
            </a>
        }
    };
    view! {
        {entry(Room::Runs, Icon::Play, "Runs")}
        {entry(Room::Experiments, Icon::Flask, "Experiments")}
        {entry(Room::Pipelines, Icon::Workflow, "Pipelines")}
        {entry(Room::RecurringRuns, Icon::Calendar, "Recurring runs")}
        {entry(Room::Members, Icon::Users, "Members")}
    }
    .into_any()
}

/// A namespace's own quiet colour: an angle on the colour wheel, from its name.
#[must_use]
pub fn hue(namespace: &Namespace) -> u32 {
    let hash = namespace
        .as_str()
        .bytes()
        .fold(2_166_136_261_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619));
    (hash >> 8) % 360
}

/// The namespace's name with its colour.
#[must_use]
pub fn namespace_tag(namespace: &Namespace) -> AnyView {
    view! { <span class="namespace" style=format!("--hue:{}", hue(namespace))><i></i>{namespace.to_string()}</span> }
        .into_any()
}

fn switcher(namespace: Option<&Namespace>, who: Option<&Who>, list: Option<Room>) -> AnyView {
    let Some(who) = who else { return ().into_any() };
    let others = who.memberships.iter().map(|membership| {
        let room = list.unwrap_or(Room::Runs);
        let current = namespace == Some(&membership.namespace);
        view! {
            <a href=href(&Place::In(membership.namespace.clone(), room)) aria-current=current.then_some("true")>
                {namespace_tag(&membership.namespace)}<span class="faint">{membership.role.as_str()}</span>
            </a>
        }
    });
    let label = match namespace {
        Some(namespace) => namespace_tag(namespace),
        None => view! { <span class="namespace none">"Choose a namespace"</span> }.into_any(),
    };
    view! {
        <div class="switcher">
            <button type="button" popovertarget="namespaces"><span class="spoken">"Switch namespace: "</span>{label}{icon(Icon::ChevronDown)}</button>
            <div class="menu" popover="auto" id="namespaces">
                <p class="faint">"Your namespaces"</p>
                {others.collect_view()}
            </div>
        </div>
    }
    .into_any()
}

fn person(who: &Who) -> AnyView {
    let out = who.can_sign_out.then(|| {
        let button =
            view! { <button class="plain" title="Sign out" aria-label="Sign out">{icon(Icon::SignOut)}</button> };
        // Posted by the browser itself: everything on the page was rendered for somebody who is going.
        let action = use_base().href(<crate::session::SignOut as ServerFn>::PATH);
        view! { <form method="post" action=action class="inline">{button}</form> }
    });
    let account = href(&Place::Account);
    view! { <a class="name" href=account title=format!("{}: tokens and sessions", who.user)>{who.user.to_string()}</a>{out} }.into_any()
}

/// Light, dark, or as the system has it; remembered by the browser.
fn colours() -> AnyView {
    let scheme = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    Effect::new(move |before: Option<()>| {
        if before.is_none() {
            scheme.set(crate::shell::document_data("color-scheme").unwrap_or_default());
        }
    });
    let turn = move |_: leptos::ev::MouseEvent| {
        let next = match scheme.get_untracked().as_str() {
            "" => "light",
            "light" => "dark",
            _ => "",
        };
        scheme.set(next.to_owned());
        #[cfg(feature = "hydrate")]
        remember(next);
    };
    let picture = move || match scheme.get().as_str() {
        "light" => icon(Icon::Sun),
        "dark" => icon(Icon::Moon),
        _ => icon(Icon::System),
    };
    let label = move || match scheme.get().as_str() {
        "light" => "Colours: light",
        "dark" => "Colours: dark",
        _ => "Colours: as the system",
    };
    view! { <button type="button" class="plain script-only" title=label aria-label=label on:click=turn>{picture}</button> }.into_any()
}

#[cfg(feature = "hydrate")]
fn remember(scheme: &str) {
    let storage = window().local_storage().ok().flatten();
    let Some(root) = document().document_element() else { return };
    if scheme.is_empty() {
        let _ = root.remove_attribute("data-color-scheme");
        let _ = storage.map(|storage| storage.remove_item("mooring-colours"));
    } else {
        let _ = root.set_attribute("data-color-scheme", scheme);
        let _ = storage.map(|storage| storage.set_item("mooring-colours", scheme));
    }
}
