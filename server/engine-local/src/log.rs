use crate::{
    run::Standings,
    watch::{LogWatch, Writes},
};
use bytes::Bytes;
use engine::LogChunk;
use futures::{StreamExt, stream::BoxStream};
use model::TaskId;
use std::{
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::sync::watch;

/// Most bytes of one piece.
const PIECE: usize = 64 * 1024;
/// A look now and then, should the system not be able to tell of writes.
const NOW_AND_THEN: Duration = Duration::from_secs(1);

/// At most `most` bytes from `offset` on; none if there are none, or no file.
pub(crate) async fn read_at(path: PathBuf, offset: u64, most: usize) -> io::Result<Bytes> {
    crate::step::blocking(move || {
        let file = match std::fs::File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Bytes::new()),
            Err(error) => return Err(error),
        };
        let there = usize::try_from(file.metadata()?.len().saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut buffer = vec![0; most.min(there)];
        let mut filled = 0;
        while filled < buffer.len() {
            match file.read_at(&mut buffer[filled..], offset + filled as u64)? {
                0 => break,
                some => filled += some,
            }
        }
        buffer.truncate(filled);
        Ok(Bytes::from(buffer))
    })
    .await
}

/// A reader who follows one step's log.
pub(crate) struct Follower {
    pub(crate) log: PathBuf,
    pub(crate) offset: u64,
    pub(crate) task: TaskId,
    /// `None` for a run that has ended.
    pub(crate) standings: Option<watch::Receiver<Standings>>,
    pub(crate) watch: Option<Arc<LogWatch>>,
}

impl Follower {
    /// What is there, then what comes, until the step has ended and all was sent.
    pub(crate) fn stream(self) -> BoxStream<'static, LogChunk> {
        futures::stream::unfold((self, None), |(mut this, mut writes)| async move {
            let chunk = this.next(&mut writes).await?;
            Some((chunk, (this, writes)))
        })
        .boxed()
    }

    async fn next(&mut self, writes: &mut Option<Writes>) -> Option<LogChunk> {
        loop {
            // First whether it has ended, then what is there: in this order nothing is missed.
            let ended = self.has_ended();
            if writes.is_none() && !ended {
                *writes = self.watch.as_ref().and_then(|watch| listen(watch, &self.log));
            }
            let bytes = read_at(self.log.clone(), self.offset, PIECE).await.ok()?;
            if !bytes.is_empty() {
                self.offset += bytes.len() as u64;
                return Some(LogChunk { next_offset: self.offset, bytes });
            }
            if ended {
                return None;
            }
            tokio::select! {
                () = heard(writes.as_mut()) => {}
                () = changed(self.standings.as_mut()) => {}
                () = tokio::time::sleep(NOW_AND_THEN) => {}
            }
        }
    }

    fn has_ended(&mut self) -> bool {
        let Some(standings) = &mut self.standings else { return true };
        // The run's end takes the sender along.
        let over = standings.has_changed().is_err();
        let standing = standings.borrow_and_update().get(&self.task).copied();
        over || standing.is_some_and(model::TaskState::is_final)
    }
}

fn listen(watch: &LogWatch, log: &Path) -> Option<Writes> {
    // Before the step has started there is no file.
    watch.listen(log).ok()
}

async fn heard(writes: Option<&mut Writes>) {
    match writes {
        Some(writes) => writes.next().await,
        None => std::future::pending().await,
    }
}

async fn changed(standings: Option<&mut watch::Receiver<Standings>>) {
    if let Some(standings) = standings {
        // An error says that the run has ended, which the next look finds.
        let _ = standings.changed().await;
    }
}
