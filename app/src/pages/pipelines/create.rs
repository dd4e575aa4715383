use crate::{
    components::{
        form::{hidden, refusal_view, refused_before},
        frame::head,
        icon::{Icon, icon},
    },
    namespace::{href, use_base},
    pages::title,
    routes::{Place, Room},
};
use leptos::prelude::*;
use model::Namespace;

#[must_use]
pub fn new_pipeline(namespace: Namespace) -> AnyView {
    let back = href(&Place::In(namespace.clone(), Room::Pipelines));
    view! {
        {title("Upload a pipeline")}
        <nav class="crumbs" aria-label="Where this is"><a href=back>"Pipelines"</a></nav>
        {head("Upload a pipeline", ().into_any(), ().into_any())}
        {upload_form(&namespace, false)}
    }
    .into_any()
}

/// The upload form; `then_run` goes on to the new run form. Without script the browser posts it, with script its
/// progress is shown.
#[must_use]
pub fn upload_form(namespace: &Namespace, then_run: bool) -> AnyView {
    let action = use_base().href("/upload");
    let refusal = ArcRwSignal::new(refused_before("/upload"));
    // Per cent of the bytes that are sent; none when nothing is under way.
    let sent = ArcRwSignal::new(None::<u32>);
    #[cfg(feature = "hydrate")]
    let send = browser::sender(action.clone(), refusal.clone(), sent.clone());
    #[cfg(not(feature = "hydrate"))]
    let send = |_: leptos::ev::SubmitEvent| {};
    let busy = sent.clone();
    let details = (!then_run).then(|| view! {
        <label class="field"><span>"Name"</span><input name="name" maxlength="128" autocomplete="off"/><small>"Left empty, it takes the name of what you upload."</small></label>
        <label class="field"><span>"Description"</span><textarea name="description" rows="3" maxlength="255"></textarea></label>
    });
    let word = if then_run { "Upload and go on" } else { "Upload" };
    view! {
        <form method="post" enctype="multipart/form-data" action=action class="fields upload" on:submit=send aria-busy=move || busy.get().map(|_| "true")>
            {move || refusal.get().map(|trouble| refusal_view(&trouble))}
            {hidden("namespace", namespace)}
            {then_run.then(|| hidden("then", "run"))}
            <label class="field drop"><span>"File"</span><input type="file" name="file" required=true accept=".yaml,.yml,.json,.zip,.tar.gz,.tgz"/><small>"A compiled pipeline: YAML, zip or tar.gz, at most 32 MiB."</small></label>
            {details}
            {move || sent.get().map(|part| view! { <p class="sending" role="status"><progress max="100" value=part.to_string()></progress>{if part < 100 { format!("{part} % sent") } else { "Checking the definition…".to_owned() }}</p> })}
            <div class="actions"><button class="button primary">{icon(Icon::Upload)}{word}" in "{namespace.to_string()}</button></div>
        </form>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use crate::{
        components::form::{browser::goer, unreachable},
        failure::Trouble,
    };
    use leptos::{ev, prelude::*};
    use wasm_bindgen::{JsCast, prelude::Closure};
    use web_sys::{FormData, HtmlFormElement, ProgressEvent, XmlHttpRequest};

    /// Sends the form with XMLHttpRequest, the one way by which a browser tells how much of an upload is sent.
    pub(super) fn sender(
        action: String,
        refusal: ArcRwSignal<Option<Trouble>>,
        sent: ArcRwSignal<Option<u32>>,
    ) -> impl FnMut(ev::SubmitEvent) + 'static {
        let go = goer();
        move |event: ev::SubmitEvent| {
            let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
            let data = form.and_then(|form| FormData::new_with_form(&form).ok());
            let (Some(data), Ok(request)) = (data, XmlHttpRequest::new()) else { return };
            event.prevent_default();
            if sent.get_untracked().is_some() || request.open("POST", &action).is_err() {
                return;
            }
            let _ = request.set_request_header("Accept", "application/json");
            refusal.set(None);
            sent.set(Some(0));
            let (sending, ended, refused) = (sent.clone(), sent.clone(), refusal.clone());
            let progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "per cent: 0 to 100")]
                let part = (event.loaded() * 100.0 / event.total().max(1.0)) as u32;
                sending.set(Some(part.min(100)));
            });
            if let Ok(upload) = request.upload() {
                upload.set_onprogress(Some(progress.as_ref().unchecked_ref()));
            }
            let (go, answer) = (go.clone(), request.clone());
            let done = Closure::once_into_js(move || {
                drop(progress);
                ended.set(None);
                match read(&answer) {
                    Ok(location) => go(&location),
                    Err(trouble) => {
                        refused.set(Some(trouble));
                    }
                }
            });
            request.set_onloadend(Some(done.unchecked_ref()));
            if request.send_with_opt_form_data(Some(&data)).is_err() {
                sent.set(None);
                refusal.set(Some(unreachable()));
            }
        }
    }

    fn read(answer: &XmlHttpRequest) -> Result<String, Trouble> {
        let text = answer.response_text().ok().flatten().unwrap_or_default();
        if answer.status().unwrap_or_default() == 200 {
            let value: serde_json::Value = serde_json::from_str(&text).map_err(|_| unreachable())?;
            return value
                .get("location")
                .and_then(|location| location.as_str())
                .map(str::to_owned)
                .ok_or_else(unreachable);
        }
        Err(serde_json::from_str(&text).unwrap_or_else(|_| unreachable()))
    }
}
