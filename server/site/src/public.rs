//! The public files, copied as they are.

use crate::compress::files_below;
use anyhow::{Context, Result};
use std::{fs, path::Path};

/// Copies every file below `public` to the same place below `site`. A missing folder is an empty one.
pub(crate) fn copy(public: &Path, site: &Path) -> Result<()> {
    if !public.is_dir() {
        return Ok(());
    }
    for from in files_below(public)? {
        let to = site.join(from.strip_prefix(public)?);
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(&from, &to).with_context(|| format!("copying {} to {}", from.display(), to.display()))?;
    }
    Ok(())
}
