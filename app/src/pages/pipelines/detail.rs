use crate::namespace::use_query;
use crate::{
    components::{
        form::{confirmed, hidden, post},
        frame::{failed, head, tabs, waiting},
        graph::{Item, graph},
        icon::{Icon, icon},
        moment::moment,
        table::query_with,
    },
    failure::Trouble,
    figures::{
        definition::{Sketch, sketch},
        graph::Node,
        text::short,
        yaml,
    },
    live::use_live,
    namespace::href,
    pages::title,
    routes::{Place, Room},
};
use leptos::{
    prelude::*,
    server_fn::{ServerFn, codec::GetUrl},
};
use model::{Namespace, ParameterDefinition, Pipeline, PipelineId, PipelineVersion, PipelineVersionId, Scope};
use serde::{Deserialize, Serialize};

/// A pipeline as its page shows it: one version with its text, the others by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Whole {
    pub pipeline: Pipeline,
    pub versions: Vec<PipelineVersion>,
    /// The chosen version, its definition included.
    pub chosen: Option<PipelineVersion>,
    pub parameters: Vec<ParameterDefinition>,
    pub may_edit: bool,
}

/// A pipeline, its versions, and one of them whole: the one asked for, or the newest.
#[server(prefix = "/_fn", endpoint = "pipeline", input = GetUrl)]
pub async fn pipeline_page(
    namespace: Namespace,
    id: PipelineId,
    version: Option<PipelineVersionId>,
) -> Result<Whole, Trouble> {
    use crate::doors::{enter, refuse};
    let (service, caller) = enter()?;
    let pipeline = service.pipeline(&caller, id).await.map_err(refuse)?;
    if let Scope::In(own) = &pipeline.scope {
        crate::pages::same_place(&namespace, own, || id.not_found()).map_err(refuse)?;
    }
    let listing = model::Listing {
        page_size: model::MAX_PAGE_SIZE,
        sort: Some(crate::components::table::sort_of(None)),
        ..model::Listing::default()
    };
    let versions = service.pipeline_versions(&caller, id, listing).await.map_err(refuse)?.items;
    let chosen = match version.or_else(|| versions.first().map(|one| one.id)) {
        Some(version) => Some(service.pipeline_version(&caller, version).await.map_err(refuse)?),
        None => None,
    };
    if let Some(other) = chosen.as_ref().filter(|one| one.pipeline_id != id) {
        return Err(refuse(other.id.not_found()));
    }
    let parameters = match &chosen {
        Some(version) => service.parameters(&caller, version.id).await.map_err(refuse)?,
        None => Vec::new(),
    };
    let memberships = service.memberships(&caller).await.map_err(refuse)?;
    let may_edit = pipeline
        .scope
        .namespace()
        .is_some_and(|own| memberships.iter().any(|one| one.namespace == *own && one.role >= model::Role::Edit));
    Ok(Whole { pipeline, versions, chosen, parameters, may_edit })
}

/// Deletes a pipeline with all its versions and goes on to the list.
#[server(prefix = "/_fn", endpoint = "delete_pipeline")]
pub async fn delete_pipeline(id: PipelineId, namespace: Namespace) -> Result<(), Trouble> {
    let (service, caller) = crate::doors::enter()?;
    service.delete_pipeline(&caller, id, true).await.map_err(crate::doors::refuse)?;
    crate::doors::go(&Place::In(namespace, Room::Pipelines).path());
    Ok(())
}

/// Deletes one version and goes back to its pipeline.
#[server(prefix = "/_fn", endpoint = "delete_pipeline_version")]
pub async fn delete_pipeline_version(
    id: PipelineVersionId,
    pipeline: PipelineId,
    namespace: Namespace,
) -> Result<(), Trouble> {
    let (service, caller) = crate::doors::enter()?;
    service.delete_pipeline_version(&caller, id).await.map_err(crate::doors::refuse)?;
    crate::doors::go(&Place::In(namespace, Room::Pipeline(pipeline)).path());
    Ok(())
}

#[must_use]
pub fn pipeline(namespace: Namespace, id: PipelineId) -> AnyView {
    let query = use_query();
    let live = use_live();
    let place = namespace.clone();
    let version = Memo::new(move |_| {
        query.with(|query| query.get_str("version").and_then(|text| PipelineVersionId::parse(text).ok()))
    });
    let found = Resource::new_blocking(
        move || (version.get(), live.any()),
        move |(version, _)| pipeline_page(place.clone(), id, version),
    );
    let list = href(&Place::In(namespace.clone(), Room::Pipelines));
    view! {
        <nav class="crumbs" aria-label="Where this is"><a href=list>"Pipelines"</a></nav>
        <Transition fallback=waiting>{move || {
            let namespace = namespace.clone();
            Suspend::new(async move {
                match found.await {
                    Ok(whole) => page(&namespace, &whole),
                    Err(trouble) => failed(&trouble),
                }
            })
        }}</Transition>
    }
    .into_any()
}

