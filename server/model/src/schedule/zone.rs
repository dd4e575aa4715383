use crate::{Failure, Timestamp};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use std::str::FromStr;

/// A time zone of the IANA database, which is compiled in: a machine's own files neither help nor harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    pub const UTC: Self = Self(Tz::UTC);

    /// # Errors
    /// `Invalid` for a name that the database does not have.
    pub fn parse(name: &str) -> Result<Self, Failure> {
        Tz::from_str(name.trim()).map(Self).map_err(|_| {
            Failure::invalid(format!("time zone {name:?} is unknown: expected a name as in Europe/Berlin or UTC"))
        })
    }
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }
    /// Every zone's name, for a form to choose from.
    pub fn names() -> impl Iterator<Item = &'static str> {
        chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())
    }
    /// `None` for a moment that no calendar has.
    pub(super) fn at(self, moment: Timestamp) -> Option<DateTime<Tz>> {
        Some(DateTime::<Utc>::from_timestamp_millis(moment.millis())?.with_timezone(&self.0))
    }
    /// As a clock on the wall there shows it, with the zone's short name: `Tue 2026-03-29 03:00:00 CEST`.
    #[must_use]
    pub fn show(self, moment: Timestamp) -> String {
        self.at(moment).map(|there| there.format("%a %Y-%m-%d %H:%M:%S %Z").to_string()).unwrap_or_default()
    }
}
