//! Runs side by side: what differs stands first, what is equal is folded away.

use crate::{
    components::{
        frame::{empty, failed, head, waiting},
        icon::Icon,
        mark::{Mark, sign},
        moment::{elapsed, moment},
    },
    failure::Trouble,
    figures::comparison::{Line, lines, shares},
    namespace::{href, use_query},
    pages::{runs::pane::value, title},
    routes::{Place, Room},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use leptos_router::params::ParamsMap;
use model::{Namespace, Run, RunId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// As many as can be told apart on one screen.
pub const MOST: usize = 10;

/// A run as a column shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    pub run: Run,
    pub parameters: BTreeMap<String, Value>,
    pub metrics: BTreeMap<String, Value>,
}

/// The runs asked for, in their order, all of one namespace.
#[server(prefix = "/_fn", endpoint = "compare_runs", input = GetUrl)]
pub async fn compare_runs(namespace: Namespace, #[server(default)] ids: Vec<RunId>) -> Result<Vec<Column>, Trouble> {
    if ids.len() > MOST {
        let text = format!("runs holds {} ids: at most {MOST} can be compared", ids.len());
        return Err(crate::doors::refuse(model::Failure::invalid(text)));
    }
    let (service, caller) = crate::doors::enter()?;
    service.look_in(&caller, namespace.clone()).await.map_err(crate::doors::refuse)?;
    let mut columns = Vec::with_capacity(ids.len());
    for id in ids {
        let super::detail::Whole { run, tasks, .. } = super::detail::run_page(namespace.clone(), id).await?;
        columns.push(Column {
            parameters: run.runtime_config.parameters.clone().into_iter().collect(),
            metrics: crate::figures::comparison::metrics(&tasks),
            run,
        });
    }
    Ok(columns)
}

/// The ids in an address: `runs=A,B`, or one `ids[]` for each, as a form without script sends them.
fn ids_in(query: &ParamsMap) -> Vec<RunId> {
    let listed = query.get_all("ids[]").unwrap_or_default();
    let joined = query.get_str("runs").unwrap_or_default();
    let every = listed.iter().map(String::as_str).chain(joined.split(','));
    let mut ids = Vec::new();
    for id in every.filter_map(|text| RunId::parse(text).ok()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// The page that compares runs.
#[must_use]
pub fn compare(namespace: Namespace) -> AnyView {
    let query = use_query();
    let asked = Memo::new(move |_| query.with(ids_in));
    let place = namespace.clone();
    let columns = Resource::new_blocking(move || asked.get(), move |ids| compare_runs(place.clone(), ids));
    let list = href(&Place::In(namespace.clone(), Room::Runs));
    view! {
        {title("Compare runs")}
        <nav class="crumbs" aria-label="Where this is"><a href=list.clone()>"Runs"</a></nav>
        {head("Compare runs", ().into_any(), ().into_any())}
        <Transition fallback=waiting>{move || {
            let (namespace, list) = (namespace.clone(), list.clone());
            Suspend::new(async move {
                match columns.await {
                    Ok(columns) if columns.len() < 2 => too_few(list),
                    Ok(columns) => side_by_side(&namespace, &columns),
                    Err(trouble) => failed(&trouble),
                }
            })
        }}</Transition>
    }
    .into_any()
}

fn too_few(list: String) -> AnyView {
    let next = view! { <a class="button" href=list>"Go to the runs"</a> };
    let text = "Tick two to ten runs in the list, then press Compare.";
    empty(Icon::Columns, "Choose the runs to compare", text, next.into_any())
}

fn side_by_side(namespace: &Namespace, columns: &[Column]) -> AnyView {
    let heads = columns.iter().map(|column| {
        let run = &column.run;
        view! {
            <th scope="col"><a href=href(&Place::In(namespace.clone(), Room::Run(run.id)))>{sign(Mark::from(run.state), true)}{run.display_name.clone()}</a></th>
        }
    });
    let fact = |name: &'static str, each: &dyn Fn(&Run) -> AnyView| {
        let cells = columns.iter().map(|column| view! { <td>{each(&column.run)}</td> }).collect_view();
        view! { <tr><th scope="row">{name}</th>{cells}</tr> }.into_any()
    };
    let parameters = lines(&columns.iter().map(|column| column.parameters.clone()).collect::<Vec<_>>());
    let scores = lines(&columns.iter().map(|column| column.metrics.clone()).collect::<Vec<_>>());
    view! {
        <div class="table-scroll"><table class="pairs compare">
            <thead><tr><td></td>{heads.collect_view()}</tr></thead>
            <tbody>
                {fact("State", &|run| view! { <span class=Mark::from(run.state).class()>{Mark::from(run.state).word()}</span> }.into_any())}
                {fact("Pipeline", &|run| run.pipeline_name.clone().into_any())}
                {fact("Started", &|run| moment(run.created_at))}
                {fact("Duration", &|run| elapsed(Some(run.created_at), run.finished_at))}
            </tbody>
            {part("Metrics", "None of these runs wrote a scalar metric.", &scores, columns.len(), score)}
            {part("Parameters", "These runs take no parameters.", &parameters, columns.len(), parameter)}
        </table></div>
    }
    .into_any()
}

/// The lines of one kind: what differs in sight, what is equal behind a word.
fn part(name: &'static str, none: &'static str, all: &[Line], runs: usize, row: fn(&Line) -> AnyView) -> AnyView {
    let width = (runs + 1).to_string();
    let (different, equal): (Vec<&Line>, Vec<&Line>) = all.iter().partition(|line| line.differs);
    let silence = if all.is_empty() { none } else { "No difference." };
    let silent =
        different.is_empty().then(|| view! { <tr><td class="faint" colspan=width.clone()>{silence}</td></tr> });
    let folded = (!equal.is_empty()).then(|| {
        let rows = equal.iter().map(|line| row(line)).collect_view();
        let word = crate::figures::text::count(u32::try_from(equal.len()).unwrap_or(u32::MAX), "is equal", "are equal");
        view! {
            <tr class="fold"><td colspan=width.clone()><label><input type="checkbox"/>{word}</label></td></tr>
            {rows}
        }
    });
    view! {
        <tbody><tr class="part"><th scope="rowgroup" colspan=width.clone()><h2>{name}</h2></th></tr>{different.into_iter().map(row).collect_view()}{silent}</tbody>
        <tbody class="folded">{folded}</tbody>
    }
    .into_any()
}

fn parameter(line: &Line) -> AnyView {
    let cells = line.values.iter().map(|one| view! { <td>{shown(one.as_ref())}</td> }).collect_view();
    view! { <tr><th scope="row">{line.name.clone()}</th>{cells}</tr> }.into_any()
}

/// A metric with a bar from the smallest to the largest of its line.
fn score(line: &Line) -> AnyView {
    let cells = line.values.iter().zip(shares(line)).map(|(one, share)| {
        let bar = share.map(|share| view! { <span class="bar" aria-hidden="true"><i style=format!("inline-size:{:.0}%", share * 100.0)></i></span> });
        view! { <td class="figure">{shown(one.as_ref())}{bar}</td> }
    });
    view! { <tr><th scope="row">{line.name.clone()}</th>{cells.collect_view()}</tr> }.into_any()
}

fn shown(one: Option<&Value>) -> AnyView {
    one.map_or_else(|| view! { <span class="faint">"–"</span> }.into_any(), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_runs_in_both_ways_each_once() {
        let (a, b) = ("5c1c1c9e-1f0a-4b6e-9d53-0f1d5f1a2b3c", "6c1c1c9e-1f0a-4b6e-9d53-0f1d5f1a2b3c");
        let mut query = ParamsMap::new();
        query.insert("runs", format!("{a},{b},nonsense,{a}"));
        let joined: Vec<String> = ids_in(&query).iter().map(RunId::to_string).collect();
        assert_eq!(joined, [a, b]);
        let mut query = ParamsMap::new();
        query.insert("ids[]", b.to_owned());
        query.insert("ids[]", a.to_owned());
        let listed: Vec<String> = ids_in(&query).iter().map(RunId::to_string).collect();
        assert_eq!(listed, [b, a]);
    }
}
