//! What one does to a recurring run: each a server function, each a form that also works without script.

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
use model::{Namespace, RecurringRun, RecurringRunId, RecurringRunMode};

#[server(prefix = "/_fn", endpoint = "enable_recurring_run")]
pub async fn enable_recurring_run(id: RecurringRunId) -> Result<(), Trouble> {
    let (service, caller) = crate::doors::enter()?;
    service.enable_recurring_run(&caller, id).await.map_err(crate::doors::refuse)
}

#[server(prefix = "/_fn", endpoint = "disable_recurring_run")]
pub async fn disable_recurring_run(id: RecurringRunId) -> Result<(), Trouble> {
    let (service, caller) = crate::doors::enter()?;
    service.disable_recurring_run(&caller, id).await.map_err(crate::doors::refuse)
}

/// Starts one run at once and goes to it.
#[server(prefix = "/_fn", endpoint = "run_recurring_run_now")]
pub async fn run_recurring_run_now(id: RecurringRunId) -> Result<(), Trouble> {
    let (service, caller) = crate::doors::enter()?;
    let run = service.run_recurring_run_now(&caller, id).await.map_err(crate::doors::refuse)?;
    crate::doors::go(&Place::In(run.namespace, Room::Run(run.id)).path());
    Ok(())
}

/// Deletes it and goes on to the list of its namespace.
#[server(prefix = "/_fn", endpoint = "delete_recurring_run")]
pub async fn delete_recurring_run(id: RecurringRunId, namespace: Namespace) -> Result<(), Trouble> {
    let (service, caller) = crate::doors::enter()?;
    service.delete_recurring_run(&caller, id).await.map_err(crate::doors::refuse)?;
    crate::doors::go(&Place::In(namespace, Room::RecurringRuns).path());
    Ok(())
}

/// The buttons of its page.
#[must_use]
pub fn actions(namespace: &Namespace, one: &RecurringRun) -> AnyView {
    let id = one.id;
    let form = href(&Place::In(namespace.clone(), Room::NewRecurringRun));
    let (path, word, picture) = match one.mode {
        RecurringRunMode::Enabled => (<DisableRecurringRun as ServerFn>::PATH, "Disable", Icon::Square),
        RecurringRunMode::Disabled => (<EnableRecurringRun as ServerFn>::PATH, "Enable", Icon::Restore),
    };
    let turn = post(
        path,
        "inline",
        view! { {hidden("id", id)} <button class="button">{icon(picture)}{word}</button> }.into_any(),
    );
    let now = post(
        <RunRecurringRunNow as ServerFn>::PATH,
        "inline",
        view! { {hidden("id", id)} <button class="button primary">{icon(Icon::Play)}"Run now"</button> }.into_any(),
    );
    let delete = post(
        <DeleteRecurringRun as ServerFn>::PATH,
        "",
        view! { {hidden("id", id)} {hidden("namespace", namespace)} <button class="button danger">"Delete recurring run"</button> }
            .into_any(),
    );
    let delete = confirmed(
        "confirm-delete",
        view! { {icon(Icon::Trash)}<span class="hush">"Delete"</span> }.into_any(),
        "button plain",
        "Delete this recurring run?".to_owned(),
        "The runs that it started stay. This can't be undone.",
        delete,
    );
    view! {
        {delete}
        <a class="button" href=format!("{form}?from={id}")>{icon(Icon::Copy)}"Clone"</a>
        <a class="button" href=format!("{form}?edit={id}")>"Edit"</a>
        {turn}
        {now}
    }
    .into_any()
}
