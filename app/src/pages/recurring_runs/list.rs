use crate::{
    components::{
        frame::empty,
        icon::Icon,
        list::{Around, Asked, list, one_more},
        mark::{Mark, sign},
        moment::moment,
        table::{pager, sorting},
    },
    failure::Trouble,
    namespace::href,
    routes::{Place, Room},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use leptos_router::params::ParamsMap;
use model::{Namespace, Page, RecurringRun, RecurringRunMode};

/// One page of the recurring runs of a namespace.
#[server(prefix = "/_fn", endpoint = "recurring_runs", input = GetUrl)]
pub async fn recurring_runs_page(
    namespace: Namespace,
    name: Option<String>,
    sort: Option<String>,
    page: Option<String>,
) -> Result<Page<RecurringRun>, Trouble> {
    use crate::components::table::{named, sort_of};
    use model::{Filter, Listing};
    let (service, caller) = crate::doors::enter()?;
    let filter = Filter { predicates: named(name).into_iter().collect() };
    let listing = Listing { page_size: 50, page_token: page, sort: Some(sort_of(sort.as_deref())), filter };
    service.recurring_runs(&caller, service::Of::Namespace(namespace), listing).await.map_err(crate::doors::refuse)
}

#[must_use]
pub fn recurring_runs(namespace: Namespace) -> AnyView {
    let around = Around {
        title: "Recurring runs",
        views: ().into_any(),
        actions: new_button(&namespace),
        path: href(&Place::In(namespace.clone(), Room::RecurringRuns)),
        find: "Find recurring runs by name",
    };
    let (read, none) = (namespace.clone(), namespace);
    list(
        around,
        move |Asked { name, sort, page }| recurring_runs_page(read.clone(), name, sort, page),
        move |filtered| nothing(&none, filtered),
        table,
    )
}

fn new_button(namespace: &Namespace) -> AnyView {
    let form = href(&Place::In(namespace.clone(), Room::NewRecurringRun));
    one_more(namespace, form, Icon::Plus, "New recurring run", " in ")
}

fn nothing(namespace: &Namespace, filtered: bool) -> AnyView {
    if filtered {
        let again = "Try another part of the name.";
        return empty(Icon::Search, "No recurring run has such a name", again, ().into_any());
    }
    empty(
        Icon::Calendar,
        "Nothing runs by itself yet",
        "A recurring run starts a pipeline again and again, by the clock. Those made with the SDK show up here, too.",
        new_button(namespace),
    )
}

fn table(page: &Page<RecurringRun>, path: &str, query: &ParamsMap) -> AnyView {
    let row = |one: &RecurringRun| {
        let (mark, word) = match one.mode {
            RecurringRunMode::Enabled => (Mark::Succeeded, "Enabled"),
            RecurringRunMode::Disabled => (Mark::Paused, "Disabled"),
        };
        let next = one.next_at.map(|at| crate::figures::durations::exact(at.millis()));
        let next = next.or_else(|| one.stopped.clone()).unwrap_or_else(|| "–".to_owned());
        view! {
            <tr>
                <td class="name"><a class="row" href=format!("{path}/{}", one.id)>{one.display_name.clone()}</a></td>
                <td><span class="state">{sign(mark, false)}{word}</span></td>
                <td class="soft">{super::schedule::said(one.trigger.as_ref())}</td>
                <td class="soft figure">{next}</td>
                <td class="figure">{one.max_concurrency}</td>
                <td class="soft">{moment(one.created_at)}</td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll"><table class="list">
            <thead><tr>{sorting(path, query, "Name", "name", "created_at desc")}<th scope="col">"State"</th><th scope="col">"Schedule"</th><th scope="col">"Next"</th><th scope="col">"At once, at most"</th>{sorting(path, query, "Created", "created_at", "created_at desc")}</tr></thead>
            <tbody>{page.items.iter().map(row).collect_view()}</tbody>
        </table></div>
        {pager(path, query, page.total_size, "recurring run", "recurring runs", page.next_page_token.as_deref())}
    }
    .into_any()
}
