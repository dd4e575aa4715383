use crate::reply::Reply;
use wire::v2beta1::Healthz;

/// Asked by every client before anything else, with or without a credential.
fn answer(pipeline_store: &str) -> Reply<Healthz> {
    Reply(Healthz {
        commit_sha: option_env!("COMMIT_SHA").unwrap_or("unknown").to_owned(),
        tag_name: env!("CARGO_PKG_VERSION").to_owned(),
        multi_user: true,
        pipeline_store: pipeline_store.to_owned(),
    })
}

pub(crate) async fn v1beta1() -> Reply<Healthz> {
    answer("")
}

pub(crate) async fn v2beta1() -> Reply<Healthz> {
    answer("database")
}
