//! The first minute: sample pipelines that run at one press.

use super::title;
use crate::{
    components::{
        form::{hidden, post},
        frame::{failed, head, waiting},
        icon::{Icon, icon},
    },
    failure::Trouble,
    namespace::href,
    routes::{Place, Room},
    session::Session,
};
use leptos::{
    prelude::*,
    server_fn::{ServerFn, codec::GetUrl},
};
use model::Namespace;

/// A sample: its key, its title, and what it shows. The definition itself stays on the server.
struct Sample {
    key: &'static str,
    title: &'static str,
    text: &'static str,
    /// Drawn by hand, small: the shape of its graph in a box of 120 by 56.
    picture: &'static str,
}

const SAMPLES: [Sample; 3] = [
    Sample {
        key: "hello",
        title: "Hello",
        text: "Two steps, one after the other. The second waits for what the first found, and writes a log that you can watch grow.",
        picture: r#"<path d="M48 28h24"/><rect x="12" y="19" width="36" height="18" rx="5"/><rect x="72" y="19" width="36" height="18" rx="5"/>"#,
    },
    Sample {
        key: "branches",
        title: "Files and branches",
        text: "One step writes a file, two read it side by side, and the last puts their results together.",
        picture: r#"<path d="M32 28h8V13h8M40 28v15h8M76 13h6v15h6M76 43h6V28"/><rect x="6" y="20" width="26" height="16" rx="5"/><rect x="48" y="5" width="28" height="16" rx="5"/><rect x="48" y="35" width="28" height="16" rx="5"/><rect x="88" y="20" width="26" height="16" rx="5"/>"#,
    },
    Sample {
        key: "choices",
        title: "Choices and loops",
        text: "A step decides which way the run goes; the other way is skipped. A loop does the same for three colours at once.",
        picture: r#"<path d="M32 16h16M40 16v-8h8M40 16v8h8"/><rect x="6" y="8" width="26" height="16" rx="5"/><rect class="ghost" x="48" y="1" width="28" height="12" rx="4"/><rect x="48" y="17" width="28" height="12" rx="4"/><rect class="ghost" x="6" y="34" width="108" height="20" rx="5"/><rect x="14" y="38" width="26" height="12" rx="4"/><rect x="47" y="38" width="26" height="12" rx="4"/><rect x="80" y="38" width="26" height="12" rx="4"/>"#,
    },
];

/// Starts one of the samples and goes to its run.
#[server(prefix = "/_fn", endpoint = "run_sample")]
pub async fn run_sample(namespace: Namespace, sample: String) -> Result<(), Trouble> {
    use crate::doors::{enter, go, refuse};
    let (service, caller) = enter()?;
    let (name, text) = match sample.as_str() {
        "hello" => ("Hello", include_str!("../samples/hello.json")),
        "branches" => ("Files and branches", include_str!("../samples/branches.json")),
        "choices" => ("Choices and loops", include_str!("../samples/choices.json")),
        other => {
            return Err(refuse(model::Failure::invalid(format!(
                "sample {other:?} is not a sample: expected hello, branches or choices"
            ))));
        }
    };
    let spec = serde_json::from_str(text).map_err(|error| refuse(model::Failure::internal(error)))?;
    let experiment = super::experiments::default_experiment(&service, &caller, &namespace).await.map_err(refuse)?;
    let new = model::NewRun {
        experiment_id: Some(experiment),
        namespace: Some(namespace.clone()),
        display_name: name.to_owned(),
        description: "A sample pipeline".to_owned(),
        service_account: String::new(),
        source: model::NewRunSource::Inline { spec },
        runtime_config: model::RuntimeConfig::default(),
    };
    let run = service.create_run(&caller, new).await.map_err(refuse)?;
    go(&Place::In(namespace, Room::Run(run.id)).path());
    Ok(())
}

/// What the first page of a namespace needs, for those whom it lets in: the address at which this browser reached us.
#[server(prefix = "/_fn", endpoint = "start", input = GetUrl)]
pub async fn start_page(namespace: Namespace) -> Result<String, Trouble> {
    let (service, caller) = crate::doors::enter()?;
    service.look_in(&caller, namespace).await.map_err(crate::doors::refuse)?;
    Ok(address_of_request())
}

