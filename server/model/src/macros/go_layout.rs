//! Go's way to write times: by example of 2006-01-02 15:04:05. UTC only.

use chrono::{DateTime, Utc};

/// Longest first where one begins like another. The right side is strftime's word.
const WORDS: &[(&str, &str)] = &[
    ("January", "%B"),
    ("Jan", "%b"),
    ("Monday", "%A"),
    ("Mon", "%a"),
    ("MST", "UTC"),
    ("2006", "%Y"),
    ("Z07:00", "Z"),
    ("Z0700", "Z"),
    ("-07:00", "+00:00"),
    ("-0700", "+0000"),
    ("-07", "+00"),
    (".000000000", "%.9f"),
    (".000000", "%.6f"),
    (".000", "%.3f"),
    ("002", "%j"),
    ("01", "%m"),
    ("02", "%d"),
    ("03", "%I"),
    ("04", "%M"),
    ("05", "%S"),
    ("06", "%y"),
    ("15", "%H"),
    ("_2", "%e"),
    ("PM", "%p"),
    ("pm", "%P"),
    ("1", "%-m"),
    ("2", "%-d"),
    ("3", "%-I"),
    ("4", "%-M"),
    ("5", "%-S"),
];

pub(super) fn format(moment: DateTime<Utc>, layout: &str) -> String {
    let mut strftime = String::new();
    let mut rest = layout;
    while let Some(letter) = rest.chars().next() {
        let known = WORDS.iter().find(|(word, _)| rest.starts_with(word));
        let length = match known {
            Some((word, meaning)) => {
                strftime.push_str(meaning);
                word.len()
            }
            None => {
                if letter == '%' {
                    strftime.push('%');
                }
                strftime.push(letter);
                letter.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    moment.format(&strftime).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_written_as_go_writes_them() {
        let moment = DateTime::<Utc>::from_timestamp_millis(1_714_557_603_045).unwrap();
        for (layout, written) in [
            ("20060102150405", "20240501100003"),
            ("2006-01-02T15:04:05.000Z07:00", "2024-05-01T10:00:03.045Z"),
            ("Mon Jan _2 15:04:05 2006", "Wed May  1 10:00:03 2024"),
            ("Monday, 02-January-06 03:04PM -0700", "Wednesday, 01-May-24 10:00AM +0000"),
            ("day 002 of 1/2", "day 122 of 5/1"),
            ("100% é", "500% é"),
        ] {
            assert_eq!(format(moment, layout), written, "{layout}");
        }
    }
}
