//! One's own: personal tokens and sessions.

use super::title;
use crate::{
    components::{
        form::{confirmed, hidden, post},
        frame::{failed, head, waiting},
        moment::moment,
    },
    failure::Trouble,
    live::use_live,
    namespace::use_base,
    session::{Session, Who},
};
use leptos::{
    prelude::*,
    server_fn::{ServerFn, codec::GetUrl},
};
use model::{TokenId, TokenSummary};
use serde::{Deserialize, Serialize};

/// Carries a new token's secret to the one page that shows it, for a minute.
#[cfg(feature = "ssr")]
const FRESH: &str = "mooring_fresh_token";

/// One's own tokens, and the secret of the one that was made a moment ago.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenList {
    pub tokens: Vec<TokenSummary>,
    pub fresh: Option<String>,
    /// The address at which this browser reached us, for the SDK.
    pub address: String,
}

/// The secret of a new token is told once: the cookie that brought it is taken away with the answer.
#[server(prefix = "/_fn", endpoint = "tokens", input = GetUrl)]
pub async fn own_tokens() -> Result<TokenList, Trouble> {
    use crate::doors::{cookie, enter, refuse, set_cookie};
    let (service, caller) = enter()?;
    let tokens = service.tokens(&caller).await.map_err(refuse)?;
    let fresh = cookie(FRESH);
    if fresh.is_some() {
        set_cookie(&format!("{FRESH}=; Path=/; HttpOnly; {}; Max-Age=0", crate::doors::accounts()?.cookies().way()));
    }
    Ok(TokenList { tokens, fresh, address: super::home::address_of_request() })
}

/// Makes a token. `namespaces` are names with spaces or commas between; none means all of one's own. `days` 0 never ends.
#[server(prefix = "/_fn", endpoint = "create_token")]
pub async fn create_token(
    name: String,
    #[server(default)] namespaces: String,
    #[server(default)] access: String,
    #[server(default)] days: u32,
) -> Result<(), Trouble> {
    use crate::doors::{enter, go, refuse, set_cookie};
    let (service, caller) = enter()?;
    let names = namespaces.split([' ', ',']).filter(|name| !name.is_empty());
    let namespaces = names.map(model::Namespace::parse).collect::<Result<_, _>>().map_err(refuse)?;
    let read_only = match access.as_str() {
        "read" => true,
        "" | "write" => false,
        other => {
            return Err(refuse(model::Failure::invalid(format!("access is {other:?}: expected read or write"))));
        }
    };
    let end = (days > 0).then(|| crate::doors::now().plus_millis(i64::from(days) * 24 * 3600 * 1000));
    let limits = authn::Limits { namespaces, read_only };
    let issued = service.create_token(&caller, name.trim(), limits, end).await.map_err(refuse)?;
    let way = crate::doors::accounts()?.cookies().way();
    set_cookie(&format!("{FRESH}={}; Path=/; HttpOnly; {way}; Max-Age=60", issued.secret));
    go(&format!("/account?made={}", issued.id));
    Ok(())
}

#[server(prefix = "/_fn", endpoint = "revoke_token")]
pub async fn revoke_token(id: TokenId) -> Result<(), Trouble> {
    let (service, caller) = crate::doors::enter()?;
    service.revoke_token(&caller, id).await.map_err(crate::doors::refuse)?;
    crate::doors::go("/account");
    Ok(())
}

/// Ends every session of the caller, in every browser.
#[server(prefix = "/_fn", endpoint = "sign_out_everywhere")]
pub async fn sign_out_everywhere() -> Result<(), Trouble> {
    let (_, caller) = crate::doors::enter()?;
    let accounts = crate::doors::accounts()?;
    accounts.sign_out_everywhere(&caller).await.map_err(crate::doors::refuse)?;
    if caller.via() == authn::Via::Session {
        crate::doors::set_cookie(&accounts.clear_cookie());
        crate::doors::go("/sign-in");
    } else {
        crate::doors::go("/account");
    }
    Ok(())
}

#[must_use]
pub fn account() -> AnyView {
    let session = expect_context::<Session>();
    let live = use_live();
    let query = crate::namespace::use_query();
    let made = Memo::new(move |_| query.with(|query| query.get_str("made").map(str::to_owned)));
    let tokens = Resource::new_blocking(move || (made.get(), live.any()), |_| own_tokens());
    view! {
        {title("Account")}
        {head("Account", ().into_any(), ().into_any())}
        <Transition fallback=waiting>{move || Suspend::new(async move {
            let who = session.0.await;
            match (tokens.await, who) {
                (Ok(own), Ok(who)) => page(&own, &who),
                (Err(trouble), _) | (_, Err(trouble)) => failed(&trouble),
            }
        })}</Transition>
    }
    .into_any()
}

