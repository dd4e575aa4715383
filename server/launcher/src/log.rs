use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

/// A step's log: appended to, and bounded. What comes after the bound is read and dropped, so that the step goes on.
pub(crate) struct Log {
    file: File,
    length: u64,
    most: u64,
    is_full: bool,
}

impl Log {
    pub(crate) fn open(path: &Path, most: Option<u64>) -> io::Result<Self> {
        let file = File::options().create(true).append(true).open(path)?;
        let length = file.metadata()?.len();
        // What earlier attempts said does not count against this one.
        let most = most.map_or(u64::MAX, |most| length.saturating_add(most));
        Ok(Self { file, length, most, is_full: false })
    }
    pub(crate) const fn length(&self) -> u64 {
        self.length
    }

    /// A disk without room takes away text of the log, never the step.
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        if self.is_full {
            return;
        }
        let room = usize::try_from(self.most.saturating_sub(self.length)).unwrap_or(usize::MAX);
        let fits = bytes.get(..room).unwrap_or(bytes);
        if self.file.write_all(fits).is_ok() {
            self.length = self.length.saturating_add(fits.len() as u64);
        }
        if fits.len() < bytes.len() {
            self.is_full = true;
            let _ = self.file.write_all(
                b"\n--- the log ends here: it has reached its limit; what the step says from here on is not kept ---\n",
            );
        }
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.take(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
