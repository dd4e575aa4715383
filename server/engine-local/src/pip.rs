//! Compiled Python components begin by installing what they need. That line costs more than most steps do, even when
//! there is nothing to install; so it is recognised, its wishes are met once, and the step starts behind it.

use launcher::Install;

/// What a step wants installed, and its command without that.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wishes {
    pub(crate) installs: Vec<Install>,
    pub(crate) command: Vec<String>,
}

/// Options that may stand in an install line and say nothing about what is installed.
const QUIET: &[&str] =
    &["--quiet", "-q", "--no-warn-script-location", "--user", "--disable-pip-version-check", "--no-cache-dir"];
const PLAIN: &[&str] = &["--no-deps", "--upgrade", "-U", "--pre"];
const WITH_VALUE: &[&str] = &["--index-url", "-i", "--extra-index-url", "--trusted-host"];

/// `None` unless every word of the preamble is understood: then the command is left as it is.
pub(crate) fn recognise(command: &[String]) -> Option<Wishes> {
    let [shell, option, script, rest @ ..] = command else { return None };
    if !matches!(shell.as_str(), "sh" | "/bin/sh" | "bash") || option != "-c" || rest.is_empty() {
        return None;
    }
    let preamble = script.trim().strip_suffix("&& \"$0\" \"$@\"")?;
    let preamble = without_check_for_pip(preamble.trim())?;
    let mut installs = Vec::new();
    if let Some(either) = preamble.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        // kfp 1.x: the same line twice, the second time with --user.
        let (first, second) = either.split_once(" || ")?;
        let install = install_of(first)?;
        if install_of(second)? != install {
            return None;
        }
        installs.push(install);
    } else {
        for line in split_and(preamble) {
            installs.push(install_of(line)?);
        }
    }
    Some(Wishes { installs, command: rest.to_vec() })
}

/// The SDK's `if ! [ -x "$(command -v pip)" ]; then ... fi`, word for word; an environment always has pip.
fn without_check_for_pip(text: &str) -> Option<&str> {
    const CHECK: &str = "if ! [ -x \"$(command -v pip)\" ]; then";
    const REMEDY: &[&str] = &[
        "python3 -m ensurepip || python3 -m ensurepip --user || apt-get install python3-pip",
        "python3 -m ensurepip || python3 -m ensurepip --user",
    ];
    let Some(rest) = text.strip_prefix(CHECK) else { return Some(text) };
    let (remedy, rest) = rest.split_once("\nfi")?;
    REMEDY.contains(&remedy.trim()).then(|| rest.trim())
}

/// Splits at `&&` outside of quotes.
fn split_and(text: &str) -> Vec<&str> {
    let (mut parts, mut begin, mut quote) = (Vec::new(), 0, None);
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().copied().enumerate() {
        match (quote, byte) {
            (None, b'\'' | b'"') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            (None, b'&') if bytes.get(at + 1) == Some(&b'&') => {
                parts.push(&text[begin..at]);
                begin = at + 2;
            }
            _ => {}
        }
    }
    parts.push(&text[begin..]);
    parts
}

fn install_of(line: &str) -> Option<Install> {
    let words = words(line)?;
    let mut words = words.iter().map(String::as_str).skip_while(|word| word.starts_with("PIP_") && word.contains('='));
    match words.next()? {
        "python3" | "python" => {
            (words.next()? == "-m" && words.next()? == "pip").then_some(())?;
        }
        "pip" | "pip3" => {}
        _ => return None,
    }
    (words.next()? == "install").then_some(())?;
    let mut arguments = vec!["--quiet".to_owned(), "--no-warn-script-location".to_owned()];
    while let Some(word) = words.next() {
        if QUIET.contains(&word) {
            continue;
        }
        let local = word.starts_with(['.', '/']) || word.contains("file:");
        if local || (word.starts_with('-') && !PLAIN.contains(&word) && !WITH_VALUE.contains(&word)) {
            return None;
        }
        arguments.push(word.to_owned());
        if WITH_VALUE.contains(&word) {
            arguments.push(words.next()?.to_owned());
        }
    }
    Some(Install(arguments))
}

/// The words of a shell line that has no expansions, no operators and no line breaks.
fn words(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut characters) = (Vec::new(), None::<String>, line.trim().chars());
    while let Some(character) = characters.next() {
        match character {
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next()? {
                        end if end == character => break,
                        '$' | '`' | '\\' if character == '"' => return None,
                        plain => word.push(plain),
                    }
                }
            }
            ' ' | '\t' => words.extend(word.take()),
            plain if plain.is_alphanumeric() || "._=-/:,+@%^!~[]".contains(plain) => {
                word.get_or_insert_default().push(plain);
            }
            _ => return None,
        }
    }
    words.extend(word);
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECK: &str = "\nif ! [ -x \"$(command -v pip)\" ]; then\n    python3 -m ensurepip || python3 -m ensurepip --user || apt-get install python3-pip\nfi\n\n";
    const KFP: &str = "PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install --quiet --no-warn-script-location 'kfp==2.17.3' '--no-deps' 'typing-extensions>=3.7.4,<5; python_version<\"3.9\"'";

    fn recognised(script: &str) -> Option<Wishes> {
        recognise(&["sh", "-c", script, "sh", "-ec", "rest", "code"].map(str::to_owned))
    }
    fn wishes(script: &str) -> Vec<String> {
        let wishes = recognised(script).unwrap();
        assert_eq!(wishes.command, ["sh", "-ec", "rest", "code"]);
        wishes.installs.into_iter().map(|install| install.0[2..].join(" ")).collect()
    }

    #[test]
    fn the_stock_line_is_recognised() {
        let script = format!("{CHECK}{KFP} && \"$0\" \"$@\"\n");
        assert_eq!(wishes(&script), ["kfp==2.17.3 --no-deps typing-extensions>=3.7.4,<5; python_version<\"3.9\""]);
    }

    #[test]
    fn so_are_the_components_own_packages() {
        let script = format!(
            "{CHECK}{KFP}  &&  python3 -m pip install --quiet --no-warn-script-location --index-url https://index.test/simple 'a && b' 'c[d]~=1' && \"$0\" \"$@\""
        );
        assert_eq!(wishes(&script)[1], "--index-url https://index.test/simple a && b c[d]~=1");
        let old = "(PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install --quiet --no-warn-script-location 'x==1' || PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install --quiet --no-warn-script-location 'x==1' --user) && \"$0\" \"$@\"";
        assert_eq!(wishes(old), ["x==1"]);
    }

    #[test]
    fn anything_else_is_left_to_the_shell() {
        for script in [
            "echo hello".to_owned(),
            "echo hello && \"$0\" \"$@\"".to_owned(),
            format!("{CHECK}{KFP} && rm -rf x && \"$0\" \"$@\""),
            format!("{KFP} $(id) && \"$0\" \"$@\""),
            format!("{KFP} ; id && \"$0\" \"$@\""),
            format!("{KFP} > x && \"$0\" \"$@\""),
            format!("{KFP} \"$(id)\" && \"$0\" \"$@\""),
            format!("{KFP} --target /usr && \"$0\" \"$@\""),
            format!("{KFP} ./own && \"$0\" \"$@\""),
            format!("{KFP} 'x @ file:///etc' && \"$0\" \"$@\""),
            format!("{KFP} 'unfinished && \"$0\" \"$@\""),
            format!("{KFP}\nid && \"$0\" \"$@\""),
            CHECK.replace("apt-get install python3-pip", "reboot") + KFP + " && \"$0\" \"$@\"",
        ] {
            assert_eq!(recognised(&script), None, "{script}");
        }
    }
}
