use crate::bench::{Bench, pipeline, shell};
use engine::{Engine, Reports};
use model::RunId;
use serde_json::Value;
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex},
};
use testkit::{Subject, engine_contract, system};

/// The step waits for a file in a directory that it may read.
struct Local {
    bench: Bench,
    signs: PathBuf,
    /// How often each run's step was ended: a step looks for the sign with the number of its own try.
    ends: Mutex<HashMap<RunId, u32>>,
}

#[async_trait::async_trait]
impl Subject for Local {
    fn engine(&self) -> Arc<dyn Engine> {
        self.bench.engine.clone()
    }
    fn reports(&mut self) -> &mut Reports {
        &mut self.bench.reports
    }
    fn definition(&self) -> Value {
        let signs = self.signs.display();
        let script = format!(
            "echo waits; echo try >> $1/tries; n=$(wc -l < $1/tries); while :; do \
             [ -e {signs}/$0.$n.well ] && exit; [ -e {signs}/$0.$n.badly ] && exit 1; sleep 0.02; done"
        );
        pipeline([shell("step", &script).args(&["{{$.pipeline_job_uuid}}", "{{$.workspace_path}}"])])
    }
    async fn end(&self, run: RunId, well: bool) {
        let number = self.ends.lock().unwrap().entry(run).and_modify(|number| *number += 1).or_insert(1).to_owned();
        let word = if well { "well" } else { "badly" };
        std::fs::write(self.signs.join(format!("{run}.{number}.{word}")), "").unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_local_engine_keeps_the_contract() {
    let dir = tempfile::tempdir().unwrap();
    // Not below /tmp, where a step has its own.
    let outside = tempfile::tempdir_in("/var/tmp").unwrap();
    let signs = outside.path().to_owned();
    let readable = signs.clone();
    let bench = Bench::with(dir.path(), |mut settings| {
        settings.readable.push(readable);
        settings
    })
    .await;
    engine_contract(&mut Local { bench, signs, ends: Mutex::default() }, &system()).await;
}
