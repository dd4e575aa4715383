use crate::SpecError;
use std::io::{Cursor, Read};

/// Most text that an upload may hold once unpacked.
const MAX_BYTES: u64 = 32 << 20;
/// Archives of pipelines hold a handful of files.
const MAX_ENTRIES: usize = 10_000;

/// The definition's text in an upload: `.yaml`, `.yml` and `.json` as they are; otherwise zip or tar.gz by their first
/// bytes, of which `pipeline.yaml` is taken, else the first file, which must be YAML.
///
/// # Errors
/// Other formats, entries that point outside the archive, and more than 32 MiB of text.
pub fn unpack(file_name: &str, bytes: &[u8]) -> Result<String, SpecError> {
    let lower = file_name.to_ascii_lowercase();
    let plain = [".yaml", ".yml", ".json"].iter().any(|ending| lower.ends_with(ending));
    let content = if plain {
        if bytes.len() as u64 > MAX_BYTES {
            return Err(too_large(file_name));
        }
        bytes.to_vec()
    } else if bytes.starts_with(b"PK") {
        from_zip(bytes)?
    } else if bytes.starts_with(&[0x1f, 0x8b]) {
        from_tar_gz(bytes)?
    } else {
        return Err(SpecError(format!(
            "unexpected pipeline file format: expected .yaml, .yml, .json, .zip or .tar.gz, got \"{file_name}\""
        )));
    };
    String::from_utf8(content).map_err(|_| SpecError::new("the pipeline file is not UTF-8 text"))
}

fn too_large(name: &str) -> SpecError {
    SpecError(format!("\"{name}\" holds more than {MAX_BYTES} bytes"))
}

fn read_bounded(name: &str, source: impl Read) -> Result<Vec<u8>, SpecError> {
    let mut content = Vec::new();
    source
        .take(MAX_BYTES + 1)
        .read_to_end(&mut content)
        .map_err(|error| SpecError(format!("cannot unpack \"{name}\": {error}")))?;
    if content.len() as u64 > MAX_BYTES { Err(too_large(name)) } else { Ok(content) }
}

/// Nothing is written by these names; still, an archive that tries is not to be trusted.
fn check_inside(name: &str) -> Result<(), SpecError> {
    let outside = name.starts_with(['/', '\\'])
        || name.contains('\0')
        || name.get(1..2) == Some(":")
        || name.split(['/', '\\']).any(|part| part == "..");
    if outside { Err(SpecError(format!("the archive's entry \"{name}\" points outside the archive"))) } else { Ok(()) }
}

fn is_pipeline(name: &str) -> bool {
    name.trim_start_matches("./") == "pipeline.yaml"
}

fn is_yaml(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.ends_with(".yaml") || lower.ends_with(".yml")
}

fn not_yaml(name: Option<String>) -> SpecError {
    match name {
        Some(name) => SpecError(format!(
            "expected \"pipeline.yaml\" or a .yaml file as the archive's first entry, got \"{name}\""
        )),
        None => SpecError::new("the archive holds no file; expected \"pipeline.yaml\""),
    }
}

fn from_zip(bytes: &[u8]) -> Result<Vec<u8>, SpecError> {
    let broken = |error: zip::result::ZipError| SpecError(format!("cannot read the zip archive: {error}"));
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > MAX_ENTRIES {
        return Err(SpecError(format!("the archive has more than {MAX_ENTRIES} entries")));
    }
    let mut chosen: Option<(usize, String)> = None;
    for index in 0..archive.len() {
        let Some(name) = archive.name_for_index(index) else { continue };
        let name = name.map_err(broken)?.into_owned();
        check_inside(&name)?;
        if name.ends_with('/') {
            continue;
        }
        let better = chosen.as_ref().is_none_or(|(_, present)| is_pipeline(&name) && !is_pipeline(present));
        if better {
            chosen = Some((index, name));
        }
    }
    match chosen {
        Some((index, name)) if is_yaml(&name) => read_bounded(&name, archive.by_index(index).map_err(broken)?),
        other => Err(not_yaml(other.map(|(_, name)| name))),
    }
}

