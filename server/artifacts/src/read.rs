use crate::{Artifacts, Location, locate};
use authz::{RunGrant, runs};
use bytes::Bytes;
use futures::{StreamExt, stream::BoxStream};
use model::{Failure, RunAddress};
use std::{io, ops::Range};
use tokio::io::{AsyncReadExt, AsyncSeekExt};

/// An artifact's bytes as they come off the disk.
pub struct Content {
    /// Of the whole artifact, in bytes, whatever range was asked for.
    pub size: u64,
    pub bytes: BoxStream<'static, io::Result<Bytes>>,
}

/// One file of an artifact that is a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Relative to the artifact, with `/` between its parts.
    pub name: String,
    /// In bytes.
    pub size: u64,
}

/// How many files of one artifact are listed at most, and how deep.
const MOST_ENTRIES: usize = 10_000;
const DEEPEST: usize = 32;

impl Artifacts {
    /// The bytes of an artifact that this run made; `range` is cut to what is there.
    ///
    /// # Errors
    /// `NotFound` if the run made no such artifact, `Invalid` if it is a directory (list it instead) or the URI is not
    /// well formed, `Forbidden` if the URI is not in the run's namespace.
    pub async fn read(
        &self,
        grant: &RunGrant<runs::ReadArtifact>,
        uri: &str,
        range: Option<Range<u64>>,
    ) -> Result<Content, Failure> {
        let location = own_location(grant.address(), uri)?;
        let (this, run) = (self.clone(), grant.address().clone());
        let opened = tokio::task::spawn_blocking(move || {
            let Some(dir) = this.open_run(&run)? else { return Ok(None) };
            let file = dir.open(location.key())?;
            let metadata = file.metadata()?;
            io::Result::Ok(Some((file.into_std(), metadata.len(), metadata.is_file())))
        });
        let (file, size, is_file) = opened
            .await
            .map_err(Failure::internal)?
            .or_else(|error| missing(error, uri))?
            .ok_or_else(|| Failure::not_found("Artifact", uri))?;
        if !is_file {
            return Err(Failure::invalid(format!(
                "the artifact {uri:?} is not one file: expected to be asked for its list"
            )));
        }
        let mut file = tokio::fs::File::from_std(file);
        let range = range.unwrap_or(0..size);
        let start = range.start.min(size);
        let length = range.end.min(size).saturating_sub(start);
        if start > 0 {
            file.seek(io::SeekFrom::Start(start)).await.map_err(Failure::internal)?;
        }
        let bytes = tokio_util::io::ReaderStream::with_capacity(file.take(length), 64 * 1024).boxed();
        Ok(Content { size, bytes })
    }

    /// The files of an artifact, sorted by name; an artifact that is one file has one entry with an empty name. Links are
    /// left out.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn list(&self, grant: &RunGrant<runs::ReadArtifact>, uri: &str) -> Result<Vec<Entry>, Failure> {
        let location = own_location(grant.address(), uri)?;
        let (this, run) = (self.clone(), grant.address().clone());
        let listed = tokio::task::spawn_blocking(move || {
            let Some(dir) = this.open_run(&run)? else { return Ok(None) };
            let key = if location.key().is_empty() { "." } else { location.key() };
            let metadata = dir.metadata(key)?;
            if metadata.is_file() {
                return Ok(Some(vec![Entry { name: String::new(), size: metadata.len() }]));
            }
            let mut entries = Vec::new();
            collect(&dir.open_dir(key)?, "", DEEPEST, &mut entries)?;
            entries.sort_by(|a, b| a.name.cmp(&b.name));
            io::Result::Ok(Some(entries))
        });
        listed
            .await
            .map_err(Failure::internal)?
            .or_else(|error| missing(error, uri))?
            .ok_or_else(|| Failure::not_found("Artifact", uri))
    }
}

fn collect(dir: &cap_std::fs::Dir, prefix: &str, depth: usize, entries: &mut Vec<Entry>) -> io::Result<()> {
    for entry in dir.entries()? {
        let entry = entry?;
        if entries.len() >= MOST_ENTRIES {
            return Ok(());
        }
        let (kind, name) = (entry.file_type()?, format!("{prefix}{}", entry.file_name().to_string_lossy()));
        if kind.is_file() {
            entries.push(Entry { name, size: entry.metadata()?.len() });
        } else if kind.is_dir() && depth > 0 {
            collect(&entry.open_dir()?, &format!("{name}/"), depth - 1, entries)?;
        }
    }
    Ok(())
}

/// The grant is for one run: what another run made is another question.
pub(crate) fn own_location(run: &RunAddress, uri: &str) -> Result<Location, Failure> {
    locate(&run.place, uri)?
        .filter(|location| location.run() == run.id)
        .ok_or_else(|| Failure::not_found("Artifact", uri))
}

/// A link that leads out of the run's directory is refused by the handle; to a reader there is nothing there.
fn missing<T>(error: io::Error, uri: &str) -> Result<T, Failure> {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::PermissionDenied => {
            Err(Failure::not_found("Artifact", uri))
        }
        _ => Err(Failure::unavailable("The artifact cannot be read", error)),
    }
}
