//! Forms that post with and without script.

use crate::namespace::use_query;
use crate::{failure::Trouble, namespace::use_base};
use leptos::{
    prelude::*,
    server_fn::error::{FromServerFnError, ServerFnErrorErr, ServerFnUrlError},
};

/// A form that posts to a server function or another door. Without script the browser posts it; with script it is sent
/// in the background, a failure is shown in place, and the answer's redirect is followed in the page.
#[must_use]
pub fn post(path: &'static str, class: &'static str, fields: AnyView) -> AnyView {
    let action = use_base().href(path);
    // Counted, not owned by the view: an event may still reach a form that is about to go.
    let refusal = ArcRwSignal::new(refused_before(path));
    let busy = ArcRwSignal::new(false);
    #[cfg(feature = "hydrate")]
    let send = browser::sender(action.clone(), refusal.clone(), busy.clone());
    #[cfg(not(feature = "hydrate"))]
    let send = |_: leptos::ev::SubmitEvent| {};
    #[cfg(feature = "hydrate")]
    let pressed = browser::submit_by_key;
    #[cfg(not(feature = "hydrate"))]
    let pressed = |_: leptos::ev::KeyboardEvent| {};
    view! {
        <form method="post" action=action class=class on:submit=send on:keydown=pressed aria-busy=move || busy.get().then_some("true")>
            {move || refusal.get().map(|trouble| refusal_view(&trouble))}
            {fields}
        </form>
    }
    .into_any()
}

/// The failure of a form, above its fields, announced.
#[must_use]
pub fn refusal_view(trouble: &Trouble) -> AnyView {
    view! { <p class="refusal" role="alert"><strong>{trouble.title()}". "</strong>{trouble.message.clone()}</p> }
        .into_any()
}

/// What a form that was posted without script was told, from the address that it was sent back to.
#[must_use]
pub fn refused_before(path: &str) -> Option<Trouble> {
    let query = use_query().get_untracked();
    if query.get_str("__path") != Some(path) {
        return None;
    }
    let text = query.get_str("__err")?;
    Some(ServerFnUrlError::<Trouble>::decode_err(text))
}

/// A button that asks before it acts: the question floats over the page. Works without script.
#[must_use]
pub fn confirmed(
    id: &str,
    button: AnyView,
    class: &'static str,
    question: String,
    advice: &'static str,
    form: AnyView,
) -> AnyView {
    let label = question.clone();
    view! {
        <button type="button" class=class popovertarget=id.to_owned()>{button}</button>
        <div popover="auto" id=id.to_owned() class="dialog" role="dialog" aria-label=label>
            <h2>{question}</h2>
            <p>{advice}</p>
            <div class="actions">
                <button type="button" class="button" popovertarget=id.to_owned() popovertargetaction="hide">"Keep it"</button>
                {form}
            </div>
        </div>
    }
    .into_any()
}

/// A hidden field.
#[must_use]
pub fn hidden(name: &'static str, value: impl ToString) -> AnyView {
    view! { <input type="hidden" name=name value=value.to_string()/> }.into_any()
}

/// A search field of a list: a plain GET form; with script it searches while one types.
#[must_use]
pub fn search(path: String, value: String, label: &'static str, kept: Vec<(&'static str, String)>) -> AnyView {
    #[cfg(feature = "hydrate")]
    let (typed, sent) = browser::searcher(path.clone());
    #[cfg(not(feature = "hydrate"))]
    let (typed, sent) = (|_: leptos::ev::Event| {}, |_: leptos::ev::SubmitEvent| {});
    view! {
        <form method="get" action=path class="search" role="search" on:submit=sent on:input=typed>
            {super::icon::icon(super::icon::Icon::Search)}
            <input type="search" name="name" value=value placeholder=label aria-label=label autocomplete="off" data-search=""/>
            {kept.into_iter().map(|(name, value)| hidden(name, value)).collect_view()}
        </form>
    }
    .into_any()
}

/// An answer that could not be sent at all.
#[must_use]
pub fn unreachable() -> Trouble {
    Trouble::from_server_fn_error(ServerFnErrorErr::Request(String::new()))
}

