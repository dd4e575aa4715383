use crate::{Scheduler, Service, launching::launch_runs, recording::record_reports, scheduling::schedule_runs};
use authz::System;
use engine::Reports;
use std::sync::Arc;
use tokio::{sync::watch, task::JoinHandle};

/// What works without being asked: the launcher of runs, the recorder and the scheduler. It alone holds the system's own hands.
pub struct Background {
    pub system: System,
    pub reports: Reports,
}

/// The work under way; dropping it does not end it, [`Running::stop`] does.
pub struct Running {
    shutdown: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Background {
    #[must_use]
    pub fn start(self, service: &Service) -> Running {
        let (shutdown, watching) = watch::channel(false);
        let system = Arc::new(self.system);
        let launching = launch_runs(service.clone(), Arc::clone(&system), watching.clone());
        let recording = record_reports(service.clone(), Arc::clone(&system), self.reports, watching.clone());
        let scheduling = schedule_runs(Scheduler::new(service.clone(), system), watching);
        Running { shutdown, tasks: vec![tokio::spawn(launching), tokio::spawn(recording), tokio::spawn(scheduling)] }
    }
}

impl Running {
    /// Ends the work between two reports and waits until it has ended. Runs go on in the engine.
    pub async fn stop(self) {
        let _ = self.shutdown.send(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "background work ended badly");
            }
        }
    }
}