fn page(namespace: &Namespace, whole: &Whole) -> AnyView {
    let query = use_query();
    let pipeline = &whole.pipeline;
    let name = if pipeline.display_name.is_empty() { pipeline.name.clone() } else { pipeline.display_name.clone() };
    let path = href(&Place::In(namespace.clone(), Room::Pipeline(pipeline.id)));
    let run = whole.chosen.as_ref().map(|version| {
        let target = format!("{}?pipeline={}&version={}", href(&Place::In(namespace.clone(), Room::NewRun)), pipeline.id, version.id);
        view! { <a class="button primary" href=target>{icon(Icon::Play)}"New run"<span class="hush">" in "{namespace.to_string()}</span></a> }
    });
    let delete = whole.may_edit.then(|| {
        let form = post(<DeletePipeline as ServerFn>::PATH, "", view! { {hidden("id", pipeline.id)} {hidden("namespace", namespace)} <button class="button danger">"Delete pipeline"</button> }.into_any());
        confirmed("confirm-delete", view! { {icon(Icon::Trash)}<span class="hush">"Delete"</span> }.into_any(), "button plain", format!("Delete {name}?"), "All of its versions go with it. Runs that were made from it stay.", form)
    });
    let view_of = query.with(|query| query.get_str("view").unwrap_or("graph").to_owned());
    let link = |view: Option<&str>| format!("{path}{}", query.with(|query| query_with(query, &[("view", view)])));
    let beside = matches!(pipeline.scope, Scope::Shared).then(|| view! { <span class="tag">"Shared"</span> });
    let body = match (&whole.chosen, view_of.as_str()) {
        (None, _) => {
            view! { <p class="faint quiet">"This pipeline has no version; upload one to run it."</p> }.into_any()
        }
        (Some(_), "versions") => versions(namespace, whole, &path),
        (Some(version), "definition") => {
            view! { <pre class="source" tabindex="0">{version.spec.as_ref().map(yaml::print)}</pre> }.into_any()
        }
        (Some(_), "parameters") => parameters(&whole.parameters),
        (Some(version), _) => drawing(version.spec.as_ref().map(sketch).unwrap_or_default()),
    };
    let at = whole.chosen.as_ref().map(|version| view! { <span>"version "<strong>{version_name(version)}</strong>", uploaded "{moment(version.created_at)}</span> });
    view! {
        {title(&name)}
        {head(&name, beside.into_any(), view! { {delete}{run} }.into_any())}
        {(!pipeline.description.is_empty()).then(|| view! { <p class="lead">{pipeline.description.clone()}</p> })}
        <p class="facts">{at}<code class="id" title=pipeline.id.to_string()>{short(&pipeline.id.to_string())}</code></p>
        {tabs("Views of the pipeline", vec![
            ("Graph", link(None), view_of == "graph"),
            ("Parameters", link(Some("parameters")), view_of == "parameters"),
            ("Versions", link(Some("versions")), view_of == "versions"),
            ("Definition", link(Some("definition")), view_of == "definition"),
        ])}
        {body}
    }
    .into_any()
}

fn version_name(version: &PipelineVersion) -> String {
    if version.display_name.is_empty() { version.name.clone() } else { version.display_name.clone() }
}

fn versions(namespace: &Namespace, whole: &Whole, path: &str) -> AnyView {
    let row = |(index, version): (usize, &PipelineVersion)| {
        let current = whole.chosen.as_ref().is_some_and(|chosen| chosen.id == version.id);
        let id = format!("confirm-version-{index}");
        let delete = (whole.may_edit && whole.versions.len() > 1).then(|| {
            let fields = view! { {hidden("id", version.id)} {hidden("pipeline", whole.pipeline.id)} {hidden("namespace", namespace)} <button class="button danger">"Delete version"</button> };
            let form = post(<DeletePipelineVersion as ServerFn>::PATH, "", fields.into_any());
            confirmed(&id, icon(Icon::Trash), "button small plain over", format!("Delete version {}?", version_name(version)), "Runs that were made from it stay.", form)
        });
        view! {
            <tr>
                <td class="name"><a class="row" href=format!("{path}?version={}", version.id) aria-current=current.then_some("true")>{version_name(version)}</a></td>
                <td class="soft long">{version.description.clone()}</td>
                <td class="soft">{moment(version.created_at)}</td>
                <td class="act">{delete}</td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll"><table class="list">
            <thead><tr><th scope="col">"Version"</th><th scope="col">"Description"</th><th scope="col">"Uploaded"</th><th scope="col"><span class="spoken">"Actions"</span></th></tr></thead>
            <tbody>{whole.versions.iter().enumerate().map(row).collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}

fn parameters(parameters: &[ParameterDefinition]) -> AnyView {
    use crate::figures::parameters::kind_word;
    if parameters.is_empty() {
        return view! { <p class="faint quiet">"This pipeline takes no parameters."</p> }.into_any();
    }
    let row = |one: &ParameterDefinition| {
        let default = match &one.default {
            Some(value) => crate::pages::runs::pane::value(value),
            None if one.optional => view! { <span class="faint">"optional"</span> }.into_any(),
            None => view! { <span class="faint">"required"</span> }.into_any(),
        };
        view! { <tr><th scope="row">{one.name.clone()}</th><td class="soft">{kind_word(one.parameter_type)}</td><td>{default}</td><td class="soft">{one.description.clone()}</td></tr> }
    };
    view! { <table class="pairs wide"><tbody>{parameters.iter().map(row).collect_view()}</tbody></table> }.into_any()
}

fn drawing(tasks: Vec<Sketch>) -> AnyView {
    if tasks.is_empty() {
        return view! { <p class="faint quiet">"This definition has no graph to draw; its text is under Definition."</p> }.into_any();
    }
    let item = |(index, task): (usize, Sketch)| Item {
        key: index.to_string(),
        label: if task.note.is_empty() || !task.group { task.name } else { format!("{}: {}", task.note, task.name) },
        note: String::new(),
        mark: None,
        node: Node { parent: task.parent, after: task.after, group: task.group },
        href: String::new(),
    };
    let items: Vec<Item> = tasks.into_iter().enumerate().map(item).collect();
    graph(Memo::new(move |_| items.clone()), Signal::derive(|| None), None)
}
