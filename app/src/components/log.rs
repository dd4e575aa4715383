//! The log of a step: what is there in the first HTML, then live as it grows.

use super::icon::{Icon, icon};
use crate::{
    figures::text::{Span, spans},
    namespace::use_base,
};
use leptos::prelude::*;
use model::{RunId, TaskId};
use serde::{Deserialize, Serialize};

/// A log as far as it goes, and where its next piece begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogText {
    pub text: String,
    pub next_offset: u64,
    /// The beginning was left out, for it is long; the download has all.
    pub cut: bool,
}

/// How many lines are kept on the page; the download has all.
const MOST_LINES: usize = 5000;

/// The lines of a log; the last may still be growing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    whole: Vec<(usize, String)>,
    growing: String,
    count: usize,
    dropped: bool,
}

impl Lines {
    pub fn add(&mut self, text: &str) {
        let mut pieces = text.split('\n');
        self.growing.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            self.count += 1;
            self.whole.push((self.count, std::mem::replace(&mut self.growing, piece.to_owned())));
        }
        if self.whole.len() > MOST_LINES {
            let surplus = self.whole.len() - MOST_LINES * 4 / 5;
            self.whole.drain(..surplus);
            self.dropped = true;
        }
    }

    fn is_empty(&self) -> bool {
        self.count == 0 && self.growing.is_empty()
    }
}

/// Shows a log. `growing` opens the live stream behind it.
#[must_use]
pub fn log(run: RunId, task: TaskId, start: LogText, growing: bool) -> AnyView {
    let mut first = Lines::default();
    first.add(&start.text);
    // A view that is about to go may still be woken (the stream ends just when another step is chosen), so every
    // reading here allows for the signals to be gone.
    let lines = RwSignal::new(first);
    let follow = RwSignal::new(true);
    let open = RwSignal::new(growing);
    let sought = RwSignal::new(String::new());
    let body = NodeRef::<leptos::html::Div>::new();
    let address = use_base().href(&format!("/logs/{run}/{task}"));
    #[cfg(feature = "hydrate")]
    if growing {
        browser::listen(format!("{address}?offset={}", start.next_offset), lines, open);
    }
    Effect::new(move |_| {
        lines.track();
        if follow.get()
            && let Some(body) = body.get()
        {
            body.set_scroll_top(body.scroll_height());
        }
    });
    let follows = move || follow.try_get() == Some(true);
    let grows = move || open.try_get() == Some(true);
    let word = move || sought.try_get().unwrap_or_default().to_lowercase();
    let scrolled = move |_| {
        if let Some(body) = body.try_get_untracked().flatten() {
            let at_end = body.scroll_height() - body.scroll_top() - body.client_height() < 24;
            if follow.try_get_untracked() == Some(!at_end) {
                follow.set(at_end);
            }
        }
    };
    let shown = move || {
        let word = word();
        let hits = |lines: &Lines| {
            let hits = lines.whole.iter().filter(|(_, line)| word.is_empty() || line.to_lowercase().contains(&word));
            hits.cloned().collect::<Vec<_>>()
        };
        lines.try_with(hits).unwrap_or_default()
    };
    let count = move || lines.try_with(|lines| lines.count).unwrap_or_default();
    let hits = move || (!word().is_empty()).then(|| format!("{} of {} lines", shown().len(), count()));
    let nothing = move || {
        (lines.try_with(Lines::is_empty) == Some(true)).then(|| {
            let text = if grows() { "Nothing written yet." } else { "This step wrote nothing." };
            view! { <p class="faint quiet">{text}</p> }
        })
    };
    let cut = move || {
        (start.cut || lines.try_with(|lines| lines.dropped) == Some(true)).then(|| {
            view! { <p class="faint quiet">"The beginning is left out here; the download has all of it."</p> }
        })
    };
    let last = move || {
        let growing = lines.try_with(|lines| lines.growing.clone()).filter(|text| !text.is_empty());
        growing.map(|text| view! { <div class="line"><span class="number">{count() + 1}</span>{painted(&text)}</div> })
    };
    let live = move || {
        if !grows() {
            return view! { <span class="faint">"End of log"</span> }.into_any();
        }
        let turn = move |_| follow.try_update(|follow| *follow = !*follow);
        view! {
            <button type="button" class="follow script-only" aria-pressed=move || follows().to_string() on:click=move |event| { turn(event); }>
                <i class="pulse"></i>{move || if follows() { "Following" } else { "Follow" }}
            </button>
        }
        .into_any()
    };
    view! {
        <div class="log">
            <div class="log-bar">
                <label class="search script-only">
                    {icon(Icon::Search)}
                    <input type="search" placeholder="Find in log" aria-label="Find in log" on:input=move |event| { sought.try_set(event_target_value(&event)); }/>
                </label>
                <span class="faint figure" role="status">{hits}</span>
                <span class="spring"></span>
                {live}
                <a class="button small plain" rel="external" target="_blank" href=format!("{address}/text") title="The whole log as text">{icon(Icon::Download)}<span class="hush">"Whole log"</span></a>
            </div>
            <div class="log-lines" node_ref=body on:scroll=scrolled tabindex="0" role="log" aria-live="off" aria-label="Log">
                {cut}
                <For each=shown key=|(number, _)| *number children=|(number, line)| view! { <div class="line"><span class="number">{number}</span>{painted(&line)}</div> }/>
                {last}
                {nothing}
            </div>
        </div>
    }
    .into_any()
}

