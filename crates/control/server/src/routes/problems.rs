//! Which problems each operation may answer, written into the `OpenAPI` document.

use utoipa::PartialSchema as _;
use utoipa::openapi::{
    Components, ContentBuilder, HttpMethod, OpenApi, Ref, RefOr, Response, ResponseBuilder, path::Operation,
};

use cloister_api::Problem;

use super::surface::operations;

const OF_ALL: [(&str, &str); 5] = [
    ("400", "malformed"),
    ("415", "a body with `Content-Encoding`"),
    ("429", "too many requests; `Retry-After` says when to come again"),
    ("500", "the server failed"),
    ("503", "the database, the log or the broker does not answer"),
];
const OF_KNOWN: [(&str, &str); 3] = [
    ("401", "nobody is signed in"),
    ("403", "refused; `check` names by what"),
    ("404", "not there, or unknown to you"),
];
const OF_WRITES: [(&str, &str); 4] = [
    ("408", "the body did not come in time"),
    ("409", "it conflicts with what is there, or is not possible in this state"),
    ("413", "too large"),
    ("422", "well-formed, but it cannot be done as asked"),
];
const OF_EDITS: [(&str, &str); 2] = [("412", "changed after you read it"), ("428", "`If-Match` is missing")];

fn problem(text: &str) -> RefOr<Response> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    RefOr::T(ResponseBuilder::new().description(text).content("application/problem+json", content).build())
}

fn declare(method: &HttpMethod, operation: &mut Operation) {
    let edits = operation
        .parameters
        .iter()
        .flatten()
        .any(|parameter| matches!(parameter, RefOr::T(p) if p.name == "If-Match"));
    let mut all: Vec<_> = OF_ALL.iter().chain(&OF_KNOWN).collect();
    if !matches!(method, HttpMethod::Get) {
        all.extend(&OF_WRITES);
    }
    if edits {
        all.extend(&OF_EDITS);
    }
    for (status, text) in all {
        operation.responses.responses.entry((*status).to_owned()).or_insert_with(|| problem(text));
    }
}

/// Declares the problems of every operation.
pub(super) fn of_each(document: &mut OpenApi) {
    let components = document.components.get_or_insert_with(Components::new);
    components.schemas.entry("Problem".to_owned()).or_insert_with(Problem::schema);
    for (_path, method, operation) in operations(document) {
        declare(&method, operation);
    }
}
