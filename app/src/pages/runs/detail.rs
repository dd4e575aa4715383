use super::{actions::actions, pane::pane, steps};
use crate::namespace::use_query;
use crate::{
    components::{
        frame::{failed, waiting},
        graph::graph,
        mark::{Mark, sign},
        moment::{elapsed, moment},
        table::query_with,
    },
    failure::Trouble,
    figures::text::short,
    live::use_live,
    namespace::{href, use_base},
    routes::{Place, Room},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use leptos_meta::Title;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::{Namespace, Run, RunId, RunState, Task, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A run as its page shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Whole {
    pub run: Run,
    pub tasks: Vec<Task>,
    pub experiment: String,
    /// Whether the caller may change it.
    pub may_edit: bool,
}

/// A run with its tasks.
#[server(prefix = "/_fn", endpoint = "run", input = GetUrl)]
pub async fn run_page(namespace: Namespace, id: RunId) -> Result<Whole, Trouble> {
    use crate::doors::{enter, refuse};
    let (service, caller) = enter()?;
    let mut run = service.run(&caller, id).await.map_err(refuse)?;
    crate::pages::same_place(&namespace, &run.namespace, || id.not_found()).map_err(refuse)?;
    if let model::PipelineSource::Inline { spec } = &mut run.source {
        *spec = None;
    }
    let tasks = service.tasks(&caller, id).await.map_err(refuse)?;
    let experiment = service
        .experiment(&caller, run.experiment_id)
        .await
        .map_or_else(|_| short(&run.experiment_id.to_string()), |one| one.display_name);
    let memberships = service.memberships(&caller).await.map_err(refuse)?;
    let may_edit = memberships.iter().any(|one| one.namespace == namespace && one.role >= model::Role::Edit);
    Ok(Whole { run, tasks, experiment, may_edit })
}

/// The definition that a run executes, as YAML.
#[server(prefix = "/_fn", endpoint = "run_definition", input = GetUrl)]
pub async fn run_definition(id: RunId) -> Result<String, Trouble> {
    let (service, caller) = crate::doors::enter()?;
    let spec: Value = service.run_spec(&caller, id).await.map_err(crate::doors::refuse)?;
    Ok(crate::figures::yaml::print(&spec))
}

/// The page of one run: its graph on the left, the chosen step on the right.
#[must_use]
pub fn run(namespace: Namespace, id: RunId) -> AnyView {
    let place = namespace.clone();
    let first = Resource::new_blocking(|| (), move |()| run_page(place.clone(), id));
    view! {
        <Suspense fallback=waiting>{move || {
            let namespace = namespace.clone();
            Suspend::new(async move {
                match first.await {
                    Ok(whole) => page(namespace, whole),
                    Err(trouble) => failed(&trouble),
                }
            })
        }}</Suspense>
    }
    .into_any()
}

fn page(namespace: Namespace, whole: Whole) -> AnyView {
    let id = whole.run.id;
    let data = RwSignal::new(whole);
    follow(namespace.clone(), id, data);

    let query = use_query();
    let path = use_base().href(&Place::In(namespace.clone(), Room::Run(id)).path());
    let asked = Memo::new(move |_| query.with(|query| query.get_str("task").and_then(|text| TaskId::parse(text).ok())));
    let chosen = Memo::new(move |_| asked.get().or_else(|| data.with(|whole| steps::first_to_see(&whole.tasks))));
    let navigate = use_navigate();
    let step_path = path.clone();
    let choose = Callback::new(move |key: String| {
        let target = format!("{step_path}{}", query.with_untracked(|query| query_with(query, &[("task", Some(&key))])));
        navigate(
            &target,
            NavigateOptions { resolve: false, replace: true, scroll: false, ..NavigateOptions::default() },
        );
    });
    let tab = Memo::new(move |_| query.with(|query| query.get_str("view").unwrap_or("graph").to_owned()));
    let link_path = path.clone();
    let link =
        move |view: Option<&str>| format!("{link_path}{}", query.with(|query| query_with(query, &[("view", view)])));
    let items_path = path.clone();
    let items = Memo::new(move |_| data.with(|whole| steps::items(&whole.tasks, &items_path)));
    let chosen_key: Signal<Option<String>> = Signal::derive(move || chosen.get().map(|id| id.to_string()));
    let place = namespace;
    view! {
        {move || data.with(|whole| tab_title(&whole.run))}
        {move || data.with(|whole| heading(&place, whole))}
        {move || {
            let view = tab.get();
            crate::components::frame::tabs("Views of the run", vec![
                ("Graph", link(None), view == "graph"),
                ("Steps", link(Some("steps")), view == "steps"),
                ("Parameters", link(Some("parameters")), view == "parameters"),
                ("Definition", link(Some("definition")), view == "definition"),
            ])
        }}
        {move || match tab.get().as_str() {
            "definition" => definition(id),
            "parameters" => parameters(data),
            "steps" => panes(steps::table(data, path.clone(), chosen_key, choose), pane(id, data, chosen)),
            _ => panes(graph_or_wait(items, chosen_key, choose, data), pane(id, data, chosen)),
        }}
    }
    .into_any()
}

/// Reads the run again whenever the event stream says that it changed.
fn follow(namespace: Namespace, id: RunId, data: RwSignal<Whole>) {
    use_live().on_run(id, move || {
        let namespace = namespace.clone();
        leptos::task::spawn_local(async move {
            if let Ok(whole) = run_page(namespace, id).await
                && data.try_with_untracked(|before| *before != whole) == Some(true)
            {
                data.try_set(whole);
            }
        });
    });
}

fn tab_title(run: &Run) -> AnyView {
    let text = format!("{} {} · Mooring", Mark::from(run.state).sign(), run.display_name);
    view! { <Title text=text/> }.into_any()
}

fn heading(namespace: &Namespace, whole: &Whole) -> AnyView {
    let run = &whole.run;
    let mark = Mark::from(run.state);
    let progress = (run.progress.total > 0)
        .then(|| view! { <span class="figure">{run.progress.done}" of "{run.progress.total}" steps"</span> });
    let reason = run
        .error
        .clone()
        .filter(|_| run.state == RunState::Failed)
        .map(|error| view! { <p class="reason">{error}</p> });
    let pipeline = match &run.source {
        model::PipelineSource::Version { pipeline_id, .. } | model::PipelineSource::Latest { pipeline_id } => {
            view! { <a href=href(&Place::In(namespace.clone(), Room::Pipeline(*pipeline_id)))>{run.pipeline_name.clone()}</a> }.into_any()
        }
        model::PipelineSource::Inline { .. } => run.pipeline_name.clone().into_any(),
    };
    let buttons = whole.may_edit.then(|| actions(namespace, run.id, run.state, run.storage_state));
    view! {
        <nav class="crumbs" aria-label="Where this is"><a href=href(&Place::In(namespace.clone(), Room::Runs))>"Runs"</a></nav>
        <header class="page-head run-head">
            <div class="title">
                {sign(mark, true)}
                <h1>{run.display_name.clone()}</h1>
                {(run.storage_state == model::StorageState::Archived).then(|| view! { <span class="tag">"Archived"</span> })}
            </div>
            <div class="actions">{buttons}</div>
        </header>
        <p class="facts">
            <span class=mark.class()><strong>{mark.word()}</strong></span>
            {progress}
            {elapsed(Some(run.created_at), run.finished_at)}
            <span>"started "{moment(run.created_at)}</span>
            <span>"pipeline "{pipeline}</span>
            <span>"experiment "<a href=href(&Place::In(namespace.clone(), Room::Experiment(run.experiment_id)))>{whole.experiment.clone()}</a></span>
            <code class="id" title=run.id.to_string()>{short(&run.id.to_string())}</code>
        </p>
        {reason}
    }
    .into_any()
}

fn panes(left: AnyView, right: AnyView) -> AnyView {
    view! { <div class="panes"><section class="pane-left" aria-label="Steps">{left}</section><section class="pane-right" aria-label="Chosen step">{right}</section></div> }.into_any()
}

fn graph_or_wait(
    items: Memo<Vec<crate::components::graph::Item>>,
    chosen: Signal<Option<String>>,
    choose: Callback<String>,
    data: RwSignal<Whole>,
) -> AnyView {
    let none = Memo::new(move |_| items.with(Vec::is_empty));
    view! {
        {move || if none.get() {
            let over = data.with_untracked(|whole| whole.run.state.is_final());
            let text = if over { "This run ended before any step began." } else { "The first steps are about to begin." };
            view! { <p class="faint quiet">{text}</p> }.into_any()
        } else {
            graph(items, chosen, Some(choose))
        }}
    }
    .into_any()
}

fn definition(id: RunId) -> AnyView {
    let text = Resource::new_blocking(|| (), move |()| run_definition(id));
    view! {
        <Suspense fallback=waiting>{move || Suspend::new(async move {
            match text.await {
                Ok(text) => view! { <pre class="source" tabindex="0">{text}</pre> }.into_any(),
                Err(trouble) => failed(&trouble),
            }
        })}</Suspense>
    }
    .into_any()
}

fn parameters(data: RwSignal<Whole>) -> AnyView {
    let row = |(name, value): (&String, &Value)| view! { <tr><th scope="row">{name.clone()}</th><td>{super::pane::value(value)}</td></tr> };
    view! {
        {move || data.with(|whole| {
            let parameters = &whole.run.runtime_config.parameters;
            if parameters.is_empty() {
                view! { <p class="faint quiet">"This run was started without parameters of its own; the definition's defaults apply."</p> }.into_any()
            } else {
                view! { <table class="pairs"><tbody>{parameters.iter().map(row).collect_view()}</tbody></table> }.into_any()
            }
        })}
    }
    .into_any()
}
