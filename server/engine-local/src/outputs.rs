//! What an ended attempt left behind.

use crate::places::{AttemptDir, StepRecord};
use artifacts::{Artifacts, locate};
use cap_std::{ambient_authority, fs::Dir};
use launcher::{Finish, Outcome};
use model::RunAddress;
use pipeline_spec::{Ended, FailureReason, StepOrder, StepResult, collect_outputs};
use std::{
    io::Read,
    path::{Path, PathBuf},
};

/// Longest text that a step may hand on in one file, in bytes.
const LONGEST: u64 = 64 * 1024 * 1024;

/// The attempt's end from what the launcher wrote.
pub(crate) fn ended(record: &StepRecord, finish: &Finish, run: &RunAddress, artifacts: &Artifacts) -> Ended {
    let failed = StepResult::Failed;
    let result = match &finish.outcome {
        Outcome::Exited { code: 0 } => match outputs(&record.order, &record.writable)
            .and_then(|outputs| bring_home(&record.order, &outputs, &record.writable, run, artifacts).map(|()| outputs))
        {
            Ok(outputs) => StepResult::Succeeded(outputs),
            Err(reason) => failed(FailureReason::BadOutputs(reason)),
        },
        _ if finish.stopped => StepResult::Cancelled,
        Outcome::Exited { code } => failed(FailureReason::Exited { code: *code }),
        Outcome::Killed { signal } => failed(FailureReason::Killed { signal: *signal }),
        Outcome::TimedOut { after_seconds } => failed(FailureReason::TimedOut { after_seconds: *after_seconds }),
        Outcome::OutOfMemory { limit_bytes } => failed(FailureReason::OutOfMemory { limit_bytes: *limit_bytes }),
        Outcome::DiskFull { limit_bytes } => failed(FailureReason::DiskFull { limit_bytes: *limit_bytes }),
        // Tried again, if the step is to be: a network may have been away.
        Outcome::NotPrepared { why } => failed(FailureReason::Lost(why.clone())),
        Outcome::NotStarted { why } => failed(FailureReason::Refused(why.clone())),
    };
    Ended { at_millis: finish.at_millis, result }
}

fn outputs(order: &StepOrder, writable: &[(String, PathBuf)]) -> Result<pipeline_spec::Outputs, String> {
    let executor_output = read(writable, &order.executor_output_file)?;
    // A file that is there but cannot be read fails the step with its own reason, not as if it were missing.
    let mut files = std::collections::BTreeMap::new();
    for output in order.output_parameters.values() {
        if let Some(text) = read(writable, &output.file)? {
            files.insert(output.file.as_str(), text);
        }
    }
    collect_outputs(order, executor_output.as_deref(), &|path| files.get(path).cloned())
}

/// An artifact that the step wrote to a path of its own choice goes to where its URI says.
fn bring_home(
    order: &StepOrder,
    outputs: &pipeline_spec::Outputs,
    writable: &[(String, PathBuf)],
    run: &RunAddress,
    artifacts: &Artifacts,
) -> Result<(), String> {
    for declared in &order.output_artifacts {
        let Some(artifact) = outputs.artifacts.get(&declared.key).and_then(|list| list.first()) else { continue };
        let Some(path) = artifact.custom_path.as_deref().filter(|_| artifact.uri == declared.artifact.uri) else {
            continue;
        };
        let Some(location) = locate(&run.place, &artifact.uri).map_err(|failure| failure.message)? else { continue };
        let Some((rest, from)) = seen_at(writable, path).filter(|_| location.run() == run.id) else { continue };
        let home = artifacts.host_path(&location);
        let (Some(parent), Some(name)) = (home.parent(), home.file_name()) else { continue };
        let moved =
            Dir::open_ambient_dir(from, ambient_authority()).and_then(|from| match from.symlink_metadata(&rest) {
                // What was never written is not there, as with any other artifact.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
                Err(error) => Err(error),
                Ok(_) => from.rename(&rest, &Dir::open_ambient_dir(parent, ambient_authority())?, name),
            });
        moved.map_err(|error| format!("the artifact {} at {path} cannot be kept: {error}", declared.key))?;
    }
    Ok(())
}

/// The deepest mount that shows this path: what is left of the path there, and the mount's place on this machine.
fn seen_at<'w>(writable: &'w [(String, PathBuf)], path: &str) -> Option<(PathBuf, &'w PathBuf)> {
    let inside = |(prefix, host): &'w (String, PathBuf)| {
        let rest = Path::new(path).strip_prefix(prefix).ok()?.to_owned();
        Some((prefix.len(), rest, host))
    };
    writable.iter().filter_map(inside).max_by_key(|(depth, ..)| *depth).map(|(_, rest, host)| (rest, host))
}

/// The text of a file of the step's mount view, `None` if it is not there. Links that lead out of the step's own
/// directories count as not there.
fn read(writable: &[(String, PathBuf)], path: &str) -> Result<Option<String>, String> {
    let Some((rest, host)) = seen_at(writable, path) else { return Ok(None) };
    let Ok(dir) = Dir::open_ambient_dir(host, ambient_authority()) else { return Ok(None) };
    let Ok(metadata) = dir.metadata(&rest) else { return Ok(None) };
    if !metadata.is_file() {
        return Ok(None);
    }
    if metadata.len() > LONGEST {
        return Err(format!("{path} is longer than {LONGEST} bytes"));
    }
    let Ok(file) = dir.open(&rest) else { return Ok(None) };
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes).map_err(|error| format!("{path} cannot be read: {error}"))?;
    String::from_utf8(bytes).map(Some).map_err(|_| format!("{path} is not UTF-8 text"))
}

/// The last line that a launcher wrote on its own account.
pub(crate) fn launcher_said(attempt: &AttemptDir) -> String {
    let text = std::fs::read_to_string(attempt.launcher_log()).unwrap_or_default();
    text.lines().last().map(|line| format!(" ({line})")).unwrap_or_default()
}
