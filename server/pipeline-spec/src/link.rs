//! Ties names to what they name and orders every DAG; refuses what hangs in the air, cycles, and what grows too large.

use crate::{
    SpecError,
    ir::{ArtifactInput, Body, Dag, Ir, Items, ParameterSource, Selector},
};
use std::collections::{HashMap, HashSet, VecDeque};

/// DAGs inside DAGs.
pub(crate) const MAX_DEPTH: usize = 64;

pub(crate) fn link(ir: &mut Ir) -> Result<(), SpecError> {
    let index: HashMap<String, usize> = ir
        .components
        .iter()
        .enumerate()
        .skip(1)
        .map(|(position, component)| (component.name.clone(), position))
        .collect();
    for position in 0..ir.components.len() {
        let Some(component) = ir.components.get_mut(position) else { continue };
        match &mut component.body {
            Body::Executor(label) => {
                if position == 0 {
                    return Err(SpecError::new("root: expected a dag, got an executorLabel"));
                }
                if !ir.executors.contains_key(label) {
                    return Err(SpecError(format!(
                        "components[\"{}\"].executorLabel: there is no executor \"{label}\" in deploymentSpec",
                        component.name
                    )));
                }
            }
            Body::Dag(dag) => order(dag, &index)?,
        }
    }
    for component in &ir.components {
        if let Body::Dag(dag) = &component.body {
            check(ir, dag, component)?;
        }
    }
    depth(ir)
}

/// Resolves components and dependencies and sorts the tasks, keeping the given order where nothing speaks against it.
fn order(dag: &mut Dag, index: &HashMap<String, usize>) -> Result<(), SpecError> {
    let names: HashMap<String, usize> =
        dag.tasks.iter().enumerate().map(|(position, task)| (task.name.clone(), position)).collect();
    let mut before: Vec<Vec<usize>> = Vec::with_capacity(dag.tasks.len());
    for task in &mut dag.tasks {
        task.component = *index.get(&task.component_name).ok_or_else(|| {
            SpecError::at(&task.place, format!("componentRef.name: there is no component \"{}\"", task.component_name))
        })?;
        let mut producers: Vec<(&str, String)> =
            task.dependent_tasks.iter().map(|name| (name.as_str(), "dependentTasks".to_owned())).collect();
        for (key, input) in &task.parameters {
            match &input.source {
                ParameterSource::TaskOutput(from) => {
                    producers.push((&from.task, format!("inputs.parameters[\"{key}\"]")))
                }
                ParameterSource::FinalStatus(name) => producers.push((name, format!("inputs.parameters[\"{key}\"]"))),
                ParameterSource::Component(_) | ParameterSource::Constant(_) => {}
            }
        }
        for (key, input) in &task.artifacts {
            if let ArtifactInput::TaskOutput(from) = input {
                producers.push((&from.task, format!("inputs.artifacts[\"{key}\"]")));
            }
        }
        let mut found = Vec::new();
        for (name, field) in producers {
            let position = *names.get(name).ok_or_else(|| {
                SpecError::at(&task.place, format!("{field}: there is no task \"{name}\" in this dag"))
            })?;
            if !found.contains(&position) {
                found.push(position);
            }
        }
        before.push(found);
    }
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); before.len()];
    let mut missing: Vec<usize> = before.iter().map(Vec::len).collect();
    for (position, producers) in before.iter().enumerate() {
        for producer in producers {
            after[*producer].push(position);
        }
    }
    let mut ready: VecDeque<usize> = (0..before.len()).filter(|position| missing[*position] == 0).collect();
    let mut sorted = Vec::with_capacity(before.len());
    while let Some(position) = ready.pop_front() {
        sorted.push(position);
        for next in &after[position] {
            missing[*next] -= 1;
            if missing[*next] == 0 {
                ready.push_back(*next);
            }
        }
    }
    if sorted.len() < before.len()
        && let Some(stuck) = missing.iter().position(|count| *count > 0)
    {
        return Err(SpecError::at(&dag.tasks[stuck].place, "is part of a cycle of dependencies"));
    }
    let mut place = vec![0; sorted.len()];
    for (new, old) in sorted.iter().enumerate() {
        place[*old] = new;
    }
    let mut tasks: Vec<_> = std::mem::take(&mut dag.tasks).into_iter().enumerate().collect();
    tasks.sort_by_key(|(old, _)| place[*old]);
    dag.tasks = tasks
        .into_iter()
        .map(|(old, mut task)| {
            task.dependencies = before[old].iter().map(|producer| place[*producer]).collect();
            task.dependencies.sort_unstable();
            task
        })
        .collect();
    dag.positions = dag.tasks.iter().enumerate().map(|(position, task)| (task.name.clone(), position)).collect();
    Ok(())
}

