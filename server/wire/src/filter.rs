use crate::json::{Enum, Int64, Message, Moment, Named, message};
use model::{Comparison, Failure, Filter, Predicate, PredicateValue};

/// The Filter message of one API version.
pub(crate) trait Predicates: Message {
    /// # Errors
    /// `Invalid`, naming the predicate.
    fn into_filter(self) -> Result<Filter, Failure>;
}

/// The Filter message of an API version: the same in both, but for the name of the field that says how to compare.
macro_rules! filter_message {
    ($operation:ident) => {
        use crate::{
            filter::{IntValues, LongValues, Predicates, StringValues, Values, predicate},
            json::{Enum, Int64, Moment, message},
        };

        message! {
            /// All predicates must hold.
            Filter { predicates: Vec<Predicate> }

            Predicate {
                $operation: Enum<model::Comparison>,
                key: String,
                int_value: Option<i32>,
                long_value: Option<Int64>,
                string_value: Option<String>,
                timestamp_value: Moment,
                int_values: Option<IntValues>,
                long_values: Option<LongValues>,
                string_values: Option<StringValues>,
            }
        }

        impl Predicates for Filter {
            fn into_filter(self) -> Result<model::Filter, model::Failure> {
                let predicates = self.predicates.into_iter().enumerate().map(|(index, each)| {
                    let values = Values {
                        int_value: each.int_value,
                        long_value: each.long_value,
                        string_value: each.string_value,
                        timestamp_value: each.timestamp_value,
                        int_values: each.int_values,
                        long_values: each.long_values,
                        string_values: each.string_values,
                    };
                    predicate(index, stringify!($operation), each.$operation, each.key, values)
                });
                Ok(model::Filter { predicates: predicates.collect::<Result<_, _>>()? })
            }
        }
    };
}
pub(crate) use filter_message;

message! {
    IntValues { values: Vec<i32> }
    LongValues { values: Vec<Int64> }
    StringValues { values: Vec<String> }
}

impl Named for Comparison {
    const UNSPECIFIED: &'static str = "OPERATION_UNSPECIFIED";
    /// 4 was never given out.
    const WORDS: &'static [(i64, &'static str, Self)] = &[
        (1, "EQUALS", Self::Equals),
        (2, "NOT_EQUALS", Self::NotEquals),
        (3, "GREATER_THAN", Self::GreaterThan),
        (5, "GREATER_THAN_EQUALS", Self::GreaterThanEquals),
        (6, "LESS_THAN", Self::LessThan),
        (7, "LESS_THAN_EQUALS", Self::LessThanEquals),
        (8, "IN", Self::In),
        (9, "IS_SUBSTRING", Self::IsSubstring),
    ];
}

/// The oneof of a predicate's value, the same in both versions.
#[derive(Debug, Default)]
pub(crate) struct Values {
    pub(crate) int_value: Option<i32>,
    pub(crate) long_value: Option<Int64>,
    pub(crate) string_value: Option<String>,
    pub(crate) timestamp_value: Moment,
    pub(crate) int_values: Option<IntValues>,
    pub(crate) long_values: Option<LongValues>,
    pub(crate) string_values: Option<StringValues>,
}

impl Values {
    fn only(self) -> Option<PredicateValue> {
        let mut given = [
            self.int_value.map(|number| PredicateValue::Number(number.into())),
            self.long_value.map(|Int64(number)| PredicateValue::Number(number)),
            self.string_value.map(PredicateValue::Text),
            self.timestamp_value.0.map(PredicateValue::Moment),
            self.int_values.map(|list| PredicateValue::Numbers(list.values.into_iter().map(i64::from).collect())),
            self.long_values.map(|list| PredicateValue::Numbers(list.values.into_iter().map(|Int64(n)| n).collect())),
            self.string_values.map(|list| PredicateValue::Texts(list.values)),
        ]
        .into_iter()
        .flatten();
        let value = given.next()?;
        given.next().is_none().then_some(value)
    }
}

/// `operation` is the version's name of that field, for the failure.
pub(crate) fn predicate(
    index: usize,
    operation: &str,
    comparison: Enum<Comparison>,
    key: String,
    values: Values,
) -> Result<Predicate, Failure> {
    let wrong = |what: &str| Failure::invalid(format!("filter predicates[{index}]{what}"));
    let Some(comparison) = comparison.0 else {
        return Err(wrong(&format!(".{operation} is missing: expected EQUALS, IN, IS_SUBSTRING or another operation")));
    };
    if key.is_empty() {
        return Err(wrong(".key is empty: expected the name of a field"));
    }
    let Some(value) = values.only() else {
        return Err(wrong(
            " must have exactly one value: expected one of int_value, long_value, string_value, timestamp_value, int_values, long_values, string_values",
        ));
    };
    let is_list = matches!(value, PredicateValue::Numbers(_) | PredicateValue::Texts(_));
    match comparison {
        Comparison::In if !is_list => {
            Err(wrong(": cannot use IN operator with scalar type, expected string_values, int_values or long_values"))
        }
        Comparison::In => Ok(()),
        _ if is_list => Err(wrong(": a list of values goes only with the operation IN")),
        Comparison::IsSubstring if !matches!(value, PredicateValue::Text(_)) => {
            Err(wrong(": IS_SUBSTRING needs a string_value"))
        }
        _ => Ok(()),
    }?;
    if key.starts_with("tags.") && !(comparison == Comparison::Equals && matches!(value, PredicateValue::Text(_))) {
        return Err(wrong(": tags can only be compared by EQUALS with a string_value"));
    }
    Ok(Predicate { key, comparison, value })
}
