//! The one frame of a list: views, search by name, rows that follow the event stream, emptiness and failure.

use super::{
    form::search,
    frame::{failed, head, waiting},
    icon::{Icon, icon},
};
use crate::{failure::Trouble, live::use_live, namespace::use_query, pages::title, session::Session};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use model::{Namespace, Page};
use serde::{Serialize, de::DeserializeOwned};

/// What the address asks of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub name: Option<String>,
    pub sort: Option<String>,
    pub page: Option<String>,
}

/// What stands around the rows.
pub struct Around {
    pub title: &'static str,
    pub views: AnyView,
    pub actions: AnyView,
    /// The address of the list without its query.
    pub path: String,
    /// The label of the search field.
    pub find: &'static str,
}

/// The button above a list that makes one more, for those who may; it says in (or to) which namespace.
#[must_use]
pub fn one_more(
    namespace: &Namespace,
    target: String,
    picture: Icon,
    word: &'static str,
    towards: &'static str,
) -> AnyView {
    let session = expect_context::<Session>();
    let namespace = namespace.clone();
    view! {
        <Suspense>{move || {
            let (target, namespace) = (target.clone(), namespace.clone());
            Suspend::new(async move {
                let may = session.0.await.is_ok_and(|who| who.may_edit(&namespace));
                may.then(|| view! { <a class="button primary" href=target>{icon(picture)}{word}<span class="hush">{towards}{namespace.to_string()}</span></a> })
            })
        }}</Suspense>
    }
    .into_any()
}

/// A list: `fetch` reads a page of it, `nothing` says why there is none (true: nothing has the name asked for), `rows`
/// draws it for its address and query.
pub fn list<T, Read>(
    around: Around,
    fetch: impl Fn(Asked) -> Read + Send + Sync + 'static,
    nothing: impl Fn(bool) -> AnyView + Clone + Send + 'static,
    rows: impl Fn(&Page<T>, &str, &ParamsMap) -> AnyView + Clone + Send + 'static,
) -> AnyView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    Read: Future<Output = Result<Page<T>, Trouble>> + Send + 'static,
{
    let query = use_query();
    let live = use_live();
    let asked = Memo::new(move |_| {
        query.with(|query| {
            let text = |key: &str| query.get_str(key).filter(|text| !text.is_empty()).map(str::to_owned);
            Asked { name: text("name"), sort: text("sort"), page: text("page") }
        })
    });
    let page = Resource::new_blocking(move || (asked.get(), live.any()), move |(asked, _)| fetch(asked));
    let Around { title: name, views, actions, path, find } = around;
    let field = search(path.clone(), asked.get_untracked().name.unwrap_or_default(), find, Vec::new());
    view! {
        {title(name)}
        {head(name, views, actions)}
        <div class="filters">{field}</div>
        <Transition fallback=waiting>{move || {
            let (nothing, rows, path) = (nothing.clone(), rows.clone(), path.clone());
            Suspend::new(async move {
                match page.await {
                    Ok(page) if page.items.is_empty() => nothing(asked.get_untracked().name.is_some()),
                    Ok(page) => rows(&page, &path, &query.get_untracked()),
                    Err(trouble) => failed(&trouble),
                }
            })
        }}</Transition>
    }
    .into_any()
}
