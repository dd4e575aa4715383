use bytes::Bytes;
use model::{RunAddress, RunState, Task, Timestamp};
use tokio::sync::mpsc;

/// What happened to one run.
#[derive(Debug, Clone)]
pub struct Report {
    pub run: RunAddress,
    pub at: Timestamp,
    pub event: Event,
}

#[derive(Debug, Clone)]
pub enum Event {
    /// The tasks that changed since the last report, each whole.
    Tasks(Vec<Task>),
    /// The run's state; a final one is the last report of the run.
    State { state: RunState, error: Option<String> },
}

/// A piece of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogChunk {
    /// Where the next piece begins: hand it back to go on after a cut.
    pub next_offset: u64,
    pub bytes: Bytes,
}

/// The engine's end of the channel; sending waits when the recorder is behind, so reports are never dropped.
pub type Reporter = mpsc::Sender<Report>;
/// The recorder's end.
pub type Reports = mpsc::Receiver<Report>;

/// The channel between one engine and its recorder.
#[must_use]
pub fn reporting() -> (Reporter, Reports) {
    mpsc::channel(256)
}
