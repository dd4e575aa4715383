//! Who is in a namespace, what they may use, and what they did.

pub mod audit;
pub mod members;
pub mod secrets;

use crate::{
    components::frame::tabs,
    namespace::href,
    routes::{Place, Room},
};
use leptos::prelude::AnyView;
use model::Namespace;

/// The three pages of a namespace's people.
fn views(namespace: &Namespace, here: Room) -> AnyView {
    let view = |word, room: Room| (word, href(&Place::In(namespace.clone(), room)), room == here);
    tabs(
        "The namespace",
        vec![view("Members", Room::Members), view("Secrets", Room::Secrets), view("Audit", Room::Audit)],
    )
}
