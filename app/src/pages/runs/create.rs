//! The new run form: a pipeline is picked (or uploaded right there), its parameters are filled in, it starts.

use crate::namespace::use_query;
use crate::{
    components::{
        form::{hidden, post},
        frame::{failed, head, waiting},
        icon::{Icon, icon},
    },
    failure::Trouble,
    figures::parameters::{is_filled_by_system, kind_word, to_text, to_value},
    namespace::href,
    pages::{
        pipelines::{create::upload_form, list::pipelines_page},
        title,
    },
    routes::{Place, Room},
};
use leptos::{
    prelude::*,
    server_fn::{ServerFn, codec::GetUrl},
};
use model::{
    ExperimentId, Namespace, ParameterDefinition, ParameterType, Pipeline, PipelineId, PipelineVersionId, RunId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// A form ready to be filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Blank {
    pub name: String,
    pub pipeline_name: String,
    pub pipeline: Option<PipelineId>,
    pub version: Option<PipelineVersionId>,
    pub versions: Vec<(PipelineVersionId, String)>,
    /// The run whose definition is used again, when it came inline.
    pub clone: Option<RunId>,
    pub definitions: Vec<ParameterDefinition>,
    /// What the cloned run was started with.
    pub values: Map<String, Value>,
    pub experiments: Vec<(ExperimentId, String)>,
    pub experiment: Option<ExperimentId>,
}

/// What the new run form needs: for a pipeline (its newest version if none is named) or for a run to be cloned.
#[server(prefix = "/_fn", endpoint = "new_run_form", input = GetUrl)]
pub async fn new_run_form(
    namespace: Namespace,
    pipeline: Option<PipelineId>,
    version: Option<PipelineVersionId>,
    clone: Option<RunId>,
) -> Result<Blank, Trouble> {
    use crate::doors::{enter, refuse};
    use crate::figures::parameters::from_spec;
    let (service, caller) = enter()?;
    let newest = model::Listing {
        page_size: model::MAX_PAGE_SIZE,
        sort: Some(crate::components::table::sort_of(None)),
        ..model::Listing::default()
    };
    let active = model::Listing { page_size: model::MAX_PAGE_SIZE, ..model::Listing::default() };
    let experiments = service.experiments(&caller, namespace.clone(), active).await.map_err(refuse)?.items;
    let experiments = experiments
        .into_iter()
        .filter(|one| one.storage_state == model::StorageState::Available)
        .map(|one| (one.id, one.display_name))
        .collect();
    let now = crate::figures::durations::exact(crate::doors::now().millis()).replace(" UTC", "");
    let mut blank = Blank {
        name: String::new(),
        pipeline_name: String::new(),
        pipeline,
        version,
        versions: Vec::new(),
        clone: None,
        definitions: Vec::new(),
        values: Map::new(),
        experiments,
        experiment: None,
    };
    if let Some(id) = clone {
        let run = service.run(&caller, id).await.map_err(refuse)?;
        blank.name = format!("Clone of {}", run.display_name);
        blank.values = run.runtime_config.parameters;
        blank.experiment = Some(run.experiment_id);
        match run.source {
            model::PipelineSource::Version { pipeline_id, pipeline_version_id } => {
                blank.pipeline = Some(pipeline_id);
                blank.version = blank.version.or(Some(pipeline_version_id));
            }
            model::PipelineSource::Latest { pipeline_id } => blank.pipeline = Some(pipeline_id),
            model::PipelineSource::Inline { .. } => {
                blank.clone = Some(id);
                blank.pipeline_name = run.pipeline_name;
                blank.definitions = from_spec(&service.run_spec(&caller, id).await.map_err(refuse)?);
                return Ok(blank);
            }
        }
    }
    let Some(pipeline) = blank.pipeline else {
        return Err(refuse(model::Failure::invalid(
            "pipeline is missing: expected the id of a pipeline or of a run to clone",
        )));
    };
    let found: Pipeline = service.pipeline(&caller, pipeline).await.map_err(refuse)?;
    blank.pipeline_name = if found.display_name.is_empty() { found.name } else { found.display_name };
    if blank.name.is_empty() {
        blank.name = format!("{} {now}", blank.pipeline_name);
    }
    let versions = service.pipeline_versions(&caller, pipeline, newest).await.map_err(refuse)?.items;
    blank.versions = versions
        .into_iter()
        .map(|one| (one.id, if one.display_name.is_empty() { one.name } else { one.display_name }))
        .collect();
    blank.version = blank.version.or_else(|| blank.versions.first().map(|(id, _)| *id));
    if let Some(version) = blank.version {
        blank.definitions = service.parameters(&caller, version).await.map_err(refuse)?;
    }
    Ok(blank)
}

