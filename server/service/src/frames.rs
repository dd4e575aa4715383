use crate::Service;
use artifacts::Content;
use authn::Caller;
use authz::runs;
use model::{Failure, RunId};

/// As much of an artifact as is shown in a frame.
const SHOWN_BYTES: u64 = 8 << 20;

impl Service {
    /// The beginning of an artifact of a run, to be shown where it can do no harm.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Invalid` for a directory or an address that is none.
    pub async fn shown_artifact(&self, caller: &Caller, run: RunId, uri: &str) -> Result<Content, Failure> {
        let address = self.store().locate().run(run).await?;
        let grant = self.guard().require_over::<runs::ReadArtifact, _>(caller, address).await?;
        self.parts().artifacts.read(&grant, uri, Some(0..SHOWN_BYTES)).await
    }
}
