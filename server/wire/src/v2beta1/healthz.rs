use crate::json::message;

message! {
    /// v1beta1 has no `pipeline_store`; leave it empty there.
    Healthz {
        commit_sha: String,
        tag_name: String,
        /// Both generations of the client compare it with `True` to decide where the namespace comes from.
        multi_user: bool,
        pipeline_store: String,
    }
}
