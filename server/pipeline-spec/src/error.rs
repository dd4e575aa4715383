use model::Failure;

/// What is wrong with a definition or with parameters: one sentence that names the place and what was expected.
/// Always the user's to correct (400).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SpecError(pub String);

impl SpecError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
    pub(crate) fn at(place: &str, message: impl std::fmt::Display) -> Self {
        Self(format!("{place}: {message}"))
    }
}

impl From<SpecError> for Failure {
    fn from(error: SpecError) -> Self {
        Self::invalid(error.0)
    }
}
