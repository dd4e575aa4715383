//! The part of the form that says when: in words, or as a cron expression. Both always say the same: what is chosen in
//! words is written as an expression, and an expression that has words is read back into them.

use crate::failure::Trouble;
use leptos::{prelude::*, server_fn::codec::GetUrl};
use model::{Cadence, PeoplesSchedule, Timestamp, Trigger, Weekdays};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A trigger as one reads it.
#[must_use]
pub fn said(trigger: Option<&Trigger>) -> AnyView {
    match trigger {
        None => view! { "once" }.into_any(),
        Some(Trigger::Periodic { interval_seconds, .. }) => {
            let every = crate::figures::durations::duration(interval_seconds.saturating_mul(1000));
            view! { {format!("every {every}")} }.into_any()
        }
        Some(Trigger::Cron { cron, .. }) => {
            let words = PeoplesSchedule::from_cron(cron).map(|said| said.say());
            view! { {words}" "<code>{cron.clone()}</code> }.into_any()
        }
    }
}

/// The zone that a trigger names, or the platform's.
#[cfg(feature = "ssr")]
pub(super) fn zone_of(trigger: Option<&Trigger>, platform: model::Zone) -> model::Zone {
    let Some(Trigger::Cron { cron, .. }) = trigger else { return platform };
    let named = cron.trim().strip_prefix("CRON_TZ=").or_else(|| cron.trim().strip_prefix("TZ="));
    let named = named.and_then(|rest| rest.split_whitespace().next());
    named.and_then(|name| model::Zone::parse(name).ok()).unwrap_or(platform)
}

/// A time zone, chosen among all there are.
#[must_use]
pub fn zone_field(name: &'static str, value: &str, zones: &[String]) -> AnyView {
    let options = zones.iter().map(|zone| view! { <option value=zone.clone()></option> }).collect_view();
    view! { <input name=name value=value.to_owned() list="zones" autocomplete="off" spellcheck="false"/><datalist id="zones">{options}</datalist> }
        .into_any()
}

/// What the fields say; each is the text that stands in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct When {
    /// `minutes`, `hours`, `days`, `months`, `seconds` or `cron`.
    pub how: String,
    pub minutes: String,
    pub hours: String,
    pub minute: String,
    /// Numbers of days, Sunday is 0; none means every day.
    pub days: HashMap<String, String>,
    pub at: String,
    pub day: String,
    pub month_at: String,
    pub seconds: String,
    pub cron: String,
    pub zone: String,
    pub starts: String,
    pub ends: String,
}

impl When {
    /// Daily at nine, until somebody says otherwise.
    #[must_use]
    pub fn fresh(zone: &str) -> Self {
        let text = str::to_owned;
        let fresh = Self {
            how: text("days"),
            minutes: text("15"),
            hours: text("6"),
            minute: text("0"),
            days: HashMap::new(),
            at: text("09:00"),
            day: text("1"),
            month_at: text("09:00"),
            seconds: text("3600"),
            zone: text(zone),
            ..Self::default()
        };
        let cron = fresh.cadence().map(|cadence| PeoplesSchedule { cadence, zone: None }.to_cron());
        Self { cron: cron.unwrap_or_default(), ..fresh }
    }

    /// As an existing trigger says it.
    #[must_use]
    pub fn of(trigger: Option<&Trigger>, zone: &str) -> Self {
        let moment = |at: &Option<Timestamp>| at.map(|at| at.to_rfc3339().trim_end_matches('Z').to_owned());
        let mut when = Self::fresh(zone);
        match trigger {
            None => {}
            Some(Trigger::Periodic { interval_seconds, start, end }) => {
                when.how = "seconds".to_owned();
                when.seconds = interval_seconds.to_string();
                (when.starts, when.ends) = (moment(start).unwrap_or_default(), moment(end).unwrap_or_default());
            }
            Some(Trigger::Cron { cron, start, end }) => {
                let named = cron.trim().strip_prefix("CRON_TZ=").or_else(|| cron.trim().strip_prefix("TZ="));
                let (named, expression) =
                    named.and_then(|rest| rest.split_once(' ')).map_or((None, cron.as_str()), |(a, b)| (Some(a), b));
                when.zone = named.unwrap_or(zone).to_owned();
                when.read_back(expression.trim());
                (when.starts, when.ends) = (moment(start).unwrap_or_default(), moment(end).unwrap_or_default());
            }
        }
        when
    }

