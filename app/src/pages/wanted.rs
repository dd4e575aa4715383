//! Addresses without a namespace: from the first page, the dashboard's menus, old links. The server knows where to go.

use crate::{
    components::frame::{failed, waiting},
    failure::Trouble,
    namespace::use_base,
    routes::{Place, Room},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// Finds the place that an address without a namespace means: an object's own namespace; for a list the one that the
/// dashboard names, the last one, or the only one. The answer is a path below the base; none when somebody has to choose.
#[server(prefix = "/_fn", endpoint = "find_place", input = GetUrl)]
pub async fn find_place(path: String, hint: String) -> Result<Option<String>, Trouble> {
    use crate::doors::{enter, headers, last_namespace, refuse};
    let (service, caller) = enter()?;
    let room = match Place::parse(&path) {
        Place::Wanted(room) => room,
        _ => Room::Start,
    };
    let found = match room {
        Room::Run(id) => Some(service.run(&caller, id).await.map_err(refuse)?.namespace),
        Room::Experiment(id) => Some(service.experiment(&caller, id).await.map_err(refuse)?.namespace),
        Room::Pipeline(id) => service.pipeline(&caller, id).await.map_err(refuse)?.scope.namespace().cloned(),
        Room::RecurringRun(id) => Some(service.recurring_run(&caller, id).await.map_err(refuse)?.namespace),
        _ => None,
    };
    if let Some(namespace) = found {
        return Ok(Some(Place::In(namespace, room).path()));
    }
    let memberships = service.memberships(&caller).await.map_err(refuse)?;
    let own = |namespace: &model::Namespace| memberships.iter().any(|one| one.namespace == *namespace);
    let hinted = model::Namespace::parse(&hint).ok().filter(own);
    let last = last_namespace(&headers()).filter(own);
    let only = memberships.first().filter(|_| memberships.len() == 1).map(|one| one.namespace.clone());
    let found = hinted.or(last).or(only).map(|namespace| Place::In(namespace, room).path());
    // The first page has nothing of its own to show; any other address is kept until the choice is made.
    Ok(found.or_else(|| (path == "/").then(|| Place::Namespaces.path())))
}

/// Goes on to the place that was meant.
#[must_use]
pub fn wanted(room: Option<Room>) -> AnyView {
    let path = room.map_or_else(|| "/".to_owned(), |room| Place::Wanted(room).path());
    let hint = crate::namespace::use_query().get_untracked().get_str("ns").unwrap_or_default().to_owned();
    let found = Resource::new_blocking(move || (path.clone(), hint.clone()), |(path, hint)| find_place(path, hint));
    let base = use_base();
    view! {
        <Suspense fallback=waiting>{move || {
            let base = base.clone();
            Suspend::new(async move {
                match found.await {
                    Ok(Some(path)) => onward(&base.href(&path)),
                    Ok(None) => super::namespaces::choice(room.map_or(Room::Runs, Room::list)),
                    Err(trouble) => failed(&trouble),
                }
            })
        }}</Suspense>
    }
    .into_any()
}

fn onward(href: &str) -> AnyView {
    #[cfg(feature = "ssr")]
    leptos_axum::redirect(href);
    #[cfg(feature = "hydrate")]
    {
        let navigate = leptos_router::hooks::use_navigate();
        let options = leptos_router::NavigateOptions { resolve: false, replace: true, ..Default::default() };
        let target = href.to_owned();
        Effect::new(move |_| navigate(&target, options.clone()));
    }
    view! { <p class="faint quiet"><a href=href.to_owned()>"Go on"</a></p> }.into_any()
}
