use super::title;
use crate::{
    components::{
        frame::{empty, failed, head, waiting},
        icon::{Icon, icon},
        rail::namespace_tag,
    },
    namespace::href,
    routes::{Place, Room},
    session::Session,
};
use leptos::prelude::*;
use model::{Membership, Role};

/// One's own namespaces, and nobody else's; each leads to this room of it.
#[must_use]
pub fn choice(room: Room) -> AnyView {
    let session = expect_context::<Session>();
    view! {
        {title("Namespaces")}
        {head("Your namespaces", ().into_any(), ().into_any())}
        <Suspense fallback=waiting>{move || Suspend::new(async move {
            match session.0.await {
                Ok(who) if who.memberships.is_empty() => nothing(who.user.as_str()),
                Ok(who) => who.memberships.iter().map(|one| card(one, room)).collect_view().into_any(),
                Err(trouble) => failed(&trouble),
            }
        })}</Suspense>
    }
    .into_any()
}

fn nothing(user: &str) -> AnyView {
    let command = format!("mooring profile add NAMESPACE --owner {user}");
    empty(
        Icon::Anchor,
        "No namespace is open to you yet",
        "A namespace holds a team's pipelines and runs. Ask its admin to share it with you, or have one made:",
        view! { <code>{command}</code> }.into_any(),
    )
}

fn card(membership: &Membership, room: Room) -> AnyView {
    let what = match membership.role {
        Role::Admin => "You run things here and decide who else may.",
        Role::Edit => "You run things here.",
        Role::View => "You may look, and change nothing.",
    };
    view! {
        <a class="card link" href=href(&Place::In(membership.namespace.clone(), room))>
            <strong>{namespace_tag(&membership.namespace)}</strong>
            <span class="faint">{what}</span>
            {icon(Icon::ChevronRight)}
        </a>
    }
    .into_any()
}
