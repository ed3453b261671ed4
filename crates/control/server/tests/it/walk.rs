//! The permission walk: every endpoint, every kind of caller, against the committed matrix.

use cloister_authz::matrix::{CALLERS, Matrix, Meets, TEXT};
use cloister_model::Role;
use cloister_server::routes;
use serde_json::{Value, json};

use crate::house::House;

const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

fn operations() -> Vec<(String, String)> {
    let of_document = |text: String| {
        let document: Value = serde_json::from_str(&text).unwrap();
        document["paths"].as_object().unwrap().clone()
    };
    let mut paths = of_document(routes::openapi().to_json().unwrap());
    paths.extend(of_document(routes::scim_endpoints().to_json().unwrap()));
    let of = |path: &String, item: &Value| {
        let path = path.replace("{*", "{");
        item.as_object().unwrap().keys().map(|m| (m.to_uppercase(), path.clone())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(|(path, item)| of(path, item)).collect()
}

#[test]
fn every_endpoint_has_a_row_and_every_row_an_endpoint() {
    let matrix: Matrix = toml::from_str(TEXT).unwrap();
    let mut rows: Vec<String> = matrix.endpoints.into_keys().collect();
    let mut found: Vec<String> =
        operations().into_iter().map(|(method, path)| format!("{method} {path}")).collect();
    rows.sort();
    found.sort();
    assert_eq!(rows, found);
}

fn body(endpoint: &str) -> Value {
    match endpoint {
        "POST /api/v1/users" => json!({ "email": "ana@one.example" }),
        "PUT /api/v1/users/{id}/roles" => json!({ "workspace_admin": false, "auditor": false }),
        "POST /api/v1/notices/read" => json!({ "up_to": NOBODY }),
        "PUT /api/v1/notices/settings" => json!({ "muted": ["invited"] }),
        "POST /api/v1/webhooks" | "PUT /api/v1/webhooks/{id}" => json!({ "url": "https://hooks.example" }),
        "POST /api/v1/sign-in/scim" => json!({ "provider": NOBODY }),
        "PUT /api/v1/sign-in/local" => json!({ "local": "all" }),
        "PUT /api/v1/sign-in/providers" => json!({
            "name": "x", "issuer": "https://login.example", "client_id": "c", "domains": ["one.example"] }),
        "PATCH /api/v1/passkeys/{id}" => json!({ "name": "x" }),
        "PUT /api/v1/me/key-backups/{key}" => json!({ "file": "" }),
        "POST /api/v1/broker/evidence" => json!({ "nonce": "00".repeat(32) }),
        "POST /api/v1/certificates" => json!({ "request": {} }),
        "POST /api/v1/workspaces" => json!({ "charter": {} }),
        "PATCH /api/v1/workspaces/{id}" => json!({ "description": "x" }),
        "POST /api/v1/workspaces/{id}/proposals" => json!({ "add": ["a@b.example"] }),
        "POST /api/v1/workspaces/{id}/resends" => json!({ "email": "a@b.example" }),
        "POST /api/v1/datasets" | "POST /api/v1/datasets/{id}/manifests" => {
            json!({ "manifest": {}, "owner_key": "x" })
        }
        "POST /api/v1/datasets/{id}/shares" => json!({ "grant": {}, "sealed_key": {}, "sql_name": "t" }),
        "POST /api/v1/datasets/{id}/seals" => json!({ "workspace": "00".repeat(32), "sealed_key": {} }),
        "POST /api/v1/uploads" => json!({ "dataset": NOBODY, "version": 1, "name": "part-00000.parquet" }),
        "POST /api/v1/uploads/{id}/finish" => json!({ "size": 1, "sha256": "00".repeat(32) }),
        "POST /api/v1/workspaces/{id}/jobs" | "PUT /api/v1/jobs/{id}" => {
            json!({ "name": "x", "source": "SELECT 1", "readers": ["a@b.example"], "max_runs": 1 })
        }
        "POST /api/v1/runs/{id}/cancel" => json!({}),
        e if ["/certificates/", "/workspaces/", "/datasets/", "/jobs/"]
            .iter()
            .any(|part| e.contains(part)) =>
        {
            json!({ "statement": {} })
        }
        _ => json!({}),
    }
}

#[tokio::test]
async fn each_caller_meets_what_the_matrix_says() {
    let house = House::new().await;
    let mut tokens: Vec<Option<String>> = vec![None];
    let mut member = String::new();
    let spare = {
        house.org("one").await;
        house.user("spare@one.example", "one", &[]).await.0
    };
    for org in ["one", "two"] {
        if org != "one" {
            house.org(org).await;
        }
        for (name, roles) in [
            ("ana", vec![]),
            ("wim", vec![Role::WorkspaceAdmin]),
            ("oda", vec![Role::OrganizationAdmin]),
            ("aud", vec![Role::Auditor]),
        ] {
            let (id, token) = house.user(&format!("{name}@{org}.example"), org, &roles).await;
            if org == "one" && name == "ana" {
                member = id;
            }
            tokens.push(Some(token));
        }
    }
    let (_, off) = house.user("off@one.example", "one", &[Role::OrganizationAdmin]).await;
    let tx = house.app.store.write().await.unwrap();
    tx.exec("UPDATE users SET disabled = 1 WHERE email = 'off@one.example'", vec![]).await.unwrap();
    tx.commit().await.unwrap();
    tokens.push(Some(off));

    let matrix: Matrix = toml::from_str(TEXT).unwrap();
    let mut wrong = Vec::new();
    for (endpoint, row) in &matrix.endpoints {
        let (method, path) = endpoint.split_once(' ').unwrap();
        // The target of user administration is a plain member whom nothing done here can sign out of the walk.
        if path.ends_with("/disable") {
            continue;
        }
        let nowhere = "00".repeat(32);
        let id = match path {
            path if path.ends_with("/password") => spare.as_str(),
            path if path.contains("/users/") => member.as_str(),
            path if path.contains("/workspaces/") => nowhere.as_str(),
            _ => NOBODY,
        };
        let path =
            path.replace("{id}", id).replace("{digest}", &"00".repeat(32)).replace("{path}", "entries/000");
        let path = path
            .replace("{dataset}", NOBODY)
            .replace("{version}", "1")
            .replace("{name}", "x")
            .replace("{offset}", "0")
            .replace("{key}", &"00".repeat(32));
        let path =
            if endpoint == "GET /api/v1/certificates" { format!("{path}?email=a@b.example") } else { path };
        for ((caller, token), expected) in CALLERS.iter().zip(&tokens).zip(row) {
            let sent = (method != "GET").then(|| body(endpoint));
            let (status, _) = house.call(method, &path, token.as_deref(), sent).await;
            let met = match status {
                401 => Meets::Unauthenticated,
                403 => Meets::Refused,
                404 if *expected != Meets::Allow || !path.contains("/log/tile/") => Meets::Unknown,
                _ => Meets::Allow,
            };
            if met != *expected {
                wrong.push(format!("{endpoint} as {caller}: {status}, the matrix says {expected:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A provider's token opens what is the provider's and nothing else.
#[tokio::test]
async fn a_scim_token_is_nobody_outside_scim() {
    let house = House::new().await;
    let (_, scim) = crate::scim::provider(&house, "one", json!({})).await;
    let matrix: Matrix = toml::from_str(TEXT).unwrap();
    let mut reached = 0;
    for (endpoint, row) in &matrix.endpoints {
        let (method, path) = endpoint.split_once(' ').unwrap();
        let path = path.replace("{id}", NOBODY).replace("{digest}", &"00".repeat(32));
        let sent = (method != "GET").then(|| body(endpoint));
        let (status, said) = house.call(method, &path, Some(&scim), sent).await;
        if path.starts_with("/scim/v2/") {
            assert!(![401, 403].contains(&status), "{endpoint}: {status} {said}");
            reached += 1;
        } else if row[0] != Meets::Allow {
            assert_eq!(status, 401, "{endpoint}: {said}");
        }
    }
    assert_eq!(reached, 18, "every endpoint of SCIM was asked");
}
