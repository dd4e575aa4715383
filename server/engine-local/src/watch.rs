//! Tells readers of logs when there is more to read, without asking again and again.

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use std::{
    collections::HashMap,
    io,
    mem::MaybeUninit,
    os::fd::OwnedFd,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    io::{Interest, unix::AsyncFd},
    sync::watch,
    task::AbortHandle,
};

/// One for the engine: the system allows few of them to a user.
pub(crate) struct LogWatch {
    inner: Arc<Inner>,
    reading: AbortHandle,
}

struct Inner {
    inotify: AsyncFd<OwnedFd>,
    watched: Mutex<HashMap<i32, Watched>>,
}

struct Watched {
    writes: watch::Sender<()>,
    readers: usize,
}

/// One reader's ear on one file.
pub(crate) struct Writes {
    inner: Arc<Inner>,
    descriptor: i32,
    writes: watch::Receiver<()>,
}

impl LogWatch {
    /// Must be called inside a runtime.
    pub(crate) fn new() -> io::Result<Self> {
        let inotify = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        let inotify = watched(inotify)?;
        let inner = Arc::new(Inner { inotify, watched: Mutex::default() });
        let reading = tokio::spawn(pass_on(Arc::clone(&inner))).abort_handle();
        Ok(Self { inner, reading })
    }

    /// Hears every write to the file from now on.
    pub(crate) fn listen(&self, file: &Path) -> io::Result<Writes> {
        let mut watched = self.inner.watched();
        // The same file gives the same descriptor again.
        let descriptor = inotify::add_watch(self.inner.inotify.get_ref(), file, WatchFlags::MODIFY)?;
        let entry = watched.entry(descriptor).or_insert_with(|| Watched { writes: watch::Sender::new(()), readers: 0 });
        entry.readers += 1;
        Ok(Writes { inner: Arc::clone(&self.inner), descriptor, writes: entry.writes.subscribe() })
    }
}

impl Drop for LogWatch {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

impl Writes {
    /// Returns once there was a write since the last call.
    pub(crate) async fn next(&mut self) {
        if self.writes.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Writes {
    fn drop(&mut self) {
        let mut watched = self.inner.watched();
        if let Some(entry) = watched.get_mut(&self.descriptor) {
            entry.readers -= 1;
            if entry.readers == 0 {
                watched.remove(&self.descriptor);
                // The file may be gone, and its watch with it.
                let _ = inotify::remove_watch(self.inner.inotify.get_ref(), self.descriptor);
            }
        }
    }
}

impl Inner {
    fn watched(&self) -> MutexGuard<'_, HashMap<i32, Watched>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A descriptor that can be waited for until it can be read.
#[expect(
    deprecated,
    reason = "an OwnedFd stays open and the same for as long as it lives, which is all that the newer, unsafe constructor asks for"
)]
pub(crate) fn watched(descriptor: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(descriptor, Interest::READABLE)
}

async fn pass_on(inner: Arc<Inner>) {
    loop {
        let Ok(mut ready) = inner.inotify.readable().await else { return };
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut events = inotify::Reader::new(inner.inotify.get_ref(), &mut buffer);
        while let Ok(event) = events.next() {
            if let Some(entry) = inner.watched().get(&event.wd()) {
                entry.writes.send_replace(());
            }
        }
        ready.clear_ready();
    }
}
