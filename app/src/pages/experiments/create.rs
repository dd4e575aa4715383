use crate::{
    components::{
        form::{hidden, post},
        frame::head,
    },
    failure::Trouble,
    namespace::href,
    pages::title,
    routes::{Place, Room},
};
use leptos::{prelude::*, server_fn::ServerFn};
use model::Namespace;

/// Makes an experiment and goes to it.
#[server(prefix = "/_fn", endpoint = "create_experiment")]
pub async fn create_experiment(
    namespace: Namespace,
    name: String,
    #[server(default)] description: String,
) -> Result<(), Trouble> {
    let (service, caller) = crate::doors::enter()?;
    let new = model::NewExperiment { display_name: name.trim().to_owned(), description };
    let made = service.create_experiment(&caller, namespace.clone(), new).await.map_err(crate::doors::refuse)?;
    crate::doors::go(&Place::In(namespace, Room::Experiment(made.id)).path());
    Ok(())
}

#[must_use]
pub fn new_experiment(namespace: Namespace) -> AnyView {
    let back = href(&Place::In(namespace.clone(), Room::Experiments));
    let fields = view! {
        {hidden("namespace", &namespace)}
        <label class="field"><span>"Name"</span><input name="name" required=true maxlength="128" autofocus=true autocomplete="off"/><small>"Unique in the namespace."</small></label>
        <label class="field"><span>"Description"</span><textarea name="description" rows="3" maxlength="255"></textarea></label>
        <div class="actions">
            <button class="button primary">"Create experiment in "{namespace.to_string()}</button>
            <a class="button plain" href=back.clone()>"Cancel"</a>
        </div>
    };
    view! {
        {title("New experiment")}
        <nav class="crumbs" aria-label="Where this is"><a href=back>"Experiments"</a></nav>
        {head("New experiment", ().into_any(), ().into_any())}
        {post(<CreateExperiment as ServerFn>::PATH, "fields", fields.into_any())}
    }
    .into_any()
}