/// The address at which this browser reached us, for the SDK.
#[cfg(feature = "ssr")]
pub(crate) fn address_of_request() -> String {
    let headers = crate::doors::headers();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let host = text("x-forwarded-host").or_else(|| text("host")).unwrap_or_else(|| "127.0.0.1:8888".to_owned());
    let scheme = text("x-forwarded-proto").unwrap_or_else(|| "http".to_owned());
    let base = use_context::<crate::namespace::Base>().unwrap_or_default();
    base_url(&scheme, &host, base.as_str())
}

#[cfg(feature = "ssr")]
fn base_url(scheme: &str, host: &str, base: &str) -> String {
    format!("{scheme}://{host}{base}")
}

/// The first page of a namespace.
#[must_use]
pub fn start(namespace: Namespace) -> AnyView {
    let session = expect_context::<Session>();
    let place = namespace.clone();
    let address = Resource::new_blocking(|| (), move |()| start_page(place.clone()));
    view! {
        {title("Start")}
        {head("Run something", ().into_any(), ().into_any())}
        <Suspense fallback=waiting>{move || {
            let namespace = namespace.clone();
            Suspend::new(async move {
                match address.await {
                    Ok(address) => ways(&namespace, &address, session),
                    Err(trouble) => failed(&trouble),
                }
            })
        }}</Suspense>
    }
    .into_any()
}

fn ways(namespace: &Namespace, address: &str, session: Session) -> AnyView {
    let place = namespace.clone();
    let cards = move || {
        let place = place.clone();
        Suspend::new(async move {
            let may = session.0.await.is_ok_and(|who| who.may_edit(&place));
            SAMPLES.iter().map(|sample| card(sample, &place, may)).collect_view()
        })
    };
    view! {
        <p class="lead">"Three small pipelines that need nothing but this machine. Press run, and watch the graph and the log fill in."</p>
        <div class="samples"><Suspense>{cards}</Suspense></div>
        <section class="own">
            <h2>"Run a pipeline of your own"</h2>
            <div class="own-ways">
                <div>
                    <p>"Compile it with the Kubeflow Pipelines SDK and upload the file, or let the SDK send it:"</p>
                    <p class="actions">
                        <a class="button" href=href(&Place::In(namespace.clone(), Room::NewPipeline))>{icon(Icon::Upload)}"Upload a pipeline"</a>
                        <a class="button plain" href=href(&Place::In(namespace.clone(), Room::Runs))>"See the runs"</a>
                    </p>
                </div>
                <div>
                    <pre class="source snippet" tabindex="0">{snippet(address, namespace)}</pre>
                    <p class="faint"><a href=href(&Place::Account)>"Make a token"</a>" for it."</p>
                </div>
            </div>
        </section>
    }
    .into_any()
}

fn snippet(address: &str, namespace: &Namespace) -> String {
    format!(
        "import kfp\n\nclient = kfp.Client(\n    host=\"{address}\",\n    existing_token=\"…\",\n    namespace=\"{namespace}\",\n)\nclient.create_run_from_pipeline_package(\n    \"pipeline.yaml\", namespace=\"{namespace}\")"
    )
}

fn card(sample: &Sample, namespace: &Namespace, may: bool) -> AnyView {
    let label = format!("Run in {namespace}");
    let button = if may {
        let fields = view! {
            {hidden("namespace", namespace)}
            {hidden("sample", sample.key)}
            <button class="button primary wide">{icon(Icon::Play)}{label}</button>
        };
        post(<RunSample as ServerFn>::PATH, "", fields.into_any())
    } else {
        view! { <p class="faint">"Your role here is view: you may look, not run."</p> }.into_any()
    };
    view! {
        <article class="card sample">
            <svg class="picture" viewBox="0 0 120 56" aria-hidden="true" inner_html=sample.picture></svg>
            <h2>{sample.title}</h2>
            <p>{sample.text}</p>
            {button}
        </article>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use crate::figures::{definition::sketch, parameters::from_spec};
    use serde_json::Value;

    #[test]
    fn the_samples_are_definitions_with_defaults_for_everything() {
        for (text, steps) in [
            (include_str!("../samples/hello.json"), 2),
            (include_str!("../samples/branches.json"), 4),
            (include_str!("../samples/choices.json"), 4),
        ] {
            let spec: Value = serde_json::from_str(text).unwrap_or_default();
            assert!(from_spec(&spec).iter().all(|parameter| parameter.default.is_some()));
            assert_eq!(sketch(&spec).iter().filter(|task| !task.group).count(), steps);
        }
    }
}
