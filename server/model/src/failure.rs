use serde::{Deserialize, Serialize};

/// What went wrong, by meaning. One place in `api` turns it into a status, one in `app` into a sentence for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FailureKind {
    /// The caller's input breaks a rule. 400.
    Invalid,
    /// The input is fine but the object's state forbids it. KFP: FailedPrecondition, 400.
    Precondition,
    /// Nobody is signed in, or the credential is not good. 401.
    Unauthenticated,
    /// Known, but not allowed here. 403.
    Forbidden,
    /// 404.
    NotFound,
    /// A unique name is taken. 409.
    Exists,
    /// Somebody else changed it, or it is not in the state that this needs. KFP: Aborted, 409.
    Conflict,
    /// Larger than the limit. 413.
    TooLarge,
    /// Something we need does not answer. Try again. 503.
    Unavailable,
    /// Our fault. 500; the cause is logged, never shown.
    Internal,
}

/// A failure with the text that the caller may read and, apart from it, the cause that only the log may show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub kind: FailureKind,
    pub message: String,
    /// Never serialised: it may hold what the caller must not see.
    #[serde(skip)]
    pub cause: Option<String>,
}

macro_rules! constructors { ($($name:ident => $kind:ident),* $(,)?) => { $(
    #[must_use]
    pub fn $name(message: impl Into<String>) -> Self { Self { kind: FailureKind::$kind, message: message.into(), cause: None } }
)* } }

impl Failure {
    constructors! {
        invalid => Invalid, precondition => Precondition, unauthenticated => Unauthenticated, forbidden => Forbidden,
        exists => Exists, conflict => Conflict, too_large => TooLarge,
    }
    #[must_use]
    pub fn not_found(resource: &str, id: &str) -> Self {
        Self { kind: FailureKind::NotFound, message: format!("{resource} {id} not found"), cause: None }
    }
    #[must_use]
    pub fn unavailable(message: impl Into<String>, cause: impl std::fmt::Display) -> Self {
        Self { kind: FailureKind::Unavailable, message: message.into(), cause: Some(cause.to_string()) }
    }
    /// The caller only learns that it was not their fault.
    #[must_use]
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self {
            kind: FailureKind::Internal,
            message: "Internal Server Error".to_owned(),
            cause: Some(cause.to_string()),
        }
    }
}
