use crate::namespace::use_query;
use crate::{
    components::{
        frame::{empty, failed, head, waiting},
        icon::{Icon, icon},
        mark::{Mark, sign},
        moment::moment,
        table::pager,
    },
    failure::Trouble,
    live::use_live,
    namespace::{href, use_base},
    pages::title,
    routes::{Place, Room},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use model::{Namespace, Page, RecurringRun, RecurringRunMode};

/// The recurring runs of a namespace, newest first.
#[server(prefix = "/_fn", endpoint = "recurring_runs", input = GetUrl)]
pub async fn recurring_runs_page(namespace: Namespace, page: Option<String>) -> Result<Page<RecurringRun>, Trouble> {
    let (service, caller) = crate::doors::enter()?;
    let listing = model::Listing { page_size: 50, page_token: page, ..model::Listing::default() };
    service.recurring_runs(&caller, service::Of::Namespace(namespace), listing).await.map_err(crate::doors::refuse)
}

#[must_use]
pub fn recurring_runs(namespace: Namespace) -> AnyView {
    let query = use_query();
    let live = use_live();
    let place = namespace.clone();
    let rows = Resource::new_blocking(
        move || (query.get().get_str("page").map(str::to_owned), live.any()),
        move |(page, _)| recurring_runs_page(place.clone(), page),
    );
    let path = use_base().href(&Place::In(namespace.clone(), Room::RecurringRuns).path());
    view! {
        {title("Recurring runs")}
        {head("Recurring runs", ().into_any(), new_button(&namespace))}
        <Transition fallback=waiting>{move || {
            let (namespace, path) = (namespace.clone(), path.clone());
            Suspend::new(async move {
                match rows.await {
                    Ok(page) if page.items.is_empty() => nothing(&namespace),
                    Ok(page) => table(&page, &path, &query.get_untracked()),
                    Err(trouble) => failed(&trouble),
                }
            })
        }}</Transition>
    }
    .into_any()
}

fn new_button(namespace: &Namespace) -> AnyView {
    let session = expect_context::<crate::session::Session>();
    let namespace = namespace.clone();
    view! {
        <Suspense>{move || {
            let namespace = namespace.clone();
            Suspend::new(async move {
                let may = session.0.await.is_ok_and(|who| who.may_edit(&namespace));
                may.then(|| view! { <a class="button primary" href=href(&Place::In(namespace.clone(), Room::NewRecurringRun))>{icon(Icon::Plus)}"New recurring run"<span class="hush">" in "{namespace.to_string()}</span></a> })
            })
        }}</Suspense>
    }
    .into_any()
}

fn nothing(namespace: &Namespace) -> AnyView {
    empty(
        Icon::Calendar,
        "Nothing runs by itself yet",
        "A recurring run starts a pipeline again and again, by the clock. Those made with the SDK show up here, too.",
        new_button(namespace),
    )
}

fn table(page: &Page<RecurringRun>, path: &str, query: &leptos_router::params::ParamsMap) -> AnyView {
    let row = |one: &RecurringRun| {
        let (mark, word) = match one.mode {
            RecurringRunMode::Enabled => (Mark::Succeeded, "Enabled"),
            RecurringRunMode::Disabled => (Mark::Paused, "Disabled"),
        };
        let next = one.next_at.map(|at| crate::figures::durations::exact(at.millis()));
        let next = next.or_else(|| one.stopped.clone()).unwrap_or_else(|| "–".to_owned());
        view! {
            <tr>
                <td class="name"><a href=format!("{path}/{}", one.id)>{one.display_name.clone()}</a></td>
                <td><span class="state">{sign(mark, false)}{word}</span></td>
                <td>{super::schedule::said(one.trigger.as_ref())}</td>
                <td>{next}</td>
                <td class="figure">{one.max_concurrency}</td>
                <td>{moment(one.created_at)}</td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll"><table class="list">
            <thead><tr><th scope="col">"Name"</th><th scope="col">"State"</th><th scope="col">"Schedule"</th><th scope="col">"Next"</th><th scope="col">"At once, at most"</th><th scope="col">"Created"</th></tr></thead>
            <tbody>{page.items.iter().map(row).collect_view()}</tbody>
        </table></div>
        {pager(path, query, page.total_size, "recurring run", "recurring runs", page.next_page_token.as_deref())}
    }
    .into_any()
}
