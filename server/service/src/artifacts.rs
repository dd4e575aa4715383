//! What runs made and said: artifacts by their record or their address, tasks, whole logs. The namespace is always the
//! record's own; nothing that a caller says of it counts.

use crate::Service;
use artifacts::{Content, Entry};
use authn::Caller;
use authz::{ObjectGrant, RunGrant, runs};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream, stream::BoxStream};
use model::{
    Artifact, ArtifactId, Comparison, Failure, Listing, Namespace, Page, Predicate, PredicateValue, Run, RunId, Task,
    TaskId,
};
use std::{io, ops::Range};

/// Most bytes of an artifact that is answered inside of a message.
const MESSAGE_BYTES: u64 = 32 << 20;

/// Whose tasks: a run's, or those directly below one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TasksOf {
    Run(RunId),
    Parent(TaskId),
}

impl Service {
    /// # Errors
    /// `Forbidden`; `Invalid` for a sort, filter or page token that does not fit.
    pub async fn artifacts(
        &self,
        caller: &Caller,
        namespace: Namespace,
        listing: Listing,
    ) -> Result<Page<Artifact>, Failure> {
        let grant = self.guard().require::<runs::List, _>(caller, namespace).await?;
        self.store().artifacts().list(&grant, &listing).await
    }

    /// # Errors
    /// `NotFound`, `Forbidden`; `Invalid` for a sort, filter or page token that does not fit.
    pub async fn artifacts_of_run(
        &self,
        caller: &Caller,
        run: RunId,
        listing: Listing,
    ) -> Result<Page<Artifact>, Failure> {
        let address = self.store().locate().run(run).await?;
        let grant = self.guard().require_over::<runs::Get, _>(caller, address).await?;
        self.store().artifacts().list_of_run(&grant, &listing).await
    }

    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn artifact(&self, caller: &Caller, id: ArtifactId) -> Result<Artifact, Failure> {
        let run = self.store().locate().artifact(id).await?;
        let grant = self.guard().require_over::<runs::Get, _>(caller, run).await?;
        self.store().artifacts().get(&grant, id).await
    }

    /// One page of tasks, and the run that they are of.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`; `Invalid` for a sort, filter or page token that does not fit.
    pub async fn tasks_page(
        &self,
        caller: &Caller,
        of: TasksOf,
        mut listing: Listing,
    ) -> Result<(Run, Page<Task>), Failure> {
        let address = match of {
            TasksOf::Run(run) => self.store().locate().run(run).await?,
            TasksOf::Parent(task) => {
                let value = PredicateValue::Text(task.to_string());
                let key = "parent_task_id".to_owned();
                listing.filter.predicates.push(Predicate { key, comparison: Comparison::Equals, value });
                self.store().locate().task(task).await?
            }
        };
        let grant = self.guard().require_over::<runs::Get, _>(caller, address).await?;
        let page = self.store().tasks().page(&grant, &listing).await?;
        Ok((self.store().runs().get(&grant).await?, page))
    }

