//! One module per noun: server functions, data, view, in that order.

pub mod experiments;
pub mod home;
pub mod namespaces;
pub mod pipelines;
pub mod recurring_runs;
pub mod runs;
pub mod sign_in;
pub mod wanted;

use crate::{
    components::frame::failed,
    failure::Trouble,
    routes::{Place, Room},
};
use leptos::prelude::*;
use leptos_meta::Title;
use model::{FailureKind, Namespace};

/// The page of a place.
#[must_use]
pub fn page(place: &Place) -> AnyView {
    match place {
        Place::SignIn => sign_in::sign_in(),
        Place::Namespaces => namespaces::choice(),
        Place::Home => wanted::wanted(None),
        Place::Wanted(room) => wanted::wanted(Some(*room)),
        Place::In(namespace, room) => within(namespace.clone(), *room),
        Place::Nowhere => nowhere(),
    }
}

fn within(namespace: Namespace, room: Room) -> AnyView {
    match room {
        Room::Start => home::start(namespace),
        Room::Runs => runs::list::runs(namespace, false),
        Room::ArchivedRuns => runs::list::runs(namespace, true),
        Room::NewRun => runs::create::new_run(namespace),
        Room::Run(id) => runs::detail::run(namespace, id),
        Room::Experiments => experiments::list::experiments(namespace, false),
        Room::ArchivedExperiments => experiments::list::experiments(namespace, true),
        Room::NewExperiment => experiments::create::new_experiment(namespace),
        Room::Experiment(id) => experiments::detail::experiment(namespace, id),
        Room::Pipelines => pipelines::list::pipelines(namespace, false),
        Room::SharedPipelines => pipelines::list::pipelines(namespace, true),
        Room::NewPipeline => pipelines::create::new_pipeline(namespace),
        Room::Pipeline(id) => pipelines::detail::pipeline(namespace, id),
        Room::RecurringRuns => recurring_runs::list::recurring_runs(namespace),
    }
}

fn nowhere() -> AnyView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    let trouble = Trouble::new(FailureKind::NotFound, "No page has this address.");
    view! { {title("Not found")} {failed(&trouble)} }.into_any()
}

/// The title of the tab.
#[must_use]
pub fn title(text: &str) -> AnyView {
    let text = format!("{text} · Mooring");
    view! { <Title text=text/> }.into_any()
}

/// Objects have one address: in their own namespace. Under another one there is nothing.
///
/// # Errors
/// `NotFound` when the namespace in the address is not the object's.
pub fn same_place(
    asked: &Namespace,
    own: &Namespace,
    failure: impl FnOnce() -> model::Failure,
) -> Result<(), model::Failure> {
    if asked == own { Ok(()) } else { Err(failure()) }
}
