//! The compressed forms, made once here so that the server only sends files.

use anyhow::{Context, Result};
use std::{
    fs,
    io::Write,
    num::NonZero,
    panic::resume_unwind,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// What is already compressed gains nothing.
const COMPRESSIBLE: [&str; 10] = ["css", "html", "ico", "js", "json", "map", "svg", "txt", "wasm", "webmanifest"];

/// The compressed form is worth a file only when it is smaller than this share of the original.
const WORTHWHILE: f64 = 0.95;

/// Puts `.br` and `.gz` beside every file of the site that gains from it; says what each weighs.
pub(crate) fn beside_each(site: &Path) -> Result<Vec<String>> {
    let mut paths = files_below(site)?;
    paths.retain(|path| {
        let named = path.extension().and_then(|extension| extension.to_str());
        *path != site.join("hash.txt") && named.is_some_and(|extension| COMPRESSIBLE.contains(&extension))
    });
    let next = AtomicUsize::new(0);
    let sizes = Mutex::new(Vec::new());
    let work = || -> Result<()> {
        while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            let size = beside_one(path, path.strip_prefix(site)?)?;
            sizes.lock().unwrap_or_else(PoisonError::into_inner).push(size);
        }
        Ok(())
    };
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })?;
    let mut sizes = sizes.into_inner().unwrap_or_else(PoisonError::into_inner);
    sizes.sort();
    Ok(sizes)
}

fn beside_one(path: &Path, name: &Path) -> Result<String> {
    let content = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    let (brotli, gzip) = (brotli(&content)?, gzip(&content)?);
    for (form, suffix) in [(&brotli, "br"), (&gzip, "gz")] {
        if (form.len() as f64) < content.len() as f64 * WORTHWHILE {
            fs::write(beside(path, suffix), form)?;
        }
    }
    Ok(format!("{}: {} B, brotli {} B, gzip {} B", name.display(), content.len(), brotli.len(), gzip.len()))
}

/// Every file below a folder, in the order of their names.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("listing {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &content[..], &mut out, &parameters)?;
    Ok(out)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(content)?;
    Ok(out.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn the_forms_unpack_to_the_file_and_pictures_are_left_alone() {
        let site = tempfile::tempdir().unwrap();
        let text = "the same again and ".repeat(200);
        fs::write(site.path().join("a.css"), &text).unwrap();
        fs::write(site.path().join("a.png"), &text).unwrap();
        beside_each(site.path()).unwrap();

        let mut unpacked = String::new();
        let packed = fs::read(site.path().join("a.css.gz")).unwrap();
        flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut unpacked).unwrap();
        assert_eq!(unpacked, text);
        let packed = fs::read(site.path().join("a.css.br")).unwrap();
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &packed[..], &mut unpacked).unwrap();
        assert_eq!(unpacked, text.as_bytes());
        assert!(!site.path().join("a.png.br").exists());
    }
}
