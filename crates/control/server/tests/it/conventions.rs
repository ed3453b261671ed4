//! What every endpoint has in common: keys of repetition, pages, limits, traces, headers.

use axum::{
    body::Body,
    http::{Request, Response},
};
use cloister_model::Role;
use cloister_store::Query as _;
use serde_json::{Value, json};

use crate::house::House;

async fn json_of(response: Response<Body>) -> (u16, Value) {
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

fn kind(problem: &Value) -> &str {
    problem["type"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default()
}

fn keyed(token: &str, key: &str, label: &str) -> Request<Body> {
    let body = json!({ "label": label, "scopes": ["read"], "expires_in_days": 1 });
    Request::post("/api/v1/tokens")
        .header("authorization", format!("Bearer {token}"))
        .header("idempotency-key", key)
        .body(Body::from(body.to_string()))
        .unwrap()
}

async fn tokens_made(house: &House) -> i64 {
    let row = house.app.store.read().one("SELECT COUNT(*) AS n FROM tokens", vec![]).await.unwrap();
    row.unwrap().try_get("", "n").unwrap()
}

#[tokio::test]
async fn a_repeated_post_is_carried_out_once_and_answered_the_same() {
    let house = House::new().await;
    house.org("one").await;
    let (_, ana) = house.user("a@one.example", "one", &[]).await;
    let (_, ben) = house.user("b@one.example", "one", &[]).await;
    let first = house.send(keyed(&ana, "k-1", "ci")).await;
    assert!(first.headers().get("idempotent-replayed").is_none());
    let first = json_of(first).await;
    assert_eq!(first.0, 200, "{}", first.1);
    let again = house.send(keyed(&ana, "k-1", "ci")).await;
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    assert_eq!(json_of(again).await, first, "the secret that is shown once, too");
    assert_eq!(tokens_made(&house).await, 1);

    let (status, problem) = json_of(house.send(keyed(&ana, "k-1", "other")).await).await;
    assert_eq!((status, kind(&problem)), (422, "idempotency-key-reused"), "{problem}");
    let (status, _) = json_of(house.send(keyed(&ben, "k-1", "ci")).await).await;
    assert_eq!(status, 200, "a key is its caller's own");
    assert_eq!(tokens_made(&house).await, 2);
    for bad in ["", "two words", &"x".repeat(256)] {
        let (status, problem) = json_of(house.send(keyed(&ana, bad, "ci")).await).await;
        assert_eq!((status, kind(&problem)), (400, "invalid"), "{problem}");
    }
    let row = house.app.store.read().one("SELECT answer FROM idempotency WHERE acted = 1", vec![]).await;
    let kept: String = row.unwrap().unwrap().try_get("", "answer").unwrap();
    assert!(!kept.contains("clst"), "answers are stored sealed");
}

#[tokio::test]
async fn a_key_of_one_browser_is_not_anothers() {
    let house = House::new().await;
    house.org("one").await;
    let (_, ana) = house.user("a@one.example", "one", &[]).await;
    let (_, ben) = house.user("b@one.example", "one", &[]).await;
    let by_cookie = |session: &str| {
        let mut request = keyed("", "k-1", "ci");
        let headers = request.headers_mut();
        headers.remove("authorization");
        headers.insert("cookie", format!("__Host-cloister-session={session}").parse().unwrap());
        headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
        request
    };
    let first = json_of(house.send(by_cookie(&ana)).await).await;
    assert_eq!(first.0, 200, "{}", first.1);
    assert_eq!(json_of(house.send(by_cookie(&ana)).await).await, first);
    let other = house.send(by_cookie(&ben)).await;
    assert!(other.headers().get("idempotent-replayed").is_none());
    let other = json_of(other).await;
    assert_eq!((other.0, other.1 == first.1), (200, false), "another's answer holds another's token");
    assert_eq!(tokens_made(&house).await, 2);
}

#[tokio::test]
async fn a_request_without_an_answer_is_in_progress_then_lost_or_done_anew() {
    let house = House::new().await;
    house.org("one").await;
    let (_, ana) = house.user("a@one.example", "one", &[]).await;
    assert_eq!(house.send(keyed(&ana, "k", "ci")).await.status(), 200);
    house.rows("UPDATE idempotency SET status = NULL, answer = NULL").await;
    let answer = house.send(keyed(&ana, "k", "ci")).await;
    assert_eq!(answer.headers()["retry-after"], "1");
    let (status, problem) = json_of(answer).await;
    assert_eq!((status, kind(&problem)), (409, "in-progress"), "{problem}");
    // Its server died: after it acted, the answer is lost; before, nothing happened.
    house.rows("UPDATE idempotency SET created = created - 200000000").await;
    let (status, problem) = json_of(house.send(keyed(&ana, "k", "ci")).await).await;
    assert_eq!((status, kind(&problem)), (409, "answer-lost"), "{problem}");
    assert_eq!(tokens_made(&house).await, 1);
    house.rows("UPDATE idempotency SET acted = 0").await;
    assert_eq!(house.send(keyed(&ana, "k", "ci")).await.status(), 200);
    assert_eq!(tokens_made(&house).await, 2);
    // After a day the key is free.
    house.rows("UPDATE idempotency SET created = created - 86400000000").await;
    assert_eq!(house.send(keyed(&ana, "k", "ci")).await.status(), 200);
    assert_eq!(tokens_made(&house).await, 3);
}

#[tokio::test]
async fn a_refusal_that_may_pass_is_not_kept_and_one_that_stays_is() {
    let house = House::new().await;
    house.org("one").await;
    let (_, ana) = house.user("a@one.example", "one", &[]).await;
    let (status, _) = json_of(house.send(keyed("clst_unknown", "k", "ci")).await).await;
    assert_eq!(status, 401);
    let (status, _) = json_of(house.send(keyed(&ana, "k2", &"x".repeat(500))).await).await;
    assert_eq!(status, 422);
    let row = house.app.store.read().one("SELECT COUNT(*) AS n FROM idempotency", vec![]).await.unwrap();
    assert_eq!(row.unwrap().try_get::<i64>("", "n").unwrap(), 1);
}

#[tokio::test]
async fn pages_follow_one_another_and_a_cursor_is_good_for_its_list_only() {
    let house = House::new().await;
    house.org("one").await;
    let (_, admin) = house.user("a@one.example", "one", &[Role::OrganizationAdmin]).await;
    for name in ["b", "c", "d", "e"] {
        house.user(&format!("{name}@one.example"), "one", &[]).await;
    }
    let get = async |path: &str| house.call("GET", path, Some(&admin), None).await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let (status, page) = get(&format!("/api/v1/users?limit=2&cursor={cursor}")).await;
        assert_eq!(status, 200, "{page}");
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|user| user["email"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        next.clone_into(&mut cursor);
    }
    seen.sort();
    assert_eq!(seen.len(), 5);
    seen.dedup();
    assert_eq!(seen.len(), 5, "each once");
    for bad in
        ["/users?limit=0", "/users?limit=201", "/users?limit=x", "/users?cursor=AAAA", "/users?unknown=1"]
    {
        let (status, problem) = get(&format!("/api/v1{bad}")).await;
        assert_eq!((status, kind(&problem)), (400, "invalid"), "{bad}: {problem}");
    }
    let (status, problem) = get(&format!("/api/v1/jobs?cursor={cursor}")).await;
    assert_eq!((status, kind(&problem)), (400, "invalid"), "another list's cursor: {problem}");
}

#[tokio::test]
async fn too_many_requests_are_told_how_long_to_wait_and_workers_are_not_counted() {
    let house = House::limited(0, 1).await;
    house.org("one").await;
    let (_, ana) = house.user("a@one.example", "one", &[]).await;
    let ask = async |token: &str| {
        let request = Request::get("/api/v1/me").header("authorization", format!("Bearer {token}"));
        house.send(request.body(Body::empty()).unwrap()).await
    };
    let first = ask(&ana).await;
    assert_eq!(first.headers()["ratelimit-policy"], "\"credential\";q=10;w=10");
    assert_eq!(first.headers()["ratelimit"], "\"credential\";r=9");
    let mut last = first;
    for _ in 0..10 {
        last = ask(&ana).await;
    }
    assert_eq!(last.headers()["retry-after"], "1");
    let (status, problem) = json_of(last).await;
    assert_eq!((status, kind(&problem)), (429, "rate-limited"), "{problem}");
    for _ in 0..12 {
        assert_ne!(ask("worker").await.status(), 429);
    }
}

#[tokio::test]
async fn every_answer_names_its_request_its_trace_and_what_browsers_must_not_do() {
    let house = House::new().await;
    let id = "0af7651916cd43dd8448eb211c80319c";
    let request =
        Request::get("/api/v1/nowhere").header("traceparent", format!("00-{id}-b7ad6b7169203331-01"));
    let answer = house.send(request.body(Body::empty()).unwrap()).await;
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert!(header("traceresponse").starts_with(&format!("00-{id}-")));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("x-frame-options"), "DENY");
    assert_eq!(header("cache-control"), "no-store");
    assert!(header("strict-transport-security").starts_with("max-age="));
    assert!(header("content-security-policy").contains("default-src 'none'"));
    let request_id = header("x-request-id");
    let (status, problem) = json_of(answer).await;
    assert_eq!((status, problem["request_id"].as_str()), (404, Some(request_id.as_str())), "{problem}");
    let (status, problem) = house.call("PATCH", "/api/v1/me", None, None).await;
    assert_eq!((status, kind(&problem)), (405, "invalid"), "{problem}");
}

#[tokio::test]
async fn whoever_finds_a_hole_knows_whom_to_tell() {
    let house = House::new().await;
    let request = Request::get("/.well-known/security.txt").body(Body::empty()).unwrap();
    let answer = house.send(request).await;
    assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
    let bytes = axum::body::to_bytes(answer.into_body(), 4096).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(text.starts_with("Contact: mailto:security@house.example\nExpires: 2"), "{text}");
}

#[test]
fn every_operation_declares_its_problems() {
    let document: Value =
        serde_json::from_str(&cloister_server::routes::openapi().to_json().unwrap()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let mut needed = vec!["400", "401", "403", "404", "429", "500", "503"];
            if method != "get" {
                needed.extend(["409", "413", "422"]);
            }
            for status in needed {
                let said = &operation["responses"][status];
                assert!(said.is_object(), "{method} {path} does not declare {status}");
                if let Some(content) = said["content"].as_object() {
                    assert!(content.contains_key("application/problem+json"), "{method} {path} {status}");
                }
            }
        }
    }
}

#[test]
fn a_client_can_be_generated_from_the_document() {
    let document = serde_json::to_value(cloister_server::routes::openapi()).unwrap();
    let text = document.to_string();
    let schemas = &document["components"]["schemas"];
    for part in text.split("#/components/schemas/").skip(1) {
        let named = part.split('"').next().unwrap();
        assert!(schemas[named].is_object(), "`{named}` is not described");
    }
    let mut names = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{method} {path}: two operations are named `{name}`");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let (name, place) = (parameter["name"].as_str().unwrap(), &parameter["in"]);
                let in_path = path.contains(&format!("{{{name}}}")) || path.contains(&format!("{{*{name}}}"));
                assert_eq!(place == "path", in_path, "{method} {path}: `{name}` in {place}");
            }
        }
    }
}
