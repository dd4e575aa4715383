//! Every door of the API in one table; the router is built from it and from nothing else.

use crate::{
    extract::BODY_LIMIT,
    healthz, reply,
    v2beta1::{experiments, pipeline_uploads, pipeline_versions, pipelines, recurring_runs, runs},
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::{MethodFilter, MethodRouter, any, on, post},
};
use http::Method;
use percent_encoding::percent_decode_str;
use service::Service;
use std::{collections::BTreeMap, sync::Arc};
use tower::ServiceExt;

/// One door. `path` is KFP's template: `{name}` stands for one segment, and a `:verb` may follow the last of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
}

/// Every route is served under each of these: clients that come through Kubeflow's gateway say `/pipeline`.
pub const PREFIXES: [&str; 2] = ["", "/pipeline"];

macro_rules! routes { ($($method:ident $path:literal => $($handler:ident)::+ $(as $style:ident)?;)*) => {
    /// The whole API, without the prefixes.
    pub const ROUTES: &[Route] = &[$(Route { method: Method::$method, path: $path }),*];

    fn doors(service: &Service) -> Vec<(&'static str, MethodRouter)> {
        vec![$((
            $path,
            on(MethodFilter::$method, $($handler)::+)$(.layer(map_response(reply::$style)))?.with_state(service.clone()),
        )),*]
    }
} }

routes! {
    GET    "/apis/v1beta1/healthz" => healthz::v1beta1;

    GET    "/apis/v2beta1/healthz" => healthz::v2beta1;

    POST   "/apis/v2beta1/experiments" => experiments::create;
    GET    "/apis/v2beta1/experiments" => experiments::list;
    GET    "/apis/v2beta1/experiments/{experiment_id}" => experiments::get;
    DELETE "/apis/v2beta1/experiments/{experiment_id}" => experiments::delete;
    POST   "/apis/v2beta1/experiments/{experiment_id}:archive" => experiments::archive;
    POST   "/apis/v2beta1/experiments/{experiment_id}:unarchive" => experiments::unarchive;

    POST   "/apis/v2beta1/pipelines" => pipelines::create;
    GET    "/apis/v2beta1/pipelines" => pipelines::list;
    GET    "/apis/v2beta1/pipelines/{pipeline_id}" => pipelines::get;
    DELETE "/apis/v2beta1/pipelines/{pipeline_id}" => pipelines::delete;
    GET    "/apis/v2beta1/pipelines/names/{name}" => pipelines::get_by_name;
    POST   "/apis/v2beta1/pipelines/upload" => pipeline_uploads::pipeline as raw;
    POST   "/apis/v2beta1/pipelines/upload_version" => pipeline_uploads::version as raw;
    GET    "/apis/v2beta1/pipelines/{pipeline_id}/versions" => pipeline_versions::list;
    GET    "/apis/v2beta1/pipelines/{pipeline_id}/versions/{pipeline_version_id}" => pipeline_versions::get;
    DELETE "/apis/v2beta1/pipelines/{pipeline_id}/versions/{pipeline_version_id}" => pipeline_versions::delete;

    POST   "/apis/v2beta1/runs" => runs::create;
    GET    "/apis/v2beta1/runs" => runs::list;
    GET    "/apis/v2beta1/runs/{run_id}" => runs::get;
    DELETE "/apis/v2beta1/runs/{run_id}" => runs::delete;
    POST   "/apis/v2beta1/runs/{run_id}:archive" => runs::archive;
    POST   "/apis/v2beta1/runs/{run_id}:unarchive" => runs::unarchive;
    POST   "/apis/v2beta1/runs/{run_id}:terminate" => runs::terminate;

    POST   "/apis/v2beta1/recurringruns" => recurring_runs::create;
    GET    "/apis/v2beta1/recurringruns" => recurring_runs::list;
    GET    "/apis/v2beta1/recurringruns/{recurring_run_id}" => recurring_runs::get;
    DELETE "/apis/v2beta1/recurringruns/{recurring_run_id}" => recurring_runs::delete;
    POST   "/apis/v2beta1/recurringruns/{recurring_run_id}:enable" => recurring_runs::enable;
    POST   "/apis/v2beta1/recurringruns/{recurring_run_id}:disable" => recurring_runs::disable;
}

/// The API under every prefix. What lies under `/apis` and is no route answers 404 in KFP's words, so the rest of the
/// site may have a fallback of its own.
pub fn router(service: Service) -> Router {
    assemble(doors(&service))
}

fn assemble(doors: Vec<(&'static str, MethodRouter)>) -> Router {
    let mut plain: BTreeMap<&str, MethodRouter> = BTreeMap::new();
    let mut verbs: BTreeMap<&str, Vec<(&'static str, MethodRouter)>> = BTreeMap::new();
    for (path, door) in doors {
        match path.rsplit_once(':') {
            Some((object, verb)) => verbs.entry(object).or_default().push((verb, door)),
            None => {
                let merged = plain.remove(path).unwrap_or_default().merge(door);
                plain.insert(path, merged);
            }
        }
    }
    for (path, doors) in verbs {
        let merged = plain.remove(path).unwrap_or_default().merge(by_verb(doors));
        plain.insert(path, merged);
    }

    let mut router = Router::new();
    for prefix in PREFIXES {
        for (path, methods) in &plain {
            router = router.route(&format!("{prefix}{path}"), methods.clone().fallback(reply::no_method));
        }
        for path in ["/apis", "/apis/", "/apis/{*rest}"] {
            router = router.route(&format!("{prefix}{path}"), any(reply::no_route));
        }
    }
    router.layer(DefaultBodyLimit::max(BODY_LIMIT))
}

/// Verbs share a path segment with the id, which axum's router cannot tell apart.
fn by_verb(doors: Vec<(&'static str, MethodRouter)>) -> MethodRouter {
    let doors = Arc::new(doors);
    post(async move |request: Request| -> Response {
        let segment = request.uri().path().rsplit('/').next().unwrap_or_default();
        let segment = percent_decode_str(segment).decode_utf8_lossy();
        let Some((_, verb)) = segment.split_once(':') else {
            return reply::no_method(request).await;
        };
        match doors.iter().find(|(known, _)| *known == verb) {
            Some((_, door)) => door.clone().oneshot(request).await.into_response(),
            None => reply::no_route().await,
        }
    })
}

#[cfg(test)]
mod tests;
