use crate::{
    components::{
        frame::{empty, tabs},
        icon::Icon,
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
    predicates.extend(crate::components::table::named(name));
    let sort = Some(crate::components::table::sort_of(sort.as_deref()));
    let listing = Listing { page_size: 50, page_token: page, sort, filter: Filter { predicates } };
    service.experiments(&caller, namespace, listing).await.map_err(crate::doors::refuse)
}

#[must_use]
pub fn experiments(namespace: Namespace, archived: bool) -> AnyView {
    let at = |room: Room| href(&Place::In(namespace.clone(), room));
    let around = Around {
        title: "Experiments",
        views: tabs(
            "Active or archived",
            vec![("Active", at(Room::Experiments), !archived), ("Archived", at(Room::ArchivedExperiments), archived)],
        ),
        actions: new_button(&namespace),
        path: at(if archived { Room::ArchivedExperiments } else { Room::Experiments }),
        find: "Find experiments by name",
    };
    let (read, none) = (namespace.clone(), namespace.clone());
    list(
        around,
        move |Asked { name, sort, page }| experiments_page(read.clone(), archived, name, sort, page),
        move |filtered| nothing(&none, archived, filtered),
        move |page, path, query| table(&namespace, page, path, query),
    )
}

fn new_button(namespace: &Namespace) -> AnyView {
    let form = href(&Place::In(namespace.clone(), Room::NewExperiment));
    one_more(namespace, form, Icon::Plus, "New experiment", " in ")
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
