use crate::Service;
use authn::Caller;
use futures::stream::BoxStream;
use model::{Failure, Membership, Namespace, RunId};

/// Something that a page of this namespace shows has changed; the page reads again what it shows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub namespace: Namespace,
    /// The run it is about; `None` when a list (experiments, pipelines) changed.
    pub run: Option<RunId>,
}

impl Service {
    pub async fn memberships(&self, caller: &Caller) -> Result<Vec<Membership>, Failure> {
        let _ = (caller,);
        Err(Failure::internal("not built yet"))
    }
    pub async fn changes(&self, caller: &Caller, namespace: Namespace) -> Result<BoxStream<'static, Change>, Failure> {
        let _ = (caller, namespace);
        Err(Failure::internal("not built yet"))
    }
}