/// Starts a run from the form's text and goes to its page.
#[server(prefix = "/_fn", endpoint = "start_run")]
pub async fn start_run(
    namespace: Namespace,
    name: String,
    #[server(default)] experiment: String,
    #[server(default)] pipeline: Option<PipelineId>,
    #[server(default)] version: Option<PipelineVersionId>,
    #[server(default)] clone: Option<RunId>,
    #[server(default)] parameters: HashMap<String, String>,
) -> Result<(), Trouble> {
    use crate::doors::{enter, go, refuse};
    use crate::figures::parameters::{from_form, from_spec};
    use model::{Failure, NewRun, NewRunSource, RuntimeConfig};
    let (service, caller) = enter()?;
    let (source, definitions) = match (version, clone) {
        (Some(version), _) => {
            let definitions = service.parameters(&caller, version).await.map_err(refuse)?;
            (NewRunSource::Version { pipeline_id: pipeline, pipeline_version_id: version }, definitions)
        }
        (None, Some(run)) => {
            let spec = service.run_spec(&caller, run).await.map_err(refuse)?;
            let definitions = from_spec(&spec);
            (NewRunSource::Inline { spec }, definitions)
        }
        (None, None) => return Err(refuse(Failure::invalid("version is missing: expected a pipeline version"))),
    };
    let values = from_form(&definitions, &parameters).map_err(|why| refuse(Failure::invalid(why)))?;
    let experiment = if experiment.is_empty() {
        crate::pages::experiments::default_experiment(&service, &caller, &namespace).await.map_err(refuse)?
    } else {
        ExperimentId::parse(&experiment).map_err(refuse)?
    };
    let new = NewRun {
        experiment_id: Some(experiment),
        namespace: Some(namespace.clone()),
        display_name: name.trim().to_owned(),
        description: String::new(),
        service_account: String::new(),
        source,
        runtime_config: RuntimeConfig { parameters: values, pipeline_root: None },
    };
    let run = service.create_run(&caller, new).await.map_err(refuse)?;
    go(&Place::In(namespace, Room::Run(run.id)).path());
    Ok(())
}

#[must_use]
pub fn new_run(namespace: Namespace) -> AnyView {
    let query = use_query();
    let asked = Memo::new(move |_| {
        query.with(|query| {
            let text = |key: &str| query.get_str(key).filter(|text| !text.is_empty()).map(str::to_owned);
            let pipeline = text("pipeline").and_then(|text| PipelineId::parse(&text).ok());
            let version = text("version").and_then(|text| PipelineVersionId::parse(&text).ok());
            let clone = text("clone").and_then(|text| RunId::parse(&text).ok());
            (pipeline, version, clone)
        })
    });
    let chosen = Memo::new(move |_| asked.with(|(pipeline, _, clone)| pipeline.is_some() || clone.is_some()));
    let list = href(&Place::In(namespace.clone(), Room::Runs));
    view! {
        {title("New run")}
        <nav class="crumbs" aria-label="Where this is"><a href=list>"Runs"</a></nav>
        {head("New run", crate::components::rail::namespace_tag(&namespace), ().into_any())}
        {move || if chosen.get() { filling(namespace.clone(), asked) } else { picking(namespace.clone(), Room::NewRun) }}
    }
    .into_any()
}

type AskedFor = Memo<(Option<PipelineId>, Option<PipelineVersionId>, Option<RunId>)>;

