//! The chosen step: its log, what went in and out, its details.

use super::{detail::Whole, steps::label};
use crate::namespace::use_query;
use crate::{
    components::{
        frame::{failed, waiting},
        log::{LogText, log},
        mark::{Mark, sign},
        moment::{elapsed, moment},
        table::query_with,
    },
    failure::Trouble,
    figures::text::short,
    namespace::use_base,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use leptos_router::hooks::use_location;
use model::{RunId, Task, TaskId, TaskState};
use serde_json::Value;

/// How much of a log comes with the page.
#[cfg(feature = "ssr")]
const LOG_AT_FIRST: usize = 256 * 1024;

/// A step's log as far as it goes; of a long one the end.
#[server(prefix = "/_fn", endpoint = "log", input = GetUrl)]
pub async fn read_log(run: RunId, task: TaskId) -> Result<LogText, Trouble> {
    let (service, caller) = crate::doors::enter()?;
    let bytes = service.read_log(&caller, run, task, 0).await.map_err(crate::doors::refuse)?;
    let from = bytes.len().saturating_sub(LOG_AT_FIRST);
    let tail = &bytes[from..];
    let start = if from == 0 { 0 } else { tail.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1) };
    let (text, rest) = crate::figures::text::whole_characters(&tail[start..]);
    let next_offset = u64::try_from(bytes.len() - rest.len()).unwrap_or_default();
    Ok(LogText { text, next_offset, cut: from > 0 })
}

/// The right pane of a run's page.
#[must_use]
pub fn pane(run: RunId, data: RwSignal<Whole>, chosen: Memo<Option<TaskId>>) -> AnyView {
    let query = use_query();
    let tab = Memo::new(move |_| query.with(|query| query.get_str("pane").unwrap_or("log").to_owned()));
    let task =
        Memo::new(move |_| data.with(|whole| whole.tasks.iter().find(|task| Some(task.id) == chosen.get()).cloned()));
    // What the log depends on: not every change of the task.
    let logged = Memo::new(move |_| {
        task.with(|task| task.as_ref().map(|task| (task.id, task.started_at.is_some(), task.attempts)))
    });
    let base = use_base();
    let pathname = use_location().pathname;
    let link = move |pane: Option<&str>| {
        let path = base.href(base.strip(&pathname.get()));
        format!("{path}{}", query.with(|query| query_with(query, &[("pane", pane)])))
    };
    view! {
        {move || task.with(|task| task.as_ref().map(heading))}
        {move || {
            let tab = tab.get();
            task.with(Option::is_some).then(|| crate::components::frame::tabs("About the step", vec![
                ("Log", link(None), tab == "log"),
                ("Inputs and outputs", link(Some("io")), tab == "io"),
                ("Details", link(Some("details")), tab == "details"),
            ]))
        }}
        {move || match tab.get().as_str() {
            "io" => view! { {move || task.with(|task| task.as_ref().map(inputs_and_outputs))} }.into_any(),
            "details" => view! { {move || task.with(|task| task.as_ref().map(details))} }.into_any(),
            _ => log_of(run, task, logged),
        }}
    }
    .into_any()
}

fn heading(task: &Task) -> AnyView {
    let mark = Mark::from(task.state);
    let class = if task.state == TaskState::Failed { "reason" } else { "faint because" };
    view! {
        <header class="step-head">
            {sign(mark, false)}
            <h2>{label(task)}</h2>
            <span class=mark.class()>{mark.word()}</span>
            <span class="spring"></span>
            {elapsed(task.started_at, task.finished_at)}
        </header>
        {task.reason.clone().map(|reason| view! { <p class=class>{reason}</p> })}
    }
    .into_any()
}

fn log_of(run: RunId, task: Memo<Option<Task>>, logged: Memo<Option<(TaskId, bool, u32)>>) -> AnyView {
    let start = Resource::new_blocking(
        move || logged.get(),
        move |logged| async move {
            match logged {
                Some((task, true, _)) => read_log(run, task).await.map(|text| Some((task, text))),
                _ => Ok(None),
            }
        },
    );
    view! {
        <Transition fallback=waiting>{move || Suspend::new(async move {
            match start.await {
                Ok(Some((id, text))) => {
                    let growing = task.with_untracked(|task| task.as_ref().is_some_and(|task| !task.state.is_final()));
                    log(run, id, text, growing)
                }
                Ok(None) => view! { <p class="faint quiet">{why_silent(task.with_untracked(|task| task.as_ref().map(|task| task.state)))}</p> }.into_any(),
                Err(trouble) => failed(&trouble),
            }
        })}</Transition>
    }
    .into_any()
}

