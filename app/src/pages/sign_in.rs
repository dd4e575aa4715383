use super::title;
use crate::namespace::use_query;
use crate::{
    components::{
        form::{hidden, refusal_view, refused_before},
        icon::{Icon, icon},
    },
    namespace::use_base,
    session::{SignIn, has_provider},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Account and password. The form is posted by the browser itself: the answer changes who everything is rendered for.
#[must_use]
pub fn sign_in() -> AnyView {
    let query = use_query().get_untracked();
    let next = query.get_str("next").unwrap_or_default().to_owned();
    let path = <SignIn as ServerFn>::PATH;
    let refusal = refused_before(path).map(|trouble| refusal_view(&trouble));
    let used = query.get_str("used").map(|_| {
        view! { <p class="refusal" role="alert">"This sign-in link was used already, or has expired. Start Mooring again for a new link, or sign in with your account."</p> }
    });
    let refused = query.get_str("refused").map(|_| {
        view! { <p class="refusal" role="alert">"The provider did not sign you in here. Try again, or ask whoever set up Mooring."</p> }
    });
    let provider = Resource::new_blocking(|| (), |()| has_provider());
    let way =
        use_base().href(&format!("/sign-in/openid{}", crate::components::table::query_with(&next_alone(&next), &[])));
    view! {
        {title("Sign in")}
        <section class="sign-in">
            <div class="brand">{icon(Icon::Anchor)}<span>"Mooring"</span></div>
            <h1>"Sign in"</h1>
            {used}
            {refused}
            <Suspense>{move || {
                let way = way.clone();
                Suspend::new(async move {
                    provider.await.is_ok_and(|there| there).then(|| view! { <p class="actions"><a class="button primary wide" rel="external" href=way>"Sign in with your organisation"</a></p> })
                })
            }}</Suspense>
            {refusal}
            <form method="post" action=use_base().href(path) class="fields">
                {hidden("next", next)}
                <label class="field"><span>"Account"</span><input name="user" autocomplete="username" required=true autofocus=true spellcheck="false" autocapitalize="none"/></label>
                <label class="field"><span>"Password"</span><input name="password" type="password" autocomplete="current-password" required=true/></label>
                <button class="button primary wide">"Sign in"</button>
            </form>
            <p class="faint">"No account yet? Whoever set up Mooring can add one: "<code>"mooring user add NAME"</code></p>
        </section>
    }
    .into_any()
}

fn next_alone(next: &str) -> leptos_router::params::ParamsMap {
    let mut query = leptos_router::params::ParamsMap::new();
    if !next.is_empty() {
        query.insert("next", next.to_owned());
    }
    query
}
