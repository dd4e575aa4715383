use crate::Of;
use crate::Service;
use authn::Caller;
use engine::LogChunk;
use futures::stream::BoxStream;
use model::{Failure, Listing, NewRun, Page, Run, RunId, Task, TaskId};

impl Service {
    pub async fn create_run(&self, caller: &Caller, new: NewRun) -> Result<Run, Failure> {
        let _ = (caller, new);
        Err(Failure::internal("not built yet"))
    }
    pub async fn run(&self, caller: &Caller, id: RunId) -> Result<Run, Failure> {
        let _ = (caller, id);
        Err(Failure::internal("not built yet"))
    }
    pub async fn runs(&self, caller: &Caller, of: Of, listing: Listing) -> Result<Page<Run>, Failure> {
        let _ = (caller, of, listing);
        Err(Failure::internal("not built yet"))
    }
    pub async fn terminate_run(&self, caller: &Caller, id: RunId) -> Result<(), Failure> {
        let _ = (caller, id);
        Err(Failure::internal("not built yet"))
    }
    pub async fn archive_run(&self, caller: &Caller, id: RunId) -> Result<(), Failure> {
        let _ = (caller, id);
        Err(Failure::internal("not built yet"))
    }
    pub async fn unarchive_run(&self, caller: &Caller, id: RunId) -> Result<(), Failure> {
        let _ = (caller, id);
        Err(Failure::internal("not built yet"))
    }
    pub async fn delete_run(&self, caller: &Caller, id: RunId) -> Result<(), Failure> {
        let _ = (caller, id);
        Err(Failure::internal("not built yet"))
    }
    pub async fn tasks(&self, caller: &Caller, run: RunId) -> Result<Vec<Task>, Failure> {
        let _ = (caller, run);
        Err(Failure::internal("not built yet"))
    }
    pub async fn run_spec(&self, caller: &Caller, run: RunId) -> Result<serde_json::Value, Failure> {
        let _ = (caller, run);
        Err(Failure::internal("not built yet"))
    }
    pub async fn follow_log(
        &self,
        caller: &Caller,
        run: RunId,
        task: TaskId,
        offset: u64,
    ) -> Result<BoxStream<'static, LogChunk>, Failure> {
        let _ = (caller, run, task, offset);
        Err(Failure::internal("not built yet"))
    }
    pub async fn read_log(
        &self,
        caller: &Caller,
        run: RunId,
        task: TaskId,
        offset: u64,
    ) -> Result<bytes::Bytes, Failure> {
        let _ = (caller, run, task, offset);
        Err(Failure::internal("not built yet"))
    }
}