    /// Takes an expression over, in words if it has any.
    pub fn read_back(&mut self, expression: &str) {
        self.cron = expression.to_owned();
        let Some(said) = PeoplesSchedule::from_cron(expression).filter(|said| said.zone.is_none()) else {
            self.how = "cron".to_owned();
            return;
        };
        let clock = |hour: u8, minute: u8| format!("{hour:02}:{minute:02}");
        let how = match said.cadence {
            Cadence::Minutes { every } => {
                self.minutes = every.to_string();
                "minutes"
            }
            Cadence::Hours { every, minute } => {
                (self.hours, self.minute) = (every.to_string(), minute.to_string());
                "hours"
            }
            Cadence::Days { hour, minute } => {
                (self.at, self.days) = (clock(hour, minute), HashMap::new());
                "days"
            }
            Cadence::Weeks { days, hour, minute } => {
                self.at = clock(hour, minute);
                let on = days.0.iter().enumerate().filter(|(_, on)| **on);
                self.days = on.map(|(day, _)| (day.to_string(), "on".to_owned())).collect();
                "days"
            }
            Cadence::Months { day, hour, minute } => {
                (self.day, self.month_at) = (day.to_string(), clock(hour, minute));
                "months"
            }
        };
        self.how = how.to_owned();
    }

    /// What the words say; `None` for an expression, and for numbers that are none.
    fn cadence(&self) -> Option<Cadence> {
        let number = |text: &str, least: u8, most: u8| {
            text.trim().parse().ok().filter(|number: &u8| (least..=most).contains(number))
        };
        let clock = |text: &str| {
            let (hour, minute) = text.split_once(':')?;
            Some((number(hour, 0, 23)?, number(minute.get(..2)?, 0, 59)?))
        };
        match self.how.as_str() {
            "minutes" => Some(Cadence::Minutes { every: number(&self.minutes, 1, 59)? }),
            "hours" => {
                Some(Cadence::Hours { every: number(&self.hours, 1, 23)?, minute: number(&self.minute, 0, 59)? })
            }
            "days" => {
                let (hour, minute) = clock(&self.at)?;
                let mut days = Weekdays::default();
                days.0.iter_mut().enumerate().for_each(|(day, on)| *on = self.days.contains_key(&day.to_string()));
                Some(match days.0.iter().filter(|on| **on).count() {
                    0 | 7 => Cadence::Days { hour, minute },
                    _ => Cadence::Weeks { days, hour, minute },
                })
            }
            "months" => {
                let (hour, minute) = clock(&self.month_at)?;
                Some(Cadence::Months { day: number(&self.day, 1, 31)?, hour, minute })
            }
            _ => None,
        }
    }

    /// Writes the words as an expression.
    pub fn write(&mut self) {
        if let Some(cadence) = self.cadence() {
            self.cron = PeoplesSchedule { cadence, zone: None }.to_cron();
        }
    }

    /// # Errors
    /// A sentence that names the field.
    pub fn trigger(&self) -> Result<Trigger, String> {
        let moment = |name: &str, text: &str| match text.trim() {
            "" => Ok(None),
            text => {
                let seconds = if text.matches(':').count() == 1 { ":00Z" } else { "Z" };
                let moment = Timestamp::parse_rfc3339(&format!("{text}{seconds}"));
                moment.map(Some).ok_or_else(|| format!("{name} is {text:?}: expected a moment as in 2026-05-01T09:00"))
            }
        };
        let (start, end) = (moment("The start", &self.starts)?, moment("The end", &self.ends)?);
        if self.how == "seconds" {
            let interval_seconds = self.seconds.trim().parse();
            let interval_seconds =
                interval_seconds.map_err(|_| format!("Every {:?} seconds: expected a number", self.seconds))?;
            return Ok(Trigger::Periodic { interval_seconds, start, end });
        }
        let expression = if self.how == "cron" {
            self.cron.trim().to_owned()
        } else {
            let cadence = self.cadence().ok_or("The schedule has a number that does not fit: see its fields")?;
            PeoplesSchedule { cadence, zone: None }.to_cron()
        };
        let cron = match self.zone.trim() {
            "" => expression,
            zone => format!("CRON_TZ={zone} {expression}"),
        };
        Ok(Trigger::Cron { cron, start, end })
    }
}

