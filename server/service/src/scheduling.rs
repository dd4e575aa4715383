//! Starts the runs of recurring runs. A slot is decided once, in the transaction that writes its run, so any number of
//! schedulers may work over one database, and each may be killed at any moment.

use crate::{Change, Service};
use authz::{Grant, System, recurring_runs, runs};
use futures::{StreamExt, stream};
use model::{Failure, FailureKind, Firing, FiringOutcome, RecurringRun, RecurringRunAddress, Schedule, Timestamp};
use std::{sync::Arc, time::Duration};
use store::{Claim, DueRecurringRun, Fired, NewRunRow};
use tokio::sync::watch;

/// At most so long until we look again: another server may have been told of something earlier than we know of.
const GLANCE: Duration = Duration::from_secs(1);
/// When a recurring run that has no place for another run is looked at, if no end of a run wakes it before.
const WITHOUT_A_WAKE_MILLIS: i64 = 30_000;
/// Slots that are read at once, so that memory stays the same however many are due.
const BATCH: u64 = 200;
/// Slots that are decided at once: more only wait for the database.
const HANDS: usize = 4;

/// Decides the slots that have come. The present is the service's clock.
pub struct Scheduler {
    service: Service,
    system: Arc<System>,
}

/// What one look at the clock has led to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Runs that were made.
    pub started: u64,
    /// Slots that were decided without a run.
    pub passed: u64,
    /// Recurring runs without a place for another run.
    pub full: u64,
    /// Slots that other schedulers decided.
    pub lost: u64,
    /// Slots that could not be decided yet.
    pub waiting: u64,
}

enum Decided {
    Started,
    Passed,
    Full,
    Lost,
    Waiting,
}

pub(crate) async fn schedule_runs(scheduler: Scheduler, mut shutdown: watch::Receiver<bool>) {
    loop {
        let pause = tokio::select! {
            pause = scheduler.work() => pause,
            _ = shutdown.changed() => return,
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = scheduler.service.inner.schedules.notified() => {}
            _ = shutdown.changed() => return,
        }
    }
}

impl Scheduler {
    #[must_use]
    pub fn new(service: Service, system: Arc<System>) -> Self {
        Self { service, system }
    }

    /// One round, and how long until the next.
    async fn work(&self) -> Duration {
        let next = async {
            let round = self.round().await?;
            if round.started + round.passed > 0 {
                tracing::debug!(?round, "slots were decided");
            }
            if round.waiting > 0 {
                Ok(None)
            } else {
                self.service.store().recurring_runs().next_due(&self.system).await
            }
        };
        match next.await {
            Ok(Some(at)) => {
                let millis = at.millis().saturating_sub(self.service.now().millis());
                Duration::from_millis(u64::try_from(millis).unwrap_or(0)).min(GLANCE)
            }
            Ok(None) => GLANCE,
            Err(failure) => {
                tracing::error!(cause = failure.cause, "the slots that are due could not be read: {failure}");
                GLANCE
            }
        }
    }

