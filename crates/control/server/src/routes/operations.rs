//! A name of its own for each operation of the `OpenAPI` document: generated clients use it as a key.

use utoipa::openapi::OpenApi;

/// `GET /api/v1/jobs/{id}/reviews` is `get_jobs_by_id_reviews`.
fn name(method: &str, path: &str) -> String {
    let parts = path.trim_start_matches("/api/v1").split('/').filter(|part| !part.is_empty());
    parts.fold(method.to_owned(), |name, part| {
        let place = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        let word =
            place.map_or_else(|| part.to_owned(), |part| format!("by_{}", part.trim_start_matches('*')));
        format!("{name}_{}", word.replace('-', "_"))
    })
}

/// Names every operation by method and path.
pub(super) fn named(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let operations = [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("put", &mut item.put),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                operation.operation_id = Some(name(method, path));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_name_says_method_and_path() {
        assert_eq!(name("get", "/api/v1/jobs/{id}/reviews"), "get_jobs_by_id_reviews");
        assert_eq!(name("get", "/api/v1/log/tile/{*path}"), "get_log_tile_by_path");
        assert_eq!(name("post", "/api/v1/sign-in"), "post_sign_in");
    }
}
