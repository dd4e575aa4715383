//! What can go wrong, as a person should read it.

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use model::{Failure, FailureKind};
use serde::{Deserialize, Serialize};

/// A failure on its way to a page. The one error type of every server function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    pub kind: FailureKind,
    pub message: String,
}

pub type Answer<T> = Result<T, Trouble>;

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self { kind: failure.kind, message: failure.message }
    }
}

impl FromServerFnError for Trouble {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let (kind, message) = match error {
            ServerFnErrorErr::Request(_) => (FailureKind::Unavailable, "The server does not answer.".to_owned()),
            ServerFnErrorErr::Args(text) | ServerFnErrorErr::MissingArg(text) => (FailureKind::Invalid, text),
            _ => (FailureKind::Internal, "The answer could not be read.".to_owned()),
        };
        Self { kind, message }
    }
}

impl Trouble {
    #[must_use]
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// The heading: what happened, in a few words.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self.kind {
            FailureKind::Invalid => "This can't be used as it is",
            FailureKind::Precondition => "Not possible right now",
            FailureKind::Unauthenticated => "You are not signed in",
            FailureKind::Forbidden => "You don't have access to this",
            FailureKind::NotFound => "There is nothing here",
            FailureKind::Exists => "That name is taken",
            FailureKind::Conflict => "Somebody else was faster",
            FailureKind::TooLarge => "Too large",
            FailureKind::Unavailable => "Not reachable just now",
            FailureKind::Internal => "Something broke on our side",
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub const fn advice(&self) -> &'static str {
        match self.kind {
            FailureKind::Unauthenticated => "Sign in and come back.",
            FailureKind::Forbidden => "",
            FailureKind::NotFound => "It may have been deleted, or the link may be incomplete.",
            FailureKind::Conflict => "Reload the page and try again.",
            FailureKind::Unavailable => "Try again in a moment. Running work is not affected.",
            FailureKind::Internal => "The cause is in the server's log. Trying again may help.",
            _ => "",
        }
    }

    /// Whether the same question may get a better answer later.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(self.kind, FailureKind::Unavailable | FailureKind::Internal | FailureKind::Conflict)
    }
}

/// The status that tells the truth about it.
#[must_use]
pub const fn status(kind: FailureKind) -> u16 {
    match kind {
        FailureKind::Invalid | FailureKind::Precondition => 400,
        FailureKind::Unauthenticated => 401,
        FailureKind::Forbidden => 403,
        FailureKind::NotFound => 404,
        FailureKind::Exists | FailureKind::Conflict => 409,
        FailureKind::TooLarge => 413,
        FailureKind::Unavailable => 503,
        FailureKind::Internal => 500,
    }
}