/// The choice of a pipeline, and an upload beside it; the choice goes on to `room`.
pub(crate) fn picking(namespace: Namespace, room: Room) -> AnyView {
    let query = use_query();
    let own_place = namespace.clone();
    let own = Resource::new_blocking(|| (), move |()| pipelines_page(own_place.clone(), false, None, None, None));
    let shared_place = namespace.clone();
    let shared = Resource::new_blocking(|| (), move |()| pipelines_page(shared_place.clone(), true, None, None, None));
    let form = upload_form(&namespace, true);
    let path = href(&Place::In(namespace, room));
    let experiment = query
        .with_untracked(|query| query.get_str("experiment").map(|id| format!("&experiment={id}")))
        .unwrap_or_default();
    view! {
        <div class="pick">
            <section>
                <h2>"Which pipeline?"</h2>
                <Suspense fallback=waiting>{move || {
                    let (path, experiment) = (path.clone(), experiment.clone());
                    Suspend::new(async move {
                        let (own, shared) = (own.await, shared.await);
                        match (own, shared) {
                            (Ok(own), Ok(shared)) if own.items.is_empty() && shared.items.is_empty() => {
                                view! { <p class="faint">"There are none yet: upload one."</p> }.into_any()
                            }
                            (Ok(own), Ok(shared)) => {
                                let choice = move |(one, shared): (Pipeline, bool)| {
                                    let name = if one.display_name.is_empty() { one.name } else { one.display_name };
                                    view! {
                                        <a class="card link" href=format!("{path}?pipeline={}{experiment}", one.id)>
                                            {icon(Icon::Workflow)}<strong>{name}</strong><span class="faint">{one.description}</span>
                                            {shared.then(|| view! { <span class="tag">"Shared"</span> })}
                                        </a>
                                    }
                                };
                                let own = own.items.into_iter().map(|one| (one, false));
                                own.chain(shared.items.into_iter().map(|one| (one, true))).map(choice).collect_view().into_any()
                            }
                            (Err(trouble), _) | (_, Err(trouble)) => failed(&trouble),
                        }
                    })
                }}</Suspense>
            </section>
            <section><h2>"Or upload one"</h2>{form}</section>
        </div>
    }
    .into_any()
}

fn filling(namespace: Namespace, asked: AskedFor) -> AnyView {
    let place = namespace.clone();
    let blank = Resource::new_blocking(
        move || asked.get(),
        move |(pipeline, version, clone)| new_run_form(place.clone(), pipeline, version, clone),
    );
    view! {
        <Transition fallback=waiting>{move || {
            let namespace = namespace.clone();
            Suspend::new(async move {
                match blank.await {
                    Ok(blank) => form(&namespace, &blank),
                    Err(trouble) => failed(&trouble),
                }
            })
        }}</Transition>
    }
    .into_any()
}

fn form(namespace: &Namespace, blank: &Blank) -> AnyView {
    let query = use_query();
    let path = href(&Place::In(namespace.clone(), Room::NewRun));
    let wished = query
        .with_untracked(|query| query.get_str("experiment").and_then(|id| ExperimentId::parse(id).ok()))
        .or(blank.experiment);
    let no_default = !blank.experiments.iter().any(|(_, name)| name == "Default");
    let fallback = wished.or_else(|| blank.experiments.iter().find(|(_, name)| name == "Default").map(|(id, _)| *id));
    let choices = blank
        .experiments
        .iter()
        .map(|(id, name)| view! { <option value=id.to_string() selected=fallback == Some(*id)>{name.clone()}</option> })
        .collect_view();
    let version = blank.version;
    let versions = (blank.versions.len() > 1).then(|| {
        let links = blank.versions.iter().map(|(id, name)| {
            let current = version == Some(*id);
            let pipeline = blank.pipeline.map(|id| id.to_string()).unwrap_or_default();
            view! { <a class="chip" data-noscroll="" aria-current=current.then_some("true") href=format!("{path}?pipeline={pipeline}&version={id}")>{name.clone()}</a> }
        });
        view! { <div class="field"><span>"Version"</span><nav class="chips" aria-label="Version">{links.collect_view()}</nav></div> }
    });
    let filled = blank
        .definitions
        .iter()
        .filter(|one| !is_filled_by_system(one.parameter_type))
        .map(|one| field(one, blank.values.get(&one.name)))
        .collect_view();
    let none =
        blank.definitions.is_empty().then(|| view! { <p class="faint">"This pipeline takes no parameters."</p> });
    let fields = view! {
        {hidden("namespace", namespace)}
        {blank.pipeline.map(|id| hidden("pipeline", id))}
        {blank.version.map(|id| hidden("version", id))}
        {blank.clone.map(|id| hidden("clone", id))}
        <div class="field"><span>"Pipeline"</span><p class="given">{icon(Icon::Workflow)}<strong>{blank.pipeline_name.clone()}</strong><a href=path.clone()>"Change"</a></p></div>
        {versions}
        <label class="field"><span>"Run name"</span><input name="name" value=blank.name.clone() required=true maxlength="128" autocomplete="off"/></label>
        <label class="field"><span>"Experiment"</span><select name="experiment">
            {no_default.then(|| view! { <option value="" selected=fallback.is_none()>"Default"</option> })}
            {choices}
        </select></label>
        <fieldset><legend>"Parameters"</legend>{none}{filled}</fieldset>
        <div class="actions sticky">
            <button class="button primary">{icon(Icon::Play)}"Start run in "{namespace.to_string()}</button>
            <span class="faint keys"><kbd>"Ctrl"</kbd>" "<kbd>"Enter"</kbd></span>
        </div>
    };
    post(<StartRun as ServerFn>::PATH, "fields", fields.into_any())
}

