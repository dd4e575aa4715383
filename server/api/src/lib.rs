//! KFP's REST API: one file per resource and version, each handler a sentence (unpack, call the service, convert).
//!
//! Every door asks for an identified caller before it looks at anything else, so a nameless caller learns nothing,
//! not even whether an id exists. The identity itself is put into the request's extensions by wiring.

mod auth;
mod extract;
mod files;
mod healthz;
mod openapi;
mod reply;
mod routes;
mod v1beta1;
mod v2beta1;

pub use extract::{BODY_LIMIT, UPLOAD_LIMIT};
pub use openapi::document;
pub use reply::refused;
pub use routes::{PREFIXES, ROUTES, Route, router};
