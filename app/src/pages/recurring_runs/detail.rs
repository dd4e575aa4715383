use super::{actions::actions, schedule::said};
use crate::{
    components::{
        frame::{failed, head, waiting},
        mark::{Mark, sign},
        moment::moment,
    },
    failure::Trouble,
    live::use_live,
    namespace::{href, use_query},
    pages::title,
    routes::{Place, Room},
    session::Session,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use model::{Firing, FiringOutcome, Namespace, RecurringRun, RecurringRunId, RecurringRunMode};
use serde::{Deserialize, Serialize};

/// A recurring run with its clock read out: the browser has no calendar of time zones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    pub one: RecurringRun,
    /// Whose clock the texts below are read from.
    pub zone: String,
    pub zones: Vec<String>,
    /// The next five slots; none while it is disabled.
    pub next: Vec<String>,
    /// What became of the last slots, newest first, and when that was.
    pub last: Vec<(Firing, String)>,
}

#[server(prefix = "/_fn", endpoint = "recurring_run", input = GetUrl)]
pub async fn recurring_run_page(
    namespace: Namespace,
    id: RecurringRunId,
    #[server(default)] zone: Option<String>,
) -> Result<Shown, Trouble> {
    use crate::doors::{enter, refuse};
    use model::{Schedule, Zone};
    let (service, caller) = enter()?;
    let one = service.recurring_run(&caller, id).await.map_err(refuse)?;
    crate::pages::same_place(&namespace, &one.namespace, || id.not_found()).map_err(refuse)?;
    let zone = match zone.filter(|zone| !zone.trim().is_empty()) {
        Some(zone) => Zone::parse(&zone).map_err(refuse)?,
        None => super::schedule::zone_of(one.trigger.as_ref(), service.zone()),
    };
    let schedule = Schedule::read(one.trigger.as_ref(), one.created_at, service.zone()).map_err(refuse)?;
    let next = one.next_at.into_iter().flat_map(|first| {
        std::iter::once(first)
            .chain(schedule.slots_after(first))
            .take(5)
            .map(|slot| zone.show(slot))
            .collect::<Vec<_>>()
    });
    let next = next.collect();
    let last = service.firings(&caller, id, 50).await.map_err(refuse)?;
    let last = last.into_iter().map(|firing| (firing.clone(), zone.show(firing.scheduled_at))).collect();
    let mut one = one;
    if let model::PipelineSource::Inline { spec } = &mut one.source {
        *spec = None;
    }
    Ok(Shown { one, zone: zone.name().to_owned(), zones: Zone::names().map(str::to_owned).collect(), next, last })
}

#[must_use]
pub fn recurring_run(namespace: Namespace, id: RecurringRunId) -> AnyView {
    let (query, live) = (use_query(), use_live());
    let session = expect_context::<Session>();
    let place = namespace.clone();
    let shown = Resource::new_blocking(
        move || (query.get().get_str("zone").map(str::to_owned), live.any()),
        move |(zone, _)| recurring_run_page(place.clone(), id, zone),
    );
    view! {
        <nav class="crumbs" aria-label="Where this is"><a href=href(&Place::In(namespace.clone(), Room::RecurringRuns))>"Recurring runs"</a></nav>
        <Transition fallback=waiting>{move || {
            let namespace = namespace.clone();
            Suspend::new(async move {
                match shown.await {
                    Ok(shown) => {
                        let may = session.0.await.is_ok_and(|who| who.may_edit(&namespace));
                        page(&namespace, &shown, may)
                    }
                    Err(trouble) => failed(&trouble),
                }
            })
        }}</Transition>
    }
    .into_any()
}

fn page(namespace: &Namespace, shown: &Shown, may: bool) -> AnyView {
    let one = &shown.one;
    let (mark, word) = match one.mode {
        RecurringRunMode::Enabled => (Mark::Succeeded, "Enabled"),
        RecurringRunMode::Disabled => (Mark::Paused, "Disabled"),
    };
    let beside = view! { <span class="state">{sign(mark, false)}{word}</span> }.into_any();
    let stopped = one.stopped.clone().map(|why| {
        view! { <p class="refusal" role="status"><strong>"It was stopped. "</strong>{why}</p> }
    });
    let path = href(&Place::In(namespace.clone(), Room::RecurringRun(one.id)));
    let next = if shown.next.is_empty() {
        view! { <p class="faint">"No run is to come."</p> }.into_any()
    } else {
        view! { <ol class="slots">{shown.next.iter().map(|slot| view! { <li class="figure">{slot.clone()}</li> }).collect_view()}</ol> }.into_any()
    };
    view! {
        {title(&one.display_name)}
        {head(&one.display_name, beside, may.then(|| actions(namespace, one)).into_any())}
        {stopped}
        {(!one.description.is_empty()).then(|| view! { <p class="lead">{one.description.clone()}</p> })}
        <dl class="facts">
            <dt>"Schedule"</dt><dd>{said(one.trigger.as_ref())}</dd>
            <dt>"At once, at most"</dt><dd>{one.max_concurrency}</dd>
            <dt>"Missed runs"</dt><dd>{if one.no_catchup { "are passed over, but for the latest" } else { "are caught up on, one after the other" }}</dd>
            <dt>"Acts as"</dt><dd>{one.acts_as.to_string()}</dd>
            <dt>"Changed"</dt><dd>{moment(one.updated_at)}</dd>
        </dl>
        <section aria-labelledby="next-runs">
            <h2 id="next-runs">"Next runs"</h2>
            <form method="get" action=path class="inline">
                <label class="field"><span>"On the clock of"</span>{super::schedule::zone_field("zone", &shown.zone, &shown.zones)}</label>
                <button class="button small">"Show"</button>
            </form>
            {next}
        </section>
        <section aria-labelledby="last-runs">
            <h2 id="last-runs">"History"</h2>
            {history(namespace, &shown.last)}
        </section>
    }
    .into_any()
}

fn history(namespace: &Namespace, last: &[(Firing, String)]) -> AnyView {
    if last.is_empty() {
        return view! { <p class="faint">"Nothing was due yet."</p> }.into_any();
    }
    let row = |(firing, when): &(Firing, String)| {
        let (mark, word) = match firing.outcome {
            FiringOutcome::Started if firing.is_late() => (Mark::Succeeded, "Started late"),
            FiringOutcome::Started => (Mark::Succeeded, "Started on time"),
            FiringOutcome::Skipped => (Mark::Skipped, "Passed over"),
            FiringOutcome::Failed => (Mark::Failed, "Not started"),
            FiringOutcome::Stopped => (Mark::Canceled, "Stopped"),
        };
        let slots = (firing.slots > 1).then(|| format!("{} slots from then on", firing.slots));
        let run = firing.run_id.map(|id| {
            view! { <a href=href(&Place::In(namespace.clone(), Room::Run(id)))>"See the run"</a> }
        });
        view! {
            <tr>
                <td class="figure">{when.clone()}</td>
                <td><span class="state">{sign(mark, false)}{word}</span></td>
                <td>{slots}" "{firing.reason.clone()}</td>
                <td>{run}</td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll"><table class="list">
            <thead><tr><th scope="col">"Due"</th><th scope="col">"What became of it"</th><th scope="col">"Why"</th><th scope="col">"Run"</th></tr></thead>
            <tbody>{last.iter().map(row).collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}
