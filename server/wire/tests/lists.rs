//! Sorting, filtering and page sizes as clients really write them.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use model::{Comparison, FailureKind, Predicate, PredicateValue, Timestamp};
use mooring_wire::{ListQuery, listing, sort};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use serde_json::{Value, json};

fn filter(text: &str) -> Result<Vec<Predicate>, model::Failure> {
    listing(ListQuery { filter: text, ..ListQuery::default() }).map(|listing| listing.filter.predicates)
}

fn refused(text: &str) -> String {
    let failure = filter(text).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid);
    assert!(failure.message.contains("filter") || failure.message.contains("predicates"), "{}", failure.message);
    failure.message
}

const OPERATIONS: [(u8, &str, Comparison); 8] = [
    (1, "EQUALS", Comparison::Equals),
    (2, "NOT_EQUALS", Comparison::NotEquals),
    (3, "GREATER_THAN", Comparison::GreaterThan),
    (5, "GREATER_THAN_EQUALS", Comparison::GreaterThanEquals),
    (6, "LESS_THAN", Comparison::LessThan),
    (7, "LESS_THAN_EQUALS", Comparison::LessThanEquals),
    (8, "IN", Comparison::In),
    (9, "IS_SUBSTRING", Comparison::IsSubstring),
];

/// A predicate, and one way to write it.
fn predicates() -> impl Strategy<Value = (Predicate, Value)> {
    let text = "[^\0]{0,12}";
    let scalar = prop_oneof![
        any::<i64>().prop_map(|n| (PredicateValue::Number(n), ["long_value", "longValue"], json!(n.to_string()))),
        any::<i32>().prop_map(|n| (PredicateValue::Number(n.into()), ["int_value", "intValue"], json!(n))),
        text.prop_map(|t| (PredicateValue::Text(t.clone()), ["string_value", "stringValue"], json!(t))),
        (0..4_000_000_000_i64).prop_map(|seconds| {
            let time = Timestamp::from_seconds(seconds);
            (PredicateValue::Moment(time), ["timestamp_value", "timestampValue"], json!(time.to_rfc3339()))
        }),
    ];
    let list = prop_oneof![
        prop::collection::vec(any::<i64>(), 0..4).prop_map(|list| {
            let written = json!({ "values": list });
            (PredicateValue::Numbers(list), ["long_values", "longValues"], written)
        }),
        prop::collection::vec(text, 0..4).prop_map(|list| {
            let written = json!({ "values": list });
            (PredicateValue::Texts(list), ["string_values", "stringValues"], written)
        }),
    ];
    (0..OPERATIONS.len(), scalar, list, text, any::<[bool; 2]>(), "[a-z_]{1,16}").prop_map(
        |(operation, scalar, list, text, [as_number, camel], key)| {
            let (number, word, comparison) = OPERATIONS[operation];
            let (value, names, written) = match comparison {
                Comparison::In => list,
                Comparison::IsSubstring => {
                    (PredicateValue::Text(text.clone()), ["string_value", "stringValue"], json!(text))
                }
                _ => scalar,
            };
            let mut object = json!({ "key": key });
            object["operation"] = if as_number { json!(number) } else { json!(word) };
            object[names[usize::from(camel)]] = written;
            (Predicate { key, comparison, value }, object)
        },
    )
}

