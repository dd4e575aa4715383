//! The form of a recurring run: to make one, to clone one, to change one.

use super::schedule::{When, fields};
use crate::{
    components::{
        form::{hidden, post},
        frame::{failed, head, waiting},
        icon::{Icon, icon},
    },
    failure::Trouble,
    figures::parameters::is_filled_by_system,
    namespace::{href, use_query},
    pages::{
        runs::create::{Blank, field, picking},
        title,
    },
    routes::{Place, Room},
};
use leptos::{
    prelude::*,
    server_fn::{ServerFn, codec::GetUrl},
};
use model::{Namespace, PipelineId, RecurringRun, RecurringRunId};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A form ready to be filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filled {
    pub blank: Blank,
    /// What is cloned or changed.
    pub before: Option<RecurringRun>,
    pub when: When,
    pub zones: Vec<String>,
}

/// What the form needs: for a pipeline, or for a recurring run to be cloned or changed.
#[server(prefix = "/_fn", endpoint = "recurring_run_form", input = GetUrl)]
pub async fn recurring_run_form(
    namespace: Namespace,
    pipeline: Option<PipelineId>,
    from: Option<RecurringRunId>,
) -> Result<Filled, Trouble> {
    use crate::doors::{enter, refuse};
    use crate::figures::parameters::from_spec;
    use model::{PipelineSource, Zone};
    let (service, caller) = enter()?;
    let before = match from {
        Some(id) => Some(service.recurring_run(&caller, id).await.map_err(refuse)?),
        None => None,
    };
    let (chosen, version, spec) = match before.as_ref().map(|before| before.source.clone()) {
        Some(PipelineSource::Version { pipeline_id, pipeline_version_id }) => {
            (Some(pipeline_id), Some(pipeline_version_id), None)
        }
        Some(PipelineSource::Latest { pipeline_id }) => (Some(pipeline_id), None, None),
        Some(PipelineSource::Inline { spec }) => (None, None, spec),
        None => (pipeline, None, None),
    };
    let mut blank = match (chosen, spec) {
        (None, Some(spec)) => {
            let active = model::Listing { page_size: model::MAX_PAGE_SIZE, ..model::Listing::default() };
            let experiments = service.experiments(&caller, namespace.clone(), active).await.map_err(refuse)?.items;
            Blank {
                name: String::new(),
                pipeline_name: "the definition that came with it".to_owned(),
                pipeline: None,
                version: None,
                versions: Vec::new(),
                clone: None,
                definitions: from_spec(&spec),
                values: serde_json::Map::new(),
                experiments: experiments.into_iter().map(|one| (one.id, one.display_name)).collect(),
                experiment: None,
            }
        }
        (chosen, _) => crate::pages::runs::create::new_run_form(namespace.clone(), chosen, version, None).await?,
    };
    // A new one takes the latest version each time, until a person pins one.
    blank.version = version;
    let zone = service.zone().name();
    let mut when = When::fresh(zone);
    if let Some(before) = &before {
        blank.name = before.display_name.clone();
        blank.values = before.runtime_config.parameters.clone();
        blank.experiment = Some(before.experiment_id);
        when = When::of(before.trigger.as_ref(), zone);
    } else {
        blank.name = blank.pipeline_name.clone();
    }
    let zones = Zone::names().map(str::to_owned).collect();
    let before = before.map(|mut before| {
        if let PipelineSource::Inline { spec } = &mut before.source {
            *spec = None;
        }
        before
    });
    Ok(Filled { blank, before, when, zones })
}

/// What the form's fields that are not about time and parameters say.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    pub description: String,
    pub experiment: String,
    pub pipeline: Option<PipelineId>,
    pub version: String,
    /// Whose definition and account are kept.
    pub from: Option<RecurringRunId>,
    /// Whether that one is changed, and no new one is made.
    pub edit: bool,
    pub most: String,
    pub catch_up: Option<String>,
    pub enabled: Option<String>,
}

