//! The steps of a run as graph items and as a table with a timeline.

use super::detail::Whole;
use crate::namespace::use_query;
use crate::{
    components::{
        graph::Item,
        mark::{Mark, sign},
        moment::{Now, elapsed},
        table::query_with,
    },
    figures::{durations::duration, graph::Node},
};
use leptos::prelude::*;
use model::{Task, TaskId, TaskKind, TaskState};
use std::collections::HashMap;

/// The step to show when nobody chose one: the failed one, else the running one, else the last that began, else the first.
#[must_use]
pub fn first_to_see(tasks: &[Task]) -> Option<TaskId> {
    let leaves = || tasks.iter().filter(|task| task.kind.is_leaf());
    let in_state = |state| leaves().find(|task| task.state == state);
    let last = || leaves().filter(|task| task.started_at.is_some()).max_by_key(|task| task.started_at);
    in_state(TaskState::Failed)
        .or_else(|| in_state(TaskState::Running))
        .or_else(last)
        .or_else(|| leaves().next())
        .map(|task| task.id)
}

/// The name of a task as people know it.
#[must_use]
pub fn label(task: &Task) -> String {
    let name = if task.display_name.is_empty() { &task.name } else { &task.display_name };
    match (task.kind, task.iteration_index) {
        (TaskKind::Iteration, Some(index)) => format!("Iteration {}", index + 1),
        (TaskKind::Condition, _) => format!("If: {name}"),
        _ => name.clone(),
    }
}

fn note(task: &Task, tasks: &[Task]) -> String {
    match (task.kind, task.started_at.zip(task.finished_at)) {
        (TaskKind::Loop, _) => {
            let iterations = || tasks.iter().filter(|one| one.parent == Some(task.id));
            let done = iterations().filter(|one| one.state.is_final()).count();
            format!("{done} of {}", iterations().count())
        }
        (kind, Some((start, end))) if kind.is_leaf() => duration(end.millis() - start.millis()),
        _ => String::new(),
    }
}

/// The tasks as the graph draws them.
#[must_use]
pub fn items(tasks: &[Task], path: &str) -> Vec<Item> {
    let index: HashMap<TaskId, usize> = tasks.iter().enumerate().map(|(index, task)| (task.id, index)).collect();
    let item = |task: &Task| Item {
        key: task.id.to_string(),
        label: label(task),
        note: note(task, tasks),
        mark: Some(Mark::from(task.state)),
        node: Node {
            parent: task.parent.and_then(|parent| index.get(&parent).copied()),
            after: task.depends_on.iter().filter_map(|before| index.get(before).copied()).collect(),
            group: !task.kind.is_leaf(),
        },
        href: format!("{path}?task={}", task.id),
    };
    tasks.iter().map(item).collect()
}

/// How deep a task lies in groups.
fn depth(task: &Task, tasks: &HashMap<TaskId, &Task>) -> usize {
    let mut depth = 0;
    let mut at = task.parent;
    while let Some(parent) = at.and_then(|id| tasks.get(&id)).filter(|_| depth < 32) {
        depth += 1;
        at = parent.parent;
    }
    depth
}

/// Where a task's bar stands in the whole run, in per cent: from, length.
fn span(task: &Task, start: i64, end: i64) -> Option<(f64, f64)> {
    let from = task.started_at?.millis();
    let to = task.finished_at.map_or(end, model::Timestamp::millis);
    let share = |millis: i64| {
        #[expect(clippy::cast_precision_loss, reason = "a share of a duration, for drawing")]
        let share = (millis as f64) * 100.0 / ((end - start).max(1) as f64);
        share.clamp(0.0, 100.0)
    };
    Some((share(from - start), share(to - from).max(0.6)))
}

/// The table of steps, each with its bar on the run's time.
#[must_use]
pub fn table(data: RwSignal<Whole>, path: String, chosen: Signal<Option<String>>, choose: Callback<String>) -> AnyView {
    let query = use_query();
    let now = use_context::<Now>();
    view! {
        <div class="table-scroll"><table class="list steps">
            <thead><tr><th scope="col">"Step"</th><th scope="col" class="timeline">"When"</th><th scope="col" class="number">"Duration"</th></tr></thead>
            <tbody>{move || data.with(|whole| {
                let by_id: HashMap<TaskId, &Task> = whole.tasks.iter().map(|task| (task.id, task)).collect();
                let start = whole.run.created_at.millis();
                let end = whole.run.finished_at.map(model::Timestamp::millis)
                    .or_else(|| now.map(|now| now.0.get_untracked()))
                    .unwrap_or(start)
                    .max(whole.tasks.iter().filter_map(|task| task.finished_at).map(model::Timestamp::millis).max().unwrap_or(start));
                whole.tasks.iter().map(|task| {
                    let key = task.id.to_string();
                    let target = format!("{path}{}", query.with_untracked(|query| query_with(query, &[("task", Some(&key))])));
                    row(task, depth(task, &by_id), span(task, start, end), target, chosen, choose)
                }).collect_view()
            })}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(
    task: &Task,
    depth: usize,
    span: Option<(f64, f64)>,
    target: String,
    chosen: Signal<Option<String>>,
    choose: Callback<String>,
) -> AnyView {
    let mark = Mark::from(task.state);
    let (key, own) = (task.id.to_string(), task.id.to_string());
    let pick = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        choose.run(key.clone());
    };
    let current = move || (chosen.get().as_ref() == Some(&own)).then_some("true");
    let bar = span.map(|(from, length)| {
        let class = format!("gantt {}", mark.class());
        view! { <i class=class style=format!("inset-inline-start:{from:.2}%;inline-size:{:.2}%", length.min(100.0 - from).max(0.6))></i> }
    });
    let name = if task.kind.is_leaf() {
        view! { <a class="row" href=target data-noscroll="" aria-current=current on:click=pick>{label(task)}</a> }
            .into_any()
    } else {
        view! { <span class="faint">{label(task)}</span> }.into_any()
    };
    view! {
        <tr>
            <td class="name"><span class="state" style=format!("padding-inline-start:{}px", depth * 16)>{sign(mark, true)}{name}</span></td>
            <td class="timeline"><span class="track">{bar}</span></td>
            <td class="number">{elapsed(task.started_at, task.finished_at)}</td>
        </tr>
    }
    .into_any()
}
