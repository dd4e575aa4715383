//! JSON as YAML, for reading: block style, text quoted only where YAML needs it.

use serde_json::Value;

#[must_use]
pub fn print(value: &Value) -> String {
    let mut out = String::new();
    node(value, 0, &mut out);
    let text = out.trim_start_matches([' ', '\n']).to_owned();
    if text.ends_with('\n') { text } else { text + "\n" }
}

/// Writes a value after `key:` or `-`: simple ones on the same line, others below, further in.
fn node(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                out.push('\n');
                indent(depth, out);
                out.push_str(&scalar(key));
                out.push(':');
                node(value, depth + 1, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                out.push('\n');
                indent(depth.saturating_sub(1), out);
                out.push('-');
                let mut inner = String::new();
                node(item, depth, &mut inner);
                match item {
                    Value::Object(map) if !map.is_empty() => out.push_str(&format!(" {}", inner.trim_start())),
                    _ => out.push_str(&inner),
                }
            }
        }
        Value::Object(_) => out.push_str(" {}"),
        Value::Array(_) => out.push_str(" []"),
        Value::String(text) if text.contains('\n') && block_safe(text) => {
            out.push_str(if text.ends_with('\n') { " |" } else { " |-" });
            for line in text.trim_end_matches('\n').split('\n') {
                out.push('\n');
                if !line.is_empty() {
                    indent(depth, out);
                    out.push_str(line);
                }
            }
        }
        Value::String(text) => {
            out.push(' ');
            out.push_str(&scalar(text));
        }
        other => {
            out.push(' ');
            out.push_str(&other.to_string());
        }
    }
}

fn indent(depth: usize, out: &mut String) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

/// Whether the text can stand as a block: its end and its first line would be read back as they are.
fn block_safe(text: &str) -> bool {
    !text.starts_with([' ', '\t', '\n'])
        && !text.ends_with("\n\n")
        && !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t')
}

fn scalar(text: &str) -> String {
    let plain = !text.is_empty()
        && text.trim() == text
        && text.chars().all(|c| !c.is_control())
        && !text
            .starts_with(|c: char| "-?:,[]{}#&*!|>'\"%@`=".contains(c) || c.is_ascii_digit() || c == '.' || c == '+')
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "null" | "~" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    if plain { text.to_owned() } else { Value::String(text.to_owned()).to_string() }
}

#[cfg(test)]
mod tests {
    use super::print;
    use serde_json::json;

    #[test]
    fn nested_values_read_as_yaml() {
        let value = json!({
            "name": "hello", "count": 2, "empty": {}, "flag": "true", "version": "2.1",
            "args": ["-c", "echo one\necho two\n", {"a": 1, "b": [true]}],
            "deep": {"text": "a: b"}
        });
        let expected = "name: hello\ncount: 2\nempty: {}\nflag: \"true\"\nversion: \"2.1\"\nargs:\n- \"-c\"\n- |\n  echo one\n  echo two\n- a: 1\n  b:\n  - true\ndeep:\n  text: \"a: b\"\n";
        assert_eq!(print(&value), expected);
    }
}
