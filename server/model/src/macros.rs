//! KFP's macros in the text of a run's parameters, put in when the run is made.

mod go_layout;

use crate::{RunId, Timestamp};
use chrono::{
    DateTime, Utc,
    format::{Item, StrftimeItems},
};
use serde_json::{Map, Value};
use std::fmt::Write;

/// What the macros of one run stand for.
#[derive(Debug, Clone, Copy)]
pub struct Macros {
    pub run_id: RunId,
    pub now: Timestamp,
    /// The slot and its number, for a run of a recurring run.
    pub scheduled: Option<(Timestamp, u64)>,
}

/// KFP's default layout: `20240501100000`.
const PLAIN: &str = "20060102150405";

impl Macros {
    /// Puts `[[RunUUID]]`, `[[CurrentTime]]`, `[[ScheduledTime]]` (both also with `.` and a Go layout), `[[Index]]`,
    /// `{{$.currentTime.strftime('...')}}` and `{{$.scheduledTime.strftime('...')}}` into every text among the values. Times
    /// are UTC. What it cannot resolve stays as it is.
    pub fn put_into(&self, parameters: &mut Map<String, Value>) {
        parameters.values_mut().for_each(|value| self.put_into_value(value));
    }

    fn put_into_value(&self, value: &mut Value) {
        match value {
            Value::String(text) if text.contains("[[") || text.contains("{{") => *text = self.resolved(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.put_into_value(item)),
            Value::Object(entries) => entries.values_mut().for_each(|entry| self.put_into_value(entry)),
            _ => {}
        }
    }

    fn resolved(&self, text: &str) -> String {
        let mut done = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(['[', '{']) {
            let (before, from) = rest.split_at(start);
            done.push_str(before);
            let found = self.square(from).or_else(|| self.curly(from));
            match found {
                Some((meaning, length)) => {
                    done.push_str(&meaning);
                    rest = &from[length..];
                }
                None => {
                    done.push_str(&from[..1]);
                    rest = &from[1..];
                }
            }
        }
        done.push_str(rest);
        done
    }

    /// The meaning of the macro that `text` begins with, and its length.
    fn square(&self, text: &str) -> Option<(String, usize)> {
        let inner = text.strip_prefix("[[")?;
        let end = inner.find("]]")?;
        let (name, layout) = inner[..end].split_once('.').unwrap_or((&inner[..end], PLAIN));
        let meaning = match name {
            "RunUUID" if layout == PLAIN => self.run_id.to_string(),
            "Index" if layout == PLAIN => self.scheduled?.1.to_string(),
            "CurrentTime" => go_layout::format(calendar(self.now)?, layout),
            "ScheduledTime" => go_layout::format(calendar(self.scheduled?.0)?, layout),
            _ => return None,
        };
        Some((meaning, end + 4))
    }

    fn curly(&self, text: &str) -> Option<(String, usize)> {
        let inner = text.strip_prefix("{{$.")?;
        let end = inner.find("}}")?;
        let (name, format) = inner[..end].split_once(".strftime('")?;
        let format = format.strip_suffix("')")?;
        let moment = match name {
            "currentTime" => self.now,
            "scheduledTime" => self.scheduled?.0,
            _ => return None,
        };
        Some((strftime(calendar(moment)?, format)?, end + 6))
    }
}

fn calendar(moment: Timestamp) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(moment.millis())
}

/// `None` for a format that is none.
fn strftime(moment: DateTime<Utc>, format: &str) -> Option<String> {
    let items: Vec<Item<'_>> = StrftimeItems::new(format).collect();
    if items.iter().any(|item| matches!(item, Item::Error)) {
        return None;
    }
    let mut text = String::new();
    write!(text, "{}", moment.format_with_items(items.iter())).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn put(text: &str) -> Value {
        let macros = Macros {
            run_id: RunId::from_uuid(uuid::Uuid::from_u128(7)),
            now: Timestamp::parse_rfc3339("2024-05-01T10:00:03Z").unwrap(),
            scheduled: Some((Timestamp::parse_rfc3339("2024-05-01T09:00:00Z").unwrap(), 12)),
        };
        let Value::Object(mut parameters) = json!({ "p": text }) else { unreachable!() };
        macros.put_into(&mut parameters);
        parameters["p"].clone()
    }

    #[test]
    fn macros_are_resolved() {
        for (text, resolved) in [
            ("[[RunUUID]]", "00000000-0000-0000-0000-000000000007"),
            ("[[CurrentTime]]", "20240501100003"),
            ("a[[ScheduledTime]]b[[Index]]c", "a20240501090000b12c"),
            ("[[ScheduledTime.2006-01-02T15:04:05Z07:00]]", "2024-05-01T09:00:00Z"),
            ("[[CurrentTime.Mon, 2 Jan 2006 3:04PM MST]]", "Wed, 1 May 2024 10:00AM UTC"),
            ("s3://x/{{$.scheduledTime.strftime('%Y/%m/%d')}}/", "s3://x/2024/05/01/"),
            ("{{$.currentTime.strftime('%H:%M:%S')}}", "10:00:03"),
        ] {
            assert_eq!(put(text), resolved, "{text}");
        }
    }

    #[test]
    fn what_is_no_macro_stays() {
        for text in [
            "[[Unknown]]",
            "[[",
            "[[RunUUID",
            "[[RunUUID.x]]",
            "{{$.currentTime.strftime('%Q!')}}",
            "{{$.currentTime}}",
            "{{$.inputs}}",
            "{{workflow.uid}}",
            "é[é{é",
            "{{$.nextTime.strftime('%Y')}}",
            "[x]",
            "{",
        ] {
            assert_eq!(put(text), text);
        }
    }

    #[test]
    fn only_recurring_runs_have_a_schedule_and_texts_are_found_at_any_depth() {
        let macros = Macros { run_id: RunId::from_uuid(uuid::Uuid::nil()), now: Timestamp::ZERO, scheduled: None };
        let Value::Object(mut parameters) =
            json!({ "a": "[[Index]] [[ScheduledTime]]", "b": [{ "c": "[[CurrentTime]]" }, 5] })
        else {
            unreachable!()
        };
        macros.put_into(&mut parameters);
        assert_eq!(
            json!(parameters),
            json!({ "a": "[[Index]] [[ScheduledTime]]", "b": [{ "c": "19700101000000" }, 5] })
        );
    }
}
