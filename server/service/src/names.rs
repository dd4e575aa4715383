//! How long names may be, in bytes, and what else they must be (KFP's columns).

use model::{Failure, Tags};

pub(crate) const EXPERIMENT: usize = 128;
pub(crate) const PIPELINE: usize = 128;
pub(crate) const PIPELINE_VERSION: usize = 127;
pub(crate) const RUN: usize = 255;
const DESCRIPTION: usize = 65_535;

pub(crate) fn check(field: &str, name: &str, most: usize) -> Result<(), Failure> {
    if name.trim().is_empty() {
        return Err(Failure::invalid(format!("{field} is empty: expected 1 to {most} bytes of text")));
    }
    if name.len() > most {
        return Err(Failure::invalid(format!("{field} has {} bytes: expected {most} at most", name.len())));
    }
    Ok(())
}

pub(crate) fn check_description(text: &str) -> Result<(), Failure> {
    if text.len() > DESCRIPTION {
        return Err(Failure::invalid(format!("description has {} bytes: expected {DESCRIPTION} at most", text.len())));
    }
    Ok(())
}

pub(crate) fn check_tags(tags: &Tags) -> Result<(), Failure> {
    if tags.len() > 20 {
        return Err(Failure::invalid(format!("tags has {} entries: expected 20 at most", tags.len())));
    }
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > 63 || key.contains('.') {
            return Err(Failure::invalid(format!("tags: key {key:?}: expected 1 to 63 characters without '.'")));
        }
        if value.chars().count() > 63 {
            return Err(Failure::invalid(format!("tags: value of {key:?}: expected 63 characters at most")));
        }
    }
    Ok(())
}
