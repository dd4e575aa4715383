//! State is shape and colour and word, the same everywhere.

use leptos::prelude::*;
use model::{RunState, TaskState};

/// The states that a person tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Waiting,
    Running,
    Succeeded,
    Cached,
    Failed,
    Skipped,
    Canceling,
    Canceled,
    Paused,
}

impl From<RunState> for Mark {
    fn from(state: RunState) -> Self {
        match state {
            RunState::Pending => Self::Waiting,
            RunState::Running => Self::Running,
            RunState::Succeeded => Self::Succeeded,
            RunState::Skipped => Self::Skipped,
            RunState::Failed => Self::Failed,
            RunState::Canceling => Self::Canceling,
            RunState::Canceled => Self::Canceled,
            RunState::Paused => Self::Paused,
        }
    }
}

impl From<TaskState> for Mark {
    fn from(state: TaskState) -> Self {
        match state {
            TaskState::Pending => Self::Waiting,
            TaskState::Running => Self::Running,
            TaskState::Succeeded => Self::Succeeded,
            TaskState::Cached => Self::Cached,
            TaskState::Skipped => Self::Skipped,
            TaskState::Failed => Self::Failed,
            TaskState::Canceled => Self::Canceled,
        }
    }
}

impl Mark {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Cached => "Cached",
            Self::Failed => "Failed",
            Self::Skipped => "Skipped",
            Self::Canceling => "Cancelling",
            Self::Canceled => "Cancelled",
            Self::Paused => "Paused",
        }
    }

    /// The class that gives the colour.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Waiting => "mark waiting",
            Self::Running => "mark running",
            Self::Succeeded => "mark succeeded",
            Self::Cached => "mark cached",
            Self::Failed => "mark failed",
            Self::Skipped => "mark skipped",
            Self::Canceling => "mark canceling",
            Self::Canceled => "mark canceled",
            Self::Paused => "mark paused",
        }
    }

    /// One character, for the title of the tab.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Waiting => "○",
            Self::Running => "◐",
            Self::Succeeded | Self::Cached => "✓",
            Self::Failed => "✕",
            Self::Skipped => "–",
            Self::Canceling | Self::Canceled => "■",
            Self::Paused => "‖",
        }
    }

    /// Drawn in a box of 16 by 16.
    #[must_use]
    pub const fn shape(self) -> &'static str {
        match self {
            Self::Waiting => r#"<circle class="hollow" cx="8" cy="8" r="5.5"/>"#,
            Self::Running => {
                r#"<circle class="track" cx="8" cy="8" r="5.5"/><path class="ring" d="M8 2.5a5.5 5.5 0 0 1 5.5 5.5"/>"#
            }
            Self::Succeeded => {
                r#"<circle class="disc" cx="8" cy="8" r="7"/><path class="sign" d="m4.8 8.2 2.2 2.3 4.3-4.8"/>"#
            }
            Self::Cached => {
                r#"<circle class="hollow" cx="8" cy="8" r="6"/><path class="line" d="M8 4.6V8l2.3 1.5"/><path class="line" d="m2.6 3.8.2-2.4"/>"#
            }
            Self::Failed => {
                r#"<circle class="disc" cx="8" cy="8" r="7"/><path class="sign" d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2"/>"#
            }
            Self::Skipped => r#"<circle class="hollow" cx="8" cy="8" r="6"/><path class="line" d="M5.3 8h5.4"/>"#,
            Self::Canceling => {
                r#"<circle class="hollow" cx="8" cy="8" r="6"/><rect class="fill" x="5.6" y="5.6" width="4.8" height="4.8" rx=".8"/>"#
            }
            Self::Canceled => {
                r#"<circle class="disc" cx="8" cy="8" r="7"/><rect class="hole" x="5.4" y="5.4" width="5.2" height="5.2" rx=".8"/>"#
            }
            Self::Paused => {
                r#"<circle class="hollow" cx="8" cy="8" r="6"/><path class="line" d="M6.4 5.6v4.8m3.2-4.8v4.8"/>"#
            }
        }
    }
}

/// The mark alone; the word stands beside it or is read out.
#[must_use]
pub fn sign(mark: Mark, spoken: bool) -> AnyView {
    view! {
        <svg
            class=mark.class()
            viewBox="0 0 16 16"
            role=spoken.then_some("img")
            aria-label=spoken.then(|| mark.word())
            aria-hidden=(!spoken).then_some("true")
            inner_html=mark.shape()
        ></svg>
    }
    .into_any()
}

/// Mark and word.
#[must_use]
pub fn state(mark: Mark) -> AnyView {
    view! { <span class="state">{sign(mark, false)}<span class=mark.class()>{mark.word()}</span></span> }.into_any()
}
