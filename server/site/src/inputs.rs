//! Whether anything changed since the site was built.

use crate::{Arguments, compress::files_below};
use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::{fs, path::Path, time::UNIX_EPOCH};

/// A digest of everything that the site is made of, this program and its options included.
pub(crate) fn digest(arguments: &Arguments) -> Result<String> {
    let mut digest = Sha256::new();
    let program = fs::metadata(std::env::current_exe()?)?;
    let built = program.modified()?.duration_since(UNIX_EPOCH)?.as_nanos();
    digest.update(format!("{built} {} {} {:?}", arguments.name, arguments.keep_names, arguments.wasm_opt));

    let style = arguments.style.parent().unwrap_or(Path::new("."));
    let mut files = vec![arguments.wasm.clone()];
    for folder in [style, &arguments.public] {
        if folder.is_dir() {
            files.extend(files_below(folder)?);
        }
    }
    for file in files {
        let content = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        digest.update(file.as_os_str().as_encoded_bytes());
        digest.update((content.len() as u64).to_le_bytes());
        digest.update(&content);
    }
    Ok(BASE64_URL_SAFE_NO_PAD.encode(digest.finalize()))
}
