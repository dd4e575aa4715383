//! What a retry of an ended run runs again.

use crate::{Facts, Plan, TaskPath};
use model::{Task, TaskId, TaskState};
use std::collections::{HashMap, HashSet};

/// The steps whose attempts a retry forgets, so that [`crate::advance`] starts them anew: those that did not succeed, with
/// `from` that task and all inside it, and whatever depends on any of these (an exit handler sees the new end). A failure
/// inside a group that succeeded all the same stays as it is. `tasks` are the run's, as its end told them.
#[must_use]
pub fn steps_to_repeat(plan: &Plan, facts: &Facts, tasks: &[Task], from: Option<TaskId>) -> Vec<TaskPath> {
    let family = Family::of(tasks);
    let mut repeated = HashSet::new();
    let mut changed: Vec<TaskId> = Vec::new();
    for task in tasks {
        if matches!(task.state, TaskState::Failed | TaskState::Canceled) && !family.stands_in_success(task.id) {
            repeated.insert(task.id);
            changed.push(task.id);
        }
    }
    if let Some(from) = from {
        family.take_whole(from, &mut repeated);
        changed.push(from);
        changed.extend(family.ancestors(from));
    }
    let mut seen = HashSet::new();
    while let Some(task) = changed.pop() {
        if !seen.insert(task) {
            continue;
        }
        for dependent in family.dependents.get(&task).into_iter().flatten() {
            family.take_whole(*dependent, &mut repeated);
            changed.push(*dependent);
        }
    }
    // The later attempts of a group begin anew together with its first.
    let of_later_attempt = |path: &TaskPath, id| path.as_str().contains('~') && !family.stands_in_success(id);
    let again = |path: &&TaskPath| {
        let id = plan.task_id(path);
        repeated.contains(&id) || of_later_attempt(path, id)
    };
    facts.steps.keys().filter(again).cloned().collect()
}

/// Who belongs to whom in a run.
struct Family<'t> {
    tasks: HashMap<TaskId, &'t Task>,
    children: HashMap<TaskId, Vec<TaskId>>,
    dependents: HashMap<TaskId, Vec<TaskId>>,
}

impl<'t> Family<'t> {
    fn of(tasks: &'t [Task]) -> Self {
        let mut family = Self { tasks: HashMap::new(), children: HashMap::new(), dependents: HashMap::new() };
        for task in tasks {
            family.tasks.insert(task.id, task);
            if let Some(parent) = task.parent {
                family.children.entry(parent).or_default().push(task.id);
            }
            for producer in &task.depends_on {
                family.dependents.entry(*producer).or_default().push(task.id);
            }
        }
        family
    }
    /// From the inside to the outside.
    fn ancestors(&self, task: TaskId) -> impl Iterator<Item = TaskId> {
        let parent = |id: TaskId| self.tasks.get(&id).and_then(|task| task.parent);
        // Groups lie inside each other 64 deep at most.
        std::iter::successors(parent(task), move |id| parent(*id)).take(256)
    }
    fn stands_in_success(&self, task: TaskId) -> bool {
        self.ancestors(task).any(|id| self.tasks.get(&id).is_some_and(|group| group.state == TaskState::Succeeded))
    }
    fn take_whole(&self, task: TaskId, into: &mut HashSet<TaskId>) {
        let mut open = vec![task];
        while let Some(task) = open.pop() {
            if into.insert(task) || self.children.contains_key(&task) {
                open.extend(self.children.get(&task).into_iter().flatten().filter(|child| !into.contains(child)));
            }
        }
    }
}
