use crate::{Change, Of, Service, names};
use authn::Caller;
use authz::{Grant, pipelines, runs};
use bytes::Bytes;
use engine::LogChunk;
use futures::stream::BoxStream;
use model::{
    Failure, Listing, Macros, Namespace, NewRun, NewRunSource, Page, PipelineId, PipelineSource, PipelineVersionId,
    Run, RunId, RuntimeConfig, Task, TaskId,
};
use pipeline_spec::{Package, RunContext};
use serde_json::{Map, Value};
use store::NewRunRow;

impl Service {
    /// Checks everything that could fail for the caller's sake, then writes the run and its launch order in one
    /// transaction. The engine is told afterwards, by the launcher of runs.
    ///
    /// # Errors
    /// `Invalid` naming the field, `NotFound` and `Forbidden` for the experiment or the pipeline.
    pub async fn create_run(&self, caller: &Caller, mut new: NewRun) -> Result<Run, Failure> {
        names::check("display_name", &new.display_name, names::RUN)?;
        names::check_description(&new.description)?;
        names::check_optional("service_account", &new.service_account, names::SERVICE_ACCOUNT)?;
        let Some(experiment_id) = new.experiment_id else {
            return Err(Failure::invalid("Experiment id can not be empty in multi-user mode"));
        };
        let experiment = self.store().locate().experiment(experiment_id).await?;
        let grant = self.guard().require_where::<runs::Create, _>(caller, experiment).await?;
        if let Some(namespace) = new.namespace.filter(|namespace| namespace != grant.place()) {
            return Err(Failure::invalid(format!(
                "namespace '{namespace}' is not the namespace of experiment {experiment_id}: leave it out, or name that one"
            )));
        }
        let (source, package) = self.definition(caller, new.source).await?;
        let id = RunId::from_uuid(self.parts().chance.uuid());
        Macros { run_id: id, now: self.now(), scheduled: None }.put_into(&mut new.runtime_config.parameters);
        self.check_plan(&grant, id, &new.display_name, &package, &new.runtime_config)?;
        let row = NewRunRow {
            id,
            experiment_id,
            recurring_run_id: None,
            display_name: new.display_name,
            description: new.description,
            service_account: Some(new.service_account)
                .filter(|account| !account.is_empty())
                .unwrap_or_else(|| self.parts().default_service_account.clone()),
            source,
            spec: package.to_value(),
            pipeline_name: package.name().to_owned(),
            runtime_config: new.runtime_config,
            scheduled_at: self.now(),
        };
        let run = self.store().runs().create(&grant, row, self.now()).await?;
        self.changes_of().tell(Change::run(grant.place(), id));
        self.inner.launches.notify_one();
        Ok(run)
    }

    /// The definition that the caller named, if they may read it.
    pub(crate) async fn definition(
        &self,
        caller: &Caller,
        source: NewRunSource,
    ) -> Result<(PipelineSource, Package), Failure> {
        let (pipeline_id, version_id) = match source {
            NewRunSource::Inline { spec } => {
                let package = Package::from_value(&spec)?;
                return Ok((PipelineSource::Inline { spec: Some(spec) }, package));
            }
            NewRunSource::Version { pipeline_id, pipeline_version_id } => (pipeline_id, pipeline_version_id),
            NewRunSource::Latest { pipeline_id } => {
                (Some(pipeline_id), self.latest_version(caller, pipeline_id).await?)
            }
        };
        let address = self.store().locate().pipeline_version(version_id).await?;
        let grant = self.guard().require_over::<pipelines::Get, _>(caller, address).await?;
        let version = self.store().pipeline_versions().get(&grant).await?;
        if pipeline_id.is_some_and(|id| id != version.pipeline_id) {
            return Err(Failure::invalid(format!(
                "pipeline_version_id {version_id} is not a version of the pipeline that pipeline_id names"
            )));
        }
        let spec = version.spec.ok_or_else(|| Failure::internal("a pipeline version without its definition"))?;
        let source = PipelineSource::Version { pipeline_id: version.pipeline_id, pipeline_version_id: version_id };
        Ok((source, Package::from_value(&spec)?))
    }

    async fn latest_version(&self, caller: &Caller, id: PipelineId) -> Result<PipelineVersionId, Failure> {
        let address = self.store().locate().pipeline(id).await?;
        let grant = self.guard().require_over::<pipelines::Get, _>(caller, address).await?;
        let latest = self.store().pipeline_versions().latest(&grant).await?;
        latest
            .map(|version| version.id)
            .ok_or_else(|| Failure::invalid(format!("pipeline_id {id} has no version to run")))
    }

