//! Moments and durations that stay true while one looks.

use crate::figures::durations::{ago, duration, exact, ticking};
use leptos::prelude::*;
use model::Timestamp;

/// The present, in milliseconds: the server's at first, then the browser's, once a second.
#[derive(Clone, Copy)]
pub struct Now(pub RwSignal<i64>);

impl Now {
    /// The present as the page has it, read once.
    #[must_use]
    pub fn millis() -> i64 {
        use_context::<Self>().map(|now| now.0.get_untracked()).unwrap_or_default()
    }

    /// Starts the clock of a page.
    #[must_use]
    pub fn open() -> Self {
        #[cfg(feature = "hydrate")]
        let now = Self(RwSignal::new(
            crate::shell::document_data("now").and_then(|text| text.parse().ok()).unwrap_or_default(),
        ));
        #[cfg(all(feature = "ssr", not(feature = "hydrate")))]
        let now = Self(RwSignal::new(crate::doors::now().millis()));
        #[cfg(not(any(feature = "ssr", feature = "hydrate")))]
        let now = Self(RwSignal::new(0));
        #[cfg(feature = "hydrate")]
        Effect::new(move |_| {
            #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are whole and far below 2^53")]
            let tick = move || now.0.set(js_sys::Date::now() as i64);
            let _ = set_interval_with_handle(tick, std::time::Duration::from_secs(1));
        });
        provide_context(now);
        now
    }
}

/// Reads the page's clock. The clock outlives every view, so a view that is about to go may still tick.
fn now() -> impl Fn() -> i64 + Copy + Send + 'static {
    let now = use_context::<Now>();
    move || now.map(|now| now.0.get()).unwrap_or_default()
}

/// The moment in the reader's zone; on the server, which does not know it, in UTC.
fn local(millis: i64) -> String {
    #[cfg(feature = "hydrate")]
    {
        let options = js_sys::Object::new();
        for (key, value) in [("dateStyle", "medium"), ("timeStyle", "long")] {
            let _ = js_sys::Reflect::set(&options, &key.into(), &value.into());
        }
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
        let date = js_sys::Date::new(&(millis as f64).into());
        String::from(date.to_locale_string("default", &options))
    }
    #[cfg(not(feature = "hydrate"))]
    exact(millis)
}

/// `5 min ago`, with the exact moment on hover and for screen readers.
#[must_use]
pub fn moment(at: Timestamp) -> AnyView {
    let millis = at.millis();
    let title = ArcRwSignal::new(exact(millis));
    let set_title = title.clone();
    Effect::new(move |_| set_title.set(local(millis)));
    let now = now();
    view! { <time datetime=at.to_rfc3339() title=move || title.get()>{move || ago(millis, now())}</time> }.into_any()
}

/// How long something took, or takes so far; a dash before it has begun.
#[must_use]
pub fn elapsed(started: Option<Timestamp>, finished: Option<Timestamp>) -> AnyView {
    match (started, finished) {
        (None, _) => view! { <span class="faint">"–"</span> }.into_any(),
        (Some(start), Some(end)) => {
            view! { <span class="figure">{duration(end.millis() - start.millis())}</span> }.into_any()
        }
        (Some(start), None) => {
            let now = now();
            view! { <span class="figure ticking">{move || ticking(now() - start.millis())}</span> }.into_any()
        }
    }
}
