#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Name(String),
    Text(String),
    Int(i64),
    Double(f64),
    /// Operators and brackets.
    Sign(&'static str),
}

const SIGNS: [&str; 18] =
    ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "(", ")", "[", "]", ".", ",", "-", "?", ":"];

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '\'' || first == '"' {
            let (literal, after) = string(rest, first)?;
            found.push(Token::Text(literal));
            rest = after;
        } else if first.is_ascii_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            found.push(Token::Name(rest[..end].to_owned()));
            rest = &rest[end..];
        } else if first.is_ascii_digit() {
            let (number, after) = number(rest)?;
            found.push(number);
            rest = after;
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            found.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else {
            return Err(format!("unexpected character \"{first}\""));
        }
        rest = rest.trim_start();
    }
    Ok(found)
}

fn number(text: &str) -> Result<(Token, &str), String> {
    let mut end = 0;
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut double = false;
    while digit(end) {
        end += 1;
    }
    if bytes.get(end) == Some(&b'.') && digit(end + 1) {
        double = true;
        end += 1;
        while digit(end) {
            end += 1;
        }
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if digit(end + 1 + sign) {
            double = true;
            end += 1 + sign;
            while digit(end) {
                end += 1;
            }
        }
    }
    let (literal, rest) = text.split_at(end);
    let wrong = || format!("the number {literal} is too large");
    if double {
        let value: f64 = literal.parse().map_err(|_| wrong())?;
        if value.is_finite() { Ok((Token::Double(value), rest)) } else { Err(wrong()) }
    } else {
        literal.parse().map(|value| (Token::Int(value), rest)).map_err(|_| wrong())
    }
}

/// Quotes inside may be unescaped: a quote ends the literal only where an expression can go on or end after it.
/// Known escapes are read as CEL does; other backslashes stand for themselves.
fn string(text: &str, quote: char) -> Result<(String, &str), String> {
    let mut literal = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        if character == quote {
            let rest = &text[at + quote.len_utf8()..];
            if ends_literal(rest) {
                return Ok((literal, rest));
            }
            literal.push(character);
        } else if character == '\\' {
            match characters.clone().next().map(|(_, next)| next) {
                Some(next @ ('\'' | '"' | '\\' | '`' | '?')) => {
                    literal.push(next);
                    characters.next();
                }
                Some('n') => {
                    literal.push('\n');
                    characters.next();
                }
                Some('t') => {
                    literal.push('\t');
                    characters.next();
                }
                Some('r') => {
                    literal.push('\r');
                    characters.next();
                }
                _ => literal.push('\\'),
            }
        } else {
            literal.push(character);
        }
    }
    Err("a string is not closed".to_owned())
}

fn ends_literal(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || [")", "]", ",", "==", "!=", "<", ">", "&&", "||"].iter().any(|sign| rest.starts_with(sign))
}
