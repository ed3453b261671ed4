//! The protocol: errors, lists, versions, tokens.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::Place;

#[tokio::test]
async fn every_failure_is_an_error_of_scim() {
    let place = Place::new(json!({})).await;
    place.person("ana").await;
    let nobody = "/Users/00000000-0000-7000-8000-000000000000";
    for (method, path, body, status, word) in [
        ("POST", "/Users", json!({ "userName": "ana@one.example" }), 409, json!("uniqueness")),
        ("POST", "/Users", json!({}), 400, json!("invalidValue")),
        ("POST", "/Users", json!({ "userName": "no address" }), 400, json!("invalidValue")),
        ("POST", "/Users", json!({ "userName": 7 }), 400, json!("invalidValue")),
        ("POST", "/Users", json!([1]), 400, json!("invalidSyntax")),
        (
            "POST",
            "/Users",
            json!({ "userName": "b@one.example", "active": "maybe" }),
            400,
            json!("invalidValue"),
        ),
        (
            "POST",
            "/Users",
            json!({ "userName": "b@one.example", "emails": [{}] }),
            400,
            json!("invalidValue"),
        ),
        (
            "POST",
            "/Users",
            json!({ "userName": "b@one.example", "displayName": "x".repeat(301) }),
            400,
            json!("invalidValue"),
        ),
        ("GET", "/Users?filter=userName", Value::Null, 400, json!("invalidFilter")),
        ("GET", "/Users?count=many", Value::Null, 400, json!("invalidValue")),
        ("GET", nobody, Value::Null, 404, Value::Null),
        ("GET", "/Users/nonsense", Value::Null, 404, Value::Null),
        ("PATCH", nobody, json!({ "Operations": [{ "op": "add", "value": {} }] }), 404, Value::Null),
        ("PATCH", nobody, json!({ "Operations": [] }), 400, json!("invalidSyntax")),
        ("GET", "/Me", Value::Null, 404, Value::Null),
        ("GET", "/Schemas/nonsense", Value::Null, 404, Value::Null),
        ("DELETE", "/Schemas", Value::Null, 405, Value::Null),
    ] {
        let (got, said) = place.ask(method, path, body.clone()).await;
        assert_eq!((got, &said["scimType"]), (status, &word), "{method} {path} {body}: {said}");
        assert_eq!(said["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]), "{said}");
        assert_eq!(said["status"], status.to_string(), "a text, as the standard has it");
        assert!(said["detail"].is_string());
    }
    let request = Request::get("/scim/v2/Users").body(Body::empty()).unwrap();
    let answer = place.house.send(request).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (401, &"application/scim+json".parse().unwrap())
    );
    assert!(answer.headers().contains_key("x-request-id"));
    let broken = Request::post("/scim/v2/Users").header("authorization", format!("Bearer {}", place.scim));
    let answer = place.house.send(broken.body(Body::from("{")).unwrap()).await;
    assert_eq!(answer.status(), 400);
    let large = Request::post("/scim/v2/Users").header("authorization", format!("Bearer {}", place.scim));
    let answer = place.house.send(large.body(Body::from(vec![b' '; 5 << 20])).unwrap()).await;
    assert_eq!(answer.status(), 413);
}

#[tokio::test]
async fn lists_are_paged_filtered_and_cut_to_what_is_asked_for() {
    let place = Place::new(json!({})).await;
    for name in ["a", "b", "c", "d", "e"] {
        place.person(name).await;
    }
    let mut seen = Vec::new();
    for start in [1, 3, 5, 7] {
        let page = place.done("GET", &format!("/Users?startIndex={start}&count=2"), Value::Null).await;
        assert_eq!((&page["totalResults"], &page["startIndex"]), (&json!(5), &json!(start)));
        let names = page["Resources"].as_array().unwrap().iter().map(|user| user["userName"].to_string());
        seen.extend(names);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5, "each once");
    let none = place.done("GET", "/Users?count=0", Value::Null).await;
    assert_eq!((&none["totalResults"], &none["Resources"]), (&json!(5), &json!([])));
    for (filter, found) in [
        ("userName%20sw%20%22b%22", 1),
        ("userName%20eq%20%22a@one.example%22%20or%20userName%20eq%20%22b@one.example%22", 2),
        ("active%20eq%20true%20and%20userName%20eq%20%22c@one.example%22", 1),
        ("active%20eq%20false", 0),
        ("emails.value%20eq%20%22a@one.example%22", 0),
        ("id%20eq%20%22nonsense%22", 0),
        ("meta.resourceType%20eq%20%22User%22", 5),
    ] {
        let page = place.done("GET", &format!("/Users?filter={filter}&count=1"), Value::Null).await;
        assert_eq!(page["totalResults"], found, "{filter}");
        assert_eq!(page["itemsPerPage"], found.min(1), "{filter}");
    }
    let cut = place.done("GET", "/Users?attributes=userName&count=1", Value::Null).await;
    let names: Vec<&String> = cut["Resources"][0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["schemas", "id", "userName"]);
    let search = json!({ "filter": "userName sw \"d\"", "attributes": ["userName"] });
    let found = place.done("POST", "/.search", search).await;
    assert_eq!(
        (&found["totalResults"], &found["Resources"][0]["userName"]),
        (&json!(1), &json!("d@one.example"))
    );
}

#[tokio::test]
async fn a_stale_change_is_refused_and_a_known_version_is_not_sent_again() {
    let place = Place::new(json!({})).await;
    let path = format!("/scim/v2/Users/{}", place.person("ana").await);
    let send = async |method: &str, name: &str, tag: &str, body: &str| {
        let request = Request::builder().method(method).uri(&path).header(name, tag);
        let request = request.header("authorization", format!("Bearer {}", place.scim));
        place.house.send(request.body(Body::from(body.to_owned())).unwrap()).await
    };
    let first = send("GET", "accept", "application/scim+json", "").await;
    assert_eq!(first.headers()["content-type"], "application/scim+json");
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(send("GET", "if-none-match", &tag, "").await.status(), 304);
    let change = r#"{"Operations":[{"op":"replace","path":"displayName","value":"A"}]}"#;
    assert_eq!(send("PATCH", "if-match", &tag, change).await.status(), 200);
    assert_eq!(send("GET", "if-none-match", &tag, "").await.status(), 200);
    for (method, body) in [("PATCH", change), ("PUT", r#"{"userName":"ana@one.example"}"#)] {
        assert_eq!(send(method, "if-match", &tag, body).await.status(), 412, "{method}");
    }
}

#[tokio::test]
async fn a_token_is_replaced_without_a_gap_or_ended_at_once() {
    let place = Place::new(json!({})).await;
    let admin = Some(place.admin.as_str());
    let (_, tokens) = place.house.call("GET", "/api/v1/sign-in/scim", admin, None).await;
    let provider = tokens[0]["provider"].clone();
    assert!(place.scim.starts_with(tokens[0]["prefix"].as_str().unwrap()));
    assert_eq!(tokens[0].as_object().unwrap().get("secret"), None);
    let alive =
        async |token: &str| place.house.call("GET", "/scim/v2/Users", Some(token), None).await.0 == 200;
    let renew = async |hours: u32| {
        let body = json!({ "provider": provider, "keep_old_for_hours": hours });
        let (status, made) = place.house.call("POST", "/api/v1/sign-in/scim", admin, Some(body)).await;
        assert_eq!(status, 200, "{made}");
        made["secret"].as_str().unwrap().to_owned()
    };
    let second = renew(1).await;
    assert!(alive(&place.scim).await && alive(&second).await, "both, for an hour");
    let third = renew(0).await;
    assert!(!alive(&place.scim).await && !alive(&second).await && alive(&third).await);
    let (_, tokens) = place.house.call("GET", "/api/v1/sign-in/scim", admin, None).await;
    assert_eq!(tokens.as_array().unwrap().len(), 1);
    assert!(tokens[0]["last_used"].is_string());
    let kept = place.house.app.store.read();
    let row =
        cloister_store::Query::one(&kept, "SELECT hash FROM scim_tokens", vec![]).await.unwrap().unwrap();
    assert_ne!(row.try_get::<String>("", "hash").unwrap(), third, "stored hashed");
    let path = format!("/api/v1/sign-in/scim/{}", provider.as_str().unwrap());
    assert_eq!(place.house.call("DELETE", &path, admin, None).await.0, 204);
    assert!(!alive(&third).await);
    let bad = json!({ "provider": provider, "keep_old_for_hours": 169 });
    assert_eq!(place.house.call("POST", "/api/v1/sign-in/scim", admin, Some(bad)).await.0, 400);
    // A provider goes with its tokens, groups and what it said; the people stay.
    let last = renew(0).await;
    let ana = json!({ "userName": "ana@one.example" });
    let (status, ana) = place.house.call("POST", "/scim/v2/Users", Some(&last), Some(ana)).await;
    assert_eq!(status, 201);
    let team = json!({ "displayName": "x", "members": [{ "value": ana["id"] }] });
    assert_eq!(place.house.call("POST", "/scim/v2/Groups", Some(&last), Some(team)).await.0, 201);
    let path = format!("/api/v1/sign-in/providers/{}", provider.as_str().unwrap());
    assert_eq!(place.house.call("DELETE", &path, admin, None).await.0, 204);
    assert!(!alive(&last).await);
    assert_eq!(place.seen(ana["id"].as_str().unwrap()).await["disabled"], false);
}

#[tokio::test]
async fn a_provider_is_limited_like_everybody() {
    let house = crate::house::House::limited(0, 1).await;
    let (_, scim) = super::provider(&house, "one", json!({})).await;
    // At once, so that a slow machine does not refill the bucket meanwhile.
    let all = (0..40).map(|_| house.call("GET", "/scim/v2/Users", Some(&scim), None));
    let answers = futures::future::join_all(all).await;
    let limited: Vec<&Value> =
        answers.iter().filter(|(status, _)| *status == 429).map(|(_, said)| said).collect();
    assert!(limited.len() >= 20, "{answers:?}");
    assert_eq!(
        limited[0]["schemas"],
        json!(["urn:ietf:params:scim:api:messages:2.0:Error"]),
        "{}",
        limited[0]
    );
}
