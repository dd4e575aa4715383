//! Resource references, and bodies of v1beta1 in general, whatever they hold.

use mooring_wire::{ListQuery, Message, parse, v1beta1, v2beta1};
use proptest::prelude::*;
use serde_json::{Value, json};

const KINDS: [(&str, u8); 5] =
    [("EXPERIMENT", 1), ("JOB", 2), ("PIPELINE", 3), ("PIPELINE_VERSION", 4), ("NAMESPACE", 5)];

/// A reference as some client writes it: words or numbers, any relationship or none.
fn reference() -> impl Strategy<Value = (usize, String, Value)> {
    (0..KINDS.len(), "[a-z][a-z0-9]{0,8}", any::<bool>(), 0..3_usize).prop_map(|(kind, id, number, relationship)| {
        let (word, digit) = KINDS[kind];
        let type_ = if number { json!(digit) } else { json!(word) };
        let mut reference = json!({ "key": { "type": type_, "id": id }, "name": "read past" });
        if relationship > 0 {
            reference["relationship"] = json!(["OWNER", "CREATOR"][relationship - 1]);
        }
        (kind, id, reference)
    })
}

proptest! {
    #[test]
    fn the_first_reference_of_a_kind_counts(references in proptest::collection::vec(reference(), 0..6)) {
        let list: Vec<&Value> = references.iter().map(|(_, _, reference)| reference).collect();
        let body = json!({ "name": "e", "resource_references": list }).to_string();
        let made = parse::<v1beta1::Experiment>("body", body.as_bytes()).unwrap().into_new();
        match references.iter().find(|(kind, _, _)| KINDS[*kind].0 == "NAMESPACE") {
            Some((_, id, _)) => prop_assert_eq!(&made.unwrap().0.to_string(), id),
            None => prop_assert!(made.unwrap_err().message.contains("NAMESPACE")),
        }
        let run = parse::<v1beta1::Run>("body", body.as_bytes());
        prop_assert!(run.is_ok_and(|run| run.into_new().is_err()), "a run needs a definition");
    }

    #[test]
    fn no_text_is_too_strange(text in any::<String>(), other in any::<String>()) {
        fn read<M: Message>(text: &str) {
            drop(parse::<M>("body", text.as_bytes()));
        }
        read::<v1beta1::Run>(&text);
        read::<v1beta1::Pipeline>(&text);
        read::<v1beta1::ReportRunMetricsRequest>(&text);
        read::<v2beta1::Run>(&text);
        read::<v2beta1::PipelinePatch>(&text);
        drop(v1beta1::key_of(&text, &other));
        drop(v1beta1::listing(ListQuery { page_size: &other, sort_by: &text, filter: &text, page_token: &other }));
    }

    #[test]
    fn both_versions_read_the_same_filter(key in "[a-z_]{1,12}", value in "[^\0]{0,12}") {
        let of = |word: &str| json!({ "predicates": [{ word: "EQUALS", "key": key, "string_value": value }] }).to_string();
        let (older, newer) = (of("op"), of("operation"));
        let query = |filter| ListQuery { filter, ..ListQuery::default() };
        let read = v1beta1::listing(query(&older)).unwrap();
        prop_assert_eq!(&read.filter, &mooring_wire::listing(query(&newer)).unwrap().filter);
        prop_assert!(v1beta1::listing(query(&newer)).is_err() && mooring_wire::listing(query(&older)).is_err());
    }
}
