//! How long names may be, in bytes, and what else they must be (KFP's columns).

use model::{Failure, Tags};

pub(crate) const EXPERIMENT: usize = 128;
pub(crate) const PIPELINE: usize = 128;
pub(crate) const PIPELINE_VERSION: usize = 127;
pub(crate) const RUN: usize = 255;
/// Kubernetes's limit for the name of a service account.
pub(crate) const SERVICE_ACCOUNT: usize = 253;
pub(crate) const URL: usize = 2048;
const DESCRIPTION: usize = 65_535;

pub(crate) fn check(field: &str, name: &str, most: usize) -> Result<(), Failure> {
    if name.trim().is_empty() {
        return Err(Failure::invalid(format!("{field} is empty: expected 1 to {most} bytes of text")));
    }
    if name.len() > most {
        return Err(Failure::invalid(format!("{field} has {} bytes: expected {most} at most", name.len())));
    }
    check_characters(field, name)
}

pub(crate) fn check_description(text: &str) -> Result<(), Failure> {
    check_optional("description", text, DESCRIPTION)
}

/// Text that may be empty.
pub(crate) fn check_optional(field: &str, text: &str, most: usize) -> Result<(), Failure> {
    if text.len() > most {
        return Err(Failure::invalid(format!("{field} has {} bytes: expected {most} at most", text.len())));
    }
    check_characters(field, text)
}

/// PostgreSQL cannot keep it, and nobody can mean it.
fn check_characters(field: &str, text: &str) -> Result<(), Failure> {
    if text.contains('\0') { Err(Failure::invalid(format!("{field} has a NUL character"))) } else { Ok(()) }
}

pub(crate) fn check_tags(tags: &Tags) -> Result<(), Failure> {
    if tags.len() > 20 {
        return Err(Failure::invalid(format!("tags has {} entries: expected 20 at most", tags.len())));
    }
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > 63 || key.contains(['.', '\0']) {
            return Err(Failure::invalid(format!("tags: key {key:?}: expected 1 to 63 characters without '.'")));
        }
        if value.chars().count() > 63 || value.contains('\0') {
            return Err(Failure::invalid(format!("tags: value of {key:?}: expected 63 characters at most")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_bounds_in_bytes() {
        assert_eq!(check("name", &"x".repeat(128), PIPELINE), Ok(()));
        for wrong in ["", "  ", "a\0b", &"x".repeat(129), &"é".repeat(65)] {
            assert!(check("display_name", wrong, PIPELINE).unwrap_err().message.contains("display_name"), "{wrong}");
        }
        assert_eq!(check_description(""), Ok(()));
        assert!(check_description("a\0b").is_err());
    }

    #[test]
    fn tags_have_bounds() {
        let tags = |pairs: &[(&str, &str)]| -> Tags {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        assert_eq!(check_tags(&tags(&[("team", "vision")])), Ok(()));
        let long = "x".repeat(64);
        let many: Tags = (0..21).map(|number| (number.to_string(), String::new())).collect();
        for wrong in [tags(&[("", "v")]), tags(&[("a.b", "v")]), tags(&[(&long, "v")]), tags(&[("k", &long)]), many] {
            assert!(check_tags(&wrong).unwrap_err().message.starts_with("tags"));
        }
    }
}
