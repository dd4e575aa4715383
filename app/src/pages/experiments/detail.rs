use crate::namespace::use_query;
use crate::{
    components::{
        form::{confirmed, hidden, post},
        frame::{failed, head, tabs, waiting},
        icon::{Icon, icon},
    },
    failure::Trouble,
    live::use_live,
    namespace::href,
    pages::{
        runs::list::{new_run_button, run_list},
        title,
    },
    routes::{Place, Room},
    session::Session,
};
use leptos::{
    prelude::*,
    server_fn::{ServerFn, codec::GetUrl},
    task::spawn_local,
};
use model::{Experiment, ExperimentId, Namespace, StorageState};

#[server(prefix = "/_fn", endpoint = "experiment", input = GetUrl)]
pub async fn experiment_page(namespace: Namespace, id: ExperimentId) -> Result<Experiment, Trouble> {
    let (service, caller) = crate::doors::enter()?;
    let found = service.experiment(&caller, id).await.map_err(crate::doors::refuse)?;
    crate::pages::same_place(&namespace, &found.namespace, || id.not_found()).map_err(crate::doors::refuse)?;
    Ok(found)
}

#[server(prefix = "/_fn", endpoint = "archive_experiment")]
pub async fn archive_experiment(id: ExperimentId) -> Result<(), Trouble> {
    let (service, caller) = crate::doors::enter()?;
    service.archive_experiment(&caller, id).await.map_err(crate::doors::refuse)
}

#[server(prefix = "/_fn", endpoint = "unarchive_experiment")]
pub async fn unarchive_experiment(id: ExperimentId) -> Result<(), Trouble> {
    let (service, caller) = crate::doors::enter()?;
    service.unarchive_experiment(&caller, id).await.map_err(crate::doors::refuse)
}

/// Deletes an experiment and goes on to the list of its namespace.
#[server(prefix = "/_fn", endpoint = "delete_experiment")]
pub async fn delete_experiment(id: ExperimentId, namespace: Namespace) -> Result<(), Trouble> {
    let (service, caller) = crate::doors::enter()?;
    service.delete_experiment(&caller, id).await.map_err(crate::doors::refuse)?;
    crate::doors::go(&Place::In(namespace, Room::Experiments).path());
    Ok(())
}

#[must_use]
pub fn experiment(namespace: Namespace, id: ExperimentId) -> AnyView {
    let place = namespace.clone();
    let first = Resource::new_blocking(|| (), move |()| experiment_page(place.clone(), id));
    let session = expect_context::<Session>();
    view! {
        <nav class="crumbs" aria-label="Where this is"><a href=href(&Place::In(namespace.clone(), Room::Experiments))>"Experiments"</a></nav>
        <Suspense fallback=waiting>{move || {
            let namespace = namespace.clone();
            Suspend::new(async move {
                match first.await {
                    Ok(found) => {
                        let may = session.0.await.is_ok_and(|who| who.may_edit(&namespace));
                        page(namespace, found, may)
                    }
                    Err(trouble) => failed(&trouble),
                }
            })
        }}</Suspense>
    }
    .into_any()
}

fn page(namespace: Namespace, found: Experiment, may: bool) -> AnyView {
    let id = found.id;
    let data = RwSignal::new(found);
    let place = namespace.clone();
    use_live().on_any(move || {
        let place = place.clone();
        spawn_local(async move {
            if let Ok(found) = experiment_page(place, id).await
                && data.try_with_untracked(|before| *before != found) == Some(true)
            {
                data.try_set(found);
            }
        });
    });
    let place = namespace.clone();
    view! { {move || data.with(|found| heading(&place, found, may))} {its_runs(namespace, id)} }.into_any()
}

fn heading(namespace: &Namespace, found: &Experiment, may: bool) -> AnyView {
    let beside = (found.storage_state == StorageState::Archived).then(|| view! { <span class="tag">"Archived"</span> });
    view! {
        {title(&found.display_name)}
        {head(&found.display_name, beside.into_any(), buttons(namespace, found, may))}
        {(!found.description.is_empty()).then(|| view! { <p class="lead">{found.description.clone()}</p> })}
    }
    .into_any()
}

fn buttons(namespace: &Namespace, found: &Experiment, may: bool) -> AnyView {
    let id = found.id;
    let (path, word, picture) = match found.storage_state {
        StorageState::Available => (<ArchiveExperiment as ServerFn>::PATH, "Archive", Icon::Archive),
        StorageState::Archived => (<UnarchiveExperiment as ServerFn>::PATH, "Restore", Icon::Restore),
    };
    let change = may.then(|| {
        let archive = post(path, "inline", view! { {hidden("id", id)} <button class="button">{icon(picture)}{word}</button> }.into_any());
        let form = post(<DeleteExperiment as ServerFn>::PATH, "", view! { {hidden("id", id)} {hidden("namespace", namespace)} <button class="button danger">"Delete experiment"</button> }.into_any());
        let delete = confirmed("confirm-delete", view! { {icon(Icon::Trash)}<span class="hush">"Delete"</span> }.into_any(), "button plain", "Delete this experiment?".to_owned(), "Its runs stay where they are, without an experiment. This can't be undone.", form);
        view! { {archive}{delete} }
    });
    view! { {change}{new_run_button(namespace, &format!("?experiment={id}"))} }.into_any()
}

fn its_runs(namespace: Namespace, id: ExperimentId) -> AnyView {
    let query = use_query();
    let path = href(&Place::In(namespace.clone(), Room::Experiment(id)));
    let archived = Memo::new(move |_| query.with(|query| query.get_str("runs") == Some("archived")));
    let archive_path = format!("{path}?runs=archived");
    view! {
        {move || {
            let archived = archived.get();
            let views = tabs("Active or archived runs", vec![("Active", path.clone(), !archived), ("Archived", archive_path.clone(), archived)]);
            view! { {views}{run_list(namespace.clone(), Some(id), archived, path.clone())} }
        }}
    }
    .into_any()
}
