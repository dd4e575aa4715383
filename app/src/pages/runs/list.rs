use super::bulk::{self, Ticked};
use crate::namespace::use_query;
use crate::{
    components::{
        form::search,
        frame::{empty, failed, head, tabs, waiting},
        icon::Icon,
        list::one_more,
        mark::{Mark, sign},
        moment::{elapsed, moment},
        table::{pager, query_with, sorting},
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
use model::{ExperimentId, Namespace, Page, RunId, RunProgress, RunState, Timestamp};
use serde::{Deserialize, Serialize};

/// What a list of runs is asked for; all of it comes from the address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub namespace: Namespace,
    pub experiment: Option<ExperimentId>,
    pub archived: bool,
    pub name: Option<String>,
    pub state: Option<String>,
    pub sort: Option<String>,
    pub page: Option<String>,
}

impl Asked {
    fn read(namespace: Namespace, experiment: Option<ExperimentId>, archived: bool, query: &ParamsMap) -> Self {
        let text = |key: &str| query.get_str(key).filter(|text| !text.is_empty()).map(str::to_owned);
        Self {
            namespace,
            experiment,
            archived,
            name: text("name"),
            state: text("state"),
            sort: text("sort"),
            page: text("page"),
        }
    }
    fn is_filtered(&self) -> bool {
        self.name.is_some() || self.state.is_some()
    }
}

/// A run as a row shows it: nothing long rides along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub id: RunId,
    pub name: String,
    pub state: RunState,
    pub experiment_id: ExperimentId,
    /// Its name, if it was among those read along.
    pub experiment: Option<String>,
    pub pipeline: String,
    pub progress: RunProgress,
    pub running_task: Option<String>,
    pub error: Option<String>,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

/// One page of the runs of a namespace or of an experiment.
#[server(prefix = "/_fn", endpoint = "runs", input = GetUrl)]
pub async fn runs_page(asked: Asked) -> Result<Page<Row>, Trouble> {
    use crate::{components::table::sort_of, doors};
    use model::{Comparison, Filter, Listing, Predicate, PredicateValue};
    let (service, caller) = doors::enter()?;
    let predicate = |key: &str, comparison, text: String| Predicate {
        key: key.to_owned(),
        comparison,
        value: PredicateValue::Text(text),
    };
    let storage = if asked.archived { "ARCHIVED" } else { "AVAILABLE" };
    let mut predicates = vec![predicate("storage_state", Comparison::Equals, storage.to_owned())];
    predicates.extend(crate::components::table::named(asked.name));
    predicates.extend(asked.state.map(|state| predicate("state", Comparison::Equals, state)));
    let listing = Listing {
        page_size: 50,
        page_token: asked.page,
        sort: Some(sort_of(asked.sort.as_deref())),
        filter: Filter { predicates },
    };
    let of = match asked.experiment {
        Some(experiment) => service::Of::Experiment(experiment),
        None => service::Of::Namespace(asked.namespace.clone()),
    };
    let page = service.runs(&caller, of, listing).await.map_err(doors::refuse)?;
    let all = Listing { page_size: model::MAX_PAGE_SIZE, ..Listing::default() };
    let experiments = service.experiments(&caller, asked.namespace, all).await.map_err(doors::refuse)?;
    let name_of =
        |id: ExperimentId| experiments.items.iter().find(|one| one.id == id).map(|one| one.display_name.clone());
    Ok(page.map(|run: model::Run| Row {
        experiment: name_of(run.experiment_id),
        id: run.id,
        name: run.display_name,
        state: run.state,
        experiment_id: run.experiment_id,
        pipeline: run.pipeline_name,
        progress: run.progress,
        running_task: run.running_task,
        error: run.error,
        created_at: run.created_at,
        finished_at: run.finished_at,
    }))
}

/// The runs of a namespace.
#[must_use]
pub fn runs(namespace: Namespace, archived: bool) -> AnyView {
    let at = |room: Room| href(&Place::In(namespace.clone(), room));
    let views = tabs(
        "Active or archived",
        vec![("Active", at(Room::Runs), !archived), ("Archived", at(Room::ArchivedRuns), archived)],
    );
    let room = if archived { Room::ArchivedRuns } else { Room::Runs };
    view! {
        {title("Runs")}
        {head("Runs", views, new_run_button(&namespace, ""))}
        {run_list(namespace.clone(), None, archived, at(room))}
    }
    .into_any()
}

/// The button that starts a run, for those who may; it says where.
#[must_use]
pub fn new_run_button(namespace: &Namespace, query: &str) -> AnyView {
    let form = format!("{}{query}", href(&Place::In(namespace.clone(), Room::NewRun)));
    one_more(namespace, form, Icon::Plus, "New run", " in ")
}

/// A list of runs with its filters, wherever it stands.
#[must_use]
pub fn run_list(namespace: Namespace, experiment: Option<ExperimentId>, archived: bool, path: String) -> AnyView {
    let query = use_query();
    let live = use_live();
    let place = namespace;
    let asked = Memo::new(move |_| Asked::read(place.clone(), experiment, archived, &query.get()));
    let rows = Resource::new_blocking(move || (asked.get(), live.any()), |(asked, _)| runs_page(asked));
    let filter_path = path.clone();
    let form_path = path.clone();
    let ticked: Ticked = RwSignal::default();
    let session = expect_context::<Session>();
    let rows = view! {
        <Transition fallback=waiting>{move || {
            let path = path.clone();
            Suspend::new(async move {
                let asked = asked.get_untracked();
                match rows.await {
                    Ok(page) if page.items.is_empty() => nothing(&asked, &path),
                    Ok(page) => {
                        let may_edit = session.0.await.is_ok_and(|who| who.may_edit(&asked.namespace));
                        let here: Vec<RunId> = page.items.iter().map(|row| row.id).collect();
                        let bar = bulk::bar(&asked.namespace, asked.archived, may_edit, ticked, &here);
                        view! { {bar}{table(&asked, &page, &path, &query.get_untracked(), ticked)} }.into_any()
                    }
                    Err(trouble) => failed(&trouble),
                }
            })
        }}</Transition>
    };
    view! {
        <div class="filters">
            {search(form_path.clone(), asked.get_untracked().name.unwrap_or_default(), "Find runs by name", kept(&query.get_untracked()))}
            {move || chips(&filter_path, &query.get())}
        </div>
        {bulk::ticking(&form_path, rows.into_any())}
    }
    .into_any()
}

fn kept(query: &ParamsMap) -> Vec<(&'static str, String)> {
    ["state", "sort", "runs"].into_iter().filter_map(|key| Some((key, query.get_str(key)?.to_owned()))).collect()
}

fn chips(path: &str, query: &ParamsMap) -> AnyView {
    let current = query.get_str("state").map(str::to_owned);
    let chip = |state: RunState| {
        let on = current.as_deref() == Some(state.as_str());
        let next = (!on).then_some(state.as_str());
        let mark = Mark::from(state);
        view! {
            <a class="chip" data-noscroll="" aria-current=on.then_some("true") href=format!("{path}{}", query_with(query, &[("state", next), ("page", None)]))>
                {sign(mark, false)}{mark.word()}
            </a>
        }
    };
    let states = [RunState::Running, RunState::Failed, RunState::Succeeded, RunState::Pending, RunState::Canceled];
    view! { <nav class="chips" aria-label="Filter by state">{states.into_iter().map(chip).collect_view()}</nav> }
        .into_any()
}

fn nothing(asked: &Asked, path: &str) -> AnyView {
    if asked.is_filtered() {
        let clear = view! { <a class="button" href=path.to_owned()>"Clear the filters"</a> };
        return empty(Icon::Search, "No run fits these filters", "Try another name or state.", clear.into_any());
    }
    if asked.archived {
        return empty(
            Icon::Archive,
            "Nothing is archived",
            "Runs that you archive are kept here, out of the way.",
            ().into_any(),
        );
    }
    let start = href(&Place::In(asked.namespace.clone(), Room::Start));
    empty(
        Icon::Play,
        "No runs yet",
        "Start one of the sample pipelines and watch it, or run a pipeline of your own.",
        view! { <a class="button" href=start>"See the samples"</a> {new_run_button(&asked.namespace, "")} }.into_any(),
    )
}

fn table(asked: &Asked, page: &Page<Row>, path: &str, query: &ParamsMap, ticked: Ticked) -> AnyView {
    let with_experiment = asked.experiment.is_none();
    let namespace = &asked.namespace;
    view! {
        <div class="table-scroll">
            <table class="list runs">
                <thead><tr>
                    {bulk::tick_all(page.items.iter().map(|row| row.id).collect(), ticked)}
                    <th scope="col" class="narrow">"State"</th>
                    {sorting(path, query, "Name", "name", "created_at desc")}
                    {with_experiment.then(|| view! { <th scope="col">"Experiment"</th> })}
                    <th scope="col">"Pipeline"</th>
                    <th scope="col">"Progress"</th>
                    <th scope="col" class="number">"Duration"</th>
                    {sorting(path, query, "Started", "created_at", "created_at desc")}
                </tr></thead>
                <tbody>{page.items.iter().map(|row| line(namespace, row, with_experiment, ticked)).collect_view()}</tbody>
            </table>
        </div>
        {pager(path, query, page.total_size, "run", "runs", page.next_page_token.as_deref())}
    }
    .into_any()
}

fn line(namespace: &Namespace, row: &Row, with_experiment: bool, ticked: Ticked) -> AnyView {
    let mark = Mark::from(row.state);
    let experiment = with_experiment.then(|| {
        let name = row.experiment.clone().unwrap_or_else(|| crate::figures::text::short(&row.experiment_id.to_string()));
        view! { <td><a class="over" href=href(&Place::In(namespace.clone(), Room::Experiment(row.experiment_id)))>{name}</a></td> }
    });
    view! {
        <tr>
            {bulk::tick(row.id, &row.name, ticked)}
            <td class="narrow"><span class="state">{sign(mark, false)}<span class=mark.class()>{mark.word()}</span></span></td>
            <td class="name"><a class="row" href=href(&Place::In(namespace.clone(), Room::Run(row.id)))>{row.name.clone()}</a></td>
            {experiment}
            <td class="soft">{row.pipeline.clone()}</td>
            <td>{progress(row)}</td>
            <td class="number">{elapsed(Some(row.created_at), row.finished_at.or_else(|| row.state.is_final().then_some(row.created_at)))}</td>
            <td class="soft">{moment(row.created_at)}</td>
        </tr>
    }
    .into_any()
}

/// 7 of 12, and what is running; of a failed run, why.
fn progress(row: &Row) -> AnyView {
    if let (RunState::Failed, Some(error)) = (row.state, &row.error) {
        return view! { <span class="why" title=error.clone()>{error.clone()}</span> }.into_any();
    }
    if row.progress.total == 0 {
        return view! { <span class="faint">"–"</span> }.into_any();
    }
    let RunProgress { done, total } = row.progress;
    let share = f64::from(done) / f64::from(total) * 100.0;
    let class = format!("bar {}", Mark::from(row.state).class());
    view! {
        <span class="progress">
            <span class=class aria-hidden="true"><i style=format!("inline-size:{share:.0}%")></i></span>
            <span class="figure">{done}"/"{total}</span>
            {row.running_task.clone().map(|task| view! { <span class="faint task">{task}</span> })}
        </span>
    }
    .into_any()
}
