//! Results that later runs of the same namespace may take instead of doing the work again.

use crate::places::{Places, remove_file};
use artifacts::{Artifacts, locate};
use launcher::{read_json, write_json};
use model::{Namespace, RunAddress};
use pipeline_spec::{CachedFrom, Outputs, StepOrder};
use serde::{Deserialize, Serialize};
use std::{fs, io, path::PathBuf};

/// `cache/<namespace>/<fingerprint>.json`
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    outputs: Outputs,
    from: CachedFrom,
    /// The URIs under which something lay: an entry is good as long as all of it is still there.
    present: Vec<String>,
}

/// One namespace's results. Another namespace's are in another directory, which nothing here can name.
pub(crate) struct Cache<'a> {
    pub(crate) places: &'a Places,
    pub(crate) artifacts: &'a Artifacts,
    pub(crate) namespace: &'a Namespace,
}

impl Cache<'_> {
    fn file(&self, fingerprint: &str) -> Option<PathBuf> {
        // Written by ourselves, and a part of a path.
        let plain = fingerprint.chars().all(|c| c.is_ascii_alphanumeric());
        plain.then(|| self.places.cache(self.namespace).join(format!("{fingerprint}.json")))
    }

    fn is_there(&self, uri: &str) -> bool {
        let location = locate(self.namespace, uri).ok().flatten();
        location.is_some_and(|location| self.artifacts.readable_host_path(&location).is_ok_and(|path| path.is_some()))
    }

    /// What the step would come to, if an earlier one is known that did the same.
    pub(crate) fn find(&self, order: &StepOrder) -> Option<(Outputs, CachedFrom)> {
        let file = self.file(order.fingerprint.as_ref()?)?;
        let entry: Entry = read_json(&file).ok()??;
        if entry.present.iter().all(|uri| self.is_there(uri)) {
            return Some((entry.outputs, entry.from));
        }
        // The run that made it was deleted.
        let _ = remove_file(&file);
        None
    }

    /// Keeps a success for others. The newest one counts.
    pub(crate) fn keep(
        &self,
        order: &StepOrder,
        outputs: &Outputs,
        run: &RunAddress,
        run_name: &str,
    ) -> io::Result<()> {
        let Some(file) = order.fingerprint.as_ref().and_then(|fingerprint| self.file(fingerprint)) else {
            return Ok(());
        };
        let uris = outputs.artifacts.values().flatten().map(|artifact| artifact.uri.clone());
        let entry = Entry {
            outputs: outputs.clone(),
            from: CachedFrom {
                run: run.id,
                run_name: run_name.to_owned(),
                task: order.task_id,
                task_name: order.task_name.clone(),
            },
            present: uris.filter(|uri| self.is_there(uri)).collect(),
        };
        fs::create_dir_all(self.places.cache(self.namespace))?;
        write_json(&file, &entry)
    }

    /// Whether there was anything to forget.
    pub(crate) fn forget(&self, order: &StepOrder) -> io::Result<bool> {
        let Some(file) = order.fingerprint.as_ref().and_then(|fingerprint| self.file(fingerprint)) else {
            return Ok(false);
        };
        let known = file.exists();
        remove_file(&file)?;
        Ok(known)
    }
}
