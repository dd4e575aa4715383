//! The OpenAPI document of this API, from the table of doors and from the handlers' own types: what a handler takes and
//! answers is what the document says.

use crate::{
    extract::{Body, Id, Known, Name, Query, Segments, Uploaded},
    reply::{Refusal, Reply},
    routes,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, header};
use serde_json::{Map, Value, json};
use std::future::Future;
use wire::{Field, Message, Schemas};

/// What is known of one door.
#[derive(Default)]
pub(crate) struct Draft {
    asks_who: bool,
    body: Option<Value>,
    upload: bool,
    /// `None` for a file.
    answer: Option<Value>,
}

/// One argument of a handler.
pub(crate) trait Part {
    fn describe(_: &mut Draft, _: &mut Schemas) {}
}
impl<S> Part for State<S> {}
impl<T> Part for Id<T> {}
impl Part for Name {}
impl Part for Segments {}
impl Part for Query {}
impl Part for HeaderMap {}
impl Part for Known {
    fn describe(draft: &mut Draft, _: &mut Schemas) {
        draft.asks_who = true;
    }
}
impl<M: Message> Part for Body<M> {
    fn describe(draft: &mut Draft, all: &mut Schemas) {
        draft.body = Some(M::schema(all));
    }
}
impl Part for Uploaded {
    fn describe(draft: &mut Draft, _: &mut Schemas) {
        draft.upload = true;
    }
}

/// What a handler answers.
pub(crate) trait Told {
    fn describe(_: &mut Draft, _: &mut Schemas) {}
}
impl Told for Response {}
impl Told for Result<Response, Refusal> {}
impl<T: Field> Told for Reply<T> {
    fn describe(draft: &mut Draft, all: &mut Schemas) {
        draft.answer = Some(T::schema(all));
    }
}
impl<T: Field> Told for Result<Reply<T>, Refusal> {
    fn describe(draft: &mut Draft, all: &mut Schemas) {
        draft.answer = Some(T::schema(all));
    }
}

/// A handler, by its arguments.
pub(crate) trait Described<Arguments> {
    fn describe(&self, all: &mut Schemas) -> Draft;
}

macro_rules! described { ($($argument:ident)*) => {
    impl<F, A, $($argument),*> Described<($($argument,)*)> for F
    where
        F: Fn($($argument),*) -> A,
        A: Future,
        A::Output: Told,
        $($argument: Part,)*
    {
        fn describe(&self, all: &mut Schemas) -> Draft {
            let mut draft = Draft::default();
            $($argument::describe(&mut draft, all);)*
            A::Output::describe(&mut draft, all);
            draft
        }
    }
} }
described!();
described!(A1 A2);
described!(A1 A2 A3);
described!(A1 A2 A3 A4);
described!(A1 A2 A3 A4 A5);

/// One door as the table has it.
pub(crate) struct Door {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) handler: &'static str,
    pub(crate) query: &'static [&'static str],
    pub(crate) draft: Draft,
}

/// The document as JSON.
#[must_use]
pub fn document() -> Value {
    let (doors, schemas) = routes::described();
    let mut paths = Map::new();
    for door in doors {
        let path = door.path.replace("{*", "{");
        let entry = paths.entry(path).or_insert_with(|| json!({}));
        entry[door.method.as_str().to_ascii_lowercase()] = operation(&door);
    }
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Mooring",
            "description": "Kubeflow Pipelines' API, v1beta1 and v2beta1. Every path is also served below /pipeline.",
            "version": env!("CARGO_PKG_VERSION"),
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn operation(door: &Door) -> Value {
    let segments = door.path.split(['/', ':']).filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let named = segments.map(|name| {
        json!({
            "name": name.trim_start_matches('*'), "in": "path", "required": true, "schema": { "type": "string" },
        })
    });
    let query = door.query.iter().map(|name| {
        let kind = if *name == "page_size" || *name == "peek" { "integer" } else { "string" };
        json!({ "name": name, "in": "query", "schema": { "type": kind } })
    });
    let answer = match &door.draft.answer {
        Some(schema) => json!({ "application/json": { "schema": schema } }),
        None => json!({ "*/*": { "schema": { "type": "string", "format": "binary" } } }),
    };
    let mut operation = json!({
        "operationId": operation_id(door),
        "parameters": named.chain(query).collect::<Vec<_>>(),
        "responses": {
            "200": { "description": "Done.", "content": answer },
            "default": { "description": "Refused: error, code, message, details.", "content": {
                "application/json": { "schema": { "type": "object" } },
            } },
        },
    });
    if door.draft.asks_who {
        operation["security"] = json!([{ "bearer": [] }]);
    }
    if let Some(schema) = &door.draft.body {
        operation["requestBody"] = json!({ "content": { "application/json": { "schema": schema } } });
    }
    if door.draft.upload {
        let file = json!({ "type": "object", "required": ["uploadfile"], "properties": {
            "uploadfile": { "type": "string", "format": "binary" },
        } });
        operation["requestBody"] = json!({ "content": { "multipart/form-data": { "schema": file } } });
    }
    operation
}

/// `v2beta1.runs.create`.
fn operation_id(door: &Door) -> String {
    let version = door.path.split('/').find(|part| part.starts_with("v1") || part.starts_with("v2"));
    let words = door.handler.split("::").map(str::trim).filter(|word| !matches!(*word, "v1beta1" | "v2beta1"));
    let words: Vec<&str> = version.into_iter().chain(words).collect();
    words.join(".")
}

/// Served to everybody: it tells nothing that the source does not.
pub(crate) async fn serve() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document().to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_door_is_described_under_a_name_of_its_own() {
        let document = document();
        let paths = document["paths"].as_object().unwrap();
        let operations = paths.values().flat_map(|path| path.as_object().unwrap().values());
        let names: Vec<&str> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
        assert_eq!(names.len(), crate::ROUTES.len());
        let unique: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(unique.len(), names.len(), "{names:?}");
    }

    #[test]
    fn what_is_referred_to_is_there() {
        let document = document();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let text = document.to_string();
        let mut seen = 0;
        for part in text.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(schemas[name].is_object(), "{name}");
            seen += 1;
        }
        assert!(seen > 50 && schemas["v2beta1.Run"]["properties"]["state"]["enum"].is_array());
        assert_eq!(document["paths"]["/apis/v2beta1/runs"]["post"]["operationId"], "v2beta1.runs.create");
    }
}