proptest! {
    #[test]
    fn a_filter_is_read_as_it_was_meant_in_every_spelling(
        all in prop::collection::vec(predicates(), 0..4),
        encoded in any::<bool>(),
    ) {
        let (meant, written): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let text = json!({ "predicates": written }).to_string();
        let text = if encoded { utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string() } else { text };
        prop_assert_eq!(filter(&text), Ok(meant));
    }

    #[test]
    fn no_text_at_all_upsets_the_filter(text in ".*") {
        if let Err(failure) = filter(&text) {
            prop_assert_eq!(failure.kind, FailureKind::Invalid);
        }
    }

    #[test]
    fn a_sort_is_read_in_any_case(field in "[a-z_:]{1,16}", direction in 0..3_usize, upper in any::<bool>()) {
        let text = format!("{field}{}", ["", " asc", " desc"][direction]);
        let text = if upper { text.to_uppercase() } else { text };
        let sort = sort(&text).unwrap().unwrap();
        prop_assert_eq!((sort.field, sort.descending), (field, direction == 2));
    }

    #[test]
    fn no_text_at_all_upsets_the_sort(text in ".*") {
        match sort(&text) {
            Ok(sort) => prop_assert_eq!(sort.is_none(), text.trim().is_empty()),
            Err(failure) => prop_assert_eq!(failure.kind, FailureKind::Invalid),
        }
    }

    #[test]
    fn a_page_is_1_to_200_rows(size in any::<i32>()) {
        let text = size.to_string();
        match listing(ListQuery { page_size: &text, ..ListQuery::default() }) {
            Ok(listing) => prop_assert!(size >= 0 && (1..=200).contains(&listing.page_size)),
            Err(failure) => prop_assert!(size < 0 && failure.message.contains("page_size")),
        }
    }
}

#[test]
fn empty_parameters_are_absent_ones() {
    let listing = listing(ListQuery::default()).unwrap();
    assert_eq!((listing.page_size, listing.page_token, listing.sort), (20, None, None));
    assert!(listing.filter.predicates.is_empty());
}

#[test]
fn a_filter_finds_plus_and_percent() {
    let found = filter(r#"{"predicates":[{"operation":1,"key":"name","stringValue":"50% of a+b"}]}"#).unwrap();
    assert_eq!(found[0].value, PredicateValue::Text("50% of a+b".to_owned()));
}

#[test]
fn what_a_filter_may_not_say() {
    let cases = [
        ("{", "not JSON"),
        ("[]", "expected an object"),
        ("%FF", "UTF-8"),
        (r#"{"predicates":[{"op":"EQUALS","key":"name","string_value":"x"}]}"#, "unknown field \"op\""),
        (r#"{"predicates":[{"operation":"UNKNOWN","key":"name","string_value":"x"}]}"#, "predicates[0].operation"),
        (r#"{"predicates":[{"operation":4,"key":"name","string_value":"x"}]}"#, "predicates[0].operation"),
        (r#"{"predicates":[{"operation":0,"key":"name","string_value":"x"}]}"#, "operation is missing"),
        (r#"{"predicates":[{"operation":1,"key":"","string_value":"x"}]}"#, "key is empty"),
        (r#"{"predicates":[{"operation":1,"key":"name"}]}"#, "exactly one value"),
        (r#"{"predicates":[{"operation":1,"key":"name","string_value":"x","int_value":0}]}"#, "exactly one value"),
        (r#"{"predicates":[{"operation":8,"key":"name","string_value":"x"}]}"#, "IN operator with scalar"),
        (
            r#"{"predicates":[{"operation":1,"key":"name","string_values":{"values":[]}}]}"#,
            "only with the operation IN",
        ),
        (r#"{"predicates":[{"operation":9,"key":"name","int_value":1}]}"#, "IS_SUBSTRING needs a string_value"),
        (r#"{"predicates":[{"operation":2,"key":"tags.team","string_value":"x"}]}"#, "tags"),
        (r#"{"predicates":[{"operation":1,"key":"created_at","timestamp_value":"noon"}]}"#, "timestamp_value"),
        (r#"{"predicates":[{"operation":1,"key":"name","int_value":2147483648}]}"#, "int_value"),
    ];
    for (text, expected) in cases {
        let message = refused(text);
        assert!(message.contains(expected), "{text}: {message}");
    }
}

#[test]
fn what_a_sort_may_not_say() {
    for text in ["name sideways", "name asc desc", "name asc please"] {
        let message = sort(text).unwrap_err().message;
        assert!(message.contains("sort_by") && message.contains("Supported format"), "{message}");
    }
}
