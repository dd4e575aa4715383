//! Cron expressions, as KFP's controller reads them and as people mean them.

use super::Zone;
use crate::{Failure, Timestamp};
use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};

/// An expression and the clock on the wall that it is about.
#[derive(Debug, Clone)]
pub(super) struct CronRule {
    cron: Cron,
    zone: Zone,
}

pub(super) enum Reading {
    Rule(Box<CronRule>),
    /// `@every 90m`: so many seconds.
    Every(i64),
}

/// Longer is nobody's schedule.
const MOST_BYTES: usize = 1024;

/// `zone` holds where the expression names none by `CRON_TZ=` or `TZ=`.
pub(super) fn read(text: &str, zone: Zone) -> Result<Reading, Failure> {
    if text.len() > MOST_BYTES {
        return Err(wrong(text, &format!("expected {MOST_BYTES} bytes at most")));
    }
    let (named, expression) = split_zone(text);
    let zone = named.map_or(Ok(zone), Zone::parse).map_err(|failure| wrong(text, &failure.message))?;
    if let Some(duration) = expression.strip_prefix("@every ") {
        let seconds = go_duration(duration.trim())
            .ok_or_else(|| wrong(text, "@every: expected a duration of a second or more as in 1h30m"))?;
        return Ok(Reading::Every(seconds));
    }
    let expression = match expression {
        "@yearly" | "@annually" => "0 0 0 1 1 *",
        "@monthly" => "0 0 0 1 * *",
        "@weekly" => "0 0 0 * * 0",
        "@daily" | "@midnight" => "0 0 0 * * *",
        "@hourly" => "0 0 * * * *",
        other if other.starts_with('@') => {
            return Err(wrong(
                text,
                "expected @every <duration>, @hourly, @daily, @midnight, @weekly, @monthly, @yearly or @annually",
            ));
        }
        other => other,
    };
    let fields = expression.split_ascii_whitespace().count();
    if !(5..=6).contains(&fields) {
        return Err(wrong(text, &format!("Expected 5 to 6 fields, found {fields}: {expression}")));
    }
    // KFP's `?` stands for any value in any field; in the library only in two.
    let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).sloppy_ranges(true).build();
    let cron = parser.parse(&expression.replace('?', "*")).map_err(|error| wrong(text, &error.to_string()))?;
    Ok(Reading::Rule(Box::new(CronRule { cron, zone })))
}

/// The zone that an expression names, and the rest of it.
pub(super) fn split_zone(text: &str) -> (Option<&str>, &str) {
    let text = text.trim();
    let named = text.strip_prefix("CRON_TZ=").or_else(|| text.strip_prefix("TZ="));
    match named {
        Some(named) => {
            let (zone, rest) = named.split_once(char::is_whitespace).unwrap_or((named, ""));
            (Some(zone), rest.trim())
        }
        None => (None, text),
    }
}

fn wrong(text: &str, why: &str) -> Failure {
    let text: String = text.chars().take(100).collect();
    Failure::invalid(format!(
        "Schedule cron is not a supported format(https://godoc.org/github.com/robfig/cron). Error: {why} (trigger.cron_schedule.cron is {text:?})"
    ))
}

impl CronRule {
    pub(super) fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let next = self.cron.find_next_occurrence(&self.zone.at(super::whole_second(after))?, false).ok()?;
        Some(Timestamp::from_millis(next.timestamp_millis()))
    }
    pub(super) fn latest_until(&self, until: Timestamp) -> Option<Timestamp> {
        let latest = self.cron.find_previous_occurrence(&self.zone.at(super::whole_second(until))?, true).ok()?;
        Some(Timestamp::from_millis(latest.timestamp_millis()))
    }
}

/// Go's durations in whole seconds: `1h30m`, `90s`, `1.5h`. `None` for what is none, or shorter than a second.
fn go_duration(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest.find(|letter: char| letter.is_ascii_digit() || letter == '.').unwrap_or(rest.len());
        seconds += number
            * match &rest[..unit] {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 0.001,
                "us" | "µs" => 0.000_001,
                "ns" => 0.000_000_001,
                _ => return None,
            };
        rest = &rest[unit..];
    }
    // A century in seconds is far below what a double holds exactly.
    (1.0..=3_155_760_000.0).contains(&seconds).then(|| format!("{:.0}", seconds.trunc()).parse().ok())?
}
