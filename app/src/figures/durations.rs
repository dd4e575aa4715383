//! Moments and durations as people read them.

/// `450ms`, `12s`, `2m 05s`, `1h 04m`, `3d 02h`; negative counts as nothing.
#[must_use]
pub fn duration(millis: i64) -> String {
    let millis = millis.max(0);
    let seconds = millis / 1000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match () {
        () if millis < 1000 => format!("{millis}ms"),
        () if minutes < 1 => format!("{seconds}s"),
        () if hours < 1 => format!("{minutes}m {:02}s", seconds % 60),
        () if days < 1 => format!("{hours}h {:02}m", minutes % 60),
        () => format!("{days}d {:02}h", hours % 24),
    }
}

/// Like [`duration`], in whole seconds: for what ticks.
#[must_use]
pub fn ticking(millis: i64) -> String {
    if millis < 1000 { "0s".to_owned() } else { duration(millis) }
}

/// `just now`, `5 min ago`, `3 h ago`, `2 days ago`, then the date.
#[must_use]
pub fn ago(then: i64, now: i64) -> String {
    let seconds = (now - then).max(0) / 1000;
    match seconds {
        0..45 => "just now".to_owned(),
        45..5400 => format!("{} min ago", ((seconds + 30) / 60).max(1)),
        5400..86_400 => format!("{} h ago", (seconds + 1800) / 3600),
        86_400..172_800 => "yesterday".to_owned(),
        172_800..2_592_000 => format!("{} days ago", seconds / 86_400),
        _ => date(then),
    }
}

/// `24 Nov 2026`, in UTC.
#[must_use]
pub fn date(millis: i64) -> String {
    let (year, month, day) = civil(millis.div_euclid(86_400_000));
    format!("{day} {} {year}", MONTHS[month])
}

/// `24 Nov 2026, 18:03:11 UTC`.
#[must_use]
pub fn exact(millis: i64) -> String {
    let seconds = millis.div_euclid(1000).rem_euclid(86_400);
    format!("{}, {:02}:{:02}:{:02} UTC", date(millis), seconds / 3600, seconds / 60 % 60, seconds % 60)
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Year, month (from 0) and day of a day counted from 1970-01-01 (Howard Hinnant's algorithm).
fn civil(days: i64) -> (i64, usize, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let part = (5 * of_year + 2) / 153;
    let day = of_year - (153 * part + 2) / 5 + 1;
    let month = if part < 10 { part + 2 } else { part - 10 };
    let year = year_of_era + era * 400 + i64::from(month < 2);
    (year, usize::try_from(month).unwrap_or_default(), day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        for (millis, text) in [
            (-5, "0ms"),
            (450, "450ms"),
            (12_900, "12s"),
            (125_000, "2m 05s"),
            (3_840_000, "1h 04m"),
            (266_400_000, "3d 02h"),
        ] {
            assert_eq!(duration(millis), text);
        }
        assert_eq!(ticking(450), "0s");
    }

    #[test]
    fn moments_read_well() {
        let now = 1_795_543_391_000;
        for (before, text) in [
            (0, "just now"),
            (60_000, "1 min ago"),
            (3_600_000, "60 min ago"),
            (7_200_000, "2 h ago"),
            (90_000_000, "yesterday"),
            (400_000_000, "4 days ago"),
        ] {
            assert_eq!(ago(now - before, now), text);
        }
        assert_eq!(exact(0), "1 Jan 1970, 00:00:00 UTC");
        assert_eq!(exact(951_782_400_000), "29 Feb 2000, 00:00:00 UTC");
        assert_eq!(exact(1_735_689_599_000), "31 Dec 2024, 23:59:59 UTC");
    }
}
