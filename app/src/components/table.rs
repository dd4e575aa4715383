//! What lists share: heads that sort, pages that turn.

use crate::figures::text::count;
use leptos::prelude::*;

/// A query string without the keys given, and with those that have a value.
#[must_use]
pub fn query_with(query: &leptos_router::params::ParamsMap, changes: &[(&str, Option<&str>)]) -> String {
    let mut query = query.clone();
    for key in ["__path", "__err", "used"] {
        query.remove(key);
    }
    for (key, value) in changes {
        query.remove(key);
        if let Some(value) = value {
            query.insert((*key).to_owned(), (*value).to_owned());
        }
    }
    query.to_query_string()
}

/// Below a list: how many there are, and the way on.
#[must_use]
pub fn pager(
    path: &str,
    query: &leptos_router::params::ParamsMap,
    total: u32,
    one: &str,
    many: &str,
    next: Option<&str>,
) -> AnyView {
    let first = query.get_str("page").is_some().then(|| {
        view! { <a class="button small" href=format!("{path}{}", query_with(query, &[("page", None)]))>"First page"</a> }
    });
    let next = next.map(|token| {
        view! { <a class="button small" href=format!("{path}{}", query_with(query, &[("page", Some(token))]))>"Next page"</a> }
    });
    view! {
        <footer class="pager">
            <span class="faint">{count(total, one, many)}</span>
            <span class="actions">{first}{next}</span>
        </footer>
    }
    .into_any()
}

/// A column's head that sorts by its field: `field`, then `field desc`.
#[must_use]
pub fn sorting(
    path: &str,
    query: &leptos_router::params::ParamsMap,
    word: &'static str,
    field: &'static str,
    fallback: &'static str,
) -> AnyView {
    let current = query.get_str("sort").unwrap_or(fallback);
    let descending = format!("{field} desc");
    let (now, next) = if current == field {
        ("ascending", descending.as_str())
    } else if current == descending {
        ("descending", field)
    } else if field == "created_at" {
        ("none", descending.as_str())
    } else {
        ("none", field)
    };
    let href = format!("{path}{}", query_with(query, &[("sort", Some(next)), ("page", None)]));
    view! { <th scope="col" aria-sort=now><a href=href data-noscroll="">{word}</a></th> }.into_any()
}

/// What a list's search field asks for.
#[must_use]
pub fn named(part: Option<String>) -> Option<model::Predicate> {
    use model::{Comparison, Predicate, PredicateValue};
    let by = |part| Predicate {
        key: "name".to_owned(),
        comparison: Comparison::IsSubstring,
        value: PredicateValue::Text(part),
    };
    part.map(by)
}

/// `field`, `field desc` or `field asc` as a sort; anything else sorts newest first.
#[must_use]
pub fn sort_of(text: Option<&str>) -> model::Sort {
    let text = text.unwrap_or("created_at desc");
    let (field, descending) = match text.split_once(' ') {
        Some((field, direction)) => (field, direction == "desc"),
        None => (text, false),
    };
    model::Sort { field: field.to_owned(), descending }
}
