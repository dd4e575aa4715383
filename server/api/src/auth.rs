use crate::{
    extract::{Known, Query},
    reply::{Answer, Reply},
};
use axum::extract::State;
use model::{Failure, Namespace};
use service::Service;
use wire::v2beta1::Empty;

/// May the caller use the viewers of a namespace? KFP's UI server asks this before it shows logs and artifacts. Here
/// the answer is that of the runs themselves: who may read what they made may view it, and who may make runs may start
/// viewers.
pub(crate) async fn authorize(State(service): State<Service>, Known(caller): Known, query: Query) -> Answer<Empty> {
    let namespace = match query.text("namespace")? {
        "" => return Err(Failure::invalid("Namespace is empty. Please specify a valid namespace").into()),
        namespace => Namespace::parse(namespace)?,
    };
    if !matches!(query.text("resources")?, "VIEWERS" | "1") {
        return Err(Failure::invalid("resources is unassigned. Please specify a valid resource: VIEWERS").into());
    }
    let writes = match query.text("verb")? {
        "GET" | "2" => false,
        "CREATE" | "1" | "DELETE" | "3" => true,
        _ => {
            return Err(
                Failure::invalid("verb is unassigned. Please specify a valid verb: GET, CREATE or DELETE").into()
            );
        }
    };
    service.authorize_viewers(&caller, namespace, writes).await?;
    Ok(Reply(Empty {}))
}
