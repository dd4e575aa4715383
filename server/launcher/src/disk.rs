//! How much a step has written, looked at now and then.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// Entries that are looked at; who makes more is judged by these.
const MOST_ENTRIES: usize = 200_000;
/// Seconds between two full looks while the disk's free space does not call for one.
const FULL_LOOK_SECONDS: u32 = 15;

pub(crate) struct DiskUse {
    dirs: Vec<PathBuf>,
    limit: u64,
    /// At the last full look.
    used: u64,
    free: u64,
    since: u32,
}

impl DiskUse {
    pub(crate) fn of(dirs: &[PathBuf], limit: u64) -> Self {
        Self { dirs: dirs.to_vec(), limit, used: 0, free: u64::MAX, since: u32::MAX }
    }

    /// Whether the step has more than it may have. Asked once a second: walking the files is spared while too little of
    /// the disk has gone for the limit to be passed.
    pub(crate) fn is_too_much(&mut self) -> bool {
        let free = self.dirs.first().and_then(|dir| free(dir)).unwrap_or(u64::MAX);
        let gone = self.free.saturating_sub(free);
        self.since = self.since.saturating_add(1);
        if self.since < FULL_LOOK_SECONDS && self.used.saturating_add(gone) <= self.limit {
            return false;
        }
        (self.used, self.free, self.since) = (size_of(&self.dirs), free, 0);
        self.used > self.limit
    }
}

fn free(dir: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(dir).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// In bytes of the disk. Links are not followed.
#[must_use]
pub fn size_of(dirs: &[PathBuf]) -> u64 {
    let mut open = dirs.to_vec();
    let (mut total, mut seen) = (0_u64, 0);
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            seen += 1;
            if seen > MOST_ENTRIES {
                return total;
            }
            let Ok(metadata) = entry.metadata() else { continue };
            total = total.saturating_add(metadata.blocks().saturating_mul(512));
            if metadata.is_dir() {
                open.push(entry.path());
            }
        }
    }
    total
}
