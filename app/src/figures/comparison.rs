//! Runs side by side: which names they have, and where they differ.

use model::{Task, TaskKind};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One name across the runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub name: String,
    /// One for each run, in their order; `None` where a run has none.
    pub values: Vec<Option<Value>>,
    pub differs: bool,
}

/// The lines of several runs: those that differ first, each part by name.
#[must_use]
pub fn lines(runs: &[BTreeMap<String, Value>]) -> Vec<Line> {
    let names: BTreeSet<&String> = runs.iter().flat_map(BTreeMap::keys).collect();
    let line = |name: &String| {
        let values: Vec<Option<Value>> = runs.iter().map(|run| run.get(name).cloned()).collect();
        let differs = values.windows(2).any(|pair| pair.first() != pair.last());
        Line { name: name.clone(), values, differs }
    };
    let mut lines: Vec<Line> = names.into_iter().map(line).collect();
    lines.sort_by_key(|line| !line.differs);
    lines
}

/// The scalar metrics of a run: every number in the metadata of its `system.Metrics` artifacts. A name that two steps
/// give is told apart by the step.
#[must_use]
pub fn metrics(tasks: &[Task]) -> BTreeMap<String, Value> {
    let mut found: Vec<(&str, String, Value)> = Vec::new();
    for task in tasks.iter().filter(|task| matches!(task.kind, TaskKind::Container | TaskKind::Importer)) {
        let outputs = task.outputs.get("artifacts").and_then(Value::as_object);
        let artifacts = outputs.into_iter().flat_map(|artifacts| artifacts.values());
        let each = artifacts.flat_map(|list| list.as_array().map_or_else(|| vec![list], |list| list.iter().collect()));
        for artifact in each.filter(|one| one.get("type").and_then(Value::as_str) == Some("system.Metrics")) {
            let metadata = artifact.get("metadata").and_then(Value::as_object);
            let numbers = metadata.into_iter().flatten().filter(|(_, value)| value.is_number());
            found.extend(numbers.map(|(name, value)| (task.name.as_str(), name.clone(), value.clone())));
        }
    }
    let mut count: BTreeMap<String, u32> = BTreeMap::new();
    for (_, name, _) in &found {
        *count.entry(name.clone()).or_default() += 1;
    }
    let full = |(task, name, value): (&str, String, Value)| {
        let shared = count.get(&name).is_some_and(|count| *count > 1);
        (if shared { format!("{task}: {name}") } else { name }, value)
    };
    found.into_iter().map(full).collect()
}

/// Where each number of a line stands between its smallest and its largest, from 0 to 1; `None` for what is no number,
/// or when all are equal.
#[must_use]
pub fn shares(line: &Line) -> Vec<Option<f64>> {
    let numbers: Vec<Option<f64>> =
        line.values.iter().map(|value| value.as_ref().and_then(Value::as_f64).filter(|one| one.is_finite())).collect();
    let known = || numbers.iter().flatten().copied();
    let (least, most) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
    if most <= least {
        return vec![None; numbers.len()];
    }
    numbers.into_iter().map(|number| number.map(|number| (number - least) / (most - least))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{TaskId, TaskState};
    use serde_json::json;

    fn map(value: Value) -> BTreeMap<String, Value> {
        serde_json::from_value(value).unwrap_or_default()
    }

    #[test]
    fn what_differs_comes_first_and_what_is_missing_differs() {
        let runs = [map(json!({"a": 1, "rate": 0.1, "seed": 7})), map(json!({"a": 1, "rate": 0.2}))];
        let names: Vec<(String, bool)> = lines(&runs).into_iter().map(|line| (line.name, line.differs)).collect();
        assert_eq!(names, [("rate".into(), true), ("seed".into(), true), ("a".into(), false)]);
    }

    #[test]
    fn the_middle_of_three_counts_too() {
        let runs = [map(json!({"a": 1})), map(json!({"a": 2})), map(json!({"a": 1}))];
        assert!(lines(&runs)[0].differs);
    }

    #[test]
    fn metrics_of_two_steps_are_told_apart() {
        let task = |name: &str, metadata: Value| Task {
            id: TaskId::parse("5c1c1c9e-1f0a-4b6e-9d53-0f1d5f1a2b3c").unwrap_or_else(|_| unreachable!()),
            parent: None,
            name: name.to_owned(),
            display_name: String::new(),
            kind: TaskKind::Container,
            state: TaskState::Succeeded,
            reason: None,
            started_at: None,
            finished_at: None,
            attempts: 1,
            iteration_index: None,
            depends_on: Vec::new(),
            component: String::new(),
            inputs: Value::Null,
            outputs: json!({"artifacts": {"m": [{"type": "system.Metrics", "metadata": metadata}]}}),
        };
        let tasks = [task("train", json!({"loss": 1.5, "note": "text"})), task("test", json!({"loss": 2, "f1": 0.5}))];
        assert_eq!(Value::from_iter(metrics(&tasks)), json!({"f1": 0.5, "test: loss": 2, "train: loss": 1.5}));
    }

    #[test]
    fn shares_reach_from_the_smallest_to_the_largest() {
        let line = &lines(&[map(json!({"a": 1})), map(json!({"a": 3})), map(json!({"a": 2})), map(json!({"b": 0}))])[0];
        assert_eq!(shares(line), [Some(0.0), Some(1.0), Some(0.5), None]);
        let equal = &lines(&[map(json!({"a": 1})), map(json!({"a": 1}))])[0];
        assert_eq!(shares(equal), [None, None]);
    }
}
