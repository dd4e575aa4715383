use crate::json::{At, Field};
use model::{Failure, Tags};
use serde_json::Value;

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
    Tags::read(value, &At::Field(&At::Root("query"), "tags"))
}