#[cfg(feature = "hydrate")]
pub(crate) mod browser {
    use super::{Trouble, unreachable};
    use crate::live::use_live;
    use gloo_net::http::Request;
    use leptos::{ev, prelude::*, task::spawn_local};
    use leptos_router::{NavigateOptions, hooks::use_navigate};
    use model::FailureKind;
    use std::{cell::Cell, time::Duration};
    use wasm_bindgen::JsCast;
    use web_sys::{FormData, HtmlFormElement, UrlSearchParams};

    /// Goes to an address that already has its base.
    pub(crate) fn goer() -> impl Fn(&str) + Clone + 'static {
        let navigate = use_navigate();
        move |href: &str| navigate(href, NavigateOptions { resolve: false, ..NavigateOptions::default() })
    }

    /// Ctrl+Enter (or Command+Enter) sends the form from any of its fields, also from one of several lines.
    pub(super) fn submit_by_key(event: ev::KeyboardEvent) {
        if event.key() != "Enter" || !(event.ctrl_key() || event.meta_key()) {
            return;
        }
        let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let form = element.and_then(|element| element.closest("form").ok().flatten());
        if let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) {
            event.prevent_default();
            // A field that does not fit is shown by the browser; nothing else is to be done about a refusal.
            drop(form.request_submit());
        }
    }

    fn pairs(form: &HtmlFormElement) -> Option<String> {
        let data = FormData::new_with_form(form).ok()?;
        UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?.to_string().as_string()
    }

    pub(super) fn sender(
        action: String,
        refusal: ArcRwSignal<Option<Trouble>>,
        busy: ArcRwSignal<bool>,
    ) -> impl FnMut(ev::SubmitEvent) + 'static {
        let go = goer();
        let live = use_live();
        move |event: ev::SubmitEvent| {
            if event.default_prevented() {
                return;
            }
            let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
            let Some(mut body) = form.as_ref().and_then(pairs) else { return };
            // A button may have a word of its own to say, and another address.
            let by = event.submitter();
            let own = |name: &str| by.as_ref().and_then(|button| button.get_attribute(name));
            if own("formmethod").is_some() {
                return;
            }
            if let (Some(name), Some(value)) = (own("name"), own("value")) {
                body = format!("{body}&{name}={value}");
            }
            event.prevent_default();
            if busy.get_untracked() {
                return;
            }
            busy.set(true);
            let (action, go) = (action.clone(), go.clone());
            let (refusal, busy) = (refusal.clone(), busy.clone());
            spawn_local(async move {
                match send(&action, body).await {
                    Ok(location) => {
                        refusal.set(None);
                        live.touch();
                        if let Some(location) = location {
                            go(&location);
                        }
                    }
                    Err(trouble) => {
                        refusal.set(Some(trouble));
                    }
                }
                busy.set(false);
            });
        }
    }

    /// Posts a form; the answer is where to go, if anywhere.
    async fn send(action: &str, body: String) -> Result<Option<String>, Trouble> {
        let request = Request::post(action)
            .header("Accept", "application/json")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body)
            .map_err(|_| unreachable())?;
        let response = request.send().await.map_err(|_| unreachable())?;
        if response.ok() {
            return Ok(response.headers().get("location"));
        }
        let text = response.text().await.unwrap_or_default();
        Err(serde_json::from_str(&text).unwrap_or_else(|_| Trouble::new(FailureKind::Internal, text)))
    }

    pub(super) fn searcher(path: String) -> (impl FnMut(ev::Event) + 'static, impl FnMut(ev::SubmitEvent) + 'static) {
        let navigate = use_navigate();
        let search = move |target: Option<web_sys::EventTarget>| {
            let element = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            let form = element.and_then(|element| element.closest("form").ok().flatten());
            let Some(query) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()).as_ref().and_then(pairs)
            else {
                return;
            };
            let options =
                NavigateOptions { resolve: false, replace: true, scroll: false, ..NavigateOptions::default() };
            navigate(&format!("{path}?{query}"), options);
        };
        let (typing, submitting) = (search.clone(), search);
        let pending: Cell<Option<TimeoutHandle>> = Cell::new(None);
        let typed = move |event: ev::Event| {
            if let Some(before) = pending.take() {
                before.clear();
            }
            let (typing, target) = (typing.clone(), event.target());
            pending.set(set_timeout_with_handle(move || typing(target), Duration::from_millis(250)).ok());
        };
        let sent = move |event: ev::SubmitEvent| {
            event.prevent_default();
            submitting(event.target());
        };
        (typed, sent)
    }
}
