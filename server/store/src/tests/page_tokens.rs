use crate::listing::{PageKey, PageToken, SortValue};
use model::{Comparison, FailureKind, Filter, Predicate, PredicateValue};
use proptest::prelude::*;

fn key() -> PageKey {
    PageKey::new(b"a key of enough bytes").unwrap()
}

fn token() -> impl Strategy<Value = PageToken> {
    let value = prop_oneof![any::<i64>().prop_map(SortValue::Number), any::<String>().prop_map(SortValue::Text)];
    let predicate = (any::<String>(), any::<String>()).prop_map(|(key, text)| Predicate {
        key,
        comparison: Comparison::IsSubstring,
        value: PredicateValue::Text(text),
    });
    let filter = proptest::collection::vec(predicate, 0..3).prop_map(|predicates| Filter { predicates });
    (any::<[String; 4]>(), any::<Option<String>>(), any::<bool>(), filter, value).prop_map(
        |([list, place, sort_field, id], parent, descending, filter, value)| PageToken {
            list,
            place,
            parent,
            sort_field,
            descending,
            filter,
            value,
            id,
        },
    )
}

proptest! {
    #[test]
    fn what_was_sealed_opens(token in token()) {
        prop_assert_eq!(key().open(&key().seal(&token).unwrap()).unwrap(), token);
    }

    #[test]
    fn one_changed_character_closes_it(token in token(), place in any::<prop::sample::Index>(), other in "[A-Za-z0-9_-]") {
        let sealed = key().seal(&token).unwrap();
        let at = place.index(sealed.len());
        let mut tampered = sealed.clone();
        tampered.replace_range(at..=at, &other);
        prop_assume!(tampered != sealed);
        let refused = key().open(&tampered).unwrap_err();
        prop_assert_eq!(refused.kind, FailureKind::Invalid);
        prop_assert!(refused.message.contains("page_token"));
    }

    #[test]
    fn nothing_else_opens(text in any::<String>()) {
        prop_assert_eq!(key().open(&text).unwrap_err().kind, FailureKind::Invalid);
    }
}

#[test]
fn another_servers_token_does_not_open() {
    let token = PageToken {
        list: "runs".to_owned(),
        place: "team-a".to_owned(),
        parent: None,
        sort_field: "id".to_owned(),
        descending: false,
        filter: Filter::default(),
        value: SortValue::Number(1),
        id: String::new(),
    };
    let sealed = PageKey::new(b"quite another key!").unwrap().seal(&token).unwrap();
    assert_eq!(key().open(&sealed).unwrap_err().kind, FailureKind::Invalid);
    assert_eq!(PageKey::new(b"short").err().map(|refused| refused.kind), Some(FailureKind::Invalid));
}
