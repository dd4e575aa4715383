//! The one frame for loading, failure and emptiness.

use super::icon::{Icon, icon};
use crate::{failure::Trouble, namespace::use_base, session::Session};
use leptos::prelude::*;
use model::FailureKind;

/// While rows are on their way; shows itself only when it takes long.
#[must_use]
pub fn waiting() -> AnyView {
    view! {
        <div class="skeleton" role="status" aria-label="Loading">
            <i></i><i></i><i></i><i></i>
        </div>
    }
    .into_any()
}

/// A failure as the whole of a page or a pane.
#[must_use]
pub fn failed(trouble: &Trouble) -> AnyView {
    if trouble.kind == FailureKind::Forbidden {
        return forbidden(trouble);
    }
    let retry = trouble.may_pass().then(|| {
        view! { <a class="button" rel="external" href="">"Try again"</a> }
    });
    let sign_in = (trouble.kind == FailureKind::Unauthenticated).then(|| {
        view! { <a class="button primary" rel="external" href=use_base().href("/sign-in")>"Sign in"</a> }
    });
    view! {
        <section class="notice" role="alert">
            <h2>{trouble.title()}</h2>
            <p>{trouble.message.clone()}</p>
            <p class="faint">{trouble.advice()}</p>
            <p class="actions">{retry}{sign_in}</p>
        </section>
    }
    .into_any()
}

/// Not allowed is no error of the program: it names the namespace, the role that is needed, and whom to ask.
fn forbidden(trouble: &Trouble) -> AnyView {
    let base = use_base();
    let namespace = use_context::<Memo<crate::routes::Place>>().and_then(|place| place.get().namespace().cloned());
    let own = use_context::<Session>().and_then(Session::person);
    let role = own.zip(namespace.clone()).and_then(|(who, namespace)| who.role(&namespace));
    let (title, needed) = match (&namespace, role) {
        (Some(namespace), None) => (
            format!("{namespace} is not open to you"),
            format!("To look around here, you need the role view in the namespace {namespace}."),
        ),
        (Some(namespace), Some(role)) => (
            format!("Your role in {namespace} does not include this"),
            format!("You have the role {}; this needs the role edit in the namespace {namespace}.", role.as_str()),
        ),
        (None, _) => ("This is not open to you".to_owned(), trouble.message.clone()),
    };
    view! {
        <section class="notice calm">
            <h2>{title}</h2>
            <p>{needed}</p>
            <p class="faint">"Ask an admin of that namespace, or whoever set up Mooring for you, to share it with you."</p>
            <p class="actions"><a class="button" href=base.href("/namespaces")>"Your namespaces"</a></p>
        </section>
    }
    .into_any()
}

/// Nothing yet, and what to do next.
#[must_use]
pub fn empty(picture: Icon, title: &str, text: &str, next: AnyView) -> AnyView {
    view! {
        <section class="empty">
            <span class="picture">{icon(picture)}</span>
            <h2>{title.to_owned()}</h2>
            <p>{text.to_owned()}</p>
            <p class="actions">{next}</p>
        </section>
    }
    .into_any()
}

/// The head of a page: its title, what stands beside it, and its actions.
#[must_use]
pub fn head(title: &str, beside: AnyView, actions: AnyView) -> AnyView {
    view! {
        <header class="page-head">
            <div class="title"><h1>{title.to_owned()}</h1>{beside}</div>
            <div class="actions">{actions}</div>
        </header>
    }
    .into_any()
}

/// A row of tabs: label, address, and whether it is the one at hand.
#[must_use]
pub fn tabs(label: &'static str, tabs: Vec<(&'static str, String, bool)>) -> AnyView {
    let tab = |(word, href, current): (&'static str, String, bool)| {
        view! { <a href=href data-noscroll="" aria-current=current.then_some("page")>{word}</a> }
    };
    view! { <nav class="tabs" aria-label=label>{tabs.into_iter().map(tab).collect_view()}</nav> }.into_any()
}
