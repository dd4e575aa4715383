//! Schedules as people say them, to a cron expression and back. Small and without a calendar, for the browser has it too.

use super::cron::split_zone;
use serde::{Deserialize, Serialize};

/// Days of the week, Sunday first, as cron counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weekdays(pub [bool; 7]);

impl Weekdays {
    pub const NAMES: [&'static str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    pub const WORKING: Self = Self([false, true, true, true, true, true, false]);

    /// `1-5`, `0,6`; `*` for all and for none.
    fn written(self) -> String {
        if self == Self::WORKING {
            return "1-5".to_owned();
        }
        if self.0 == [true; 7] || self.0 == [false; 7] {
            return "*".to_owned();
        }
        let days = self.0.iter().enumerate().filter(|(_, on)| **on).map(|(day, _)| day.to_string());
        days.collect::<Vec<_>>().join(",")
    }

    fn read(text: &str) -> Option<Self> {
        let mut days = Self::default();
        for piece in text.split(',') {
            let (first, last) = match piece.split_once('-') {
                Some((first, last)) => (day(first)?, day(last)?),
                None => (day(piece)?, day(piece)?),
            };
            if first > last {
                return None;
            }
            (first..=last).for_each(|day| days.0[day % 7] = true);
        }
        Some(days)
    }
}

fn day(text: &str) -> Option<usize> {
    const SHORT: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    let text = text.to_ascii_uppercase();
    SHORT.iter().position(|name| *name == text).or_else(|| text.parse().ok()).filter(|day| *day <= 7)
}

/// How often, in the ways that people say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cadence {
    /// At every minute that this divides.
    Minutes {
        every: u8,
    },
    /// At this minute of every hour that `every` divides.
    Hours {
        every: u8,
        minute: u8,
    },
    Days {
        hour: u8,
        minute: u8,
    },
    Weeks {
        days: Weekdays,
        hour: u8,
        minute: u8,
    },
    Months {
        day: u8,
        hour: u8,
        minute: u8,
    },
}

/// A cadence on the clock of a time zone; none means the platform's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeoplesSchedule {
    pub cadence: Cadence,
    pub zone: Option<String>,
}

impl PeoplesSchedule {
    /// Six fields, seconds first, as KFP writes it; the zone before it.
    #[must_use]
    pub fn to_cron(&self) -> String {
        let fields = match self.cadence {
            Cadence::Minutes { every: 1 } => "0 * * * * *".to_owned(),
            Cadence::Minutes { every } => format!("0 */{every} * * * *"),
            Cadence::Hours { every: 1, minute } => format!("0 {minute} * * * *"),
            Cadence::Hours { every, minute } => format!("0 {minute} */{every} * * *"),
            Cadence::Days { hour, minute } => format!("0 {minute} {hour} * * *"),
            Cadence::Weeks { days, hour, minute } => format!("0 {minute} {hour} * * {}", days.written()),
            Cadence::Months { day, hour, minute } => format!("0 {minute} {hour} {day} * *"),
        };
        match self.zone.as_deref().map(str::trim).filter(|zone| !zone.is_empty()) {
            Some(zone) => format!("CRON_TZ={zone} {fields}"),
            None => fields,
        }
    }

    /// The way to say `cron`, if it is one of these.
    #[must_use]
    pub fn from_cron(cron: &str) -> Option<Self> {
        let (zone, expression) = split_zone(cron);
        let expression = match expression {
            "@daily" | "@midnight" => "0 0 0 * * *",
            "@hourly" => "0 0 * * * *",
            "@weekly" => "0 0 0 * * 0",
            "@monthly" => "0 0 0 1 * *",
            other => other,
        };
        let fields: Vec<&str> = expression.split_ascii_whitespace().collect();
        let [minute, hour, date, month, weekday] = match *fields.as_slice() {
            [minute, hour, date, month, weekday] => [minute, hour, date, month, weekday],
            ["0", minute, hour, date, month, weekday] => [minute, hour, date, month, weekday],
            _ => return None,
        };
        let any = |field: &str| matches!(field, "*" | "?");
        if !any(month) {
            return None;
        }
        let cadence = match (any(hour), any(date), any(weekday)) {
            (true, true, true) => match step(minute, 59) {
                Some(every) => Cadence::Minutes { every },
                None => Cadence::Hours { every: 1, minute: number(minute, 0, 59)? },
            },
            (false, true, true) => match step(hour, 23) {
                Some(every) => Cadence::Hours { every, minute: number(minute, 0, 59)? },
                None => Cadence::Days { hour: number(hour, 0, 23)?, minute: number(minute, 0, 59)? },
            },
            (false, true, false) => Cadence::Weeks {
                days: Weekdays::read(weekday)?,
                hour: number(hour, 0, 23)?,
                minute: number(minute, 0, 59)?,
            },
            (false, false, true) => Cadence::Months {
                day: number(date, 1, 31)?,
                hour: number(hour, 0, 23)?,
                minute: number(minute, 0, 59)?,
            },
            _ => return None,
        };
        Some(Self { cadence, zone: zone.map(str::to_owned) })
    }

