use crate::Service;
use crate::Upload;
use authn::Caller;
use model::{
    Failure, Listing, NewPipeline, NewPipelineVersion, Page, ParameterDefinition, Pipeline, PipelineId,
    PipelineVersion, PipelineVersionId, Scope,
};

impl Service {
    pub async fn create_pipeline(&self, caller: &Caller, scope: Scope, new: NewPipeline) -> Result<Pipeline, Failure> {
        let _ = (caller, scope, new);
        Err(Failure::internal("not built yet"))
    }
    pub async fn upload_pipeline(
        &self,
        caller: &Caller,
        scope: Scope,
        new: NewPipeline,
        upload: Upload,
    ) -> Result<(Pipeline, PipelineVersion), Failure> {
        let _ = (caller, scope, new, upload);
        Err(Failure::internal("not built yet"))
    }
    pub async fn upload_pipeline_version(
        &self,
        caller: &Caller,
        pipeline: PipelineId,
        new: NewPipelineVersion,
        upload: Upload,
    ) -> Result<PipelineVersion, Failure> {
        let _ = (caller, pipeline, new, upload);
        Err(Failure::internal("not built yet"))
    }
    pub async fn pipeline(&self, caller: &Caller, id: PipelineId) -> Result<Pipeline, Failure> {
        let _ = (caller, id);
        Err(Failure::internal("not built yet"))
    }
    pub async fn pipeline_by_name(&self, caller: &Caller, scope: Scope, name: String) -> Result<Pipeline, Failure> {
        let _ = (caller, scope, name);
        Err(Failure::internal("not built yet"))
    }
    pub async fn pipelines(&self, caller: &Caller, scope: Scope, listing: Listing) -> Result<Page<Pipeline>, Failure> {
        let _ = (caller, scope, listing);
        Err(Failure::internal("not built yet"))
    }
    pub async fn delete_pipeline(&self, caller: &Caller, id: PipelineId, cascade: bool) -> Result<(), Failure> {
        let _ = (caller, id, cascade);
        Err(Failure::internal("not built yet"))
    }
    pub async fn pipeline_version(&self, caller: &Caller, id: PipelineVersionId) -> Result<PipelineVersion, Failure> {
        let _ = (caller, id);
        Err(Failure::internal("not built yet"))
    }
    pub async fn pipeline_versions(
        &self,
        caller: &Caller,
        pipeline: PipelineId,
        listing: Listing,
    ) -> Result<Page<PipelineVersion>, Failure> {
        let _ = (caller, pipeline, listing);
        Err(Failure::internal("not built yet"))
    }
    pub async fn delete_pipeline_version(&self, caller: &Caller, id: PipelineVersionId) -> Result<(), Failure> {
        let _ = (caller, id);
        Err(Failure::internal("not built yet"))
    }
    pub async fn parameters(
        &self,
        caller: &Caller,
        version: PipelineVersionId,
    ) -> Result<Vec<ParameterDefinition>, Failure> {
        let _ = (caller, version);
        Err(Failure::internal("not built yet"))
    }
}