    /// One task, and the run that it is of.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn task(&self, caller: &Caller, id: TaskId) -> Result<(Run, Task), Failure> {
        let address = self.store().locate().task(id).await?;
        let grant = self.guard().require_over::<runs::Get, _>(caller, address).await?;
        let task = self.store().tasks().get(&grant, id).await?;
        Ok((self.store().runs().get(&grant).await?, task))
    }

    /// The bytes of the artifact at this address; `range` is cut to what is there.
    ///
    /// # Errors
    /// `NotFound` for an address where no run of ours put anything, `Forbidden`, `Invalid` for a directory.
    pub async fn artifact_content(
        &self,
        caller: &Caller,
        uri: &str,
        range: Option<Range<u64>>,
    ) -> Result<Content, Failure> {
        self.parts().artifacts.read(&self.over_uri(caller, uri).await?, uri, range).await
    }

    /// The files of the artifact at this address; one with an empty name when it is no directory.
    ///
    /// # Errors
    /// As [`Service::artifact_content`].
    pub async fn artifact_entries(&self, caller: &Caller, uri: &str) -> Result<Vec<Entry>, Failure> {
        self.parts().artifacts.list(&self.over_uri(caller, uri).await?, uri).await
    }

    /// A directory as one tar.gz.
    ///
    /// # Errors
    /// As [`Service::artifact_content`].
    pub async fn artifact_archive(
        &self,
        caller: &Caller,
        uri: &str,
    ) -> Result<BoxStream<'static, io::Result<Bytes>>, Failure> {
        self.parts().artifacts.pack(&self.over_uri(caller, uri).await?, uri).await
    }

    /// The address names a run, and the run's record names the namespace.
    async fn over_uri(&self, caller: &Caller, uri: &str) -> Result<RunGrant<runs::ReadArtifact>, Failure> {
        let address = self.store().locate().run(artifacts::run_of(uri)?).await?;
        self.guard().require_over(caller, address).await
    }

    /// What a task of the run put out under this name, whole.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `TooLarge` beyond 32 MiB.
    pub async fn output(&self, caller: &Caller, run: RunId, task: TaskId, name: &str) -> Result<Bytes, Failure> {
        let address = self.store().locate().run(run).await?;
        let grant: RunGrant<runs::ReadArtifact> = self.guard().require_over(caller, address.clone()).await?;
        let reading: ObjectGrant<runs::Get, _> = self.guard().require_over(caller, address).await?;
        let task = self.store().tasks().get(&reading, task).await?;
        let made = Artifact::made_by(&task, grant.address());
        // Argo puts the template's name before the output's.
        let named = |artifact: &&Artifact| {
            artifact.output == name || name.strip_suffix(&artifact.output).is_some_and(|rest| rest.ends_with('-'))
        };
        let artifact = made.iter().find(named).ok_or_else(|| Failure::not_found("Artifact", name))?;
        let content = self.parts().artifacts.read(&grant, &artifact.uri, None).await?;
        if content.size > MESSAGE_BYTES {
            return Err(Failure::too_large(format!(
                "the artifact has {} bytes: expected {MESSAGE_BYTES} at most in one message; get it as a file instead",
                content.size
            )));
        }
        let whole = |failure: io::Error| Failure::unavailable("The artifact cannot be read", failure);
        let pieces: Vec<Bytes> = content.bytes.try_collect().await.map_err(whole)?;
        Ok(pieces.concat().into())
    }

    /// The log of a task as it stands now, from its beginning. Without a run the task alone says whose it is.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn whole_log(
        &self,
        caller: &Caller,
        run: Option<RunId>,
        task: TaskId,
    ) -> Result<BoxStream<'static, Result<Bytes, Failure>>, Failure> {
        let address = match run {
            Some(run) => self.store().locate().run(run).await?,
            None => self.store().locate().task(task).await?,
        };
        let grant: RunGrant<runs::Get> = self.guard().require_over(caller, address).await?;
        let first = self.engine().read_log(&grant, task, 0).await?;
        let offset = first.len() as u64;
        let rest = stream::try_unfold((self.clone(), grant, offset), move |(service, grant, offset)| async move {
            let piece = service.engine().read_log(&grant, task, offset).await?;
            let next = offset + piece.len() as u64;
            Ok((!piece.is_empty()).then_some((piece, (service, grant, next))))
        });
        Ok(stream::once(std::future::ready(Ok(first))).chain(rest).boxed())
    }

    /// Whether the caller may look at what a namespace's runs made, or start viewers of it.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn authorize_viewers(&self, caller: &Caller, namespace: Namespace, writes: bool) -> Result<(), Failure> {
        if writes {
            self.guard().require::<runs::Create, _>(caller, namespace).await.map(drop)
        } else {
            self.guard().require::<runs::ReadArtifact, _>(caller, namespace).await.map(drop)
        }
    }
}
