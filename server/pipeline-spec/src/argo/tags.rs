//! `{{...}}` of Argo.

use serde_json::{Map, Value, json};

/// The hidden input of an exit handler.
pub(super) const STATUS: &str = "workflow-status";

/// A text in pieces: plain ones, and what stands between the braces.
pub(super) enum Piece<'t> {
    Plain(&'t str),
    Tag(&'t str),
}

pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((tag, after)) = after.split_once("}}") else { break };
        pieces.push(Piece::Plain(before));
        pieces.push(Piece::Tag(tag.trim()));
        rest = after;
    }
    pieces.push(Piece::Plain(rest));
    pieces
}

/// What the run itself knows, as our own placeholder.
pub(super) fn of_run(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "workflow.uid" => "{{$.pipeline_job_uuid}}",
        "workflow.name" => "{{$.pipeline_job_resource_name}}",
        "pod.name" | "node.name" => "{{$.pipeline_job_resource_name}}-{{$.pipeline_task_name}}",
        "workflow.creationTimestamp" => "{{$.pipeline_job_create_time_utc}}",
        _ => return None,
    })
}

/// A task's inputs as they are found: named ones, and hidden ones for what stands inside texts.
#[derive(Default)]
pub(super) struct Inputs {
    pub(super) parameters: Map<String, Value>,
    hidden: usize,
}

/// How the tags of a place are found.
pub(super) struct Finder<'a> {
    /// What `{{item}}` and `{{item.key}}` are, where there are items.
    pub(super) item: Option<&'a str>,
    /// Where sources outside of a loop's own group are handed in: by name of the group's input.
    pub(super) outer: Option<&'a mut Inputs>,
}

impl Inputs {
    fn hide(&mut self, source: Value) -> String {
        if let Some((name, _)) =
            self.parameters.iter().find(|(name, known)| name.starts_with("tag-") && **known == source)
        {
            return name.clone();
        }
        self.hidden += 1;
        let name = format!("tag-{}", self.hidden);
        self.parameters.insert(name.clone(), source);
        name
    }

    /// Gives `name` the value of `text`.
    pub(super) fn bind(&mut self, name: &str, text: &str, finder: &mut Finder<'_>) -> Result<(), String> {
        let pieces = pieces(text);
        let source = match pieces.as_slice() {
            [Piece::Plain(""), Piece::Tag(tag), Piece::Plain("")] if of_run(tag).is_none() => finder.source(tag)?,
            _ => json!({"runtimeValue": {"constant": self.spoken(&pieces, finder)?}}),
        };
        self.parameters.insert(name.to_owned(), source);
        Ok(())
    }

    /// The text with our own placeholders.
    fn spoken(&mut self, pieces: &[Piece<'_>], finder: &mut Finder<'_>) -> Result<String, String> {
        let mut spoken = String::new();
        for piece in pieces {
            match piece {
                Piece::Plain(plain) => spoken.push_str(plain),
                Piece::Tag(tag) => match of_run(tag) {
                    Some(ours) => spoken.push_str(ours),
                    None => {
                        let hidden = self.hide(finder.source(tag)?);
                        spoken.push_str(&format!("{{{{$.inputs.parameters['{hidden}']}}}}"));
                    }
                },
            }
        }
        Ok(spoken)
    }

    /// One side of a `when`, as our conditions see it. In quotes it is text, otherwise a number.
    pub(super) fn operand(&mut self, text: &str, finder: &mut Finder<'_>) -> Result<String, String> {
        let text = text.trim();
        let quoted = text.strip_prefix(['"', '\'']).and_then(|text| text.strip_suffix(['"', '\'']));
        let inner = quoted.unwrap_or(text);
        let parts = pieces(inner);
        let spoken = match parts.as_slice() {
            [Piece::Plain(plain)] => match quoted {
                Some(_) => return Ok(format!("'{plain}'")),
                None => {
                    let known = plain.parse::<f64>().is_ok() || matches!(*plain, "true" | "false");
                    return if known {
                        Ok((*plain).to_owned())
                    } else {
                        Err(format!("expected a number or a text in quotes, got {plain}"))
                    };
                }
            },
            [Piece::Plain(""), Piece::Tag(tag), Piece::Plain("")] if of_run(tag).is_none() => finder.source(tag)?,
            _ => json!({"runtimeValue": {"constant": self.spoken(&parts, finder)?}}),
        };
        let hidden = self.hide(spoken);
        let value = format!("string(inputs.parameter_values['{hidden}'])");
        Ok(if quoted.is_some() { value } else { format!("double({value})") })
    }
}

impl Finder<'_> {
    /// Where the IR finds what a tag names.
    fn source(&mut self, tag: &str) -> Result<Value, String> {
        if let (Some(item), Some(rest)) = (self.item, tag.strip_prefix("item")) {
            if rest.is_empty() {
                return Ok(json!({"componentInputParameter": item}));
            }
            if let Some(key) = rest.strip_prefix('.').filter(|key| !key.contains(['"', '\''])) {
                let selector = format!("parseJson(string_value)[\"{key}\"]");
                return Ok(json!({"componentInputParameter": item, "parameterExpressionSelector": selector}));
            }
        }
        let source = outside(tag).ok_or_else(|| format!("{{{{{tag}}}}} is not known here"))?;
        match &mut self.outer {
            None => Ok(source),
            Some(outer) => Ok(json!({"componentInputParameter": outer.hide(source)})),
        }
    }
}

fn outside(tag: &str) -> Option<Value> {
    if let Some(name) = tag.strip_prefix("inputs.parameters.") {
        return Some(json!({"componentInputParameter": name}));
    }
    let (task, key) = tag.strip_prefix("tasks.")?.split_once(".outputs.parameters.")?;
    Some(json!({"taskOutputParameter": {"producerTask": task, "outputParameterKey": key}}))
}

/// Where the IR finds the artifact that a `from` names.
pub(super) fn artifact(from: &str) -> Option<Value> {
    let tag = from.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
    if let Some(name) = tag.strip_prefix("inputs.artifacts.") {
        return Some(json!({"componentInputArtifact": name}));
    }
    let (task, key) = tag.strip_prefix("tasks.")?.split_once(".outputs.artifacts.")?;
    Some(json!({"taskOutputArtifact": {"producerTask": task, "outputArtifactKey": key}}))
}
