use crate::namespace::use_query;
use crate::{
    components::{
        form::search,
        frame::{empty, failed, head, tabs, waiting},
        icon::{Icon, icon},
        moment::moment,
        table::{pager, sorting},
    },
    failure::Trouble,
    live::use_live,
    namespace::href,
    pages::title,
    routes::{Place, Room},
    session::Session,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use leptos_router::params::ParamsMap;
use model::{Experiment, Namespace, Page};

/// One page of the experiments of a namespace.
#[server(prefix = "/_fn", endpoint = "experiments", input = GetUrl)]
pub async fn experiments_page(
    namespace: Namespace,
    archived: bool,
    name: Option<String>,
    sort: Option<String>,
    page: Option<String>,
) -> Result<Page<Experiment>, Trouble> {
    use model::{Comparison, Filter, Listing, Predicate, PredicateValue};
    let (service, caller) = crate::doors::enter()?;
    let predicate = |key: &str, comparison, text: String| Predicate {
        key: key.to_owned(),
        comparison,
        value: PredicateValue::Text(text),
    };
    let storage = if archived { "ARCHIVED" } else { "AVAILABLE" };
    let mut predicates = vec![predicate("storage_state", Comparison::Equals, storage.to_owned())];
    predicates.extend(name.map(|name| predicate("name", Comparison::IsSubstring, name)));
    let sort = Some(crate::components::table::sort_of(sort.as_deref()));
    let listing = Listing { page_size: 50, page_token: page, sort, filter: Filter { predicates } };
    service.experiments(&caller, namespace, listing).await.map_err(crate::doors::refuse)
}

#[must_use]
pub fn experiments(namespace: Namespace, archived: bool) -> AnyView {
    let query = use_query();
    let live = use_live();
    let at = |room: Room| href(&Place::In(namespace.clone(), room));
    let views = tabs(
        "Active or archived",
        vec![("Active", at(Room::Experiments), !archived), ("Archived", at(Room::ArchivedExperiments), archived)],
    );
    let path = at(if archived { Room::ArchivedExperiments } else { Room::Experiments });
    let asked = Memo::new(move |_| {
        query.with(|query| {
            let text = |key: &str| query.get_str(key).filter(|text| !text.is_empty()).map(str::to_owned);
            (text("name"), text("sort"), text("page"))
        })
    });
    let place = namespace.clone();
    let rows = Resource::new_blocking(
        move || (asked.get(), live.any()),
        move |((name, sort, page), _)| experiments_page(place.clone(), archived, name, sort, page),
    );
    let field =
        search(path.clone(), asked.get_untracked().0.unwrap_or_default(), "Find experiments by name", Vec::new());
    view! {
        {title("Experiments")}
        {head("Experiments", views, new_button(&namespace))}
        <div class="filters">{field}</div>
        <Transition fallback=waiting>{move || {
            let (namespace, path) = (namespace.clone(), path.clone());
            Suspend::new(async move {
                match rows.await {
                    Ok(page) if page.items.is_empty() => nothing(&namespace, archived, asked.get_untracked().0.is_some()),
                    Ok(page) => table(&namespace, &page, &path, &query.get_untracked()),
                    Err(trouble) => failed(&trouble),
                }
            })
        }}</Transition>
    }
    .into_any()
}

fn new_button(namespace: &Namespace) -> AnyView {
    let session = expect_context::<Session>();
    let namespace = namespace.clone();
    view! {
        <Suspense>{move || {
            let namespace = namespace.clone();
            Suspend::new(async move {
                let may = session.0.await.is_ok_and(|who| who.may_edit(&namespace));
                may.then(|| view! { <a class="button primary" href=href(&Place::In(namespace.clone(), Room::NewExperiment))>{icon(Icon::Plus)}"New experiment"<span class="hush">" in "{namespace.to_string()}</span></a> })
            })
        }}</Suspense>
    }
    .into_any()
}

fn nothing(namespace: &Namespace, archived: bool, filtered: bool) -> AnyView {
    match (filtered, archived) {
        (true, _) => {
            empty(Icon::Search, "No experiment has such a name", "Try another part of the name.", ().into_any())
        }
        (false, true) => empty(
            Icon::Archive,
            "Nothing is archived",
            "Experiments that you archive are kept here, with their runs.",
            ().into_any(),
        ),
        (false, false) => empty(
            Icon::Flask,
            "No experiments yet",
            "An experiment keeps runs that belong together. The first run makes one called Default.",
            new_button(namespace),
        ),
    }
}

fn table(namespace: &Namespace, page: &Page<Experiment>, path: &str, query: &ParamsMap) -> AnyView {
    let row = |one: &Experiment| {
        let last = one.last_run_created_at.filter(|at| at.millis() > 0);
        view! {
            <tr>
                <td class="name"><a class="row" href=href(&Place::In(namespace.clone(), Room::Experiment(one.id)))>{one.display_name.clone()}</a></td>
                <td class="soft long">{one.description.clone()}</td>
                <td class="soft">{last.map_or_else(|| view! { <span class="faint">"never"</span> }.into_any(), moment)}</td>
                <td class="soft">{moment(one.created_at)}</td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll"><table class="list">
            <thead><tr>
                {sorting(path, query, "Name", "name", "created_at desc")}
                <th scope="col">"Description"</th>
                {sorting(path, query, "Last run", "last_run_created_at", "created_at desc")}
                {sorting(path, query, "Created", "created_at", "created_at desc")}
            </tr></thead>
            <tbody>{page.items.iter().map(row).collect_view()}</tbody>
        </table></div>
        {pager(path, query, page.total_size, "experiment", "experiments", page.next_page_token.as_deref())}
    }
    .into_any()
}
