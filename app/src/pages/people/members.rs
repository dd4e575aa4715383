use super::views;
use crate::{
    components::{
        form::{confirmed, hidden, post},
        frame::{failed, head, waiting},
    },
    failure::Trouble,
    live::use_live,
    pages::title,
    routes::Room,
    session::Session,
};
use leptos::{
    prelude::*,
    server_fn::{ServerFn, codec::GetUrl},
};
use model::{Member, Namespace, Role};

/// Everybody in the namespace.
#[server(prefix = "/_fn", endpoint = "members", input = GetUrl)]
pub async fn members_list(namespace: Namespace) -> Result<Vec<Member>, Trouble> {
    let (service, caller) = crate::doors::enter()?;
    service.members(&caller, namespace).await.map_err(crate::doors::refuse)
}

/// Lets somebody in, or changes what they are.
#[server(prefix = "/_fn", endpoint = "share_namespace")]
pub async fn share_namespace(namespace: Namespace, user: String, role: String) -> Result<(), Trouble> {
    use crate::doors::{enter, go, refuse};
    let (service, caller) = enter()?;
    let user = model::UserName::parse(user.trim()).map_err(refuse)?;
    let role = Role::parse(&role).map_err(refuse)?;
    service.share_profile(&caller, namespace.clone(), &user, role).await.map_err(refuse)?;
    go(&crate::routes::Place::In(namespace, Room::Members).path());
    Ok(())
}

/// Takes somebody out again.
#[server(prefix = "/_fn", endpoint = "unshare_namespace")]
pub async fn unshare_namespace(namespace: Namespace, user: String) -> Result<(), Trouble> {
    use crate::doors::{enter, go, refuse};
    let (service, caller) = enter()?;
    let user = model::UserName::parse(&user).map_err(refuse)?;
    service.unshare_profile(&caller, namespace.clone(), &user).await.map_err(refuse)?;
    go(&crate::routes::Place::In(namespace, Room::Members).path());
    Ok(())
}

#[must_use]
pub fn members(namespace: Namespace) -> AnyView {
    let session = expect_context::<Session>();
    let live = use_live();
    let place = namespace.clone();
    let rows = Resource::new_blocking(move || live.any(), move |_| members_list(place.clone()));
    let tabs = views(&namespace, Room::Members);
    view! {
        {title("Members")}
        {head("Members", tabs, ().into_any())}
        <Transition fallback=waiting>{move || {
            let namespace = namespace.clone();
            Suspend::new(async move {
                let decides = session.0.await.is_ok_and(|who| who.role(&namespace) == Some(Role::Admin));
                match rows.await {
                    Ok(members) => view! {
                        {decides.then(|| add(&namespace))}
                        {table(&namespace, &members, decides)}
                    }
                    .into_any(),
                    Err(trouble) => failed(&trouble),
                }
            })
        }}</Transition>
    }
    .into_any()
}

fn roles(chosen: Role) -> AnyView {
    let option = |role: Role, text: &'static str| {
        view! { <option value=role.as_str() selected=role == chosen>{text}</option> }
    };
    view! {
        {option(Role::View, "view: may look")}
        {option(Role::Edit, "edit: runs things too")}
        {option(Role::Admin, "admin: decides who else may")}
    }
    .into_any()
}

fn add(namespace: &Namespace) -> AnyView {
    let fields = view! {
        {hidden("namespace", namespace)}
        <label class="field"><span>"User"</span><input name="user" required=true maxlength="255" autocomplete="off" spellcheck="false" autocapitalize="none"/><small>"As they sign in, often an e-mail address."</small></label>
        <label class="field"><span>"Role"</span><select name="role">{roles(Role::View)}</select></label>
        <div class="actions"><button class="button primary">"Let them into "{namespace.to_string()}</button></div>
    };
    post(<ShareNamespace as ServerFn>::PATH, "fields", fields.into_any())
}

fn table(namespace: &Namespace, members: &[Member], decides: bool) -> AnyView {
    let row = |member: &Member| {
        let change = decides.then(|| {
            let fields = view! {
                {hidden("namespace", namespace)}
                {hidden("user", &member.user)}
                <select name="role" aria-label=format!("Role of {}", member.user)>{roles(member.role)}</select>
                <button class="button small">"Change"</button>
            };
            let out = view! {
                {hidden("namespace", namespace)}
                {hidden("user", &member.user)}
                <button class="button danger">"Take out"</button>
            };
            let name = member.user.to_string();
            let out = confirmed(
                &format!("take-out-{name}"),
                view! { "Take out"<span class="spoken">" "{name.clone()}</span> }.into_any(),
                "button small plain",
                format!("Take {name} out of {namespace}?"),
                "They see nothing of it from then on, and recurring runs that act as them stop. What they made stays.",
                post(<UnshareNamespace as ServerFn>::PATH, "inline", out.into_any()),
            );
            view! {
                {post(<ShareNamespace as ServerFn>::PATH, "inline", fields.into_any())}
                {out}
            }
        });
        view! {
            <tr>
                <td class="name">{member.user.to_string()}</td>
                <td class="soft">{member.role.as_str()}</td>
                <td><div class="actions">{change}</div></td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll"><table class="list">
            <thead><tr><th scope="col">"User"</th><th scope="col">"Role"</th><th scope="col"><span class="hush">"Change"</span></th></tr></thead>
            <tbody>{members.iter().map(row).collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}
