use crate::json::{At, Field};
use model::{Failure, Tags};
use serde_json::Value;

const MOST: usize = 20;
const LONGEST: usize = 63;

/// Tags as the query of an upload carries them: the text of a JSON object. Empty text is no tags.
///
/// # Errors
/// `Invalid`, naming `tags`.
pub fn parse_tags(text: &str) -> Result<Tags, Failure> {
    if text.is_empty() {
        return Ok(Tags::new());
    }
    let value: Value = serde_json::from_str(text)
        .map_err(|error| Failure::invalid(format!("tags is not a JSON object of strings: {error}")))?;
    let tags = Tags::read(value, &At::Field(&At::Root("query"), "tags"))?;
    check_tags(&tags)?;
    Ok(tags)
}

/// KFP's limits: 20 tags; keys of 1 to 63 characters without a dot; values of 63 at most.
///
/// # Errors
/// `Invalid`, naming the tag.
pub fn check_tags(tags: &Tags) -> Result<(), Failure> {
    if tags.len() > MOST {
        return Err(Failure::invalid(format!("tags has {} entries: expected {MOST} at most", tags.len())));
    }
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > LONGEST || key.contains('.') || key.contains('\0') {
            return Err(Failure::invalid(format!(
                "tags has the key {key:?}: expected 1 to {LONGEST} characters without '.'"
            )));
        }
        if value.chars().count() > LONGEST {
            return Err(Failure::invalid(format!("tags.{key} is too long: expected {LONGEST} characters at most")));
        }
    }
    Ok(())
}