/// Every name of an input or output leads somewhere.
fn check(ir: &Ir, dag: &Dag, owner: &crate::ir::Component) -> Result<(), SpecError> {
    let produces = |from: &Selector, artifact: bool| {
        let Some(component) = dag
            .positions
            .get(&from.task)
            .and_then(|at| dag.tasks.get(*at))
            .and_then(|task| ir.components.get(task.component))
        else {
            return Err(format!("there is no task \"{}\" in this dag", from.task));
        };
        let known = if artifact {
            component.output_artifacts.contains_key(&from.key)
        } else {
            component.output_parameters.contains_key(&from.key)
        };
        let what = if artifact { "artifact" } else { "parameter" };
        if known { Ok(()) } else { Err(format!("task \"{}\" has no output {what} \"{}\"", from.task, from.key)) }
    };
    for task in &dag.tasks {
        let component = &ir.components[task.component];
        for (key, input) in &task.parameters {
            let fail = |message: String| SpecError::at(&task.place, format!("inputs.parameters[\"{key}\"]: {message}"));
            match &input.source {
                ParameterSource::TaskOutput(from) => produces(from, false).map_err(fail)?,
                // The SDK hands items of inner loops to outer groups, which nobody has declared; a group may go without.
                ParameterSource::Component(name)
                    if !owner.inputs.parameters.contains_key(name) && matches!(component.body, Body::Executor(_)) =>
                {
                    return Err(fail(format!("component \"{}\" has no input parameter \"{name}\"", owner.name)));
                }
                _ => {}
            }
        }
        for (key, input) in &task.artifacts {
            let fail = |message: String| SpecError::at(&task.place, format!("inputs.artifacts[\"{key}\"]: {message}"));
            match input {
                ArtifactInput::TaskOutput(from) => produces(from, true).map_err(fail)?,
                ArtifactInput::Component(name) if !owner.inputs.artifacts.contains_key(name) => {
                    return Err(fail(format!("component \"{}\" has no input artifact \"{name}\"", owner.name)));
                }
                ArtifactInput::Component(_) => {}
            }
        }
        if let Some(iterator) = &task.iterator {
            if !matches!(component.body, Body::Dag(_)) {
                return Err(SpecError::at(&task.place, "only a task whose component is a dag can be iterated"));
            }
            let bound = match &iterator.items {
                Items::Raw(_) => true,
                Items::Parameter(name) => task.parameters.iter().any(|(key, _)| key == name),
                Items::Artifact(name) => task.artifacts.iter().any(|(key, _)| key == name),
            };
            if !bound {
                return Err(SpecError::at(&task.place, "the iterator's items are not among the task's inputs"));
            }
        }
    }
    let place = if owner.name == "root" { "root".to_owned() } else { format!("components[\"{}\"]", owner.name) };
    for (key, selectors) in &dag.output_parameters {
        for from in selectors {
            produces(from, false).map_err(|m| SpecError(format!("{place}.dag.outputs.parameters[\"{key}\"]: {m}")))?;
        }
    }
    for (key, selectors) in &dag.output_artifacts {
        for from in selectors {
            produces(from, true).map_err(|m| SpecError(format!("{place}.dag.outputs.artifacts[\"{key}\"]: {m}")))?;
        }
    }
    Ok(())
}

/// Components must not contain themselves, and not nest deeper than [`MAX_DEPTH`].
fn depth(ir: &Ir) -> Result<(), SpecError> {
    // v1 pipelines recur; how deep, the walk sees.
    if ir.is_argo {
        return Ok(());
    }
    let mut known: HashMap<usize, usize> = HashMap::new();
    let mut open: HashSet<usize> = HashSet::new();
    for position in 0..ir.components.len() {
        // Walked without recursion: the chain of components may be as long as the document.
        let mut stack = vec![(position, false)];
        while let Some((at, leaving)) = stack.pop() {
            let Some(component) = ir.components.get(at) else { continue };
            let Body::Dag(dag) = &component.body else {
                known.insert(at, 0);
                continue;
            };
            if leaving {
                open.remove(&at);
                let deepest =
                    dag.tasks.iter().filter_map(|task| known.get(&task.component)).max().copied().unwrap_or(0);
                if deepest + 1 > MAX_DEPTH {
                    return Err(SpecError(format!(
                        "components[\"{}\"]: dags nest deeper than {MAX_DEPTH}",
                        component.name
                    )));
                }
                known.insert(at, deepest + 1);
                continue;
            }
            if known.contains_key(&at) {
                continue;
            }
            if !open.insert(at) {
                return Err(SpecError(format!("components[\"{}\"]: contains itself", component.name)));
            }
            stack.push((at, true));
            for task in &dag.tasks {
                if open.contains(&task.component) {
                    return Err(SpecError(format!("components[\"{}\"]: contains itself", task.component_name)));
                }
                if !known.contains_key(&task.component) {
                    stack.push((task.component, false));
                }
            }
        }
    }
    Ok(())
}
