use super::UPLOAD_LIMIT;
use crate::reply::Refusal;
use axum::extract::{
    FromRequest, Multipart, Request,
    multipart::{Field, MultipartError},
};
use bytes::{Bytes, BytesMut};
use http::StatusCode;
use model::Failure;
use service::Upload;

/// The form field that KFP's clients send the file in.
const FIELD: &str = "uploadfile";

/// The one file of a multipart form. Other fields are read past: settings are query parameters.
pub(crate) struct Uploaded(pub(crate) Upload);

impl<S: Send + Sync> FromRequest<S> for Uploaded {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let mut form = Multipart::from_request(request, state)
            .await
            .map_err(|_| wrong("cannot be read: expected a body of multipart/form-data with a boundary"))?;
        let mut upload = None;
        while let Some(field) = form.next_field().await.map_err(broken)? {
            if field.name() != Some(FIELD) {
                continue;
            }
            if upload.is_some() {
                return Err(wrong("is given more than once: expected one file").into());
            }
            upload = Some(read(field).await?);
        }
        Ok(Self(upload.ok_or_else(|| wrong("is missing: expected a form field of that name with a file"))?))
    }
}

async fn read(mut field: Field<'_>) -> Result<Upload, Failure> {
    let file_name = field.file_name().map(base_name).unwrap_or_default().to_owned();
    if file_name.is_empty() || file_name.contains('\0') {
        return Err(wrong("has no file name: expected a file"));
    }
    let mut bytes = BytesMut::new();
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        if bytes.len() + chunk.len() > UPLOAD_LIMIT {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    match Bytes::from(bytes) {
        bytes if bytes.is_empty() => Err(wrong("is an empty file: expected a compiled pipeline")),
        bytes => Ok(Upload { file_name, bytes }),
    }
}

/// Clients of every system send names; only the last part is one, whichever way their slashes lean.
fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}

fn broken(error: MultipartError) -> Failure {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        too_large()
    } else {
        wrong("is in a form that cannot be read")
    }
}

fn too_large() -> Failure {
    Failure::too_large(format!("{FIELD} is larger than the limit of {} MiB", UPLOAD_LIMIT >> 20))
}

fn wrong(what: &str) -> Failure {
    Failure::invalid(format!("{FIELD} {what}"))
}
