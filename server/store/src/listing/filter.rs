use super::{Column, Field, List};
use model::{Comparison, Failure, Filter, Predicate, PredicateValue, Timestamp};
use sea_orm::DbBackend;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, LikeExpr, Query};

/// The filter as SQL: every value is bound, every name comes from our own list of fields.
pub(super) fn condition<T>(list: &List<T>, filter: &Filter, backend: DbBackend) -> Result<Condition, Failure> {
    let mut all = Condition::all();
    for predicate in &filter.predicates {
        let expression = match predicate.key.strip_prefix("tags.").filter(|_| list.tagged) {
            Some(key) => tag(list.table, key, predicate)?,
            None => field(list, predicate, backend)?,
        };
        all = all.add(expression);
    }
    Ok(all)
}

fn field<T>(list: &List<T>, predicate: &Predicate, backend: DbBackend) -> Result<Expr, Failure> {
    let Some(field) = list.fields.iter().find(|field| field.is_called(&predicate.key)) else {
        let names = list.fields.iter().map(Field::name).collect::<Vec<_>>().join(", ");
        return Err(Failure::invalid(format!("filter key {:?} is unknown: expected one of {names}", predicate.key)));
    };
    match field.column {
        Column::Moment(name) => moment(name, predicate),
        Column::Position(_) => Err(wrong(predicate, "another field: this one can only be sorted by")),
        column => text(column, predicate, backend),
    }
}

fn text(column: Column, predicate: &Predicate, backend: DbBackend) -> Result<Expr, Failure> {
    let word = |text: &str| match column {
        Column::StorageState(_) => text.strip_prefix("STORAGESTATE_").unwrap_or(text).to_owned(),
        _ => text.to_owned(),
    };
    let expression = column.expression();
    if predicate.comparison == Comparison::In {
        let words: Vec<String> = match &predicate.value {
            PredicateValue::Texts(texts) => texts.iter().map(|text| word(text)).collect(),
            PredicateValue::Numbers(numbers) => numbers.iter().map(ToString::to_string).collect(),
            _ => return Err(wrong(predicate, "a list of values with IN")),
        };
        return Ok(expression.is_in(words));
    }
    let value = match &predicate.value {
        PredicateValue::Text(text) => word(text),
        PredicateValue::Number(number) => number.to_string(),
        _ => return Err(wrong(predicate, "one text")),
    };
    Ok(match predicate.comparison {
        Comparison::Equals => expression.eq(value),
        Comparison::NotEquals => expression.ne(value),
        Comparison::GreaterThan => expression.gt(value),
        Comparison::GreaterThanEquals => expression.gte(value),
        Comparison::LessThan => expression.lt(value),
        Comparison::LessThanEquals => expression.lte(value),
        Comparison::IsSubstring | Comparison::In => substring(expression, &value, backend),
    })
}

/// Without regard to case, as KFP on MySQL has it; `%` and `_` in the value are wildcards, as there.
fn substring(expression: Expr, value: &str, backend: DbBackend) -> Expr {
    // `lower` knows the letters beyond ASCII only on MySQL.
    let lower = if backend == DbBackend::MySql { value.to_lowercase() } else { value.to_ascii_lowercase() };
    let pattern = format!("%{}%", lower.replace('!', "!!"));
    Expr::expr(Func::lower(expression)).like(LikeExpr::new(pattern).escape('!'))
}

/// Whole seconds, as KFP stores them: a row made at 10.9 s was made at second 10.
fn moment(name: &'static str, predicate: &Predicate) -> Result<Expr, Failure> {
    let column = || Expr::col(name);
    let within = |second: i64| column().gte(millis(second)).and(column().lt(millis(second.saturating_add(1))));
    if predicate.comparison == Comparison::In {
        let seconds = match &predicate.value {
            PredicateValue::Numbers(numbers) => numbers.clone(),
            PredicateValue::Texts(texts) => {
                texts.iter().map(|text| seconds_of(text, predicate)).collect::<Result<_, _>>()?
            }
            _ => return Err(wrong(predicate, "a list of moments with IN")),
        };
        return Ok(seconds.into_iter().map(within).reduce(Expr::or).unwrap_or_else(|| Expr::val(1).eq(0)));
    }
    let second = match &predicate.value {
        PredicateValue::Moment(moment) => moment.seconds(),
        PredicateValue::Number(number) => *number,
        PredicateValue::Text(text) => seconds_of(text, predicate)?,
        _ => return Err(wrong(predicate, "one moment")),
    };
    let next = second.saturating_add(1);
    Ok(match predicate.comparison {
        Comparison::Equals => within(second),
        Comparison::NotEquals => column().lt(millis(second)).or(column().gte(millis(next))),
        Comparison::GreaterThan => column().gte(millis(next)),
        Comparison::GreaterThanEquals => column().gte(millis(second)),
        Comparison::LessThan => column().lt(millis(second)),
        Comparison::LessThanEquals => column().lt(millis(next)),
        Comparison::IsSubstring | Comparison::In => return Err(wrong(predicate, "a field of text with IS_SUBSTRING")),
    })
}

const fn millis(second: i64) -> i64 {
    Timestamp::from_seconds(second).millis()
}

/// KFP's clients write seconds since 1970 as text; RFC 3339 is understood as well.
fn seconds_of(text: &str, predicate: &Predicate) -> Result<i64, Failure> {
    let moment = || Timestamp::parse_rfc3339(text).map(Timestamp::seconds);
    text.trim().parse().ok().or_else(moment).ok_or_else(|| wrong(predicate, "seconds since 1970 or an RFC 3339 time"))
}

fn tag(owner: &'static str, key: &str, predicate: &Predicate) -> Result<Expr, Failure> {
    let (Comparison::Equals, PredicateValue::Text(value)) = (predicate.comparison, &predicate.value) else {
        return Err(wrong(predicate, "EQUALS with a string_value"));
    };
    let mut tagged = Query::select();
    tagged
        .expr(Expr::val(1))
        .from("tags")
        .and_where(Expr::col(("tags", "namespace")).equals((owner, "namespace")))
        .and_where(Expr::col(("tags", "object_id")).equals((owner, "id")))
        .and_where(Expr::col(("tags", "tag_key")).eq(key))
        .and_where(Expr::col(("tags", "tag_value")).eq(value.as_str()));
    Ok(Expr::exists(tagged))
}

fn wrong(predicate: &Predicate, expected: &str) -> Failure {
    Failure::invalid(format!("filter on {:?} does not fit: expected {expected}", predicate.key))
}
