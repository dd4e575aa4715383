use super::say;
use crate::{Settings, command_line::Output, wiring::local_engine_settings};
use model::Failure;
use serde_json::{Value, json};
use std::{fmt::Write, process::ExitCode};

/// Fails when something is missing, so that a script can ask.
pub(super) fn doctor(settings: &Settings, output: Output) -> Result<ExitCode, Failure> {
    let findings = engine_local::doctor(&local_engine_settings(settings)?);
    let mut text = format!("Data directory: {}\nLocal engine:", settings.data_dir.display());
    for finding in &findings {
        let mark = if finding.ok { "ok     " } else { "missing" };
        let _ = write!(text, "\n  {mark}  {}: {}", finding.name, finding.detail);
        if let Some(how) = &finding.how_to_get_it {
            let _ = write!(text, "\n           {how}");
        }
    }
    let all_there = findings.iter().all(|finding| finding.ok);
    text.push_str(if all_there { "\nPipelines can run here." } else { "\nNot every pipeline can run here." });
    let json: Vec<Value> = findings
        .iter()
        .map(|finding| {
            json!({
                "engine": "local", "name": finding.name, "ok": finding.ok, "detail": finding.detail,
                "how_to_get_it": finding.how_to_get_it,
            })
        })
        .collect();
    say(output, &text, &json!({ "ok": all_there, "data_dir": settings.data_dir, "findings": json }))?;
    Ok(if all_there { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
