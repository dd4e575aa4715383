use crate::Service;
use authz::{System, runs};
use engine::{Engine, LaunchOrder};
use model::{Failure, FailureKind, RunAddress, RunState};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// How long until a run that could not be launched is tried again.
const RETRY: Duration = Duration::from_secs(5);

/// Hands runs to the engine: at the start all that are not at their end, later the new ones. The order was written in
/// the transaction that made the run, so none is lost between.
pub(crate) async fn launch_runs(service: Service, system: Arc<System>, mut shutdown: watch::Receiver<bool>) {
    let mut retry = !launch_all(&service, &system, true).await;
    loop {
        tokio::select! {
            () = service.inner.launches.notified() => {}
            () = tokio::time::sleep(RETRY), if retry => {}
            _ = shutdown.changed() => return,
        }
        retry = !launch_all(&service, &system, false).await;
    }
}

/// `false` when something should be tried again.
async fn launch_all(service: &Service, system: &System, unfinished: bool) -> bool {
    let orders = service.store().launch_orders();
    let found = if unfinished { orders.find_unfinished(system).await } else { orders.find_waiting(system).await };
    match found {
        Ok(addresses) => {
            let mut all = true;
            for address in addresses {
                all &= launch(service, system, address).await;
            }
            all
        }
        Err(failure) => {
            tracing::error!(cause = failure.cause, "the runs to launch could not be read: {failure}");
            false
        }
    }
}

async fn launch(service: &Service, system: &System, address: RunAddress) -> bool {
    let id = address.id;
    match hand_over(service, system, &address).await {
        Ok(()) => true,
        // Deleted meanwhile.
        Err(failure) if failure.kind == FailureKind::NotFound => true,
        Err(failure) if failure.kind == FailureKind::Unavailable => {
            tracing::warn!(run = %id, cause = failure.cause, "not launched yet: {failure}");
            false
        }
        Err(failure) => {
            tracing::warn!(run = %id, cause = failure.cause, "cannot be launched: {failure}");
            let grant = system.over::<runs::Record, _>(address);
            let runs = service.store().runs();
            let ended = runs.record_state(&grant, RunState::Failed, Some(failure.message), service.now()).await;
            service.changes_of().tell(crate::Change::run(grant.place(), id));
            ended.is_ok()
        }
    }
}

async fn hand_over(service: &Service, system: &System, address: &RunAddress) -> Result<(), Failure> {
    let orders = service.store().launch_orders();
    let grant = system.over::<runs::Launch, _>(address.clone());
    let row = orders.read(&grant).await?;
    let cancel_requested = row.cancel_requested;
    let order = LaunchOrder::new(system.over(address.clone()), row);
    Engine::launch(service.engine(), order).await?;
    orders.mark_launched(&grant, service.now()).await?;
    // What was wished while the engine had not heard of the run yet, it has not heard either.
    match orders.read(&grant).await {
        Ok(row) if row.cancel_requested && !cancel_requested => {
            service.engine().cancel(&system.over(address.clone())).await
        }
        Ok(_) => Ok(()),
        Err(failure) if failure.kind == FailureKind::NotFound => {
            service.engine().forget(&system.over(address.clone())).await
        }
        Err(failure) => Err(failure),
    }
}