const fn why_silent(state: Option<TaskState>) -> &'static str {
    match state {
        Some(TaskState::Cached) => "This step did not run: its results were taken from an earlier run.",
        Some(TaskState::Skipped) => "This step was skipped, so it wrote no log.",
        Some(TaskState::Canceled) => "This step was cancelled before it began.",
        Some(TaskState::Failed) => "This step failed before it wrote anything.",
        Some(_) => "This step has not begun; its log will appear here.",
        None => "Choose a step to see its log.",
    }
}

fn inputs_and_outputs(task: &Task) -> AnyView {
    view! { {side("Inputs", &task.inputs)}{side("Outputs", &task.outputs)} }.into_any()
}

fn side(title: &'static str, side: &Value) -> AnyView {
    let row =
        |(name, shown): (&String, AnyView)| view! { <tr><th scope="row">{name.clone()}</th><td>{shown}</td></tr> };
    let parameters = side.get("parameters").and_then(Value::as_object);
    let artifacts = side.get("artifacts").and_then(Value::as_object);
    let rows: Vec<_> = parameters
        .into_iter()
        .flatten()
        .map(|(name, one)| row((name, value(one))))
        .chain(artifacts.into_iter().flatten().map(|(name, list)| row((name, artifact_list(list)))))
        .collect();
    let body = if rows.is_empty() {
        view! { <p class="faint">"None."</p> }.into_any()
    } else {
        view! { <table class="pairs"><tbody>{rows}</tbody></table> }.into_any()
    };
    view! { <section class="side"><h3>{title}</h3>{body}</section> }.into_any()
}

fn artifact_list(list: &Value) -> AnyView {
    let one = |artifact: &Value| {
        let text = |key: &str| artifact.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let metadata = artifact
            .get("metadata")
            .filter(|metadata| metadata.as_object().is_some_and(|map| !map.is_empty()))
            .map(value);
        view! { <div class="artifact"><span class="tag">{text("type").trim_start_matches("system.").to_owned()}</span> <code>{text("uri")}</code>{metadata}</div> }
    };
    match list.as_array() {
        Some(list) => list.iter().map(one).collect_view().into_any(),
        None => one(list).into_any(),
    }
}

/// A parameter's value: text as it is, anything else as JSON.
#[must_use]
pub fn value(value: &Value) -> AnyView {
    match value {
        Value::String(text) if text.is_empty() => view! { <span class="faint">"empty text"</span> }.into_any(),
        Value::String(text) => view! { <span class="value">{text.clone()}</span> }.into_any(),
        Value::Array(_) | Value::Object(_) => {
            view! { <pre class="value">{serde_json::to_string_pretty(value).unwrap_or_default()}</pre> }.into_any()
        }
        simple => view! { <code class="value">{simple.to_string()}</code> }.into_any(),
    }
}

fn details(task: &Task) -> AnyView {
    let when =
        |at: Option<model::Timestamp>| at.map_or_else(|| view! { <span class="faint">"–"</span> }.into_any(), moment);
    view! {
        <table class="pairs"><tbody>
            <tr><th scope="row">"Name"</th><td>{task.name.clone()}</td></tr>
            <tr><th scope="row">"Component"</th><td><code>{task.component.clone()}</code></td></tr>
            <tr><th scope="row">"Kind"</th><td>{task.kind.as_str().to_lowercase()}</td></tr>
            <tr><th scope="row">"Began"</th><td>{when(task.started_at)}</td></tr>
            <tr><th scope="row">"Ended"</th><td>{when(task.finished_at)}</td></tr>
            <tr><th scope="row">"Attempts"</th><td class="figure">{task.attempts}</td></tr>
            <tr><th scope="row">"Id"</th><td><code title=task.id.to_string()>{short(&task.id.to_string())}</code></td></tr>
        </tbody></table>
    }
    .into_any()
}
