//! In what two answers differ, as far as a client could care.

use serde_json::Value;

/// Ids, tokens and moments differ from server to server; texts of failures and how a definition is laid out as text are
/// each server's own.
const FREE: [&str; 17] = [
    "template",
    "pipeline_manifest",
    "workflow_manifest",
    "message",
    "details",
    "error",
    "error_message",
    "error_details",
    "next_page_token",
    "created_at",
    "scheduled_at",
    "finished_at",
    "last_run_created_at",
    "update_time",
    "updated_at",
    "commit_sha",
    "tag_name",
];

/// The same answer with the rows of its lists in an order of their own.
pub(crate) fn sorted(answer: &Value) -> Value {
    let mut answer = answer.clone();
    for list in
        answer.as_object_mut().into_iter().flat_map(|answer| answer.values_mut()).filter_map(Value::as_array_mut)
    {
        list.sort_by_key(|row| row["display_name"].as_str().unwrap_or_default().to_owned());
    }
    answer
}

/// One line per difference: `where: theirs -> ours`.
pub(crate) fn differences(theirs: (u16, &Value), ours: (u16, &Value)) -> Vec<String> {
    if theirs.0 != ours.0 {
        return vec![format!("status {} -> {}", told(theirs), told(ours))];
    }
    let mut found = Vec::new();
    if theirs.0 < 400 {
        compare("", theirs.1, ours.1, &mut found);
    } else if theirs.1["code"] != ours.1["code"] && !theirs.1["code"].is_null() {
        found.push(format!("code {} -> {}", theirs.1["code"], ours.1["code"]));
    }
    found
}

fn told((status, body): (u16, &Value)) -> String {
    match body["code"].as_i64() {
        Some(code) => format!("{status} (code {code})"),
        None => status.to_string(),
    }
}

fn compare(at: &str, theirs: &Value, ours: &Value, found: &mut Vec<String>) {
    match (theirs, ours) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, value) in a {
                let at = format!("{at}.{key}");
                match b.get(key) {
                    Some(other) if FREE.contains(&key.as_str()) => {
                        if kind(value) != kind(other) {
                            found.push(format!("{at}: {} -> {}", kind(value), kind(other)));
                        }
                    }
                    Some(other) => compare(&at, value, other, found),
                    None => found.push(format!("{at}: {} -> absent", kind(value))),
                }
            }
            for (key, value) in b.iter().filter(|(key, _)| !a.contains_key(*key)) {
                found.push(format!("{at}.{key}: absent -> {}", kind(value)));
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            if a.len() != b.len() {
                found.push(format!("{at}: {} items -> {}", a.len(), b.len()));
            }
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                compare(&format!("{at}[{index}]"), a, b, found);
            }
        }
        (Value::String(a), Value::String(b)) if is_id(a) && is_id(b) => {}
        (a, b) if a == b => {}
        (a, b) => found.push(format!("{at}: {a} -> {b}")),
    }
}

/// An id of KFP's, or the name that the recording gives it.
fn is_id(text: &str) -> bool {
    (text.starts_with('{') && text.ends_with('}')) || (text.len() == 36 && text.split('-').count() == 5)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(text) if text.starts_with("1970-") => "zero time",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}
