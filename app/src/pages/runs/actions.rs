//! What one does to a run: each a server function, each a form that also works without script.

use crate::{
    components::{
        form::{confirmed, hidden, post},
        icon::{Icon, icon},
    },
    failure::Trouble,
    namespace::href,
    routes::{Place, Room},
};
use leptos::{prelude::*, server_fn::ServerFn};
use model::{Namespace, RunId, RunState, StorageState};

#[server(prefix = "/_fn", endpoint = "terminate_run")]
pub async fn terminate_run(id: RunId) -> Result<(), Trouble> {
    let (service, caller) = crate::doors::enter()?;
    service.terminate_run(&caller, id).await.map_err(crate::doors::refuse)
}

#[server(prefix = "/_fn", endpoint = "archive_run")]
pub async fn archive_run(id: RunId) -> Result<(), Trouble> {
    let (service, caller) = crate::doors::enter()?;
    service.archive_run(&caller, id).await.map_err(crate::doors::refuse)
}

#[server(prefix = "/_fn", endpoint = "unarchive_run")]
pub async fn unarchive_run(id: RunId) -> Result<(), Trouble> {
    let (service, caller) = crate::doors::enter()?;
    service.unarchive_run(&caller, id).await.map_err(crate::doors::refuse)
}

/// Deletes a run and goes on to the list of its namespace.
#[server(prefix = "/_fn", endpoint = "delete_run")]
pub async fn delete_run(id: RunId, namespace: Namespace) -> Result<(), Trouble> {
    let (service, caller) = crate::doors::enter()?;
    service.delete_run(&caller, id).await.map_err(crate::doors::refuse)?;
    crate::doors::go(&Place::In(namespace, Room::Runs).path());
    Ok(())
}

/// The buttons of a run's page, as its state allows.
#[must_use]
pub fn actions(namespace: &Namespace, id: RunId, state: RunState, storage: StorageState) -> AnyView {
    let stop = state.can_terminate().then(|| {
        let form = post(
            <TerminateRun as ServerFn>::PATH,
            "",
            view! { {hidden("id", id)} <button class="button danger">"Terminate run"</button> }.into_any(),
        );
        confirmed(
            "confirm-terminate",
            view! { {icon(Icon::Square)}"Terminate" }.into_any(),
            "button",
            "Terminate this run?".to_owned(),
            "Steps that run now are stopped; those that are done stay done.",
            form,
        )
    });
    let clone = view! {
        <a class="button" href=format!("{}?clone={id}", href(&Place::In(namespace.clone(), Room::NewRun)))>{icon(Icon::Copy)}"Clone"</a>
    };
    let (path, word, picture) = match storage {
        StorageState::Available => (<ArchiveRun as ServerFn>::PATH, "Archive", Icon::Archive),
        StorageState::Archived => (<UnarchiveRun as ServerFn>::PATH, "Restore", Icon::Restore),
    };
    let archive = post(
        path,
        "inline",
        view! { {hidden("id", id)} <button class="button">{icon(picture)}{word}</button> }.into_any(),
    );
    let form = post(<DeleteRun as ServerFn>::PATH, "", view! { {hidden("id", id)} {hidden("namespace", namespace)} <button class="button danger">"Delete run"</button> }.into_any());
    let delete = confirmed(
        "confirm-delete",
        view! { {icon(Icon::Trash)}<span class="hush">"Delete"</span> }.into_any(),
        "button plain",
        "Delete this run?".to_owned(),
        "Its steps, logs and results go with it. This can't be undone.",
        form,
    );
    view! { {stop}{clone}{archive}{delete} }.into_any()
}