fn painted(line: &str) -> AnyView {
    let mut spans = spans(line);
    if let [Span { colour: 0, bold: false, text }] = spans.as_mut_slice() {
        return view! { <code>{std::mem::take(text)}</code> }.into_any();
    }
    let paint =
        |span: Span| view! { <span class=format!("ansi-{}", span.colour) class:bold=span.bold>{span.text}</span> };
    view! { <code>{spans.into_iter().map(paint).collect_view()}</code> }.into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::Lines;
    use futures::{
        StreamExt,
        future::{AbortHandle, Abortable},
        stream,
    };
    use gloo_net::eventsource::futures::EventSource;
    use leptos::{prelude::*, task::spawn_local};

    pub(super) fn listen(url: String, lines: RwSignal<Lines>, open: RwSignal<bool>) {
        let (stop, stopped) = AbortHandle::new_pair();
        on_cleanup(move || stop.abort());
        let stopped = std::cell::Cell::new(Some(stopped));
        // In an effect, so that it begins when the page stands.
        Effect::new(move |_: Option<()>| {
            let Some(stopped) = stopped.take() else { return };
            let url = url.clone();
            spawn_local(async move {
                let _ = Abortable::new(hear(url, lines, open), stopped).await;
            });
        });
    }

    async fn hear(url: String, lines: RwSignal<Lines>, open: RwSignal<bool>) {
        let Ok(mut source) = EventSource::new(&url) else { return };
        let (Ok(pieces), Ok(end)) = (source.subscribe("message"), source.subscribe("end")) else { return };
        let mut both = stream::select(pieces, end);
        while let Some(Ok((kind, message))) = both.next().await {
            if kind == "end" {
                break;
            }
            let piece = message.data().as_string().and_then(|text| serde_json::from_str::<String>(&text).ok());
            if let Some(piece) = piece {
                lines.try_update(|lines| lines.add(&piece));
            }
        }
        open.try_set(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_grow_piece_by_piece() {
        let mut lines = Lines::default();
        assert!(lines.is_empty());
        lines.add("one\ntw");
        lines.add("o\nthree");
        assert_eq!(lines.whole, vec![(1, "one".to_owned()), (2, "two".to_owned())]);
        assert_eq!(lines.growing, "three");
    }

    #[test]
    fn a_long_log_keeps_its_end_and_its_numbers() {
        let mut lines = Lines::default();
        (0..MOST_LINES + 10).for_each(|_| lines.add("x\n"));
        assert!(lines.dropped && lines.whole.len() <= MOST_LINES);
        assert_eq!(lines.whole.last().map(|(number, _)| *number), Some(MOST_LINES + 10));
    }
}