fn from_tar_gz(bytes: &[u8]) -> Result<Vec<u8>, SpecError> {
    let broken = |error: std::io::Error| SpecError(format!("cannot read the tar.gz archive: {error}"));
    // The whole stream is bounded, so that skipped entries can't be a bomb either.
    let bounded = flate2::read::GzDecoder::new(bytes).take(2 * MAX_BYTES);
    let mut archive = tar::Archive::new(bounded);
    let mut chosen: Option<(String, Vec<u8>)> = None;
    for (count, entry) in archive.entries().map_err(broken)?.enumerate() {
        let entry = entry.map_err(broken)?;
        if count >= MAX_ENTRIES {
            return Err(SpecError(format!("the archive has more than {MAX_ENTRIES} entries")));
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        check_inside(&name)?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        if chosen.is_none() || is_pipeline(&name) {
            let content = if is_yaml(&name) { read_bounded(&name, entry)? } else { Vec::new() };
            let found = is_pipeline(&name);
            chosen = Some((name, content));
            if found {
                break;
            }
        }
    }
    match chosen {
        Some((name, content)) if is_yaml(&name) => Ok(content),
        other => Err(not_yaml(other.map(|(name, _)| name))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in entries {
            let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
            writer.start_file(*name, options).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn tar_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        for (name, content) in entries {
            let mut header = tar::Header::new_gnu();
            let field = &mut header.as_old_mut().name;
            field[..name.len()].copy_from_slice(name.as_bytes());
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            builder.append(&header, *content).unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap()
    }

    type Pack = fn(&[(&str, &[u8])]) -> Vec<u8>;

    #[test]
    fn pipeline_yaml_wins_else_the_first_file_counts() {
        for pack in [zip_of as Pack, tar_of as Pack] {
            let both = pack(&[("a.yaml", b"first"), ("pipeline.yaml", b"named")]);
            assert_eq!(unpack("p.zip", &both).unwrap(), "named");
            let one = pack(&[("a.yml", b"first"), ("b.yaml", b"second")]);
            assert_eq!(unpack("p", &one).unwrap(), "first");
            let other = pack(&[("readme.txt", b"x"), ("b.yaml", b"second")]);
            assert!(unpack("p.tgz", &other).unwrap_err().0.contains("readme.txt"));
            assert!(unpack("p.zip", &pack(&[])).unwrap_err().0.contains("no file"));
        }
    }

    #[test]
    fn entries_that_point_outside_are_refused_by_name() {
        for pack in [zip_of as Pack, tar_of as Pack] {
            for name in ["../evil.yaml", "/etc/evil.yaml", "a/../../evil.yaml", "..\\evil.yaml"] {
                let refused = unpack("p.zip", &pack(&[(name, b"x"), ("pipeline.yaml", b"y")])).unwrap_err();
                assert!(refused.0.contains("outside"), "{name}: {refused}");
            }
        }
    }

    #[test]
    fn bombs_are_refused() {
        let zeros = vec![b' '; usize::try_from(MAX_BYTES).unwrap() + 10];
        for pack in [zip_of as Pack, tar_of as Pack] {
            let refused = unpack("p.zip", &pack(&[("pipeline.yaml", &zeros)])).unwrap_err();
            assert!(refused.0.contains("more than"), "{refused}");
        }
        assert!(unpack("p.yaml", &zeros).is_err());
    }

    #[test]
    fn other_formats_are_refused_and_nothing_panics() {
        assert!(unpack("picture.png", b"\x89PNG\r\n").unwrap_err().0.contains("picture.png"));
        assert!(unpack("p.zip", b"PK\x03\x04broken").is_err());
        assert!(unpack("p.tar.gz", &[0x1f, 0x8b, 8, 0, 1]).is_err());
        assert!(unpack("p.yaml", &[0xff, 0xfe]).unwrap_err().0.contains("UTF-8"));
        assert_eq!(unpack("P.YAML", b"a: 1").unwrap(), "a: 1");
    }
}