/// Makes or changes a recurring run and goes to its page.
#[server(prefix = "/_fn", endpoint = "save_recurring_run")]
pub async fn save_recurring_run(
    namespace: Namespace,
    name: String,
    said: Said,
    when: When,
    #[server(default)] parameters: HashMap<String, String>,
) -> Result<(), Trouble> {
    use crate::doors::{enter, go, refuse};
    use crate::figures::parameters::{from_form, from_spec};
    use model::{
        ExperimentId, Failure, NewRecurringRun, NewRunSource, PipelineSource, PipelineVersionId, RecurringRunMode,
        RuntimeConfig,
    };
    let (service, caller) = enter()?;
    let before = match said.from {
        Some(id) => Some(service.recurring_run(&caller, id).await.map_err(refuse)?),
        None => None,
    };
    let inline = before.as_ref().and_then(|before| match &before.source {
        PipelineSource::Inline { spec } => spec.clone(),
        _ => None,
    });
    let (source, definitions) = match (said.pipeline, inline) {
        (Some(pipeline), _) if said.version.is_empty() => {
            let newest = model::Listing {
                page_size: 1,
                sort: Some(crate::components::table::sort_of(None)),
                ..model::Listing::default()
            };
            let versions = service.pipeline_versions(&caller, pipeline, newest).await.map_err(refuse)?.items;
            let definitions = match versions.first() {
                Some(version) => service.parameters(&caller, version.id).await.map_err(refuse)?,
                None => Vec::new(),
            };
            (NewRunSource::Latest { pipeline_id: pipeline }, definitions)
        }
        (Some(pipeline), _) => {
            let version = PipelineVersionId::parse(&said.version).map_err(refuse)?;
            let definitions = service.parameters(&caller, version).await.map_err(refuse)?;
            (NewRunSource::Version { pipeline_id: Some(pipeline), pipeline_version_id: version }, definitions)
        }
        (None, Some(spec)) => {
            let definitions = from_spec(&spec);
            (NewRunSource::Inline { spec }, definitions)
        }
        (None, None) => return Err(refuse(Failure::invalid("pipeline is missing: expected the id of a pipeline"))),
    };
    let values = from_form(&definitions, &parameters).map_err(|why| refuse(Failure::invalid(why)))?;
    let edited = before.as_ref().filter(|_| said.edit);
    let experiment = match (edited, said.experiment.as_str()) {
        (Some(edited), _) => edited.experiment_id,
        (None, "") => {
            crate::pages::experiments::default_experiment(&service, &caller, &namespace).await.map_err(refuse)?
        }
        (None, id) => ExperimentId::parse(id).map_err(refuse)?,
    };
    let most = said.most.trim().parse();
    let new = NewRecurringRun {
        experiment_id: Some(experiment),
        namespace: Some(namespace.clone()),
        display_name: name.trim().to_owned(),
        description: said.description,
        service_account: before.as_ref().map(|before| before.service_account.clone()).unwrap_or_default(),
        source,
        pin_latest: false,
        runtime_config: RuntimeConfig {
            parameters: values,
            pipeline_root: before.as_ref().and_then(|before| before.runtime_config.pipeline_root.clone()),
        },
        trigger: Some(when.trigger().map_err(|why| refuse(Failure::invalid(why)))?),
        mode: if said.enabled.is_some() { RecurringRunMode::Enabled } else { RecurringRunMode::Disabled },
        max_concurrency: most
            .map_err(|_| refuse(Failure::invalid("At once, at most: expected a number from 1 to 10")))?,
        no_catchup: said.catch_up.is_none(),
    };
    let id = match edited {
        Some(edited) => {
            service.update_recurring_run(&caller, edited.id, new).await.map_err(refuse)?;
            edited.id
        }
        None => service.create_recurring_run(&caller, new).await.map_err(refuse)?.id,
    };
    go(&Place::In(namespace, Room::RecurringRun(id)).path());
    Ok(())
}

#[must_use]
pub fn new_recurring_run(namespace: Namespace) -> AnyView {
    let query = use_query();
    let asked = Memo::new(move |_| {
        query.with(|query| {
            let pipeline = query.get_str("pipeline").and_then(|text| PipelineId::parse(text).ok());
            let id = |key: &str| query.get_str(key).and_then(|text| RecurringRunId::parse(text).ok());
            (pipeline, id("edit").or(id("from")), id("edit").is_some())
        })
    });
    let list = href(&Place::In(namespace.clone(), Room::RecurringRuns));
    let heading = move || if asked.get().2 { "Change the recurring run" } else { "New recurring run" };
    let place = namespace.clone();
    view! {
        {title("Recurring run")}
        <nav class="crumbs" aria-label="Where this is"><a href=list>"Recurring runs"</a></nav>
        {move || head(heading(), crate::components::rail::namespace_tag(&place), ().into_any())}
        {move || match asked.get() {
            (None, None, _) => picking(namespace.clone(), Room::NewRecurringRun),
            (pipeline, from, edit) => filling(namespace.clone(), pipeline, from, edit),
        }}
    }
    .into_any()
}

