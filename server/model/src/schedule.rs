//! When a recurring run starts runs. Pure: the present comes in as a parameter, so years pass in milliseconds.

mod cron;
mod people;
mod zone;

pub use people::{Cadence, PeoplesSchedule, Weekdays};
pub use zone::Zone;

use crate::{Failure, Timestamp, Trigger};
use cron::CronRule;

/// So many slots are counted when some are passed over; more are "that many".
pub const MOST_SLOTS_COUNTED: u32 = 1000;

/// The slots of one recurring run, read from its trigger.
#[derive(Debug, Clone)]
pub struct Schedule {
    rule: Rule,
    /// Every slot is later than this.
    begins_after: Timestamp,
    /// No slot is later than this.
    end: Option<Timestamp>,
}

#[derive(Debug, Clone)]
enum Rule {
    /// KFP: without a trigger there is one run, at once.
    Once(Timestamp),
    /// `anchor` and every so many milliseconds after it.
    Every {
        anchor: Timestamp,
        interval: i64,
    },
    Cron(Box<CronRule>),
}

/// What the scheduler does about a slot that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The slot that gets a run.
    pub slot: Timestamp,
    /// The first slot that was passed over for it, and how many (see [`MOST_SLOTS_COUNTED`]).
    pub passed: Option<(Timestamp, u32)>,
    /// The slot after it.
    pub next: Option<Timestamp>,
}

impl Schedule {
    /// `created_at` is what slots count from when the trigger has no start; `zone` is for a cron expression that names none.
    ///
    /// # Errors
    /// `Invalid` in KFP's words for an expression or an interval that is none, and for an end before the start.
    pub fn read(trigger: Option<&Trigger>, created_at: Timestamp, zone: Zone) -> Result<Self, Failure> {
        let created = whole_second(created_at);
        let (start, end) = match trigger {
            None => {
                let begins_after = created.plus_millis(-1);
                return Ok(Self { rule: Rule::Once(created), begins_after, end: None });
            }
            Some(Trigger::Cron { start, end, .. } | Trigger::Periodic { start, end, .. }) => (*start, *end),
        };
        if let (Some(start), Some(end)) = (start, end)
            && end <= start
        {
            return Err(Failure::invalid(format!(
                "trigger: end_time {} is not after start_time {}",
                end.to_rfc3339(),
                start.to_rfc3339()
            )));
        }
        let from = start.map_or(created, whole_second);
        let every = |seconds: i64| {
            // The start itself is a slot only if it lies ahead.
            let begins_after = if from > created { from.plus_millis(-1) } else { from };
            (Rule::Every { anchor: from, interval: seconds.saturating_mul(1000) }, begins_after)
        };
        let (rule, begins_after) = match trigger {
            Some(Trigger::Cron { cron, .. }) => match cron::read(cron, zone)? {
                cron::Reading::Every(seconds) => every(seconds),
                cron::Reading::Rule(rule) => (Rule::Cron(rule), from),
            },
            Some(Trigger::Periodic { interval_seconds, .. }) => {
                if *interval_seconds < 1 {
                    return Err(Failure::invalid(format!(
                        "Found invalid period schedule interval {interval_seconds}. Set at interval to least 1 second"
                    )));
                }
                every(*interval_seconds)
            }
            None => (Rule::Once(created), created.plus_millis(-1)),
        };
        Ok(Self { rule, begins_after, end })
    }

    /// The first slot later than `after`.
    #[must_use]
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let after = after.max(self.begins_after);
        let next = match &self.rule {
            Rule::Once(at) => Some(*at).filter(|at| *at > after),
            Rule::Every { anchor, interval } => {
                let steps = (after.millis() - anchor.millis()).div_euclid(*interval) + 1;
                steps
                    .checked_mul(*interval)
                    .and_then(|way| anchor.millis().checked_add(way))
                    .map(Timestamp::from_millis)
            }
            Rule::Cron(rule) => rule.next_after(after),
        };
        next.filter(|next| self.end.is_none_or(|end| *next <= end))
    }

    /// The first slot of all.
    #[must_use]
    pub fn first(&self) -> Option<Timestamp> {
        self.next_after(self.begins_after)
    }

    /// The slots later than `after`, in order.
    pub fn slots_after(&self, after: Timestamp) -> impl Iterator<Item = Timestamp> + '_ {
        std::iter::successors(self.next_after(after), |slot| self.next_after(*slot))
    }

    /// What to do at `now` about the slot `due`, which is not later. With catch-up every slot gets its run, one after the
    /// other; without, only the latest that has come.
    #[must_use]
    pub fn decide(&self, due: Timestamp, now: Timestamp, no_catchup: bool) -> Due {
        let latest = if no_catchup { self.latest_until(now).filter(|latest| *latest > due) } else { None };
        let passed = latest.map(|latest| {
            let missed = std::iter::successors(Some(due), |slot| self.next_after(*slot));
            let missed = missed.take_while(|slot| *slot < latest).take(MOST_SLOTS_COUNTED as usize).count();
            (due, u32::try_from(missed).unwrap_or(MOST_SLOTS_COUNTED))
        });
        let slot = latest.unwrap_or(due);
        Due { slot, passed, next: self.next_after(slot) }
    }

    /// The last slot that is not later than `now`.
    fn latest_until(&self, now: Timestamp) -> Option<Timestamp> {
        let until = self.end.map_or(now, |end| end.min(now));
        let latest = match &self.rule {
            Rule::Once(at) => Some(*at).filter(|at| *at <= until),
            Rule::Every { anchor, interval } => {
                let steps = (until.millis() - anchor.millis()).div_euclid(*interval);
                Some(anchor.plus_millis(steps.saturating_mul(*interval)))
            }
            Rule::Cron(rule) => rule.latest_until(until),
        };
        latest.filter(|latest| *latest > self.begins_after)
    }
}

fn whole_second(moment: Timestamp) -> Timestamp {
    Timestamp::from_seconds(moment.seconds())
}

#[cfg(test)]
mod tests;