/// One parameter: its default (or the cloned run's value) stands in it; what does not fit is said while one types.
pub(crate) fn field(definition: &ParameterDefinition, before: Option<&Value>) -> AnyView {
    let kind = definition.parameter_type;
    let start = before.or(definition.default.as_ref()).map(|value| to_text(kind, value)).unwrap_or_default();
    let default = definition.default.as_ref().map(|value| to_text(kind, value)).unwrap_or_default();
    let changed = before.is_some() && start != default;
    let name = format!("parameters[{}]", definition.name);
    let problem = ArcRwSignal::new(None::<String>);
    let checked = definition.clone();
    let found = problem.clone();
    let check = move |text: String| found.set(to_value(&checked, &text).err());
    let wrong = problem.clone();
    let help = format!("help-{}", definition.name);
    let choices: Option<Vec<String>> = match kind {
        _ if !definition.literals.is_empty() => {
            Some(definition.literals.iter().map(|literal| to_text(kind, literal)).collect())
        }
        ParameterType::Boolean => Some(vec!["true".to_owned(), "false".to_owned()]),
        _ => None,
    };
    let input = match (choices, kind) {
        (Some(choices), _) => {
            let may_be_empty = definition.optional && definition.default.is_none();
            let options = choices.into_iter().map(|choice| {
                    let (on, shown) = (choice == start, choice.clone());
                    view! { <option value=choice selected=on>{shown}</option> }
                }).collect_view();
            view! { <select name=name aria-describedby=help.clone()>{may_be_empty.then(|| view! { <option value="">"–"</option> })}{options}</select> }.into_any()
        }
        (None, ParameterType::List | ParameterType::Struct) => view! {
            <textarea class="code" name=name rows="5" spellcheck="false" aria-describedby=help.clone() aria-invalid=move || wrong.get().map(|_| "true") on:input=move |event| check(event_target_value(&event))>{start}</textarea>
        }.into_any(),
        (None, ParameterType::NumberDouble | ParameterType::NumberInteger) => view! {
            <input class="figure" name=name value=start inputmode="decimal" autocomplete="off" aria-describedby=help.clone() aria-invalid=move || wrong.get().map(|_| "true") on:input=move |event| check(event_target_value(&event))/>
        }.into_any(),
        (None, _) => view! { <input name=name value=start autocomplete="off" aria-describedby=help.clone()/> }.into_any(),
    };
    let needed = if definition.optional || definition.default.is_some() { "" } else { ", required" };
    view! {
        <label class="field" class:changed=changed>
            <span>{definition.name.clone()}<em>{kind_word(kind)}{needed}</em>{changed.then(|| view! { <em class="tag">"changed"</em> })}</span>
            {input}
            <small id=help>{definition.description.clone()}</small>
            <small class="problem" role="alert">{move || problem.get()}</small>
        </label>
    }
    .into_any()
}
