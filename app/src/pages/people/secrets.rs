use super::views;
use crate::{
    components::{
        form::{confirmed, hidden, post},
        frame::{empty, failed, head, waiting},
        icon::Icon,
        moment::moment,
    },
    failure::Trouble,
    live::use_live,
    pages::title,
    routes::Room,
};
use leptos::{
    prelude::*,
    server_fn::{ServerFn, codec::GetUrl},
};
use model::{Namespace, SecretName};

/// What the secrets of the namespace are called.
#[server(prefix = "/_fn", endpoint = "secrets", input = GetUrl)]
pub async fn secrets_list(namespace: Namespace) -> Result<Vec<SecretName>, Trouble> {
    let (service, caller) = crate::doors::enter()?;
    service.secrets(&caller, namespace).await.map_err(crate::doors::refuse)
}

/// Writes one entry. Its value is never shown again.
#[server(prefix = "/_fn", endpoint = "put_secret")]
pub async fn put_secret(namespace: Namespace, name: String, key: String, value: String) -> Result<(), Trouble> {
    use crate::doors::{enter, go, refuse};
    let (service, caller) = enter()?;
    let value = model::SecretValue::new(value.into_bytes());
    service.put_secret(&caller, namespace.clone(), name.trim(), key.trim(), value).await.map_err(refuse)?;
    go(&crate::routes::Place::In(namespace, Room::Secrets).path());
    Ok(())
}

#[server(prefix = "/_fn", endpoint = "delete_secret")]
pub async fn delete_secret(namespace: Namespace, name: String) -> Result<(), Trouble> {
    use crate::doors::{enter, go, refuse};
    let (service, caller) = enter()?;
    service.delete_secret(&caller, namespace.clone(), &name).await.map_err(refuse)?;
    go(&crate::routes::Place::In(namespace, Room::Secrets).path());
    Ok(())
}

#[must_use]
pub fn secrets(namespace: Namespace) -> AnyView {
    let live = use_live();
    let place = namespace.clone();
    let rows = Resource::new_blocking(move || live.any(), move |_| secrets_list(place.clone()));
    let tabs = views(&namespace, Room::Secrets);
    view! {
        {title("Secrets")}
        {head("Secrets", tabs, ().into_any())}
        <Transition fallback=waiting>{move || {
            let namespace = namespace.clone();
            Suspend::new(async move {
                match rows.await {
                    Ok(secrets) if secrets.is_empty() => view! { {nothing()} {form(&namespace)} }.into_any(),
                    Ok(secrets) => view! { {table(&namespace, &secrets)} {form(&namespace)} }.into_any(),
                    Err(trouble) => failed(&trouble),
                }
            })
        }}</Transition>
    }
    .into_any()
}

fn nothing() -> AnyView {
    empty(
        Icon::Key,
        "No secrets yet",
        "A password or a key that steps of this namespace may use, and nobody is shown again.",
        ().into_any(),
    )
}

fn form(namespace: &Namespace) -> AnyView {
    let fields = view! {
        {hidden("namespace", namespace)}
        <label class="field"><span>"Secret"</span><input name="name" required=true maxlength="253" autocomplete="off" spellcheck="false" autocapitalize="none"/><small>"As pipelines name it: a-z, 0-9, '-' and '.'."</small></label>
        <label class="field"><span>"Key"</span><input name="key" required=true maxlength="253" autocomplete="off" spellcheck="false" autocapitalize="none"/><small>"One entry of it, as in PASSWORD."</small></label>
        <label class="field"><span>"Value"</span><input name="value" type="password" required=true autocomplete="new-password"/><small>"Kept encrypted, and never shown again."</small></label>
        <div class="actions"><button class="button primary">"Keep it in "{namespace.to_string()}</button></div>
    };
    post(<PutSecret as ServerFn>::PATH, "fields", fields.into_any())
}

fn table(namespace: &Namespace, secrets: &[SecretName]) -> AnyView {
    let row = |(number, secret): (usize, &SecretName)| {
        let fields = view! {
            {hidden("namespace", namespace)}
            {hidden("name", &secret.name)}
            <button class="button danger">"Delete"</button>
        };
        let delete = confirmed(
            &format!("delete-secret-{number}"),
            view! { "Delete" }.into_any(),
            "button small plain",
            format!("Delete secret {}?", secret.name),
            "Steps that name it will fail.",
            post(<DeleteSecret as ServerFn>::PATH, "inline", fields.into_any()),
        );
        view! {
            <tr>
                <td class="name">{secret.name.clone()}</td>
                <td class="soft">{secret.keys.join(", ")}</td>
                <td class="soft">{moment(secret.updated_at)}</td>
                <td><div class="actions">{delete}</div></td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll"><table class="list">
            <thead><tr><th scope="col">"Secret"</th><th scope="col">"Keys"</th><th scope="col">"Written"</th><th scope="col"><span class="hush">"Delete"</span></th></tr></thead>
            <tbody>{secrets.iter().enumerate().map(row).collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}
