//! Several runs at once: ticked rows, and what can be done to them. Works as a plain form too.

use crate::{
    components::{
        form::post,
        icon::{Icon, icon},
    },
    failure::Trouble,
    namespace::{href, use_base, use_query},
    pages::runs::compare::MOST,
    routes::{Place, Room},
};
use leptos::{prelude::*, server_fn::ServerFn};
use model::{Namespace, RunId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What can be done to several runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    Archive,
    Restore,
    Terminate,
    Delete,
}

/// As many as a list shows.
#[cfg(feature = "ssr")]
const MOST_AT_ONCE: usize = 200;

/// Does one thing to each of the runs and goes back to the list. What could not be done is told; the rest is done.
#[server(prefix = "/_fn", endpoint = "change_runs")]
pub async fn change_runs(act: Act, back: String, #[server(default)] ids: Vec<RunId>) -> Result<(), Trouble> {
    use crate::doors::{enter, go, local_path, refuse};
    let (service, caller) = enter()?;
    if ids.is_empty() || ids.len() > MOST_AT_ONCE {
        let text = format!("ids holds {} runs: tick at least one and at most {MOST_AT_ONCE}", ids.len());
        return Err(refuse(model::Failure::invalid(text)));
    }
    let mut first = None;
    let mut refused = 0;
    for id in &ids {
        let done = match act {
            Act::Archive => service.archive_run(&caller, *id).await,
            Act::Restore => service.unarchive_run(&caller, *id).await,
            Act::Terminate => service.terminate_run(&caller, *id).await,
            Act::Delete => service.delete_run(&caller, *id).await,
        };
        if let Err(failure) = done {
            refused += 1;
            first.get_or_insert(failure);
        }
    }
    match first {
        None => {
            go(&local_path(&back));
            Ok(())
        }
        Some(failure) if ids.len() == 1 => Err(refuse(failure)),
        Some(mut failure) => {
            failure.message = format!(
                "{} of {} were done. The first that was not: {}",
                ids.len() - refused,
                ids.len(),
                failure.message
            );
            Err(refuse(failure))
        }
    }
}

/// The ticked rows of a list; they stay ticked while the rows around them change.
pub type Ticked = RwSignal<BTreeSet<RunId>>;

/// The form around a list of runs whose rows can be ticked.
#[must_use]
pub fn ticking(path: &str, rows: AnyView) -> AnyView {
    let base = use_base();
    let query = use_query();
    let below = base.strip(path).to_owned();
    let back = move || format!("{below}{}", query.with(|query| crate::components::table::query_with(query, &[])));
    let fields = view! { <input type="hidden" name="back" value=back/>{rows} };
    post(<ChangeRuns as ServerFn>::PATH, "ticking", fields.into_any())
}

/// The box of one row.
#[must_use]
pub fn tick(id: RunId, name: &str, ticked: Ticked) -> AnyView {
    let toggle = move |event: leptos::ev::Event| {
        let on = event_target_checked(&event);
        ticked.update(|ticked| {
            if on {
                ticked.insert(id);
            } else {
                ticked.remove(&id);
            }
        });
    };
    view! {
        <td class="tick"><input class="over" type="checkbox" name="ids[]" value=id.to_string() aria-label=format!("Tick {name}")
            prop:checked=move || ticked.with(|ticked| ticked.contains(&id)) on:change=toggle/></td>
    }
    .into_any()
}

/// The box that ticks all rows of the page, or none.
#[must_use]
pub fn tick_all(ids: Vec<RunId>, ticked: Ticked) -> AnyView {
    let all = ids.clone();
    let toggle = move |event: leptos::ev::Event| {
        let on = event_target_checked(&event);
        ticked.set(if on { all.iter().copied().collect() } else { BTreeSet::new() });
    };
    let every = move || ticked.with(|ticked| ids.iter().all(|id| ticked.contains(id)));
    view! { <th scope="col" class="tick"><input class="script-only" type="checkbox" aria-label="Tick all runs of this page" prop:checked=every on:change=toggle/></th> }.into_any()
}

/// What can be done to the ticked rows; shows itself as soon as there is one (style/components/table.css).
#[must_use]
pub fn bar(namespace: &Namespace, archived: bool, may_edit: bool, ticked: Ticked, here: &[RunId]) -> AnyView {
    let compare = href(&Place::In(namespace.clone(), Room::CompareRuns));
    let here: BTreeSet<RunId> = here.iter().copied().collect();
    let chosen = Memo::new(move |_| ticked.with(|ticked| ticked.intersection(&here).copied().collect::<Vec<_>>()));
    let target = compare.clone();
    let link = move || {
        let ids: Vec<String> = chosen.with(|chosen| chosen.iter().map(RunId::to_string).collect());
        format!("{target}?runs={}", ids.join(","))
    };
    let few = move || chosen.with(|chosen| !(2..=MOST).contains(&chosen.len())).then_some("true");
    let acts = may_edit.then(|| {
        if archived {
            view! {
                <button class="button small" name="act" value="restore">{icon(Icon::Restore)}"Restore"</button>
                {asking("delete", "Delete", "Delete the ticked runs?", "Their steps, logs and results go with them. This can't be undone.", Icon::Trash)}
            }
            .into_any()
        } else {
            view! {
                <button class="button small" name="act" value="archive">{icon(Icon::Archive)}"Archive"</button>
                {asking("terminate", "Terminate", "Terminate the ticked runs?", "Steps that run now are stopped; those that are done stay done.", Icon::Square)}
            }
            .into_any()
        }
    });
    view! {
        <div class="bulk" role="group" aria-label="Ticked runs">
            <strong class="figure script-only" aria-live="polite">{move || chosen.with(Vec::len)}" ticked"</strong>
            <a class="button small script-only" href=link aria-disabled=few title="Two to ten runs side by side">{icon(Icon::Columns)}"Compare"</a>
            <button class="button small plain-only" formmethod="get" formaction=compare>"Compare"</button>
            {acts}
            <button type="button" class="button small plain script-only" on:click=move |_| ticked.set(BTreeSet::new())>"Untick all"</button>
        </div>
    }
    .into_any()
}

/// A button of the form that asks first.
fn asking(
    act: &'static str,
    word: &'static str,
    question: &'static str,
    advice: &'static str,
    picture: Icon,
) -> AnyView {
    let id = format!("bulk-{act}");
    let (opens, closes) = (id.clone(), id.clone());
    view! {
        <button type="button" class="button small" popovertarget=opens>{icon(picture)}{word}</button>
        <div popover="auto" id=id class="dialog" role="dialog" aria-label=question>
            <h2>{question}</h2>
            <p>{advice}</p>
            <div class="actions">
                <button type="button" class="button" popovertarget=closes popovertargetaction="hide">"Keep them"</button>
                <button class="button danger" name="act" value=act>{word}</button>
            </div>
        </div>
    }
    .into_any()
}
