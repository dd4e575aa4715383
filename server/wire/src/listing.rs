use crate::filter::Predicates;
use model::{Failure, Filter, Listing, Sort};
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// A list's query parameters as they came; all of them may be empty, which clients send for "not given".
#[derive(Debug, Clone, Copy, Default)]
pub struct ListQuery<'a> {
    pub page_size: &'a str,
    pub page_token: &'a str,
    pub sort_by: &'a str,
    pub filter: &'a str,
}

/// `F` is the version's Filter message: v1beta1 and v2beta1 name the operation differently.
///
/// # Errors
/// `Invalid`, naming the parameter.
pub(crate) fn read<F: Predicates>(query: ListQuery<'_>) -> Result<Listing, Failure> {
    Ok(Listing {
        page_size: Listing::clamp_page_size(page_size(query.page_size)?.into())?,
        page_token: Some(query.page_token).filter(|token| !token.is_empty()).map(str::to_owned),
        sort: sort(query.sort_by)?,
        filter: filter::<F>(query.filter)?,
    })
}

/// v2beta1's list parameters. Whether the fields exist is for the store to say.
///
/// # Errors
/// `Invalid`, naming the parameter.
pub fn listing(query: ListQuery<'_>) -> Result<Listing, Failure> {
    read::<crate::v2beta1::Filter>(query)
}

fn page_size(text: &str) -> Result<i32, Failure> {
    if text.is_empty() {
        return Ok(0);
    }
    text.parse().map_err(|_| {
        Failure::invalid(format!("page_size {text:?} is not a whole number of 32 bits: expected 0 to 200"))
    })
}

/// `field`, `field asc` or `field desc`, in any case.
///
/// # Errors
/// `Invalid` for any other form.
pub fn sort(text: &str) -> Result<Option<Sort>, Failure> {
    let text = text.to_lowercase();
    let mut words = text.split_whitespace();
    let Some(field) = words.next() else {
        return Ok(None);
    };
    let descending = match (words.next(), words.next()) {
        (None | Some("asc"), None) => false,
        (Some("desc"), None) => true,
        _ => {
            return Err(Failure::invalid(format!(
                "sort_by has an invalid sort by format {text:?}. Supported format: \"field_name\", \"field_name desc\", or \"field_name asc\""
            )));
        }
    };
    Ok(Some(Sort { field: field.to_owned(), descending }))
}

/// Some clients percent-encode the JSON themselves before they encode the query, and KFP decodes twice for their sake.
/// JSON begins with a brace, which encoding hides; so the second decoding is done only where it is needed, and names
/// with `+` and `%` can be searched for, which KFP cannot do.
fn filter<F: Predicates>(text: &str) -> Result<Filter, Failure> {
    let text = text.trim();
    let text = if text.is_empty() || text.starts_with('{') { Cow::Borrowed(text) } else { decode(text)?.into() };
    crate::json::parse::<F>("filter", text.as_bytes())?.into_filter()
}

fn decode(text: &str) -> Result<String, Failure> {
    let text = text.replace('+', " ");
    match percent_decode_str(&text).decode_utf8() {
        Ok(decoded) => Ok(decoded.into_owned()),
        Err(_) => Err(Failure::invalid("filter is not UTF-8 after decoding: expected the JSON of a filter")),
    }
}
