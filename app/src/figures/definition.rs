//! The graph of a definition that has not run: tasks and groups as the IR nests them.

use serde_json::Value;
use std::collections::HashMap;

/// A task of the IR, as the graph shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    pub name: String,
    pub parent: Option<usize>,
    pub after: Vec<usize>,
    pub group: bool,
    /// What kind of group: `Loop`, `Condition`, or nothing to say.
    pub note: &'static str,
}

/// How deep and how much is drawn; a sound definition stays far below.
const DEEPEST: usize = 32;
const MOST: usize = 5000;

/// Reads the IR (or `{"pipeline_spec": IR}`); what is no IR has no tasks.
#[must_use]
pub fn sketch(spec: &Value) -> Vec<Sketch> {
    let ir = spec.get("pipeline_spec").unwrap_or(spec);
    let mut out = Vec::new();
    if let Some(dag) = ir.pointer("/root/dag") {
        add(ir, dag, None, 0, &mut out);
    }
    out
}

fn add(ir: &Value, dag: &Value, parent: Option<usize>, depth: usize, out: &mut Vec<Sketch>) {
    let Some(tasks) = dag.get("tasks").and_then(Value::as_object).filter(|_| depth < DEEPEST) else { return };
    let mut index: HashMap<&str, usize> = HashMap::new();
    for (key, task) in tasks {
        if out.len() >= MOST {
            return;
        }
        let component = task.pointer("/componentRef/name").and_then(Value::as_str).unwrap_or_default();
        let inner = ir.get("components").and_then(|all| all.get(component)).and_then(|component| component.get("dag"));
        let looped = task.get("parameterIterator").or_else(|| task.get("artifactIterator")).is_some();
        let conditional = task.pointer("/triggerPolicy/condition").is_some();
        index.insert(key, out.len());
        out.push(Sketch {
            name: task.pointer("/taskInfo/name").and_then(Value::as_str).unwrap_or(key).to_owned(),
            parent,
            after: Vec::new(),
            group: inner.is_some(),
            note: if looped {
                "Loop"
            } else if conditional {
                "Condition"
            } else {
                ""
            },
        });
        if let Some(inner) = inner {
            add(ir, inner, Some(out.len() - 1), depth + 1, out);
        }
    }
    for (key, task) in tasks {
        let mut names = Vec::new();
        names.extend(
            task.get("dependentTasks").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str),
        );
        if let Some(inputs) = task.get("inputs") {
            producers(inputs, &mut names);
        }
        let mut after: Vec<usize> = names.iter().filter_map(|name| index.get(name).copied()).collect();
        after.sort_unstable();
        after.dedup();
        if let Some(own) = index.get(key.as_str()) {
            after.retain(|before| before != own);
            out[*own].after = after;
        }
    }
}

fn producers<'a>(inputs: &'a Value, names: &mut Vec<&'a str>) {
    let groups = ["parameters", "artifacts"].into_iter().filter_map(|kind| inputs.get(kind)?.as_object());
    for input in groups.flat_map(|group| group.values()) {
        for source in ["taskOutputParameter", "taskOutputArtifact"] {
            names.extend(input.get(source).and_then(|source| source.get("producerTask")).and_then(Value::as_str));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tasks_nest_and_follow_each_other() {
        let spec = json!({
            "components": {"comp-loop": {"dag": {"tasks": {"inner": {"componentRef": {"name": "comp-a"}}}}}, "comp-a": {"executorLabel": "a"}},
            "root": {"dag": {"tasks": {
                "make": {"componentRef": {"name": "comp-a"}, "taskInfo": {"name": "Make"}},
                "loop": {"componentRef": {"name": "comp-loop"}, "parameterIterator": {},
                    "inputs": {"parameters": {"x": {"taskOutputParameter": {"producerTask": "make", "outputParameterKey": "o"}}}}}
            }}}
        });
        let tasks = sketch(&spec);
        let at = |name: &str| tasks.iter().position(|task| task.name == name);
        assert_eq!(tasks.len(), 3);
        let the_loop = &tasks[at("loop").unwrap_or_default()];
        assert_eq!(
            (the_loop.after.clone(), the_loop.group, the_loop.note),
            (at("Make").into_iter().collect(), true, "Loop")
        );
        assert_eq!(tasks[at("inner").unwrap_or_default()].parent, at("loop"));
        assert_eq!(sketch(&json!("no")), Vec::new());
    }

    #[test]
    fn a_definition_that_contains_itself_ends() {
        let spec = json!({
            "components": {"comp-a": {"dag": {"tasks": {"a": {"componentRef": {"name": "comp-a"}}}}}},
            "root": {"dag": {"tasks": {"a": {"componentRef": {"name": "comp-a"}}}}}
        });
        assert_eq!(sketch(&spec).len(), DEEPEST);
    }
}