fn page(own: &TokenList, who: &Who) -> AnyView {
    let fresh = own.fresh.as_deref().map(|secret| {
        let snippet = format!(
            "import kfp\n\nclient = kfp.Client(\n    host=\"{}\",\n    existing_token=\"{secret}\",\n)",
            own.address
        );
        view! {
            <section class="notice calm" role="status">
                <h2>"Your new token"</h2>
                <p>"Copy it now: it is not shown again."</p>
                <pre class="source snippet" tabindex="0" data-token="">{snippet}</pre>
            </section>
        }
    });
    view! {
        {fresh}
        <section>
            <h2>"Personal tokens"</h2>
            <p class="faint">"For the SDK and scripts. A token may do what you may, or less; it never manages tokens."</p>
            {table(&own.tokens)}
            {form(who)}
        </section>
        {sessions(who)}
    }
    .into_any()
}

fn form(who: &Who) -> AnyView {
    let names = who.memberships.iter().map(|one| one.namespace.to_string()).collect::<Vec<_>>().join(" ");
    let fields = view! {
        <label class="field"><span>"Name"</span><input name="name" required=true maxlength="128" autocomplete="off"/><small>"What it is for, as in: laptop, nightly build."</small></label>
        <label class="field"><span>"Namespaces"</span><input name="namespaces" autocomplete="off" spellcheck="false" placeholder=names/><small>"Names with spaces between. Empty: all of yours, now and later."</small></label>
        <label class="field"><span>"Access"</span><select name="access"><option value="write">"read and write"</option><option value="read">"only read"</option></select></label>
        <label class="field"><span>"Ends after"</span><select name="days"><option value="30">"30 days"</option><option value="90">"90 days"</option><option value="365">"a year"</option><option value="0">"never"</option></select></label>
        <div class="actions"><button class="button primary">"Make a token"</button></div>
    };
    post(<CreateToken as ServerFn>::PATH, "fields", fields.into_any())
}

fn table(tokens: &[TokenSummary]) -> AnyView {
    let now = crate::components::moment::Now::millis();
    let row = |token: &TokenSummary| {
        let ended = token.expires_at.is_some_and(|end| end.millis() <= now);
        let state = match (token.revoked_at, ended) {
            (Some(_), _) => "revoked",
            (None, true) => "ended",
            (None, false) => "good",
        };
        let names: Vec<_> = token.namespaces.iter().map(ToString::to_string).collect();
        let place = if names.is_empty() { "all of yours".to_owned() } else { names.join(", ") };
        let never = |word: &'static str| view! { <span class="faint">{word}</span> }.into_any();
        let revoke = (state == "good").then(|| {
            let fields = view! { {hidden("id", token.id)} <button class="button danger">"Revoke"</button> };
            confirmed(
                &format!("revoke-{}", token.id),
                view! { "Revoke" }.into_any(),
                "button small plain",
                format!("Revoke {}?", token.name),
                "Whatever uses it is refused from then on.",
                post(<RevokeToken as ServerFn>::PATH, "inline", fields.into_any()),
            )
        });
        view! {
            <tr>
                <td class="name">{token.name.clone()}</td>
                <td>{state}</td>
                <td class="soft">{place}</td>
                <td class="soft">{if token.read_only { "read" } else { "write" }}</td>
                <td class="soft">{moment(token.created_at)}</td>
                <td class="soft">{token.last_used_at.map_or_else(|| never("never"), moment)}</td>
                <td class="soft">{token.expires_at.map_or_else(|| never("never"), moment)}</td>
                <td><div class="actions">{revoke}</div></td>
            </tr>
        }
    };
    if tokens.is_empty() {
        return view! { <p class="faint quiet">"No tokens yet."</p> }.into_any();
    }
    view! {
        <div class="table-scroll"><table class="list">
            <thead><tr>
                <th scope="col">"Name"</th><th scope="col">"State"</th><th scope="col">"Namespaces"</th><th scope="col">"Access"</th>
                <th scope="col">"Made"</th><th scope="col">"Last used"</th><th scope="col">"Ends"</th><th scope="col"><span class="hush">"Revoke"</span></th>
            </tr></thead>
            <tbody>{tokens.iter().map(row).collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}

/// Only where the sessions are ours: a proxy's are the proxy's to end.
fn sessions(who: &Who) -> AnyView {
    if !who.can_sign_out {
        return ().into_any();
    }
    // Posted by the browser itself: everything on the page was rendered for somebody who is going.
    let action = use_base().href(<SignOutEverywhere as ServerFn>::PATH);
    view! {
        <section>
            <h2>"Sessions"</h2>
            <p class="faint">"Ends every session of yours, in this browser and all others. Tokens stay good."</p>
            <form method="post" action=action class="actions"><button class="button">"Sign out everywhere"</button></form>
        </section>
    }
    .into_any()
}
