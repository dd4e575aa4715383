//! Names that carry their content.

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::{fs, path::Path};

/// Twenty-two characters that may stand in a URL: 128 bits of the content's SHA-256.
pub(crate) fn hash(content: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(content)[..16])
}

/// The hashed files of one site, and what to call them.
pub(crate) struct Names<'a> {
    folder: &'a Path,
    stem: &'a str,
    listing: String,
}

impl<'a> Names<'a> {
    pub(crate) fn new(folder: &'a Path, stem: &'a str) -> Self {
        Self { folder, stem, listing: String::new() }
    }

    /// Writes `<stem>.<hash>.<kind>` and remembers it.
    pub(crate) fn write(&mut self, kind: &str, content: &[u8]) -> Result<()> {
        let hash = hash(content);
        let path = self.folder.join(format!("{}.{hash}.{kind}", self.stem));
        fs::write(&path, content).with_context(|| format!("writing {}", path.display()))?;
        self.listing.push_str(&format!("{kind}: {hash}\n"));
        Ok(())
    }

    /// Remembers files that were written elsewhere, as lines of hash.txt.
    pub(crate) fn add(&mut self, lines: &str) {
        self.listing.push_str(lines);
    }

    /// The text of hash.txt: a line `kind: hash` for each file, as Leptos reads it.
    pub(crate) fn listing(&self) -> &str {
        &self.listing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_changes_with_its_content_and_the_listing_tells_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut names = Names::new(folder.path(), "mooring");
        names.write("css", b"a{}").unwrap();
        let first = hash(b"a{}");
        assert_eq!(first.len(), 22);
        assert_ne!(first, hash(b"b{}"));
        assert_eq!(names.listing(), format!("css: {first}\n"));
        assert_eq!(fs::read(folder.path().join(format!("mooring.{first}.css"))).unwrap(), b"a{}");
    }
}
