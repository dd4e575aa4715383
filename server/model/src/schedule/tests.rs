use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}
fn cron(text: &str) -> Trigger {
    Trigger::Cron { cron: text.to_owned(), start: None, end: None }
}
fn periodic(interval_seconds: i64, start: Option<&str>, end: Option<&str>) -> Trigger {
    Trigger::Periodic { interval_seconds, start: start.map(at), end: end.map(at) }
}
const BORN: &str = "2024-05-01T10:00:00.750Z";

fn schedule(trigger: &Trigger) -> Schedule {
    Schedule::read(Some(trigger), at(BORN), Zone::UTC).unwrap()
}
fn slots(trigger: &Trigger, after: &str, count: usize) -> Vec<String> {
    schedule(trigger).slots_after(at(after)).take(count).map(Timestamp::to_rfc3339).collect()
}
fn refusal(trigger: &Trigger) -> String {
    Schedule::read(Some(trigger), at(BORN), Zone::UTC).unwrap_err().message
}

#[test]
fn cron_is_read_as_kfp_and_as_people_read_it() {
    let from = "2024-05-01T10:00:00Z"; // a Wednesday
    for (expression, first) in [
        ("0 0 9 ? * 2-6", "2024-05-02T09:00:00Z"),
        ("*/5 * * * *", "2024-05-01T10:05:00Z"),
        ("*/5 * * * * *", "2024-05-01T10:00:05Z"),
        ("30 9 * * MON", "2024-05-06T09:30:00Z"),
        ("0 0/15 * * * ?", "2024-05-01T10:15:00Z"),
        ("? 30 10 * * *", "2024-05-01T10:30:00Z"),
        ("0 0 0 1 JAN ?", "2025-01-01T00:00:00Z"),
        ("0 0 0 29 2 *", "2028-02-29T00:00:00Z"),
        ("0 0 12 13 * FRI", "2024-05-03T12:00:00Z"),
        ("@hourly", "2024-05-01T11:00:00Z"),
        ("@daily", "2024-05-02T00:00:00Z"),
        ("@midnight", "2024-05-02T00:00:00Z"),
        ("@weekly", "2024-05-05T00:00:00Z"),
        ("@monthly", "2024-06-01T00:00:00Z"),
        ("@annually", "2025-01-01T00:00:00Z"),
        ("@every 1h30m", "2024-05-01T11:30:00Z"),
        ("CRON_TZ=Europe/Berlin 0 0 9 * * *", "2024-05-02T07:00:00Z"),
        ("TZ=America/New_York 0 9 * * *", "2024-05-01T13:00:00Z"),
        ("CRON_TZ=Asia/Kolkata @daily", "2024-05-01T18:30:00Z"),
    ] {
        assert_eq!(slots(&cron(expression), from, 1), [first], "{expression}");
    }
    let elsewhere = Schedule::read(Some(&cron("0 0 9 * * *")), at(BORN), Zone::parse("Asia/Tokyo").unwrap()).unwrap();
    assert_eq!(elsewhere.first(), Some(at("2024-05-02T00:00:00Z")), "the platform's zone holds where none is named");
}

#[test]
fn what_is_no_schedule_is_refused_in_kfps_words() {
    let refused = refusal(&cron("often"));
    assert!(refused.contains("not a supported format(https://godoc.org/github.com/robfig/cron)"), "{refused}");
    assert!(refused.contains("Expected 5 to 6 fields, found 1: often"), "{refused}");
    for wrong in [
        "",
        "* * * *",
        "* * * * * * *",
        "61 * * * * *",
        "0 0 25 * * *",
        "0 0 0 32 * *",
        "@often",
        "@every",
        "@every 5",
        "@every 10ms",
        "@every -5s",
        "@every 1e9h",
        "@every 99999999999h",
        "CRON_TZ=Nowhere/Land 0 0 9 * * *",
        "CRON_TZ=",
        "0 0 9 * * *\0",
        "a b c d e f",
        "*/0 * * * * *",
        "5-1 * * * *x *",
        "🦀 * * * * *",
        &"*".repeat(5000),
    ] {
        assert!(refusal(&cron(wrong)).contains("trigger.cron_schedule.cron"), "{wrong}");
    }
    assert!(refusal(&periodic(0, None, None)).contains("invalid period schedule interval 0"));
    assert!(refusal(&periodic(-5, None, None)).contains("invalid period schedule interval -5"));
    let backwards = refusal(&periodic(60, Some("2024-06-01T00:00:00Z"), Some("2024-05-01T00:00:00Z")));
    assert!(backwards.contains("end_time") && backwards.contains("start_time"), "{backwards}");
}

#[test]
fn periods_count_from_their_start_or_their_birth() {
    let hourly = |start| slots(&periodic(3600, start, None), "2024-05-01T10:00:00Z", 2);
    assert_eq!(hourly(None), ["2024-05-01T11:00:00Z", "2024-05-01T12:00:00Z"]);
    assert_eq!(
        hourly(Some("2024-05-02T00:30:00Z")),
        ["2024-05-02T00:30:00Z", "2024-05-02T01:30:00Z"],
        "a start ahead is a slot"
    );
    let past = schedule(&periodic(3600, Some("2024-04-30T00:30:00Z"), None));
    assert_eq!(past.first(), Some(at("2024-04-30T01:30:00Z")), "a start that has passed is none");
    let ends = periodic(3600, None, Some("2024-05-01T12:00:00Z"));
    assert_eq!(slots(&ends, BORN, 9), ["2024-05-01T11:00:00Z", "2024-05-01T12:00:00Z"], "the end itself is a slot");
    assert_eq!(
        slots(&periodic(i64::MAX, None, None), BORN, 9),
        [""; 0],
        "beyond all calendars nothing comes, and nothing breaks"
    );
}