    /// Decides every slot that has come, those that come up while it works included.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn round(&self) -> Result<Round, Failure> {
        let mut round = Round::default();
        loop {
            let due = self.service.store().recurring_runs().find_due(&self.system, self.service.now(), BATCH).await?;
            let found = due.len() as u64;
            let mut decided =
                stream::iter(self.spread(due)).map(|address| self.decide(address)).buffer_unordered(HANDS);
            let mut still = 0;
            while let Some(one) = decided.next().await {
                match one {
                    Decided::Started => round.started += 1,
                    Decided::Passed => round.passed += 1,
                    Decided::Full => round.full += 1,
                    Decided::Lost => round.lost += 1,
                    Decided::Waiting => still += 1,
                }
            }
            round.waiting = still;
            if found == 0 || still == found {
                return Ok(round);
            }
        }
    }

    /// Begins somewhere in the middle, so that several schedulers do not all want the same slot.
    fn spread(&self, mut due: Vec<RecurringRunAddress>) -> Vec<RecurringRunAddress> {
        let mut bytes = [0; 4];
        self.service.parts().chance.fill(&mut bytes);
        let middle = (u32::from_be_bytes(bytes) as usize).checked_rem(due.len()).unwrap_or(0);
        due.rotate_left(middle);
        due
    }

    async fn decide(&self, address: RecurringRunAddress) -> Decided {
        let id = address.id;
        match self.try_to_decide(address).await {
            Ok(decided) => decided,
            // Deleted meanwhile.
            Err(failure) if failure.kind == FailureKind::NotFound => Decided::Lost,
            Err(failure) => {
                tracing::warn!(recurring_run = %id, cause = failure.cause, "a slot waits to be decided: {failure}");
                Decided::Waiting
            }
        }
    }

    async fn try_to_decide(&self, address: RecurringRunAddress) -> Result<Decided, Failure> {
        let store = self.service.store().recurring_runs();
        let grant = self.system.over::<recurring_runs::Fire, _>(address.clone());
        let now = self.service.now();
        let Some(due) = store.read_due(&grant).await?.filter(|due| due.due_at <= now) else {
            return Ok(Decided::Lost);
        };
        let job = &due.recurring_run;
        let schedule = match Schedule::read(job.trigger.as_ref(), job.created_at, self.service.parts().zone) {
            Ok(schedule) => schedule,
            Err(failure) => {
                let claim =
                    Claim { revision: due.revision, slot: due.slot, index: job.fired, next: None, passed: None };
                let passed = store.pass(&grant, &claim, &failure.message, true, now).await?;
                return Ok(if passed { Decided::Passed } else { Decided::Lost });
            }
        };
        let claim = claim(&schedule, &due, now, job.no_catchup);
        let index = claim.index;
        let outcome = match self.prepare(&address, job.clone(), &claim).await {
            Ok((start, row)) => {
                let look_again = now.plus_millis(WITHOUT_A_WAKE_MILLIS);
                store.fire(&grant, &start, &claim, row, look_again, now).await
            }
            Err(failure) => Err(failure),
        };
        match outcome {
            Ok(Fired::Started(run)) => {
                self.service.changes_of().tell(Change::run(grant.place(), run.id));
                self.service.inner.launches.notify_one();
                Ok(Decided::Started)
            }
            Ok(Fired::Lost) => Ok(Decided::Lost),
            Ok(Fired::Full) => Ok(Decided::Full),
            Err(failure) if failure.kind == FailureKind::Unavailable => Err(failure),
            Err(failure) => {
                tracing::warn!(recurring_run = %address.id, index, cause = failure.cause, "no run: {failure}");
                // The other slots that have come would end the same way.
                let claim = Claim { index: job.fired, ..self::claim(&schedule, &due, now, true) };
                let stop = failure.kind == FailureKind::Forbidden || self.without_experiment(job).await?;
                let passed = store.pass(&grant, &claim, &failure.message, stop, now).await?;
                self.service.changes_of().tell(Change::list(grant.place()));
                Ok(if passed { Decided::Passed } else { Decided::Lost })
            }
        }
    }

    /// The run, if the one whom it acts as may start it at this moment.
    async fn prepare(
        &self,
        address: &RecurringRunAddress,
        job: RecurringRun,
        claim: &Claim,
    ) -> Result<(Grant<runs::Create>, NewRunRow), Failure> {
        let user = job.acts_as.clone();
        if self.service.store().users().get(&user).await?.is_some_and(|user| user.disabled) {
            return Err(Failure::forbidden(format!("User '{user}' is disabled")));
        }
        let owner = self.system.on_behalf_of(user);
        let start = self.service.guard().require::<runs::Create, _>(&owner, address.place.clone()).await?;
        let row = self.service.run_of(&owner, &start, job, claim.index, claim.slot).await?;
        Ok((start, row))
    }

    async fn without_experiment(&self, job: &RecurringRun) -> Result<bool, Failure> {
        match self.service.store().locate().experiment(job.experiment_id).await {
            Ok(_) => Ok(false),
            Err(failure) if failure.kind == FailureKind::NotFound => Ok(true),
            Err(failure) => Err(failure),
        }
    }
}

fn claim(schedule: &Schedule, due: &DueRecurringRun, now: Timestamp, no_catchup: bool) -> Claim {
    let decided = schedule.decide(due.slot, now, no_catchup);
    let passed = decided.passed.map(|(first, slots)| Firing {
        scheduled_at: first,
        decided_at: now,
        outcome: FiringOutcome::Skipped,
        slots,
        reason: Some("passed before a run could start, and is not caught up on".to_owned()),
        run_id: None,
    });
    Claim { revision: due.revision, slot: decided.slot, index: due.recurring_run.fired + 1, next: decided.next, passed }
}