fn filling(namespace: Namespace, pipeline: Option<PipelineId>, from: Option<RecurringRunId>, edit: bool) -> AnyView {
    let place = namespace.clone();
    let filled = Resource::new_blocking(|| (), move |()| recurring_run_form(place.clone(), pipeline, from));
    view! {
        <Transition fallback=waiting>{move || {
            let namespace = namespace.clone();
            Suspend::new(async move {
                match filled.await {
                    Ok(filled) => form(&namespace, filled, edit),
                    Err(trouble) => failed(&trouble),
                }
            })
        }}</Transition>
    }
    .into_any()
}

fn form(namespace: &Namespace, filled: Filled, edit: bool) -> AnyView {
    let Filled { blank, before, when, zones } = filled;
    let name = if edit || before.is_none() { blank.name.clone() } else { format!("Clone of {}", blank.name) };
    let version = blank.version;
    let versions = blank.pipeline.map(|_| {
        let options = blank.versions.iter().map(|(id, name)| view! { <option value=id.to_string() selected=version == Some(*id)>{name.clone()}</option> });
        view! { <label class="field"><span>"Version"</span><select name="said[version]"><option value="" selected=version.is_none()>"The latest, each time"</option>{options.collect_view()}</select></label> }
    });
    let experiments = (!edit).then(|| {
        let no_default = !blank.experiments.iter().any(|(_, name)| name == "Default");
        let wished = blank.experiment.or_else(|| blank.experiments.iter().find(|(_, name)| name == "Default").map(|(id, _)| *id));
        let options = blank.experiments.iter().map(|(id, name)| view! { <option value=id.to_string() selected=wished == Some(*id)>{name.clone()}</option> });
        view! { <label class="field"><span>"Experiment"</span><select name="said[experiment]">{no_default.then(|| view! { <option value="">"Default"</option> })}{options.collect_view()}</select></label> }
    });
    let parameters = blank
        .definitions
        .iter()
        .filter(|one| !is_filled_by_system(one.parameter_type))
        .map(|one| field(one, blank.values.get(&one.name)))
        .collect_view();
    let none =
        blank.definitions.is_empty().then(|| view! { <p class="faint">"This pipeline takes no parameters."</p> });
    let most = before.as_ref().map_or(1, |before| before.max_concurrency);
    let catch_up = before.as_ref().is_some_and(|before| !before.no_catchup);
    let enabled = before.as_ref().is_none_or(|before| !edit || before.mode == model::RecurringRunMode::Enabled);
    let description = before.as_ref().map(|before| before.description.clone()).unwrap_or_default();
    let fields = view! {
        {hidden("namespace", namespace)}
        {blank.pipeline.map(|id| hidden("said[pipeline]", id))}
        {before.as_ref().map(|before| hidden("said[from]", before.id))}
        {hidden("said[edit]", edit)}
        <div class="field"><span>"Pipeline"</span><p class="given">{icon(Icon::Workflow)}<strong>{blank.pipeline_name.clone()}</strong></p></div>
        {versions}
        <label class="field"><span>"Name"</span><input name="name" value=name required=true maxlength="255" autocomplete="off"/></label>
        <label class="field"><span>"Description"</span><input name="said[description]" value=description autocomplete="off"/></label>
        {experiments}
        {fields(when, &zones)}
        <fieldset>
            <legend>"How"</legend>
            <label class="field"><span>"At once, at most"</span><input class="figure" type="number" min="1" max="10" name="said[most]" value=most.to_string() required=true/></label>
            <label><input type="checkbox" name="said[catch_up]" checked=catch_up/>"Catch up on runs that were missed, one after the other"</label>
            <label><input type="checkbox" name="said[enabled]" checked=enabled/>"Enabled"</label>
        </fieldset>
        <fieldset><legend>"Parameters"</legend>
            <small class="faint">"[[ScheduledTime]], [[Index]] and {{$.scheduledTime.strftime('%Y-%m-%d')}} are filled in for each run."</small>
            {none}{parameters}
        </fieldset>
        <div class="actions sticky">
            <button class="button primary">{if edit { "Save in " } else { "Create in " }}{namespace.to_string()}</button>
        </div>
    };
    post(<SaveRecurringRun as ServerFn>::PATH, "fields", fields.into_any())
}
