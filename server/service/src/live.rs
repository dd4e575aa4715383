use crate::Service;
use authn::Caller;
use authz::{Guard, runs};
use futures::{StreamExt, stream::BoxStream};
use model::{Failure, Membership, Namespace, RunId};
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;

/// Something that a page of this namespace shows has changed; the page reads again what it shows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub namespace: Namespace,
    /// The run it is about; `None` when a list (experiments, pipelines) changed, or when changes were missed.
    pub run: Option<RunId>,
}

impl Change {
    pub(crate) fn run(namespace: &Namespace, run: RunId) -> Self {
        Self { namespace: namespace.clone(), run: Some(run) }
    }
    pub(crate) fn list(namespace: &Namespace) -> Self {
        Self { namespace: namespace.clone(), run: None }
    }
}

/// Tells every page that watches. Pages cost nothing while nothing changes.
pub(crate) struct Changes(broadcast::Sender<Change>);

impl Changes {
    pub(crate) fn open() -> Self {
        Self(broadcast::Sender::new(1024))
    }
    pub(crate) fn tell(&self, change: Change) {
        // Nobody watching is no error.
        let _ = self.0.send(change);
    }
}

impl Service {
    /// The namespaces that let this caller in, with their role, sorted by name.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn memberships(&self, caller: &Caller) -> Result<Vec<Membership>, Failure> {
        Guard::memberships(self.guard(), caller).await
    }

    /// What changes in the namespace from now on. The right to see it is asked for again at every change, so the stream
    /// ends when it is lost.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn changes(&self, caller: &Caller, namespace: Namespace) -> Result<BoxStream<'static, Change>, Failure> {
        let stream = BroadcastStream::new(self.changes_of().0.subscribe());
        let grant = self.guard().require::<runs::List, _>(caller, namespace).await?;
        let (guard, caller, namespace) = (self.guard().clone(), caller.clone(), grant.place().clone());
        let own = stream.filter_map(move |change| {
            let own = match change {
                Ok(change) => (change.namespace == namespace).then_some(change),
                Err(_) => Some(Change::list(&namespace)),
            };
            std::future::ready(own)
        });
        let allowed = own.then(move |change| {
            let (guard, caller) = (guard.clone(), caller.clone());
            async move { guard.require::<runs::List, _>(&caller, change.namespace.clone()).await.ok().map(|_| change) }
        });
        Ok(allowed.take_while(|change| std::future::ready(change.is_some())).filter_map(std::future::ready).boxed())
    }
}
