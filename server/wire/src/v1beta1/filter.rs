use crate::filter::{IntValues, LongValues, Predicates, StringValues, Values, predicate};
use crate::json::{Enum, Int64, Moment, message};
use model::{Comparison, Failure};

message! {
    /// All predicates must hold.
    Filter { predicates: Vec<Predicate> }

    Predicate {
        op: Enum<Comparison>,
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
    fn into_filter(self) -> Result<model::Filter, Failure> {
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
            predicate(index, "op", each.op, each.key, values)
        });
        Ok(model::Filter { predicates: predicates.collect::<Result<_, _>>()? })
    }
}
