use crate::{Change, Of, Service, names};
use authn::Caller;
use authz::{Grant, recurring_runs, runs};
use model::{
    Failure, Firing, Listing, Macros, NewRecurringRun, NewRunSource, Page, PipelineSource, RecurringRun,
    RecurringRunId, RecurringRunMode, Run, RunId, Schedule, Timestamp, Zone, resource_name,
};
use pipeline_spec::Package;
use store::{ChangedRecurringRun, NewRecurringRunRow, NewRunRow};

/// KFP's bounds.
const CONCURRENCY: std::ops::RangeInclusive<i64> = 1..=10;
/// How often "run now" tries again when others run it at the same moment.
const TRIES: u32 = 20;

impl Service {
    /// The time zone of cron expressions that name none.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.parts().zone
    }

    /// Asks at once for all that its runs will need: a schedule, a definition that the caller may read and that takes the
    /// parameters, and the right to start runs.
    ///
    /// # Errors
    /// `Invalid` naming the field, `NotFound` and `Forbidden` for the experiment or the pipeline.
    pub async fn create_recurring_run(&self, caller: &Caller, new: NewRecurringRun) -> Result<RecurringRun, Failure> {
        check(&new)?;
        let Some(experiment_id) = new.experiment_id else {
            return Err(Failure::invalid("Experiment id can not be empty in multi-user mode"));
        };
        let now = self.now();
        let schedule = Schedule::read(new.trigger.as_ref(), now, self.parts().zone)?;
        let address = self.store().locate().experiment(experiment_id).await?;
        let grant = self.guard().require_where::<recurring_runs::Create, _>(caller, address.clone()).await?;
        let start = self.guard().require_where::<runs::Create, _>(caller, address).await?;
        if let Some(namespace) = new.namespace.as_ref().filter(|namespace| *namespace != grant.place()) {
            return Err(Failure::invalid(format!(
                "namespace '{namespace}' is not the namespace of experiment {experiment_id}: leave it out, or name that one"
            )));
        }
        let next_at = if new.mode == RecurringRunMode::Enabled { schedule.first() } else { None };
        let row = NewRecurringRunRow {
            id: RecurringRunId::from_uuid(self.parts().chance.uuid()),
            experiment_id,
            resource_name: resource_name(&new.display_name, &*self.parts().chance),
            decided: self.decided(caller, &start, new, next_at).await?,
        };
        let made = self.store().recurring_runs().create(&grant, row, now).await?;
        self.rescheduled(Change::list(grant.place()));
        Ok(made)
    }

    /// Takes what is said in the place of all that was said before; the experiment stays. From then on it acts as this
    /// caller. A slot that waits is still owed if the schedule stays the same.
    ///
    /// # Errors
    /// As [`Service::create_recurring_run`]; `Invalid` for another experiment.
    pub async fn update_recurring_run(
        &self,
        caller: &Caller,
        id: RecurringRunId,
        new: NewRecurringRun,
    ) -> Result<(), Failure> {
        check(&new)?;
        let address = self.store().locate().recurring_run(id).await?;
        let grant = self.guard().require_over::<recurring_runs::Update, _>(caller, address.clone()).await?;
        let get = self.guard().require_over::<recurring_runs::Get, _>(caller, address.clone()).await?;
        let start = self.guard().require_where::<runs::Create, _>(caller, address).await?;
        let old = self.store().recurring_runs().get(&get).await?;
        if new.experiment_id.is_some_and(|experiment| experiment != old.experiment_id) {
            return Err(Failure::invalid(
                "experiment_id cannot be changed: clone the recurring run into the other one",
            ));
        }
        let now = self.now();
        let schedule = Schedule::read(new.trigger.as_ref(), old.created_at, self.parts().zone)?;
        let goes_on = old.mode == RecurringRunMode::Enabled && old.trigger == new.trigger;
        let next_at = match new.mode {
            RecurringRunMode::Enabled if goes_on => old.next_at,
            RecurringRunMode::Enabled => schedule.next_after(now),
            RecurringRunMode::Disabled => None,
        };
        let decided = self.decided(caller, &start, new, next_at).await?;
        self.store().recurring_runs().update(&grant, &decided, now).await?;
        self.rescheduled(Change::list(grant.place()));
        Ok(())
    }

    async fn decided(
        &self,
        caller: &Caller,
        start: &Grant<runs::Create>,
        new: NewRecurringRun,
        next_at: Option<Timestamp>,
    ) -> Result<ChangedRecurringRun, Failure> {
        let floating = match &new.source {
            NewRunSource::Latest { pipeline_id } if !new.pin_latest => {
                Some(PipelineSource::Latest { pipeline_id: *pipeline_id })
            }
            _ => None,
        };
        let (found, package) = self.definition(caller, new.source).await?;
        let probe = RunId::from_uuid(self.parts().chance.uuid());
        let mut probed = new.runtime_config.clone();
        let now = self.now();
        Macros { run_id: probe, now, scheduled: Some((now, 1)) }.put_into(&mut probed.parameters);
        self.check_plan(start, probe, &new.display_name, &package, &probed)?;
        let service_account = match new.service_account {
            // KFP fixes the platform's account with the version.
            account if account.is_empty() && floating.is_none() => self.parts().default_service_account.clone(),
            account => account,
        };
        Ok(ChangedRecurringRun {
            display_name: new.display_name,
            description: new.description,
            service_account,
            source: floating.unwrap_or(found),
            runtime_config: new.runtime_config,
            trigger: new.trigger,
            mode: new.mode,
            max_concurrency: u8::try_from(new.max_concurrency).map_err(Failure::internal)?,
            no_catchup: new.no_catchup,
            acts_as: caller.user().clone(),
            next_at,
        })
    }

    /// With its definition and parameters.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn recurring_run(&self, caller: &Caller, id: RecurringRunId) -> Result<RecurringRun, Failure> {
        let address = self.store().locate().recurring_run(id).await?;
        let grant = self.guard().require_over::<recurring_runs::Get, _>(caller, address).await?;
        self.store().recurring_runs().get(&grant).await
    }

    /// What became of its last slots, newest first, `limit` at most.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn firings(&self, caller: &Caller, id: RecurringRunId, limit: u32) -> Result<Vec<Firing>, Failure> {
        let address = self.store().locate().recurring_run(id).await?;
        let grant = self.guard().require_over::<recurring_runs::Get, _>(caller, address).await?;
        self.store().recurring_runs().firings(&grant, limit).await
    }

    /// # Errors
    /// `Forbidden`, `NotFound` for the experiment; `Invalid` for a sort, filter or page token that does not fit.
    pub async fn recurring_runs(
        &self,
        caller: &Caller,
        of: Of,
        listing: Listing,
    ) -> Result<Page<RecurringRun>, Failure> {
        match of {
            Of::Namespace(namespace) => {
                let grant = self.guard().require::<recurring_runs::List, _>(caller, namespace).await?;
                self.store().recurring_runs().list(&grant, &listing).await
            }
            Of::Experiment(id) => {
                let address = self.store().locate().experiment(id).await?;
                let grant = self.guard().require_where::<recurring_runs::List, _>(caller, address).await?;
                self.store().recurring_runs().list_of_experiment(&grant, id, &listing).await
            }
        }
    }

    /// From now on, and as this caller: slots that passed while it was disabled are not owed. Nothing changes about one
    /// that is enabled.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn enable_recurring_run(&self, caller: &Caller, id: RecurringRunId) -> Result<(), Failure> {
        let address = self.store().locate().recurring_run(id).await?;
        let grant = self.guard().require_over::<recurring_runs::Enable, _>(caller, address.clone()).await?;
        let get = self.guard().require_over::<recurring_runs::Get, _>(caller, address).await?;
        let job = self.store().recurring_runs().get(&get).await?;
        let now = self.now();
        let next_at = if job.trigger.is_none() && job.fired == 0 {
            Some(now)
        } else {
            Schedule::read(job.trigger.as_ref(), job.created_at, self.parts().zone)?.next_after(now)
        };
        self.store().recurring_runs().enable(&grant, caller.user(), next_at, now).await?;
        self.rescheduled(Change::list(grant.place()));
        Ok(())
    }

    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn disable_recurring_run(&self, caller: &Caller, id: RecurringRunId) -> Result<(), Failure> {
        let address = self.store().locate().recurring_run(id).await?;
        let grant = self.guard().require_over::<recurring_runs::Disable, _>(caller, address).await?;
        self.store().recurring_runs().disable(&grant, self.now()).await?;
        self.rescheduled(Change::list(grant.place()));
        Ok(())
    }

    /// Its runs stay.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn delete_recurring_run(&self, caller: &Caller, id: RecurringRunId) -> Result<(), Failure> {
        let address = self.store().locate().recurring_run(id).await?;
        let grant = self.guard().require_over::<recurring_runs::Delete, _>(caller, address).await?;
        self.store().recurring_runs().delete(&grant).await?;
        self.rescheduled(Change::list(grant.place()));
        Ok(())
    }

    /// One run of it at once, with the caller's own rights; enabled or not, and whatever else is under way. The schedule
    /// goes on as if nothing had been.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`; `Invalid` when its definition does not take its parameters any more.
    pub async fn run_recurring_run_now(&self, caller: &Caller, id: RecurringRunId) -> Result<Run, Failure> {
        let address = self.store().locate().recurring_run(id).await?;
        let get = self.guard().require_over::<recurring_runs::Get, _>(caller, address.clone()).await?;
        let start = self.guard().require_where::<runs::Create, _>(caller, address).await?;
        let reason = format!("asked for by {}", caller.user());
        for _ in 0..TRIES {
            let job = self.store().recurring_runs().get(&get).await?;
            let (now, index) = (self.now(), job.fired + 1);
            let row = self.run_of(caller, &start, job, index, now).await?;
            let made = self.store().recurring_runs().fire_now(&get, &start, index, &reason, row, now).await?;
            if let Some(run) = made {
                self.changes_of().tell(Change::run(get.place(), run.id));
                self.inner.launches.notify_one();
                return Ok(run);
            }
        }
        Err(Failure::conflict(format!("Recurring run {id} is changed too fast: try again")))
    }

    /// The row of its run number `index`, for the slot `slot`, if the caller may read what it runs.
    pub(crate) async fn run_of(
        &self,
        caller: &Caller,
        start: &Grant<runs::Create>,
        job: RecurringRun,
        index: u64,
        slot: Timestamp,
    ) -> Result<NewRunRow, Failure> {
        let (id, display_name) = (job.run_id(index), job.run_name(index));
        let (source, package) = self.definition_of(caller, job.source).await?;
        let mut runtime_config = job.runtime_config;
        Macros { run_id: id, now: self.now(), scheduled: Some((slot, index)) }.put_into(&mut runtime_config.parameters);
        self.check_plan(start, id, &display_name, &package, &runtime_config)?;
        let service_account = Some(job.service_account)
            .filter(|account| !account.is_empty())
            .unwrap_or_else(|| self.parts().default_service_account.clone());
        Ok(NewRunRow {
            id,
            experiment_id: job.experiment_id,
            recurring_run_id: Some(job.id),
            display_name,
            description: job.description,
            service_account,
            source,
            spec: package.to_value(),
            pipeline_name: package.name().to_owned(),
            runtime_config,
            scheduled_at: slot,
        })
    }

    async fn definition_of(
        &self,
        caller: &Caller,
        source: PipelineSource,
    ) -> Result<(PipelineSource, Package), Failure> {
        let source = match source {
            PipelineSource::Version { pipeline_id, pipeline_version_id } => {
                NewRunSource::Version { pipeline_id: Some(pipeline_id), pipeline_version_id }
            }
            PipelineSource::Latest { pipeline_id } => NewRunSource::Latest { pipeline_id },
            PipelineSource::Inline { spec } => NewRunSource::Inline {
                spec: spec.ok_or_else(|| Failure::internal("a recurring run without its definition"))?,
            },
        };
        self.definition(caller, source).await
    }

    fn rescheduled(&self, change: Change) {
        self.changes_of().tell(change);
        self.inner.schedules.notify_one();
    }
}

fn check(new: &NewRecurringRun) -> Result<(), Failure> {
    if new.display_name.is_empty() {
        return Err(Failure::invalid("Recurring run's name cannot be empty (display_name)"));
    }
    names::check("display_name", &new.display_name, names::RUN)?;
    names::check_description(&new.description)?;
    names::check_optional("service_account", &new.service_account, names::SERVICE_ACCOUNT)?;
    if !CONCURRENCY.contains(&new.max_concurrency) {
        return Err(Failure::invalid(format!(
            "Max concurrency of a recurring run must be at least {} and at most {}. Received {}",
            CONCURRENCY.start(),
            CONCURRENCY.end(),
            new.max_concurrency
        )));
    }
    Ok(())
}
