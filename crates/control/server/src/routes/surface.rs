//! What every operation takes and answers beside what is its own, written into the `OpenAPI` document.

use utoipa::openapi::{
    Header, HttpMethod, KnownFormat, Object, OpenApi, RefOr, Required, Response, Schema, SchemaFormat, Type,
    header::HeaderBuilder,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn},
    schema::{ObjectBuilder, SchemaType},
};

use cloister_app::idempotency::MAX_KEY;

const DIGEST: &str = "^[0-9a-f]{64}$";

fn header(text: &str, kind: Type) -> RefOr<Header> {
    RefOr::T(HeaderBuilder::new().schema(Some(Object::with_type(kind))).description(Some(text)).build())
}

fn answered(status: &str, response: &mut Response) {
    let mut add = |name: &str, text: &str, kind| {
        response.headers.entry(name.to_owned()).or_insert_with(|| header(text, kind));
    };
    add("X-Request-Id", "as it came, or made", Type::String);
    add("traceresponse", "the W3C trace, and this request's place in it", Type::String);
    if matches!(status, "409" | "429" | "503") {
        add("Retry-After", "seconds after which to come again, where waiting helps", Type::Integer);
    }
}

fn idempotency_key() -> Parameter {
    let key = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(MAX_KEY))
        .pattern(Some("^[!-~]+$"));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("the same key and body are carried out once, and answered the same for 24 h"))
        .schema(Some(key))
        .build()
}

/// Bytes are bytes, not a list of numbers.
fn bytes(operation: &mut Operation) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    if let Some(RefOr::T(content)) = body.content.get_mut("application/octet-stream") {
        let binary = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        content.schema = Some(binary.into());
    }
}

/// Ids are UUIDs, except a workspace's: the digest of its first charter.
fn identified(path: &str, name: &str) -> Option<ObjectBuilder> {
    let text = ObjectBuilder::new().schema_type(Type::String);
    match name {
        "digest" => Some(text.pattern(Some(DIGEST))),
        "id" if path.starts_with("/api/v1/workspaces/") => Some(text.pattern(Some(DIGEST))),
        "id" | "dataset" => Some(text.format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))),
        _name => None,
    }
}

/// A parameter is there, or it is not: none is `null`.
fn parameter(path: &str, parameter: &mut Parameter) {
    if matches!(parameter.parameter_in, ParameterIn::Path)
        && let Some(schema) = identified(path, &parameter.name)
    {
        parameter.schema = Some(schema.into());
    }
    if let Some(RefOr::T(Schema::Object(object))) = &mut parameter.schema
        && let SchemaType::Array(kinds) = &mut object.schema_type
    {
        kinds.retain(|kind| *kind != Type::Null);
        if kinds.len() == 1
            && let Some(kind) = kinds.pop()
        {
            object.schema_type = SchemaType::Type(kind);
        }
    }
}

fn describe(path: &str, method: &HttpMethod, operation: &mut Operation) {
    for given in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(given) = given {
            parameter(path, given);
        }
    }
    if matches!(method, HttpMethod::Post) {
        operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
    }
    bytes(operation);
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            answered(status, response);
        }
    }
}

/// Every operation of a document, with its path and method.
pub(super) fn operations(document: &mut OpenApi) -> impl Iterator<Item = (&str, HttpMethod, &mut Operation)> {
    document.paths.paths.iter_mut().flat_map(|(path, item)| {
        let all = [
            (HttpMethod::Get, item.get.as_mut()),
            (HttpMethod::Post, item.post.as_mut()),
            (HttpMethod::Put, item.put.as_mut()),
            (HttpMethod::Patch, item.patch.as_mut()),
            (HttpMethod::Delete, item.delete.as_mut()),
        ];
        all.into_iter().filter_map(|(method, operation)| Some((path.as_str(), method, operation?)))
    })
}

/// Describes every operation.
pub(super) fn of_each(document: &mut OpenApi) {
    for (path, method, operation) in operations(document) {
        describe(path, &method, operation);
    }
}
