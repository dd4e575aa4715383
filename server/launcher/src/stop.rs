use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    flag,
    low_level::pipe,
};
use std::{
    io::{self, Read},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::net::UnixStream,
    },
    sync::{Arc, atomic::AtomicBool},
};

/// Requests to end, as something that can be waited for together with a process.
pub(crate) struct StopRequests {
    incoming: UnixStream,
    asked: bool,
}

impl StopRequests {
    /// Only SIGTERM asks to end. What a terminal sends to all that was started from it is none of a step's business.
    pub(crate) fn listen() -> io::Result<Self> {
        let (incoming, outgoing) = UnixStream::pair()?;
        incoming.set_nonblocking(true)?;
        pipe::register(SIGTERM, outgoing)?;
        let unheard = Arc::new(AtomicBool::new(false));
        flag::register(SIGHUP, Arc::clone(&unheard))?;
        flag::register(SIGINT, unheard)?;
        Ok(Self { incoming, asked: false })
    }
    pub(crate) fn asked(&mut self) -> bool {
        let mut bytes = [0; 16];
        while matches!(self.incoming.read(&mut bytes), Ok(1..)) {
            self.asked = true;
        }
        self.asked
    }
}

impl AsFd for StopRequests {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.incoming.as_fd()
    }
}
