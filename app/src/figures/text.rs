//! Text of logs and names, made fit to be shown.

/// The whole characters at the beginning of some bytes, and the bytes of a character that is still cut. Bytes that can
/// never become text read as the replacement character.
#[must_use]
pub fn whole_characters(bytes: &[u8]) -> (String, Vec<u8>) {
    let mut text = String::new();
    let mut rest = bytes;
    loop {
        match std::str::from_utf8(rest) {
            Ok(good) => {
                text.push_str(good);
                return (text, Vec::new());
            }
            Err(error) => {
                let (good, bad) = rest.split_at(error.valid_up_to());
                text.push_str(&String::from_utf8_lossy(good));
                let Some(wrong) = error.error_len() else { return (text, bad.to_vec()) };
                text.push('\u{fffd}');
                rest = &bad[wrong..];
            }
        }
    }
}

/// A run of text in one style of the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    /// 0 for the default, else the terminal's number: 31 to 36, 90 to 96.
    pub colour: u8,
    pub bold: bool,
}

/// One line of a log with the terminal's colours understood and every other escape dropped. A carriage return begins
/// the line anew, as a terminal would.
#[must_use]
pub fn spans(line: &str) -> Vec<Span> {
    let line = line.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default();
    let mut spans: Vec<Span> = Vec::new();
    let (mut colour, mut bold) = (0, false);
    let mut pieces = line.split('\u{1b}');
    let mut add = |text: &str, colour, bold| {
        let text: String = text.chars().filter(|c| *c == '\t' || !c.is_control()).collect();
        if !text.is_empty() {
            spans.push(Span { text, colour, bold });
        }
    };
    add(pieces.next().unwrap_or_default(), colour, bold);
    for piece in pieces {
        let Some(sequence) = piece.strip_prefix('[') else {
            add(piece.get(1..).unwrap_or_default(), colour, bold);
            continue;
        };
        let end = sequence.find(|c: char| ('@'..='~').contains(&c));
        let Some(end) = end else { continue };
        if sequence[end..].starts_with('m') {
            for code in sequence[..end].split(';') {
                match code.parse().unwrap_or(0_u8) {
                    0 => (colour, bold) = (0, false),
                    1 => bold = true,
                    22 => bold = false,
                    39 => colour = 0,
                    code @ (30..=37 | 90..=97) => colour = code,
                    _ => {}
                }
            }
        }
        add(&sequence[end + 1..], colour, bold);
    }
    spans
}

/// The first eight characters of an id.
#[must_use]
pub fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

/// A number with its noun.
#[must_use]
pub fn count(number: u32, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(line: &str) -> String {
        spans(line).into_iter().map(|span| span.text).collect()
    }

    #[test]
    fn colours_are_understood_and_other_escapes_dropped() {
        let line = "\u{1b}[1;31mfailed\u{1b}[0m: \u{1b}[2Kno \u{1b}]such";
        assert_eq!(spans(line)[0], Span { text: "failed".to_owned(), colour: 31, bold: true });
        assert_eq!(plain(line), "failed: no such");
        assert_eq!(plain("\u{1b}[31"), "");
        assert_eq!(plain("\u{1b}"), "");
        assert_eq!(plain("\u{1b}é"), "");
    }

    #[test]
    fn a_carriage_return_begins_the_line_anew() {
        assert_eq!(plain("10 %\r20 %\r"), "20 %");
    }
}
