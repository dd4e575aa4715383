use crate::{Change, Service};
use authz::{RunGrant, System, runs};
use engine::{Event, Report, Reports};
use model::{Failure, FailureKind, RunAddress, RunId, RunProgress, Task, TaskId, TaskState};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};
use tokio::sync::watch;

const RETRY: Duration = Duration::from_secs(1);

/// Writes down what the engine reports, in order. A report is not let go before it is written, and the engine waits
/// when we are behind, so nothing is lost while the database is away.
pub(crate) async fn record_reports(
    service: Service,
    system: Arc<System>,
    mut reports: Reports,
    mut shutdown: watch::Receiver<bool>,
) {
    let mut known = Known::default();
    loop {
        let report = tokio::select! {
            report = reports.recv() => report,
            _ = shutdown.changed() => return,
        };
        let Some(report) = report else { return };
        loop {
            match record(&service, &system, &mut known, &report).await {
                Ok(()) => break,
                Err(failure) if failure.kind == FailureKind::NotFound => {
                    forget(&service, &system, &report.run).await;
                    break;
                }
                Err(failure) if failure.kind == FailureKind::Unavailable => {
                    tracing::warn!(cause = failure.cause, "a report waits to be written: {failure}");
                    tokio::select! {
                        () = tokio::time::sleep(RETRY) => {}
                        _ = shutdown.changed() => return,
                    }
                }
                Err(failure) => {
                    tracing::warn!(run = %report.run.id, cause = failure.cause, "a report was not taken: {failure}");
                    break;
                }
            }
        }
        service.changes_of().tell(Change::run(&report.run.place, report.run.id));
    }
}

/// The run was deleted while the engine worked on it, or while we were away.
async fn forget(service: &Service, system: &System, run: &RunAddress) {
    let grant: RunGrant<runs::Delete> = system.over(run.clone());
    let forgotten = async {
        service.engine().forget(&grant).await?;
        service.parts().artifacts.delete_run(&grant).await
    };
    if let Err(failure) = forgotten.await {
        tracing::warn!(run = %run.id, cause = failure.cause, "what a deleted run left behind is still there: {failure}");
    }
}

async fn record(service: &Service, system: &System, known: &mut Known, report: &Report) -> Result<(), Failure> {
    let grant: RunGrant<runs::Record> = system.over(report.run.clone());
    match &report.event {
        Event::Tasks(tasks) => {
            service.store().tasks().record(&grant, tasks).await?;
            let (progress, running) = known.take_in(grant.id(), tasks);
            service.store().runs().record_progress(&grant, progress, running.as_deref()).await
        }
        Event::State { state, error } => {
            if state.is_final() {
                known.runs.remove(&grant.id());
            }
            service.store().runs().record_state(&grant, *state, error.clone(), report.at).await?;
            if state.is_final() {
                service.inner.schedules.notify_one();
            }
            Ok(())
        }
    }
}

/// The leaf tasks of the runs that go on, so that counting them needs no reading. An engine that takes a run up again
/// reports all of its tasks first.
#[derive(Default)]
struct Known {
    runs: HashMap<RunId, BTreeMap<TaskId, (TaskState, String)>>,
}

impl Known {
    fn take_in(&mut self, run: RunId, tasks: &[Task]) -> (RunProgress, Option<String>) {
        let leaves = self.runs.entry(run).or_default();
        for task in tasks.iter().filter(|task| task.kind.is_leaf()) {
            leaves.insert(task.id, (task.state, task.display_name.clone()));
        }
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let done = count(leaves.values().filter(|(state, _)| state.is_final()).count());
        let running = leaves.values().find(|(state, _)| *state == TaskState::Running).map(|(_, name)| name.clone());
        (RunProgress { done, total: count(leaves.len()) }, running)
    }
}