    pub(crate) fn check_plan(
        &self,
        grant: &Grant<runs::Create>,
        run_id: RunId,
        run_name: &str,
        package: &Package,
        config: &RuntimeConfig,
    ) -> Result<(), Failure> {
        let namespace = grant.place();
        let root = match config.pipeline_root.as_deref() {
            Some(root) => {
                artifacts::check_root(namespace, root)?;
                root.to_owned()
            }
            None => artifacts::default_root(namespace),
        };
        let now = self.now();
        let context = RunContext {
            run_id,
            run_name: run_name.to_owned(),
            pipeline_root: root,
            namespace: namespace.clone(),
            created_at: now,
            scheduled_at: now,
        };
        pipeline_spec::plan(package, &config.parameters, &context)?;
        Ok(())
    }

    /// With its definition and parameters.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn run(&self, caller: &Caller, id: RunId) -> Result<Run, Failure> {
        let address = self.store().locate().run(id).await?;
        let grant = self.guard().require_over::<runs::Get, _>(caller, address).await?;
        self.store().runs().get(&grant).await
    }

    /// Without definitions and parameters.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound` for the experiment; `Invalid` for a sort, filter or page token that does not fit.
    pub async fn runs(&self, caller: &Caller, of: Of, listing: Listing) -> Result<Page<Run>, Failure> {
        match of {
            Of::Namespace(namespace) => {
                let grant = self.guard().require::<runs::List, _>(caller, namespace).await?;
                self.store().runs().list(&grant, &listing).await
            }
            Of::Experiment(id) => {
                let address = self.store().locate().experiment(id).await?;
                let grant = self.guard().require_where::<runs::List, _>(caller, address).await?;
                self.store().runs().list_of_experiment(&grant, id, &listing).await
            }
        }
    }

    /// # Errors
    /// `NotFound`, `Forbidden`, `Precondition` for a run that is at its end or already ending.
    pub async fn terminate_run(&self, caller: &Caller, id: RunId) -> Result<(), Failure> {
        let address = self.store().locate().run(id).await?;
        let grant = self.guard().require_over::<runs::Terminate, _>(caller, address).await?;
        self.store().runs().terminate(&grant).await?;
        self.changes_of().tell(Change::run(grant.place(), id));
        // The wish is written: should the engine not hear it now, the launch order tells it later.
        if let Err(failure) = self.engine().cancel(&grant).await {
            tracing::warn!(run = %id, cause = failure.cause, "the engine did not take a cancellation: {failure}");
            self.inner.launches.notify_one();
        }
        Ok(())
    }

    /// Takes a run that is at its end up again and keeps what succeeded. With `from`, a task of the run, that task and all
    /// that depends on it run again as well, whatever became of them.
    ///
    /// # Errors
    /// `NotFound` for the run or the task, `Forbidden`, `Conflict` for a run that is not at its end, or that succeeded
    /// and is to be retried without a task.
    pub async fn retry_run(&self, caller: &Caller, id: RunId, from: Option<TaskId>) -> Result<(), Failure> {
        let address = self.store().locate().run(id).await?;
        let grant = self.guard().require_over::<runs::Retry, _>(caller, address).await?;
        self.store().runs().retry(&grant, from, self.now()).await?;
        self.changes_of().tell(Change::run(grant.place(), id));
        self.inner.launches.notify_one();
        Ok(())
    }

    /// Bytes that the namespace's runs keep on the engine's disk: logs, artifacts, volumes.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn disk_use(&self, caller: &Caller, namespace: Namespace) -> Result<u64, Failure> {
        let grant = self.guard().require::<runs::List, _>(caller, namespace).await?;
        self.engine().disk_use(&grant).await
    }

    /// Forgets what later runs would take from the cache in place of this task's work. `false` if nothing was kept.
    ///
    /// # Errors
    /// `NotFound` for the run or the task, `Forbidden`.
    pub async fn forget_results(&self, caller: &Caller, id: RunId, task: TaskId) -> Result<bool, Failure> {
        let address = self.store().locate().run(id).await?;
        let grant = self.guard().require_over::<runs::Retry, _>(caller, address).await?;
        self.engine().forget_results(&grant, task).await
    }

    /// A new run of the same definition in the same experiment. `parameters` replace the first run's one by one; the rest
    /// is taken along.
    ///
    /// # Errors
    /// As [`Self::create_run`] and [`Self::run`].
    pub async fn clone_run(
        &self,
        caller: &Caller,
        id: RunId,
        display_name: String,
        parameters: Map<String, Value>,
    ) -> Result<Run, Failure> {
        let run = self.run(caller, id).await?;
        let source = match run.source {
            PipelineSource::Version { pipeline_id, pipeline_version_id }
                if self.store().locate().pipeline_version(pipeline_version_id).await.is_ok() =>
            {
                NewRunSource::Version { pipeline_id: Some(pipeline_id), pipeline_version_id }
            }
            // The run keeps the definition when the version goes.
            PipelineSource::Version { .. } | PipelineSource::Latest { .. } => {
                NewRunSource::Inline { spec: self.run_spec(caller, id).await? }
            }
            PipelineSource::Inline { spec } => NewRunSource::Inline { spec: spec.unwrap_or_default() },
        };
        let mut runtime_config = run.runtime_config;
        runtime_config.parameters.extend(parameters);
        let new = NewRun {
            experiment_id: Some(run.experiment_id),
            namespace: Some(run.namespace),
            display_name,
            description: run.description,
            service_account: run.service_account,
            source,
            runtime_config,
        };
        self.create_run(caller, new).await
    }

    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn archive_run(&self, caller: &Caller, id: RunId) -> Result<(), Failure> {
        let address = self.store().locate().run(id).await?;
        let grant = self.guard().require_over::<runs::Archive, _>(caller, address).await?;
        self.store().runs().archive(&grant).await?;
        self.changes_of().tell(Change::run(grant.place(), id));
        Ok(())
    }

    /// # Errors
    /// `NotFound`, `Forbidden`, `Precondition` while its experiment is archived.
    pub async fn unarchive_run(&self, caller: &Caller, id: RunId) -> Result<(), Failure> {
        let address = self.store().locate().run(id).await?;
        let grant = self.guard().require_over::<runs::Unarchive, _>(caller, address).await?;
        self.store().runs().unarchive(&grant).await?;
        self.changes_of().tell(Change::run(grant.place(), id));
        Ok(())
    }

    /// In any state: what still runs is ended; its row, logs and artifacts go.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Unavailable` when the engine or the disk did not let go (the row then stays).
    pub async fn delete_run(&self, caller: &Caller, id: RunId) -> Result<(), Failure> {
        let address = self.store().locate().run(id).await?;
        let grant = self.guard().require_over::<runs::Delete, _>(caller, address).await?;
        self.engine().forget(&grant).await?;
        self.parts().artifacts.delete_run(&grant).await?;
        self.store().runs().delete(&grant).await?;
        self.changes_of().tell(Change::run(grant.place(), id));
        Ok(())
    }

    /// All tasks known so far, groups too, in the order of their creation.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn tasks(&self, caller: &Caller, run: RunId) -> Result<Vec<Task>, Failure> {
        let address = self.store().locate().run(run).await?;
        let grant = self.guard().require_over::<runs::Get, _>(caller, address).await?;
        self.store().tasks().list(&grant).await
    }

    /// The definition that the run executes, also when its version is gone.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn run_spec(&self, caller: &Caller, run: RunId) -> Result<Value, Failure> {
        let address = self.store().locate().run(run).await?;
        let grant = self.guard().require_over::<runs::Get, _>(caller, address).await?;
        self.store().runs().spec(&grant).await
    }

    /// See [`engine::Engine::follow_log`].
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn follow_log(
        &self,
        caller: &Caller,
        run: RunId,
        task: TaskId,
        offset: u64,
    ) -> Result<BoxStream<'static, LogChunk>, Failure> {
        let address = self.store().locate().run(run).await?;
        let grant = self.guard().require_over::<runs::Get, _>(caller, address).await?;
        self.engine().follow_log(&grant, task, offset).await
    }

    /// See [`engine::Engine::read_log`].
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn read_log(&self, caller: &Caller, run: RunId, task: TaskId, offset: u64) -> Result<Bytes, Failure> {
        let address = self.store().locate().run(run).await?;
        let grant = self.guard().require_over::<runs::Get, _>(caller, address).await?;
        self.engine().read_log(&grant, task, offset).await
    }
}
