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
use model::{Namespace, Page, Pipeline};

/// One page of the pipelines of a namespace, or of the shared ones.
#[server(prefix = "/_fn", endpoint = "pipelines", input = GetUrl)]
pub async fn pipelines_page(
    namespace: Namespace,
    shared: bool,
    name: Option<String>,
    sort: Option<String>,
    page: Option<String>,
) -> Result<Page<Pipeline>, Trouble> {
    use model::{Comparison, Filter, Listing, Predicate, PredicateValue, Scope};
    let (service, caller) = crate::doors::enter()?;
    let by_name = name.map(|name| Predicate {
        key: "name".to_owned(),
        comparison: Comparison::IsSubstring,
        value: PredicateValue::Text(name),
    });
    let sort = Some(crate::components::table::sort_of(sort.as_deref()));
    let listing =
        Listing { page_size: 50, page_token: page, sort, filter: Filter { predicates: by_name.into_iter().collect() } };
    let scope = if shared { Scope::Shared } else { Scope::In(namespace) };
    service.pipelines(&caller, scope, listing).await.map_err(crate::doors::refuse)
}

#[must_use]
pub fn pipelines(namespace: Namespace, shared: bool) -> AnyView {
    let query = use_query();
    let live = use_live();
    let at = |room: Room| href(&Place::In(namespace.clone(), room));
    let views = tabs(
        "Whose pipelines",
        vec![
            ("Of this namespace", at(Room::Pipelines), !shared),
            ("Shared with all", at(Room::SharedPipelines), shared),
        ],
    );
    let path = at(if shared { Room::SharedPipelines } else { Room::Pipelines });
    let asked = Memo::new(move |_| {
        query.with(|query| {
            let text = |key: &str| query.get_str(key).filter(|text| !text.is_empty()).map(str::to_owned);
            (text("name"), text("sort"), text("page"))
        })
    });
    let place = namespace.clone();
    let rows = Resource::new_blocking(
        move || (asked.get(), live.any()),
        move |((name, sort, page), _)| pipelines_page(place.clone(), shared, name, sort, page),
    );
    let field = search(path.clone(), asked.get_untracked().0.unwrap_or_default(), "Find pipelines by name", Vec::new());
    view! {
        {title("Pipelines")}
        {head("Pipelines", views, upload_button(&namespace))}
        <div class="filters">{field}</div>
        <Transition fallback=waiting>{move || {
            let (namespace, path) = (namespace.clone(), path.clone());
            Suspend::new(async move {
                match rows.await {
                    Ok(page) if page.items.is_empty() => nothing(&namespace, shared, asked.get_untracked().0.is_some()),
                    Ok(page) => table(&namespace, &page, &path, &query.get_untracked()),
                    Err(trouble) => failed(&trouble),
                }
            })
        }}</Transition>
    }
    .into_any()
}

fn upload_button(namespace: &Namespace) -> AnyView {
    let session = expect_context::<Session>();
    let namespace = namespace.clone();
    view! {
        <Suspense>{move || {
            let namespace = namespace.clone();
            Suspend::new(async move {
                let may = session.0.await.is_ok_and(|who| who.may_edit(&namespace));
                may.then(|| view! { <a class="button primary" href=href(&Place::In(namespace.clone(), Room::NewPipeline))>{icon(Icon::Upload)}"Upload"<span class="hush">" to "{namespace.to_string()}</span></a> })
            })
        }}</Suspense>
    }
    .into_any()
}

fn nothing(namespace: &Namespace, shared: bool, filtered: bool) -> AnyView {
    match (filtered, shared) {
        (true, _) => empty(Icon::Search, "No pipeline has such a name", "Try another part of the name.", ().into_any()),
        (false, true) => empty(
            Icon::Workflow,
            "Nothing is shared yet",
            "Pipelines that a platform admin shares with every namespace appear here.",
            ().into_any(),
        ),
        (false, false) => empty(
            Icon::Workflow,
            "No pipelines yet",
            "Upload a pipeline that the SDK compiled, and run it as often as you like.",
            upload_button(namespace),
        ),
    }
}

fn table(namespace: &Namespace, page: &Page<Pipeline>, path: &str, query: &ParamsMap) -> AnyView {
    let row = |one: &Pipeline| {
        let name = if one.display_name.is_empty() { &one.name } else { &one.display_name };
        view! {
            <tr>
                <td class="name"><a class="row" href=href(&Place::In(namespace.clone(), Room::Pipeline(one.id)))>{name.clone()}</a></td>
                <td class="soft long">{one.description.clone()}</td>
                <td class="soft">{moment(one.created_at)}</td>
                <td class="act"><a class="button small over" href=format!("{}?pipeline={}", href(&Place::In(namespace.clone(), Room::NewRun)), one.id)>{icon(Icon::Play)}"Run"</a></td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll"><table class="list">
            <thead><tr>
                {sorting(path, query, "Name", "name", "created_at desc")}
                <th scope="col">"Description"</th>
                {sorting(path, query, "Uploaded", "created_at", "created_at desc")}
                <th scope="col"><span class="spoken">"Actions"</span></th>
            </tr></thead>
            <tbody>{page.items.iter().map(row).collect_view()}</tbody>
        </table></div>
        {pager(path, query, page.total_size, "pipeline", "pipelines", page.next_page_token.as_deref())}
    }
    .into_any()
}
