use super::say;
use crate::command_line::{Output, SecretCommand};
use model::{Failure, Namespace, SecretValue};
use serde_json::{Value, json};
use service::Operations;
use std::{
    io::{Read, stdin},
    process::ExitCode,
};

pub(super) async fn secret(
    operations: &Operations,
    command: SecretCommand,
    output: Output,
) -> Result<ExitCode, Failure> {
    match command {
        SecretCommand::Set { namespace, name, key } => {
            operations.put_secret(namespace.clone(), &name, &key, value()?).await?;
            let text = format!("{key} of secret {name} in namespace {namespace} is set.");
            say(output, &text, &json!({ "namespace": namespace, "name": name, "key": key }))
        }
        SecretCommand::List { namespace } => {
            let secrets = operations.secrets(namespace).await?;
            let lines: Vec<_> =
                secrets.iter().map(|secret| format!("{}\t{}", secret.name, secret.keys.join(","))).collect();
            let json: Vec<_> = secrets
                .iter()
                .map(|secret| {
                    json!({ "name": secret.name, "keys": secret.keys, "updated_at": secret.updated_at.to_rfc3339() })
                })
                .collect();
            say(output, &lines.join("\n"), &Value::from(json))
        }
        SecretCommand::Delete { namespace, name } => {
            operations.delete_secret(namespace.clone(), &name).await?;
            let text = format!("Secret {name} is gone from namespace {namespace}.");
            say(output, &text, &json!({ "namespace": namespace, "name": name, "deleted": true }))
        }
    }
}

fn value() -> Result<SecretValue, Failure> {
    let mut bytes = Vec::new();
    stdin().read_to_end(&mut bytes).map_err(|error| Failure::unavailable("The value cannot be read", error))?;
    if bytes.ends_with(b"\n") {
        bytes.pop();
    }
    Ok(SecretValue::new(bytes))
}

pub(super) async fn audit(
    operations: &Operations,
    namespace: Option<Namespace>,
    limit: u32,
    page_token: Option<String>,
    output: Output,
) -> Result<ExitCode, Failure> {
    let page = operations.audit(namespace, limit, page_token).await?;
    let lines: Vec<_> = page
        .items
        .iter()
        .map(|entry| {
            let who = if entry.user.is_empty() { "nobody" } else { &entry.user };
            let (at, outcome) = (entry.at.to_rfc3339(), entry.outcome.as_str());
            let what = format!("{} {} {}", entry.verb, entry.resource, entry.object);
            format!("{at}\t{outcome}\t{who}\t{}\t{}\t{}\t{}", entry.via, entry.from, what.trim_end(), entry.reason)
        })
        .collect();
    let json: Vec<_> = page
        .items
        .iter()
        .map(|entry| {
            json!({
                "at": entry.at.to_rfc3339(), "outcome": entry.outcome.as_str(), "user": entry.user, "via": entry.via,
                "from": entry.from, "namespace": entry.namespace, "resource": entry.resource, "verb": entry.verb,
                "object": entry.object, "reason": entry.reason,
            })
        })
        .collect();
    let json = json!({ "entries": json, "total_size": page.total_size, "next_page_token": page.next_page_token });
    say(output, &lines.join("\n"), &json)
}
