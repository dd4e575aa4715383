//! Every door of the API in one table; the router is built from it and from nothing else.

use crate::{
    auth,
    extract::BODY_LIMIT,
    files, healthz, openapi, reply, v1beta1,
    v2beta1::{artifacts, experiments, pipeline_uploads, pipeline_versions, pipelines, recurring_runs, runs, tasks},
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::{MethodFilter, MethodRouter, any, on},
};
use http::Method;
use percent_encoding::percent_decode_str;
use service::Service;
use std::{collections::BTreeMap, sync::Arc};
use tower::ServiceExt;
use wire::Schemas;

/// One door. `path` is KFP's template: `{name}` stands for one segment, and a `:verb` may follow the last of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
}

/// Every route is served under each of these: clients that come through Kubeflow's gateway say `/pipeline`.
pub const PREFIXES: [&str; 2] = ["", "/pipeline"];

type Door = (Method, &'static str, MethodRouter);

macro_rules! routes { ($(
    $method:ident $path:literal => $($handler:ident)::+ $(as $style:ident)? $(with [$($query:literal),*])?;
)*) => {
    /// The whole API, without the prefixes.
    pub const ROUTES: &[Route] = &[$(Route { method: Method::$method, path: $path }),*];

    /// Every door as its handler's types describe it, and the messages that they refer to.
    pub(crate) fn described() -> (Vec<openapi::Door>, Schemas) {
        let mut all = Schemas::new();
        let doors = vec![$(openapi::Door {
            method: Method::$method,
            path: $path,
            handler: stringify!($($handler)::+),
            query: &[$($($query),*)?],
            draft: openapi::Described::describe(&$($handler)::+, &mut all),
        }),*];
        (doors, all)
    }

    fn doors(service: &Service) -> Vec<Door> {
        vec![$((
            Method::$method,
            $path,
            on(MethodFilter::$method, $($handler)::+)$(.layer(map_response(reply::$style)))?.with_state(service.clone()),
        )),*]
    }
} }

routes! {
    GET    "/apis/openapi.json" => openapi::serve;

    GET    "/apis/v1beta1/healthz" => healthz::v1beta1;

    GET    "/apis/v1beta1/auth" => auth::authorize with ["namespace", "resources", "verb"];

    POST   "/apis/v1beta1/experiments" => v1beta1::experiments::create;
    GET    "/apis/v1beta1/experiments" => v1beta1::experiments::list with ["resource_reference_key.type", "resource_reference_key.id", "page_token", "page_size", "sort_by", "filter"];
    GET    "/apis/v1beta1/experiments/{id}" => v1beta1::experiments::get;
    DELETE "/apis/v1beta1/experiments/{id}" => experiments::delete;
    POST   "/apis/v1beta1/experiments/{id}:archive" => experiments::archive;
    POST   "/apis/v1beta1/experiments/{id}:unarchive" => experiments::unarchive;

    POST   "/apis/v1beta1/pipelines" => v1beta1::pipelines::create;
    GET    "/apis/v1beta1/pipelines" => v1beta1::pipelines::list with ["resource_reference_key.type", "resource_reference_key.id", "page_token", "page_size", "sort_by", "filter"];
    GET    "/apis/v1beta1/pipelines/{pipeline_id}" => v1beta1::pipelines::get;
    DELETE "/apis/v1beta1/pipelines/{pipeline_id}" => v1beta1::pipelines::delete;
    GET    "/apis/v1beta1/pipelines/{pipeline_id}/templates" => v1beta1::pipelines::template;
    POST   "/apis/v1beta1/pipelines/{pipeline_id}/default_version/{version_id}" => v1beta1::pipelines::default_version;
    GET    "/apis/v1beta1/namespaces/{namespace}/pipelines/{name}" => v1beta1::pipelines::get_by_name;
    POST   "/apis/v1beta1/pipelines/upload" => v1beta1::pipeline_uploads::pipeline as raw with ["name", "description", "namespace"];
    POST   "/apis/v1beta1/pipelines/upload_version" => v1beta1::pipeline_uploads::version as raw with ["pipelineid", "name", "description"];
    POST   "/apis/v1beta1/pipeline_versions" => v1beta1::pipeline_versions::create;
    GET    "/apis/v1beta1/pipeline_versions" => v1beta1::pipeline_versions::list with ["resource_key.type", "resource_key.id", "page_token", "page_size", "sort_by", "filter"];
    GET    "/apis/v1beta1/pipeline_versions/{version_id}" => v1beta1::pipeline_versions::get;
    DELETE "/apis/v1beta1/pipeline_versions/{version_id}" => pipeline_versions::delete;
    GET    "/apis/v1beta1/pipeline_versions/{version_id}/templates" => v1beta1::pipeline_versions::template;

    POST   "/apis/v1beta1/runs" => v1beta1::runs::create;
    GET    "/apis/v1beta1/runs" => v1beta1::runs::list with ["resource_reference_key.type", "resource_reference_key.id", "page_token", "page_size", "sort_by", "filter"];
    GET    "/apis/v1beta1/runs/{run_id}" => v1beta1::runs::get;
    DELETE "/apis/v1beta1/runs/{run_id}" => runs::delete;
    POST   "/apis/v1beta1/runs/{run_id}:archive" => runs::archive;
    POST   "/apis/v1beta1/runs/{run_id}:unarchive" => runs::unarchive;
    POST   "/apis/v1beta1/runs/{run_id}:reportMetrics" => v1beta1::runs::report_metrics;
    POST   "/apis/v1beta1/runs/{run_id}/terminate" => v1beta1::runs::terminate;
    POST   "/apis/v1beta1/runs/{run_id}/retry" => v1beta1::runs::retry;

    POST   "/apis/v1beta1/jobs" => v1beta1::jobs::create;
    GET    "/apis/v1beta1/jobs" => v1beta1::jobs::list with ["resource_reference_key.type", "resource_reference_key.id", "page_token", "page_size", "sort_by", "filter"];
    GET    "/apis/v1beta1/jobs/{id}" => v1beta1::jobs::get;
    DELETE "/apis/v1beta1/jobs/{id}" => recurring_runs::delete;
    POST   "/apis/v1beta1/jobs/{id}/enable" => v1beta1::jobs::enable;
    POST   "/apis/v1beta1/jobs/{id}/disable" => v1beta1::jobs::disable;
    GET    "/apis/v1beta1/runs/{run_id}/nodes/{node_id}/artifacts/{artifact_name}:read" => artifacts::read;

    GET    "/apis/v1alpha1/runs/{run_id}/nodes/{node_id}/log" => files::node_log;

    GET    "/apis/v2beta1/healthz" => healthz::v2beta1;
    GET    "/apis/v2beta1/auth" => auth::authorize with ["namespace", "resources", "verb"];

    POST   "/apis/v2beta1/experiments" => experiments::create;
    GET    "/apis/v2beta1/experiments" => experiments::list with ["namespace", "page_token", "page_size", "sort_by", "filter"];
    GET    "/apis/v2beta1/experiments/{experiment_id}" => experiments::get;
    DELETE "/apis/v2beta1/experiments/{experiment_id}" => experiments::delete;
    POST   "/apis/v2beta1/experiments/{experiment_id}:archive" => experiments::archive;
    POST   "/apis/v2beta1/experiments/{experiment_id}:unarchive" => experiments::unarchive;

    POST   "/apis/v2beta1/pipelines" => pipelines::create;
    GET    "/apis/v2beta1/pipelines" => pipelines::list with ["namespace", "page_token", "page_size", "sort_by", "filter"];
    GET    "/apis/v2beta1/pipelines/{pipeline_id}" => pipelines::get;
    POST   "/apis/v2beta1/pipelines/create" => pipelines::create_with_version;
    PATCH  "/apis/v2beta1/pipelines/{pipeline_id}" => pipelines::update;
    DELETE "/apis/v2beta1/pipelines/{pipeline_id}" => pipelines::delete with ["cascade"];
    GET    "/apis/v2beta1/pipelines/names/{name}" => pipelines::get_by_name with ["namespace"];
    POST   "/apis/v2beta1/pipelines/upload" => pipeline_uploads::pipeline as raw with ["name", "display_name", "description", "namespace", "tags", "code_source_url"];
    POST   "/apis/v2beta1/pipelines/upload_version" => pipeline_uploads::version as raw with ["pipelineid", "name", "display_name", "description", "tags", "code_source_url"];
    POST   "/apis/v2beta1/pipelines/{pipeline_id}/versions" => pipeline_versions::create;
    PATCH  "/apis/v2beta1/pipelines/{pipeline_id}/versions/{pipeline_version_id}" => pipeline_versions::update;
    GET    "/apis/v2beta1/pipelines/{pipeline_id}/versions" => pipeline_versions::list with ["page_token", "page_size", "sort_by", "filter"];
    GET    "/apis/v2beta1/pipelines/{pipeline_id}/versions/{pipeline_version_id}" => pipeline_versions::get;
    DELETE "/apis/v2beta1/pipelines/{pipeline_id}/versions/{pipeline_version_id}" => pipeline_versions::delete;

    POST   "/apis/v2beta1/runs" => runs::create;
    GET    "/apis/v2beta1/runs" => runs::list with ["namespace", "experiment_id", "page_token", "page_size", "sort_by", "filter"];
    GET    "/apis/v2beta1/runs/{run_id}" => runs::get;
    DELETE "/apis/v2beta1/runs/{run_id}" => runs::delete;
    POST   "/apis/v2beta1/runs/{run_id}:archive" => runs::archive;
    POST   "/apis/v2beta1/runs/{run_id}:unarchive" => runs::unarchive;
    POST   "/apis/v2beta1/runs/{run_id}:terminate" => runs::terminate;
    POST   "/apis/v2beta1/runs/{run_id}:retry" => runs::retry;

    GET    "/apis/v2beta1/runs/{run_id}/nodes/{node_id}/artifacts/{artifact_name}:read" => artifacts::read;

    GET    "/apis/v2beta1/tasks" => tasks::list with ["run_id", "parent_id", "page_token", "page_size", "sort_by", "filter"];
    GET    "/apis/v2beta1/tasks/{task_id}" => tasks::get;
    GET    "/apis/v2beta1/artifacts" => artifacts::list with ["namespace", "run_id", "page_token", "page_size", "sort_by", "filter"];
    GET    "/apis/v2beta1/artifacts/{artifact_id}" => artifacts::get;

    GET    "/artifacts/get" => files::get with ["source", "bucket", "key", "peek"];
    GET    "/artifacts/{source}/{bucket}/{*key}" => files::by_path with ["peek"];
    GET    "/k8s/pod/logs" => files::pod_log with ["podname", "runid"];

    POST   "/apis/v2beta1/recurringruns" => recurring_runs::create;
    GET    "/apis/v2beta1/recurringruns" => recurring_runs::list with ["namespace", "experiment_id", "page_token", "page_size", "sort_by", "filter"];
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

fn assemble(doors: Vec<Door>) -> Router {
    let mut plain: BTreeMap<&str, MethodRouter> = BTreeMap::new();
    let mut verbs: BTreeMap<(&str, String), Vec<(&'static str, MethodRouter)>> = BTreeMap::new();
    for (method, path, door) in doors {
        match path.rsplit_once(':') {
            Some((object, verb)) => verbs.entry((object, method.to_string())).or_default().push((verb, door)),
            None => {
                let merged = plain.remove(path).unwrap_or_default().merge(door);
                plain.insert(path, merged);
            }
        }
    }
    for ((path, method), doors) in verbs {
        let merged = plain.remove(path).unwrap_or_default().merge(by_verb(&method, doors));
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
fn by_verb(method: &str, doors: Vec<(&'static str, MethodRouter)>) -> MethodRouter {
    let doors = Arc::new(doors);
    let filter = if method == "GET" { MethodFilter::GET } else { MethodFilter::POST };
    on(filter, async move |request: Request| -> Response {
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