    /// A sentence for the eye: `at 09:30 on Monday, Wednesday`.
    #[must_use]
    pub fn say(&self) -> String {
        let clock = |hour: u8, minute: u8| format!("{hour:02}:{minute:02}");
        let how = match self.cadence {
            Cadence::Minutes { every: 1 } => "every minute".to_owned(),
            Cadence::Minutes { every } => format!("every {every} minutes"),
            Cadence::Hours { every: 1, minute } => format!("every hour at minute {minute}"),
            Cadence::Hours { every, minute } => format!("every {every} hours at minute {minute}"),
            Cadence::Days { hour, minute } => format!("every day at {}", clock(hour, minute)),
            Cadence::Weeks { days: Weekdays::WORKING, hour, minute } => {
                format!("on working days at {}", clock(hour, minute))
            }
            Cadence::Weeks { days, hour, minute } => {
                let days = days.0.iter().zip(Weekdays::NAMES).filter(|(on, _)| **on).map(|(_, name)| name);
                format!("every {} at {}", days.collect::<Vec<_>>().join(", "), clock(hour, minute))
            }
            Cadence::Months { day, hour, minute } => format!("on day {day} of the month at {}", clock(hour, minute)),
        };
        self.zone.as_ref().map_or(how.clone(), |zone| format!("{how}, {zone}"))
    }
}

/// `*/15`, `0/15`: 15. `*`: 1.
fn step(field: &str, most: u8) -> Option<u8> {
    if matches!(field, "*" | "?") {
        return Some(1);
    }
    let every = field.strip_prefix("*/").or_else(|| field.strip_prefix("0/"))?;
    number(every, 1, most)
}

fn number(field: &str, least: u8, most: u8) -> Option<u8> {
    field.parse().ok().filter(|number| (least..=most).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_comes_back_as_it_was_said() {
        let cadences = [
            (Cadence::Minutes { every: 1 }, "0 * * * * *"),
            (Cadence::Minutes { every: 15 }, "0 */15 * * * *"),
            (Cadence::Hours { every: 1, minute: 5 }, "0 5 * * * *"),
            (Cadence::Hours { every: 6, minute: 0 }, "0 0 */6 * * *"),
            (Cadence::Days { hour: 9, minute: 30 }, "0 30 9 * * *"),
            (Cadence::Weeks { days: Weekdays::WORKING, hour: 9, minute: 0 }, "0 0 9 * * 1-5"),
            (
                Cadence::Weeks { days: Weekdays([true, false, false, true, false, false, false]), hour: 0, minute: 0 },
                "0 0 0 * * 0,3",
            ),
            (Cadence::Months { day: 31, hour: 23, minute: 59 }, "0 59 23 31 * *"),
        ];
        for (cadence, cron) in cadences {
            for zone in [None, Some("Europe/Berlin".to_owned())] {
                let said = PeoplesSchedule { cadence, zone: zone.clone() };
                let written = zone.map_or(cron.to_owned(), |zone| format!("CRON_TZ={zone} {cron}"));
                assert_eq!(said.to_cron(), written);
                assert_eq!(PeoplesSchedule::from_cron(&written), Some(said));
            }
        }
    }

    #[test]
    fn other_spellings_are_understood() {
        let same = [
            ("30 9 * * MON-FRI", "0 30 9 ? * 1-5"),
            ("@daily", "0 0 0 * * *"),
            ("TZ=UTC 0 0/15 * * * ?", "CRON_TZ=UTC */15 * * * *"),
            ("0 0 9 ? * 1,2,3,4,5", "0 0 9 * * 1-5"),
            ("0 0 9 * * 7", "0 0 9 * * SUN"),
        ];
        for (one, other) in same {
            let one = PeoplesSchedule::from_cron(one).unwrap();
            assert_eq!(Some(one), PeoplesSchedule::from_cron(other), "{other}");
        }
    }

    #[test]
    fn what_people_do_not_say_is_left_as_an_expression() {
        for cron in [
            "",
            "often",
            "30 0 9 * * *",
            "0 0 9 1 1 *",
            "0 0 9 1 * 1",
            "0 0 9-17 * * *",
            "0 60 9 * * *",
            "0 0 9 * * 5-1",
        ] {
            assert_eq!(PeoplesSchedule::from_cron(cron), None, "{cron}");
        }
    }
}
