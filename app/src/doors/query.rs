use percent_encoding::percent_decode_str;

/// The value of one key in a query string, decoded; text that is no UTF-8 reads as if it were absent.
pub(super) fn value(query: Option<&str>, key: &str) -> Option<String> {
    let pairs = query?.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.into_iter().find(|(name, _)| *name == key)?;
    let value = value.replace('+', " ");
    percent_decode_str(&value).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn values_are_found_and_decoded() {
        let query = Some("next=%2Fns%2Fteam-a&link=a+b&bad=%FF");
        assert_eq!(value(query, "next").as_deref(), Some("/ns/team-a"));
        assert_eq!(value(query, "link").as_deref(), Some("a b"));
        assert_eq!(value(query, "bad"), None);
        assert_eq!(value(query, "absent"), None);
        assert_eq!(value(None, "next"), None);
    }
}
