//! One module per noun: server functions, data, view, in that order.

pub mod account;
pub mod experiments;
pub mod home;
pub mod namespaces;
pub mod parts;
pub mod people;
pub mod pipelines;
pub mod recurring_runs;
pub mod runs;
pub mod sign_in;
pub mod wanted;

use crate::{components::frame::failed, failure::Trouble};
use leptos::prelude::*;
use leptos_meta::Title;
use model::{FailureKind, Namespace};

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
