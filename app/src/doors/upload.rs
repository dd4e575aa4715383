use super::{Doors, base_of, caller_of, json, log, redirect, wants_html};
use crate::{
    failure::{Trouble, status},
    namespace::Base,
    routes::{Place, Room},
};
use axum::{
    extract::{FromRequest, Multipart, Request, State},
    response::Response,
};
use http::StatusCode;
use leptos::server_fn::error::ServerFnUrlError;
use model::{Failure, Namespace, NewPipeline, Scope};
use serde_json::json;
use service::Upload;

/// What the upload form says, whatever the order of its fields.
#[derive(Default)]
struct Form {
    namespace: String,
    name: String,
    description: String,
    shared: bool,
    /// Go on to the new run form instead of the pipeline's page.
    then_run: bool,
    file: Option<Upload>,
}

/// `POST /upload`, a multipart form. Answers a plain form with a redirect, a script (`Accept: application/json`) with
/// `{"location": ...}`.
pub(super) async fn receive(State(doors): State<Doors>, request: Request) -> Response {
    let base = base_of(&request);
    let html = wants_html(request.headers());
    let back = request.headers().get(http::header::REFERER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    match store(&doors, request).await {
        Ok(place) if html => redirect(&base, &place),
        Ok(place) => json(StatusCode::OK, &json!({ "location": base.href(&place) })),
        Err(failure) => refused(failure, &base, html, back.as_deref()),
    }
}

async fn store(doors: &Doors, request: Request) -> Result<String, Failure> {
    let caller = caller_of(&request)?;
    let form = Form::read(request).await?;
    let namespace = Namespace::parse(&form.namespace)?;
    let file =
        form.file.ok_or_else(|| Failure::invalid("Choose a file: a compiled pipeline as YAML, zip or tar.gz."))?;
    let name = if form.name.trim().is_empty() { name_of(&file.file_name) } else { form.name.trim().to_owned() };
    let scope = if form.shared { Scope::Shared } else { Scope::In(namespace.clone()) };
    let new =
        NewPipeline { name: name.clone(), display_name: name, description: form.description, ..NewPipeline::default() };
    let (pipeline, _) = doors.service.upload_pipeline(&caller, scope, new, file).await?;
    Ok(if form.then_run {
        format!("{}?pipeline={}", Place::In(namespace, Room::NewRun).path(), pipeline.id)
    } else {
        Place::In(namespace, Room::Pipeline(pipeline.id)).path()
    })
}

impl Form {
    async fn read(request: Request) -> Result<Self, Failure> {
        let mut parts = Multipart::from_request(request, &())
            .await
            .map_err(|error| Failure::invalid(format!("The form could not be read: {error}")))?;
        let mut form = Self::default();
        while let Some(field) = parts.next_field().await.map_err(unreadable)? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == "file" {
                let file_name = field.file_name().unwrap_or_default().to_owned();
                let bytes = field.bytes().await.map_err(unreadable)?;
                form.file = (!bytes.is_empty()).then_some(Upload { file_name, bytes });
                continue;
            }
            let text = field.text().await.map_err(unreadable)?;
            match name.as_str() {
                "namespace" => form.namespace = text,
                "name" => form.name = text,
                "description" => form.description = text,
                "shared" => form.shared = text == "yes",
                "then" => form.then_run = text == "run",
                _ => {}
            }
        }
        Ok(form)
    }
}

fn unreadable(error: axum::extract::multipart::MultipartError) -> Failure {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Failure::too_large("The file is too large: at most 32 MiB.")
    } else {
        Failure::invalid(format!("The form could not be read: {}", error.body_text()))
    }
}

/// `train.yaml` is the pipeline `train`.
fn name_of(file_name: &str) -> String {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let endings = [".yaml", ".yml", ".tar.gz", ".tgz", ".zip", ".json"];
    endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name).to_owned()
}

/// Without script the browser goes back to the form, which finds the failure in its address.
fn refused(failure: Failure, base: &Base, html: bool, back: Option<&str>) -> Response {
    log(&failure);
    let trouble = Trouble::from(failure);
    if html && let Some(url) = back.and_then(|back| ServerFnUrlError::new("/upload", trouble.clone()).to_url(back).ok())
    {
        let path = url.path().strip_prefix(base.as_str()).unwrap_or(url.path());
        return redirect(base, &format!("{path}?{}", url.query().unwrap_or_default()));
    }
    json(StatusCode::from_u16(status(trouble.kind)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), &trouble)
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn a_pipeline_is_called_after_its_file() {
        assert_eq!(name_of("train.yaml"), "train");
        assert_eq!(name_of("C:\\work\\train.tar.gz"), "train");
        assert_eq!(name_of("train"), "train");
    }
}