/// When the next five runs would come, on the clock of the schedule's zone.
#[server(prefix = "/_fn", endpoint = "preview_schedule", input = GetUrl)]
pub async fn preview_schedule(trigger: Trigger) -> Result<Vec<String>, Trouble> {
    use crate::doors::{enter, now, refuse};
    let (service, _) = enter()?;
    let schedule = model::Schedule::read(Some(&trigger), now(), service.zone()).map_err(refuse)?;
    let zone = zone_of(Some(&trigger), service.zone());
    Ok(schedule.slots_after(now()).take(5).map(|slot| zone.show(slot)).collect())
}

/// The fields, and below them the expression and what comes of it.
#[must_use]
pub fn fields(start: When, zones: &[String]) -> AnyView {
    let when = RwSignal::new(start);
    let text = move |read: fn(&When) -> String| move || when.with(read);
    let set = move |how: &'static str, change: fn(&mut When, String)| {
        move |event: leptos::ev::Event| {
            let value = event_target_value(&event);
            when.update(|when| {
                change(when, value);
                when.how = how.to_owned();
                when.write();
            });
        }
    };
    let row = move |how: &'static str, words: &'static str, inputs: AnyView| {
        let choose = move |_| {
            when.update(|when| {
                when.how = how.to_owned();
                when.write();
            });
        };
        view! {
            <div class="way">
                <label><input type="radio" name="when[how]" value=how checked=when.with_untracked(|when| when.how == how) prop:checked=move || when.with(|when| when.how == how) on:change=choose/>{words}</label>
                {inputs}
            </div>
        }
    };
    let days = (0..7).map(|day: usize| {
        let key = day.to_string();
        let (on, switched) = (key.clone(), key.clone());
        let switch = move |event: leptos::ev::Event| {
            let checked = event_target_checked(&event);
            when.update(|when| {
                if checked {
                    when.days.insert(switched.clone(), "on".to_owned());
                } else {
                    when.days.remove(&switched);
                }
                when.how = "days".to_owned();
                when.write();
            });
        };
        let name = Weekdays::NAMES.get(day).copied().unwrap_or_default();
        let first = when.with_untracked(|when| when.days.contains_key(&key));
        view! { <label class="day"><input type="checkbox" name=format!("when[days][{key}]") checked=first prop:checked=move || when.with(|when| when.days.contains_key(&on)) on:change=switch/>{name}</label> }
    }).collect_view();
    let read_back = move |event: leptos::ev::Event| {
        let value = event_target_value(&event);
        when.update(|when| when.read_back(&value));
    };
    let other = move |change: fn(&mut When, String)| {
        move |event: leptos::ev::Event| {
            let value = event_target_value(&event);
            when.update(|when| change(when, value));
        }
    };
    let trigger = Memo::new(move |_| when.with(When::trigger));
    let preview = Resource::new_blocking(
        move || trigger.get(),
        |trigger| async move {
            match trigger {
                Ok(trigger) => preview_schedule(trigger).await,
                Err(why) => Err(Trouble::new(model::FailureKind::Invalid, why)),
            }
        },
    );
    let every = |name: &'static str, most: &'static str, label: &'static str, value, change| {
        view! { <input class="figure" type="number" min="1" max=most name=name aria-label=label prop:value=value on:input=change/> }
    };
    let first = move |read: fn(&When) -> String| when.with_untracked(read);
    let minutes = every(
        "when[minutes]",
        "59",
        "Minutes",
        text(|when| when.minutes.clone()),
        set("minutes", |when, value| when.minutes = value),
    )
    .attr("value", first(|when| when.minutes.clone()));
    let hours = every(
        "when[hours]",
        "23",
        "Hours",
        text(|when| when.hours.clone()),
        set("hours", |when, value| when.hours = value),
    )
    .attr("value", first(|when| when.hours.clone()));
    let day = every(
        "when[day]",
        "31",
        "Day of the month",
        text(|when| when.day.clone()),
        set("months", |when, value| when.day = value),
    )
    .attr("value", first(|when| when.day.clone()));
    let seconds = every(
        "when[seconds]",
        "",
        "Seconds",
        text(|when| when.seconds.clone()),
        set("seconds", |when, value| when.seconds = value),
    )
    .attr("value", first(|when| when.seconds.clone()));
    let options = zones.iter().map(|zone| view! { <option value=zone.clone()></option> }).collect_view();
    view! {
        <fieldset class="schedule">
            <legend>"When"</legend>
            {row("minutes", "Every so many minutes", minutes.into_any())}
            {row("hours", "Every so many hours", view! { {hours}<label>"at minute "<input class="figure" type="number" min="0" max="59" name="when[minute]" value=first(|when| when.minute.clone()) prop:value=text(|when| when.minute.clone()) on:input=set("hours", |when, value| when.minute = value)/></label> }.into_any())}
            {row("days", "On days of the week", view! { <span class="days">{days}</span><label>"at "<input type="time" name="when[at]" value=first(|when| when.at.clone()) prop:value=text(|when| when.at.clone()) on:input=set("days", |when, value| when.at = value)/></label> }.into_any())}
            {row("months", "On a day of the month", view! { {day}<label>"at "<input type="time" name="when[month_at]" value=first(|when| when.month_at.clone()) prop:value=text(|when| when.month_at.clone()) on:input=set("months", |when, value| when.month_at = value)/></label> }.into_any())}
            {row("seconds", "Every so many seconds, whatever the clocks say", seconds.into_any())}
            {row("cron", "As a cron expression", view! { <input class="code" name="when[cron]" aria-label="Cron expression" autocomplete="off" spellcheck="false" value=first(|when| when.cron.clone()) prop:value=text(|when| when.cron.clone()) on:input=read_back/> }.into_any())}
            <label class="field"><span>"Time zone"</span><input name="when[zone]" list="zones" autocomplete="off" spellcheck="false" value=first(|when| when.zone.clone()) on:change=other(|when, value| when.zone = value)/><datalist id="zones">{options}</datalist><small>"Daylight saving is followed: a run in the hour that is left out comes right after it, one in the hour that comes twice comes once."</small></label>
            <label class="field"><span>"First (UTC, may be empty)"</span><input type="datetime-local" name="when[starts]" value=first(|when| when.starts.clone()) on:change=other(|when, value| when.starts = value)/></label>
            <label class="field"><span>"Last (UTC, may be empty)"</span><input type="datetime-local" name="when[ends]" value=first(|when| when.ends.clone()) on:change=other(|when, value| when.ends = value)/></label>
            <div class="preview" role="status" aria-label="The next runs">
                <Transition fallback=|| ()>{move || Suspend::new(async move {
                    match preview.await {
                        Ok(slots) if slots.is_empty() => view! { <p class="faint">"No run would come."</p> }.into_any(),
                        Ok(slots) => view! { <ol class="slots">{slots.into_iter().map(|slot| view! { <li class="figure">{slot}</li> }).collect_view()}</ol> }.into_any(),
                        Err(trouble) => view! { <p class="problem">{trouble.message}</p> }.into_any(),
                    }
                })}</Transition>
            </div>
        </fieldset>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_expression_say_the_same() {
        for (cron, how) in [
            ("0 */15 * * * *", "minutes"),
            ("0 5 */6 * * *", "hours"),
            ("0 30 9 * * *", "days"),
            ("0 0 9 * * 1-5", "days"),
            ("0 59 23 31 * *", "months"),
            ("30 0 9 * * *", "cron"),
        ] {
            let written = Trigger::Cron { cron: format!("CRON_TZ=Europe/Berlin {cron}"), start: None, end: None };
            let when = When::of(Some(&written), "UTC");
            assert_eq!((when.how.as_str(), when.cron.as_str(), when.zone.as_str()), (how, cron, "Europe/Berlin"));
            assert_eq!(when.trigger(), Ok(written), "{cron}");
        }
        let start = Timestamp::parse_rfc3339("2026-05-01T09:00:00Z");
        let period = Trigger::Periodic { interval_seconds: 90, start, end: None };
        assert_eq!(When::of(Some(&period), "UTC").trigger(), Ok(period));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let wrong = |change: fn(&mut When)| {
            let mut when = When::fresh("UTC");
            change(&mut when);
            when.trigger().unwrap_err()
        };
        assert!(wrong(|when| when.at = "late".to_owned()).contains("does not fit"));
        assert!(wrong(|when| when.starts = "tomorrow".to_owned()).contains("The start"));
        assert!(wrong(|when| (when.how, when.seconds) = ("seconds".to_owned(), "x".to_owned())).contains("seconds"));
    }
}
