//! The engine without processes keeps the engines' contract, so that what is tested with it holds with the others.

use engine::{Engine, Reports};
use model::{RunId, RunState};
use mooring_testkit::{FakeEngine, Hands, Subject, engine_contract, pipeline, system};
use serde_json::Value;
use std::sync::Arc;

struct Fake {
    engine: Arc<FakeEngine>,
    reports: Reports,
}

#[async_trait::async_trait]
impl Subject for Fake {
    fn engine(&self) -> Arc<dyn Engine> {
        self.engine.clone()
    }
    fn reports(&mut self) -> &mut Reports {
        &mut self.reports
    }
    fn definition(&self) -> Value {
        pipeline("one-step", "true")
    }
    async fn end(&self, run: RunId, well: bool) {
        self.engine.end(run, if well { RunState::Succeeded } else { RunState::Failed }).await;
    }
}

#[tokio::test]
async fn the_engine_without_processes_keeps_the_contract() {
    let (engine, reports) = FakeEngine::start(Arc::new(Hands::default()));
    engine_contract(&mut Fake { engine, reports }, &system()).await;
}
