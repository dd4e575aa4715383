//! What handlers are given. axum's own Query, Path and Json are not used: their rejections are not KFP's.

mod body;
mod caller;
mod path;
mod query;
mod upload;

pub(crate) use body::Body;
pub(crate) use caller::Known;
pub(crate) use path::{Id, Name, Segments};
pub(crate) use query::Query;
pub(crate) use upload::Uploaded;

/// KFP's limit on an uploaded file, in bytes.
pub const UPLOAD_LIMIT: usize = 32 << 20;

/// The limit on a whole request body: a largest file and what the form around it takes.
pub const BODY_LIMIT: usize = UPLOAD_LIMIT + (1 << 20);
