use crate::{Artifacts, Entry, read::own_location};
use authz::{RunGrant, runs};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use futures::{StreamExt, stream, stream::BoxStream};
use model::{Failure, RunAddress};
use std::io::{self, Read, Write};
use tokio::sync::mpsc;

impl Artifacts {
    /// The files of an artifact that is a directory, as one tar.gz; it is made while it is read.
    ///
    /// # Errors
    /// As [`Artifacts::list`].
    pub async fn pack(
        &self,
        grant: &RunGrant<runs::ReadArtifact>,
        uri: &str,
    ) -> Result<BoxStream<'static, io::Result<Bytes>>, Failure> {
        let entries = self.list(grant, uri).await?;
        let location = own_location(grant.address(), uri)?;
        let (this, run) = (self.clone(), grant.address().clone());
        let (sender, receiver) = mpsc::channel(16);
        tokio::task::spawn_blocking(move || {
            let pipe = Pipe(sender.clone());
            if let Err(error) = this.write_archive(&run, location.key(), &entries, pipe) {
                // Nobody reads any more, or they learn that the archive is not whole.
                let _ = sender.blocking_send(Err(error));
            }
        });
        let next = |mut receiver: mpsc::Receiver<_>| async { receiver.recv().await.map(|item| (item, receiver)) };
        Ok(stream::unfold(receiver, next).boxed())
    }

    fn write_archive(&self, run: &RunAddress, key: &str, entries: &[Entry], pipe: Pipe) -> io::Result<()> {
        let mut archive = tar::Builder::new(GzEncoder::new(pipe, Compression::fast()));
        if let Some(dir) = self.open_run(run)? {
            for entry in entries {
                let path = [key, &entry.name].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
                let file = dir.open(&path)?;
                let mut header = tar::Header::new_gnu();
                header.set_size(entry.size);
                header.set_mode(0o644);
                let name = if entry.name.is_empty() { path.rsplit('/').next().unwrap_or(&path) } else { &entry.name };
                // A file that a step still writes keeps the size that its header has.
                archive.append_data(&mut header, name, file.chain(io::repeat(0)).take(entry.size))?;
            }
        }
        archive.into_inner()?.finish()?.flush()
    }
}

/// Hands what is written to whoever reads the stream, and waits while they are behind.
struct Pipe(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map(|()| bytes.len()).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
