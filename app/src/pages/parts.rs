//! The pages in parts. The main module carries what every page needs and the lists of runs, which are looked at most;
//! the rest is fetched when it is first looked at, and before hydration begins, so that hydration waits for nothing.
//!
//! Few parts on purpose: code that two parts share becomes a file of its own, so every further part can double the
//! number of files that a page asks for.

use super::{account, experiments, home, namespaces, people, pipelines, recurring_runs, runs, sign_in, wanted};
use crate::routes::{Place, Room};
use leptos::prelude::*;
use model::{Namespace, RunId};

#[lazy]
fn one_run(namespace: Namespace, id: RunId) -> AnyView {
    runs::detail::run(namespace, id)
}

#[lazy]
fn the_rest(place: Place) -> AnyView {
    match place {
        Place::SignIn => sign_in::sign_in(),
        Place::Account => account::account(),
        Place::Namespaces => namespaces::choice(Room::Runs),
        Place::Home => wanted::wanted(None),
        Place::Wanted(room) => wanted::wanted(Some(room)),
        Place::In(namespace, room) => within(namespace, room),
        Place::Nowhere => super::nowhere(),
    }
}

fn within(namespace: Namespace, room: Room) -> AnyView {
    match room {
        Room::NewRun => runs::create::new_run(namespace),
        Room::CompareRuns => runs::compare::compare(namespace),
        Room::Experiments => experiments::list::experiments(namespace, false),
        Room::ArchivedExperiments => experiments::list::experiments(namespace, true),
        Room::NewExperiment => experiments::create::new_experiment(namespace),
        Room::Experiment(id) => experiments::detail::experiment(namespace, id),
        Room::Pipelines => pipelines::list::pipelines(namespace, false),
        Room::SharedPipelines => pipelines::list::pipelines(namespace, true),
        Room::NewPipeline => pipelines::create::new_pipeline(namespace),
        Room::Pipeline(id) => pipelines::detail::pipeline(namespace, id),
        Room::Members => people::members::members(namespace),
        Room::Secrets => people::secrets::secrets(namespace),
        Room::Audit => people::audit::audit(namespace),
        Room::RecurringRuns => recurring_runs::list::recurring_runs(namespace),
        Room::NewRecurringRun => recurring_runs::create::new_recurring_run(namespace),
        Room::RecurringRun(id) => recurring_runs::detail::recurring_run(namespace, id),
        Room::Start | Room::Runs | Room::ArchivedRuns | Room::Run(_) => home::start(namespace),
    }
}

/// The page of a place, fetched if need be.
pub async fn page(place: Place) -> AnyView {
    match place {
        Place::In(namespace, Room::Runs) => runs::list::runs(namespace, false),
        Place::In(namespace, Room::ArchivedRuns) => runs::list::runs(namespace, true),
        Place::In(namespace, Room::Run(id)) => one_run(namespace, id).await,
        place => the_rest(place).await,
    }
}

/// Fetches the part of a place and nothing more.
#[cfg(feature = "hydrate")]
pub async fn fetch(place: &Place) {
    match place {
        Place::In(_, Room::Runs | Room::ArchivedRuns) => {}
        Place::In(_, Room::Run(_)) => __preload_one_run().await,
        _ => __preload_the_rest().await,
    }
}
