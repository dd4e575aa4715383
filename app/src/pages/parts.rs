//! The pages in parts that a browser fetches when they are first looked at. What every page needs stays in the main
//! module; the part of the page that was asked for is fetched before hydration begins, so that hydration waits for nothing.

use super::{experiments, home, namespaces, pipelines, recurring_runs, runs, sign_in, wanted};
use crate::routes::{Place, Room};
use leptos::prelude::*;
use model::{Namespace, RunId};

/// Lists of runs: the page that is looked at most.
#[lazy]
fn run_lists(namespace: Namespace, archived: bool) -> AnyView {
    runs::list::runs(namespace, archived)
}

#[lazy]
fn one_run(namespace: Namespace, id: RunId) -> AnyView {
    runs::detail::run(namespace, id)
}

#[lazy]
fn new_run(namespace: Namespace) -> AnyView {
    runs::create::new_run(namespace)
}

#[lazy]
fn of_experiments(namespace: Namespace, room: Room) -> AnyView {
    match room {
        Room::Experiment(id) => experiments::detail::experiment(namespace, id),
        Room::NewExperiment => experiments::create::new_experiment(namespace),
        room => experiments::list::experiments(namespace, room == Room::ArchivedExperiments),
    }
}

#[lazy]
fn of_pipelines(namespace: Namespace, room: Room) -> AnyView {
    match room {
        Room::Pipeline(id) => pipelines::detail::pipeline(namespace, id),
        Room::NewPipeline => pipelines::create::new_pipeline(namespace),
        room => pipelines::list::pipelines(namespace, room == Room::SharedPipelines),
    }
}

#[lazy]
fn the_rest(place: Place) -> AnyView {
    match place {
        Place::SignIn => sign_in::sign_in(),
        Place::Namespaces => namespaces::choice(),
        Place::Home => wanted::wanted(None),
        Place::Wanted(room) => wanted::wanted(Some(room)),
        Place::In(namespace, Room::RecurringRuns) => recurring_runs::list::recurring_runs(namespace),
        Place::In(namespace, _) => home::start(namespace),
        Place::Nowhere => super::nowhere(),
    }
}

/// The page of a place, fetched if need be.
pub async fn page(place: Place) -> AnyView {
    match place {
        Place::In(namespace, room) => match room {
            Room::Runs | Room::ArchivedRuns => run_lists(namespace, room == Room::ArchivedRuns).await,
            Room::Run(id) => one_run(namespace, id).await,
            Room::NewRun => new_run(namespace).await,
            Room::Experiments | Room::ArchivedExperiments | Room::NewExperiment | Room::Experiment(_) => {
                of_experiments(namespace, room).await
            }
            Room::Pipelines | Room::SharedPipelines | Room::NewPipeline | Room::Pipeline(_) => {
                of_pipelines(namespace, room).await
            }
            Room::Start | Room::RecurringRuns => the_rest(Place::In(namespace, room)).await,
        },
        place => the_rest(place).await,
    }
}

/// Fetches the part of a place and nothing more.
#[cfg(feature = "hydrate")]
pub async fn fetch(place: &Place) {
    match place.room().filter(|_| place.namespace().is_some()) {
        Some(Room::Runs | Room::ArchivedRuns) => __preload_run_lists().await,
        Some(Room::Run(_)) => __preload_one_run().await,
        Some(Room::NewRun) => __preload_new_run().await,
        Some(Room::Experiments | Room::ArchivedExperiments | Room::NewExperiment | Room::Experiment(_)) => {
            __preload_of_experiments().await;
        }
        Some(Room::Pipelines | Room::SharedPipelines | Room::NewPipeline | Room::Pipeline(_)) => {
            __preload_of_pipelines().await;
        }
        Some(Room::Start | Room::RecurringRuns) | None => __preload_the_rest().await,
    }
}