#[test]
fn without_a_trigger_there_is_one_run_at_once() {
    let once = Schedule::read(None, at(BORN), Zone::UTC).unwrap();
    assert_eq!(once.first(), Some(at("2024-05-01T10:00:00Z")));
    assert_eq!(once.next_after(at(BORN)), None);
}

#[test]
fn the_spring_night_has_no_half_past_two_and_the_autumn_night_has_two() {
    let berlin = |expression: &str| cron(&format!("CRON_TZ=Europe/Berlin {expression}"));
    // 2026-03-29, 02:00 becomes 03:00: 01:00 UTC.
    let spring = "2026-03-28T12:00:00Z";
    assert_eq!(
        slots(&berlin("0 30 2 * * *"), spring, 2),
        ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"],
        "a daily run is not lost: it comes when the gap is over"
    );
    assert_eq!(
        slots(&berlin("0 0 * * * *"), "2026-03-28T23:30:00Z", 3),
        ["2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"]
    );
    // 2026-10-25, 03:00 becomes 02:00: 01:00 UTC.
    let autumn = "2026-10-24T12:00:00Z";
    assert_eq!(
        slots(&berlin("0 30 2 * * *"), autumn, 2),
        ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"],
        "a daily run comes once, at the first half past two"
    );
    assert_eq!(
        slots(&berlin("0 0 * * * *"), "2026-10-24T23:30:00Z", 4),
        ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z"],
        "an hourly run comes every hour of the long night"
    );
    // A period is so many seconds, whatever the clocks on the walls do.
    assert_eq!(
        slots(&periodic(86_400, Some("2026-03-28T08:00:00Z"), None), "2026-03-28T09:00:00Z", 1),
        ["2026-03-29T08:00:00Z"]
    );
}

#[test]
fn years_pass_and_no_slot_is_lost_or_comes_twice() {
    for expression in [
        "CRON_TZ=Europe/Berlin 0 30 2 * * *",
        "CRON_TZ=America/New_York 0 0 3 * * *",
        "CRON_TZ=Pacific/Apia 0 0 12 * * *",
    ] {
        let schedule = schedule(&cron(expression));
        let (from, until) = (at("2025-01-01T12:30:00Z"), at("2035-01-01T12:30:00Z"));
        let slots: Vec<_> = schedule.slots_after(from).take_while(|slot| *slot <= until).collect();
        assert_eq!(slots.len(), 3652, "{expression}: one a day over ten years");
        assert!(slots.windows(2).all(|pair| pair[0] < pair[1]));
        // Asked at any moment between, the way back finds the slot before.
        for pair in slots.windows(2).step_by(7) {
            assert_eq!(schedule.latest_until(pair[1].plus_millis(-1)), Some(pair[0]), "{expression}");
            assert_eq!(schedule.latest_until(pair[1]), Some(pair[1]), "{expression}");
            assert_eq!(schedule.next_after(pair[0]), Some(pair[1]), "{expression}");
        }
    }
}

#[test]
fn missed_slots_are_caught_up_on_one_by_one_or_passed_over() {
    let hourly = schedule(&periodic(3600, None, None));
    let (due, now) = (at("2024-05-01T11:00:00Z"), at("2024-05-01T15:20:00Z"));
    let caught_up = hourly.decide(due, now, false);
    assert_eq!(caught_up, Due { slot: due, passed: None, next: Some(at("2024-05-01T12:00:00Z")) });
    let latest = hourly.decide(due, now, true);
    assert_eq!(latest.slot, at("2024-05-01T15:00:00Z"));
    assert_eq!(latest.passed, Some((due, 4)));
    assert_eq!(latest.next, Some(at("2024-05-01T16:00:00Z")));
    assert_eq!(hourly.decide(due, due, true).passed, None, "on time nothing is passed over");

    let ended = schedule(&periodic(3600, None, Some("2024-05-01T12:30:00Z")));
    let last = ended.decide(due, now, true);
    assert_eq!((last.slot, last.next), (at("2024-05-01T12:00:00Z"), None), "after the end the last slot is still owed");

    // Every second for ten years: decided without counting to 315 million.
    let busy = schedule(&cron("* * * * * *"));
    let long = busy.decide(due, at("2034-05-01T11:00:00Z"), true);
    assert_eq!(long.slot, at("2034-05-01T11:00:00Z"));
    assert_eq!(long.passed, Some((due, MOST_SLOTS_COUNTED)));
}

#[test]
fn zones_have_names_and_clocks() {
    assert_eq!(Zone::parse("Europe/Berlin").unwrap().show(at("2026-03-29T01:00:00Z")), "Sun 2026-03-29 03:00:00 CEST");
    assert!(Zone::parse("Mars/Base").unwrap_err().message.contains("Mars/Base"));
    assert!(Zone::names().count() > 400);
}
