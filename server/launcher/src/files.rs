use rustix::fs::{FlockOperation, flock};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

pub const ASSIGNMENT: &str = "assignment.json";
pub const STARTED: &str = "started.json";
pub const RESULT: &str = "result.json";
pub const LOCK: &str = "lock";

/// Whole or not at all to every reader. Not synced to the disk: when the machine itself goes down, the steps are gone
/// too, and a file that is missing or torn is read as an attempt that was lost.
///
/// # Errors
/// Those of the file system.
pub fn write_json<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    let unfinished = path.with_extension("part");
    fs::write(&unfinished, serde_json::to_vec(value)?)?;
    fs::rename(unfinished, path)
}

/// Keeps room for a file of a few words, so that it can be written when the disk is full.
///
/// # Errors
/// Those of the file system.
pub(crate) fn reserve(path: &Path) -> io::Result<()> {
    fs::write(path.with_extension("part"), vec![b' '; RESERVED])
}

/// As [`write_json`], into what [`reserve`] kept.
///
/// # Errors
/// Those of the file system.
pub(crate) fn write_reserved<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    let mut text = serde_json::to_vec(value)?;
    // White space after the value is none of a reader's business.
    text.resize(text.len().max(RESERVED), b' ');
    let unfinished = path.with_extension("part");
    File::options().create(true).truncate(false).write(true).open(&unfinished)?.write_all(&text)?;
    fs::rename(unfinished, path)
}

const RESERVED: usize = 4096;

/// `None` for a file that is not there or cannot be understood.
///
/// # Errors
/// Those of the file system, other than "not found".
pub fn read_json<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    match fs::read(path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The lock of an attempt, or `None` if somebody else has it. It is held until the file is dropped.
///
/// # Errors
/// Those of the file system.
pub fn lock(path: &Path) -> io::Result<Option<File>> {
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whether a launcher lives that looks after this attempt.
///
/// # Errors
/// Those of the file system.
pub fn is_looked_after(attempt_dir: &Path) -> io::Result<bool> {
    Ok(lock(&attempt_dir.join(LOCK))?.is_none())
}

pub(crate) fn remove_dir(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What cannot be read is left out: a server that is no superuser sees less of the system.
pub(crate) fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    match fs::copy(from, to) {
        Err(error) if error.kind() != io::ErrorKind::PermissionDenied => Err(error),
        _ => Ok(()),
    }
}

/// Links are copied as links.
pub(crate) fn copy_dir(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy_dir(&entry.path(), &target)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(entry.path())?, target)?;
        } else {
            copy_file(&entry.path(), &target)?;
        }
    }
    Ok(())
}
