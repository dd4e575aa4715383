//! Recorded questions and answers, and how a recorded question is asked again.

use serde_json::{Map, Value};
use std::{collections::HashMap, io::Write};

/// One line of the recording.
pub(crate) struct Exchange {
    pub(crate) case: String,
    /// Nobody when absent.
    pub(crate) user: Option<String>,
    pub(crate) method: String,
    pub(crate) path: String,
    query: Vec<(String, String)>,
    request: Option<Value>,
    pub(crate) status: u16,
    pub(crate) answer: Value,
}

impl Exchange {
    pub(crate) fn parse(line: &str) -> Self {
        let line: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| line[name].as_str().map(str::to_owned);
        let query = line["query"].as_object().cloned().unwrap_or_default();
        Self {
            case: text("case").unwrap(),
            user: text("as"),
            method: text("method").unwrap(),
            path: text("path").unwrap(),
            query: query.into_iter().map(|(name, value)| (name, value.as_str().unwrap().to_owned())).collect(),
            request: line.get("request").cloned(),
            status: line["status"].as_u64().unwrap().try_into().unwrap(),
            answer: line["response"].clone(),
        }
    }

    /// Whether the question is for a door that is not built yet. What is no door of KFP's either is asked.
    pub(crate) fn is_for_later(&self) -> bool {
        let gateway_refused = self.status == 501 || self.answer["message"] == "Not Found";
        let leads_here = |route: &api::Route| {
            let (wanted, verb) = split(route.path);
            let (asked, asked_verb) = split(&self.path);
            let segments = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
            let (wanted, asked) = (segments(wanted), segments(asked));
            let same = |(wanted, asked): (&String, &String)| {
                wanted == asked
                    || (wanted.starts_with('{') && !asked.is_empty() && asked != "upload" && asked != "create")
            };
            route.method.as_str() == self.method
                && verb == asked_verb
                && wanted.len() == asked.len()
                && wanted.iter().zip(&asked).all(same)
        };
        !gateway_refused && !api::ROUTES.iter().any(leads_here)
    }
}

fn split(path: &str) -> (&str, Option<&str>) {
    match path.rsplit_once(':') {
        Some((object, verb)) if !verb.contains('/') => (object, Some(verb)),
        _ => (path, None),
    }
}

/// What a question needs besides itself.
pub(crate) struct Material {
    pub(crate) pipeline: Value,
    pub(crate) workflow: Value,
}

/// A question that can be sent.
pub(crate) struct Question {
    pub(crate) uri: String,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
}

/// The ids and tokens that the recording calls by names in braces, as this server gave them.
#[derive(Default)]
pub(crate) struct Names(HashMap<String, String>);

impl Names {
    /// Learns what the answer calls by the names of the recorded one.
    pub(crate) fn learn(&mut self, recorded: &Value, answer: &Value) {
        match (recorded, answer) {
            (Value::String(name), Value::String(value)) if name.starts_with('{') && name.ends_with('}') => {
                self.0.entry(name.clone()).or_insert_with(|| value.clone());
            }
            (Value::Object(recorded), Value::Object(answer)) => {
                for (key, value) in recorded {
                    if let (Some(Value::String(token)), "next_page_token") = (answer.get(key), key.as_str()) {
                        // The recording keeps the tokens' text and asks with the name of the first.
                        self.0.entry("{token1}".to_owned()).or_insert_with(|| token.clone());
                    } else if let Some(ours) = answer.get(key) {
                        self.learn(value, ours);
                    }
                }
            }
            _ => {}
        }
    }

    /// `None` when it uses a name that no answer has given a meaning yet.
    pub(crate) fn fill(&self, exchange: &Exchange, material: &Material) -> Option<Question> {
        let pairs = exchange.query.iter().map(|(name, value)| format!("{name}={}", encoded(&self.replaced(value))));
        let query = pairs.collect::<Vec<_>>().join("&");
        let uri = format!("{}?{query}", self.replaced(&exchange.path));
        let (content_type, body) = match &exchange.request {
            Some(Value::String(text)) if text.starts_with("multipart ") => {
                ("multipart/form-data; boundary=boundary", form(&exchange.case, text, material))
            }
            Some(Value::String(text)) => ("application/json", text.clone().into_bytes()),
            Some(value) => ("application/json", self.replaced(&value.to_string()).into_bytes()),
            None => ("application/json", Vec::new()),
        };
        let unknown = |text: &str| {
            ["exp", "pipe", "run", "ver", "token", "v1run", "job"]
                .iter()
                .any(|kind| text.contains(&format!("{{{kind}")) || text.contains(&format!("%7B{kind}")))
        };
        let whole = [uri.as_str(), &String::from_utf8_lossy(&body)].iter().all(|text| !unknown(text));
        whole.then_some(Question { uri, content_type, body })
    }

    fn replaced(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// The recording tells only the file's name; the case's name says what was wrong with it.
fn form(case: &str, request: &str, material: &Material) -> Vec<u8> {
    let without = |key: &str| {
        let entries = material.pipeline.as_object().unwrap().clone().into_iter();
        Value::Object(entries.filter(|(name, _)| name != key).collect::<Map<_, _>>())
    };
    let content = match case {
        "upload junk" => b"{a: [1, 2".to_vec(),
        "upload no root" => without("root").to_string().into_bytes(),
        "upload schema 2.0.0" => material.pipeline.to_string().replace("\"2.1.0\"", "\"2.0.0\"").into_bytes(),
        "upload unknown type" => b"ab".to_vec(),
        "upload zip" => zipped(&material.pipeline.to_string()),
        "upload argo" => material.workflow.to_string().into_bytes(),
        _ => material.pipeline.to_string().into_bytes(),
    };
    let name = request.trim_start_matches("multipart ").rsplit_once(" (").unwrap().0;
    let head = format!(
        "--boundary\r\nContent-Disposition: form-data; name=\"uploadfile\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
    );
    [head.as_bytes(), &content, b"\r\n--boundary--\r\n"].concat()
}

fn zipped(text: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("pipeline.yaml", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(text.as_bytes()).unwrap();
    archive.finish().unwrap().into_inner()
}
