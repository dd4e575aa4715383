use crate::{
    components::{
        frame::{empty, tabs},
        icon::{Icon, icon},
        list::{Around, Asked, list, one_more},
        moment::moment,
        table::{pager, sorting},
    },
    failure::Trouble,
    namespace::href,
    routes::{Place, Room},
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
    use model::{Filter, Listing, Scope};
    let (service, caller) = crate::doors::enter()?;
    let sort = Some(crate::components::table::sort_of(sort.as_deref()));
    let listing = Listing {
        page_size: 50,
        page_token: page,
        sort,
        filter: Filter { predicates: crate::components::table::named(name).into_iter().collect() },
    };
    let scope = if shared { Scope::Shared } else { Scope::In(namespace) };
    service.pipelines(&caller, scope, listing).await.map_err(crate::doors::refuse)
}

#[must_use]
pub fn pipelines(namespace: Namespace, shared: bool) -> AnyView {
    let at = |room: Room| href(&Place::In(namespace.clone(), room));
    let around = Around {
        title: "Pipelines",
        views: tabs(
            "Whose pipelines",
            vec![
                ("Of this namespace", at(Room::Pipelines), !shared),
                ("Shared with all", at(Room::SharedPipelines), shared),
            ],
        ),
        actions: upload_button(&namespace),
        path: at(if shared { Room::SharedPipelines } else { Room::Pipelines }),
        find: "Find pipelines by name",
    };
    let (read, none) = (namespace.clone(), namespace.clone());
    list(
        around,
        move |Asked { name, sort, page }| pipelines_page(read.clone(), shared, name, sort, page),
        move |filtered| nothing(&none, shared, filtered),
        move |page, path, query| table(&namespace, page, path, query),
    )
}

fn upload_button(namespace: &Namespace) -> AnyView {
    let form = href(&Place::In(namespace.clone(), Room::NewPipeline));
    one_more(namespace, form, Icon::Upload, "Upload", " to ")
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
