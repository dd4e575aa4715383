use super::views;
use crate::{
    components::{
        frame::{empty, failed, head, tabs, waiting},
        icon::Icon,
        moment::moment,
        table::pager,
    },
    failure::Trouble,
    live::use_live,
    namespace::{href, use_query},
    pages::title,
    routes::{Place, Room},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use leptos_router::params::ParamsMap;
use model::{AuditEntry, Namespace, Page};

/// What was refused and what was changed in the namespace, the newest first.
#[server(prefix = "/_fn", endpoint = "audit", input = GetUrl)]
pub async fn audit_page(
    namespace: Namespace,
    refused: bool,
    page: Option<String>,
) -> Result<Page<AuditEntry>, Trouble> {
    use model::{AuditOutcome, Comparison, Filter, Listing, Predicate, PredicateValue, Sort};
    let (service, caller) = crate::doors::enter()?;
    let only = refused.then(|| Predicate {
        key: "outcome".to_owned(),
        comparison: Comparison::Equals,
        value: PredicateValue::Text(AuditOutcome::Refused.as_str().to_owned()),
    });
    let listing = Listing {
        page_size: 50,
        page_token: page,
        sort: Some(Sort { field: "created_at".to_owned(), descending: true }),
        filter: Filter { predicates: only.into_iter().collect() },
    };
    service.audit(&caller, namespace, listing).await.map_err(crate::doors::refuse)
}

#[must_use]
pub fn audit(namespace: Namespace) -> AnyView {
    let query = use_query();
    let live = use_live();
    let place = namespace.clone();
    let asked = Memo::new(move |_| {
        query.with(|query| (query.get_str("only") == Some("refused"), query.get_str("page").map(str::to_owned)))
    });
    let rows = Resource::new_blocking(
        move || (asked.get(), live.any()),
        move |((refused, page), _)| audit_page(place.clone(), refused, page),
    );
    let path = href(&Place::In(namespace.clone(), Room::Audit));
    let views = views(&namespace, Room::Audit);
    let which = path.clone();
    view! {
        {title("Audit")}
        {head("Audit", views, ().into_any())}
        {move || {
            let refused = asked.get().0;
            tabs("Which", vec![
                ("Everything", which.clone(), !refused),
                ("Refusals", format!("{which}?only=refused"), refused),
            ])
        }}
        <Transition fallback=waiting>{move || {
            let path = path.clone();
            Suspend::new(async move {
                match rows.await {
                    Ok(page) if page.items.is_empty() => nothing(),
                    Ok(page) => table(&page, &path, &query.get_untracked()),
                    Err(trouble) => failed(&trouble),
                }
            })
        }}</Transition>
    }
    .into_any()
}

fn nothing() -> AnyView {
    empty(
        Icon::Search,
        "Nothing of this kind",
        "Every change in this namespace and everybody who was refused is written down here, for 90 days.",
        ().into_any(),
    )
}

fn table(page: &Page<AuditEntry>, path: &str, query: &ParamsMap) -> AnyView {
    let row = |entry: &AuditEntry| {
        // Whoever comes from nowhere sits at the machine itself.
        let who = match (entry.user.is_empty(), entry.from.is_empty()) {
            (true, true) => "operator".to_owned(),
            (true, false) => "nobody".to_owned(),
            (false, _) => entry.user.clone(),
        };
        let how = if entry.from.is_empty() { entry.via.clone() } else { format!("{} from {}", entry.via, entry.from) };
        view! {
            <tr>
                <td class="soft">{moment(entry.at)}</td>
                <td class="name">{who}</td>
                <td>{entry.outcome.as_str()}</td>
                <td class="soft">{format!("{} {}", entry.verb, entry.resource)}</td>
                <td class="soft long">{entry.object.clone()}</td>
                <td class="soft">{how}</td>
                <td class="soft long">{entry.reason.clone()}</td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Entries"><table class="list">
            <thead><tr>
                <th scope="col">"When"</th><th scope="col">"Who"</th><th scope="col">"Outcome"</th><th scope="col">"What"</th>
                <th scope="col">"Object"</th><th scope="col">"How"</th><th scope="col">"Why"</th>
            </tr></thead>
            <tbody>{page.items.iter().map(row).collect_view()}</tbody>
        </table></div>
        {pager(path, query, page.total_size, "entry", "entries", page.next_page_token.as_deref())}
    }
    .into_any()
}
