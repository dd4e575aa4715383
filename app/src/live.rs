//! What has changed since the page was rendered, as it comes over the page's one event stream.

use leptos::prelude::*;
use model::RunId;
use serde::{Deserialize, Serialize};

/// One message of `/events`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    pub runs: Vec<RunId>,
    /// Experiments or pipelines changed.
    pub lists: bool,
    /// The stream was cut: anything may have changed.
    #[serde(default)]
    pub missed: bool,
}

impl News {
    #[must_use]
    pub fn concern(&self, run: RunId) -> bool {
        self.missed || self.runs.contains(&run)
    }
}

/// The page's ear. Nothing comes before hydration.
#[derive(Clone, Copy)]
pub struct Live {
    /// Counts the messages, so that the same news twice is news twice.
    news: RwSignal<(u32, News)>,
    /// Whether the stream stands; pages say so when it does not.
    pub connected: RwSignal<bool>,
}

impl Live {
    /// Opens the ear; the stream follows the namespace.
    #[must_use]
    pub fn open(namespace: Memo<Option<model::Namespace>>) -> Self {
        let live = Self { news: RwSignal::new((0, News::default())), connected: RwSignal::new(true) };
        provide_context(live);
        #[cfg(feature = "hydrate")]
        browser::listen(live, namespace);
        #[cfg(not(feature = "hydrate"))]
        let _ = namespace;
        live
    }

    /// A number that grows with every change that a list of runs shows.
    #[must_use]
    pub fn any(self) -> u32 {
        self.news.with(|(count, _)| *count)
    }

    /// Something was changed from this page: it reads again at once what it shows.
    pub fn touch(self) {
        self.news.update(|(count, last)| {
            *count = count.wrapping_add(1);
            *last = News { missed: true, ..News::default() };
        });
    }

    /// Calls back when anything has changed.
    pub fn on_any(self, then: impl Fn() + 'static) {
        Effect::new(move |before: Option<()>| {
            self.news.track();
            if before.is_some() {
                then();
            }
        });
    }

    /// Calls back when one run has changed.
    pub fn on_run(self, run: RunId, then: impl Fn() + 'static) {
        Effect::new(move |before: Option<()>| {
            let concerned = self.news.with(|(_, news)| news.concern(run));
            if before.is_some() && concerned {
                then();
            }
        });
    }
}

#[must_use]
pub fn use_live() -> Live {
    use_context().unwrap_or_else(|| Live { news: RwSignal::new((0, News::default())), connected: RwSignal::new(true) })
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::{Live, News};
    use crate::namespace::Base;
    use futures::{
        StreamExt,
        future::{AbortHandle, Abortable},
        stream,
    };
    use gloo_net::eventsource::futures::EventSource;
    use leptos::{prelude::*, task::spawn_local};
    use model::Namespace;
    use std::time::Duration;

    pub(super) fn listen(live: Live, namespace: Memo<Option<Namespace>>) {
        let base = use_context::<Base>().unwrap_or_default();
        let attempt = RwSignal::new(0_u32);
        Effect::new(move |before: Option<Option<AbortHandle>>| {
            if let Some(Some(before)) = before {
                before.abort();
            }
            let again = attempt.get() > 0;
            let namespace = namespace.get()?;
            let (stop, stopped) = AbortHandle::new_pair();
            let url = base.href(&format!("/events?namespace={namespace}"));
            spawn_local(async move {
                // The browser takes a cut stream up by itself; only a refusal ends it. One that was refused from the
                // beginning belongs to a page that shows nothing: asking again would only be refused again.
                if Abortable::new(hear(live, url, again), stopped).await == Ok(true) {
                    live.connected.set(false);
                    set_timeout(move || attempt.update(|count| *count += 1), Duration::from_secs(3));
                }
            });
            Some(stop)
        });
    }

    /// Hears until the stream ends; says whether it ever stood.
    async fn hear(live: Live, url: String, again: bool) -> bool {
        let Ok(mut source) = EventSource::new(&url) else { return again };
        let (Ok(news), Ok(hello)) = (source.subscribe("message"), source.subscribe("hello")) else { return again };
        let mut both = stream::select(news, hello);
        let mut greeted = again;
        while let Some(message) = both.next().await {
            let Ok((kind, message)) = message else { return greeted };
            live.connected.set(true);
            if kind == "hello" {
                if greeted {
                    tell(live, News { missed: true, ..News::default() });
                }
                greeted = true;
            } else if let Some(news) = message.data().as_string().and_then(|text| serde_json::from_str(&text).ok()) {
                tell(live, news);
            }
        }
        greeted
    }

    fn tell(live: Live, news: News) {
        live.news.update(|(count, last)| {
            *count = count.wrapping_add(1);
            *last = news;
        });
    }
}
