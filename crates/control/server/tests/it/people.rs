//! Signing in, tokens, switching off, bad input, the log.

use cloister_authz::Actor;
use cloister_model::Role;
use cloister_store::EntryDraft;
use serde_json::json;

use crate::house::{House, PASSWORD};

#[tokio::test]
async fn the_setup_link_works_once() {
    let house = House::new().await;
    let secret = house.app.setup_secret().await.unwrap().unwrap();
    let body = |token: &str| json!({ "token": token, "organisation": "one", "email": "a@one.example", "password": PASSWORD });
    let (status, _) = house.call("POST", "/api/v1/setup", None, Some(body("wrong"))).await;
    assert_eq!(status, 401);
    let (status, done) = house.call("POST", "/api/v1/setup", None, Some(body(&secret))).await;
    assert_eq!((status, &done["user"]["email"]), (200, &json!("a@one.example")));
    let (status, _) = house.call("POST", "/api/v1/setup", None, Some(body(&secret))).await;
    assert_eq!(status, 401);
    assert!(house.app.setup_secret().await.unwrap().is_none());
}

#[tokio::test]
async fn sign_in_is_throttled_and_says_nothing_of_which_part_was_wrong() {
    let house = House::new().await;
    house.org("one").await;
    house.user("a@one.example", "one", &[]).await;
    let body = |email: &str, password: &str| Some(json!({ "email": email, "password": password }));
    let (one, wrong) = house.call("POST", "/api/v1/sessions", None, body("a@one.example", "wrong")).await;
    let (two, unknown) = house.call("POST", "/api/v1/sessions", None, body("b@one.example", "wrong")).await;
    assert_eq!((one, two, &wrong["detail"]), (401, 401, &unknown["detail"]));
    assert!(wrong["request_id"].is_string());
    for _ in 0..9 {
        house.call("POST", "/api/v1/sessions", None, body("a@one.example", "wrong")).await;
    }
    assert_eq!(house.call("POST", "/api/v1/sessions", None, body("a@one.example", PASSWORD)).await.0, 429);
}

#[tokio::test]
async fn tokens_have_scopes_and_cannot_make_tokens_and_a_disabled_user_has_none() {
    let house = House::new().await;
    house.org("one").await;
    let (_, admin) = house.user("a@one.example", "one", &[Role::OrganizationAdmin]).await;
    let (id, member) = house.user("m@one.example", "one", &[]).await;
    let wanted = json!({ "scopes": ["read"], "expires_in_days": 30 });
    let (status, made) = house.call("POST", "/api/v1/tokens", Some(&admin), Some(wanted.clone())).await;
    assert_eq!(status, 200);
    let token = made["secret"].as_str().unwrap().to_owned();
    assert_eq!(house.call("GET", "/api/v1/users", Some(&token), None).await.0, 200);
    let (status, problem) =
        house.call("POST", "/api/v1/users", Some(&token), Some(json!({ "email": "x@one.example" }))).await;
    assert_eq!((status, &problem["check"]), (403, &json!("scope")));
    assert_eq!(house.call("POST", "/api/v1/tokens", Some(&token), Some(wanted)).await.0, 403);
    assert_eq!(house.call("POST", &format!("/api/v1/users/{id}/disable"), Some(&admin), None).await.0, 200);
    assert_eq!(house.call("GET", "/api/v1/me", Some(&member), None).await.0, 401);
}

#[tokio::test]
async fn an_invitation_is_made_anew_and_withdrawn_until_somebody_enters() {
    let house = House::new().await;
    house.org("one").await;
    let (_, admin) = house.user("a@one.example", "one", &[Role::OrganizationAdmin]).await;
    let invite = |email: &'static str| {
        house.call("POST", "/api/v1/users", Some(&admin), Some(json!({ "email": email })))
    };
    let (_, made) = invite("new@one.example").await;
    let (id, first) = (made["user"]["id"].as_str().unwrap(), made["password_token"].as_str().unwrap());
    let path = format!("/api/v1/users/{id}/invitations");
    let listed = async || {
        let (_, page) = house.call("GET", "/api/v1/users", Some(&admin), None).await;
        let items = page["items"].as_array().unwrap().clone();
        items.into_iter().find(|user| user["email"] == "new@one.example")
    };
    assert!(listed().await.unwrap()["invitation"]["expires"].is_string());
    let (status, again) = house.call("POST", &path, Some(&admin), None).await;
    assert_eq!((status, again["sent"].is_string()), (200, true), "{again}");
    let second = again["password_token"].as_str().unwrap();
    let enter = |token: &str| {
        let body = json!({ "token": token, "password": PASSWORD });
        house.call("POST", "/api/v1/passwords", None, Some(body))
    };
    assert_eq!(enter(first).await.0, 401, "the link before is void");

    let (_, other) = invite("gone@one.example").await;
    let (gone, token) = (other["user"]["id"].as_str().unwrap(), other["password_token"].as_str().unwrap());
    let withdraw = format!("/api/v1/users/{gone}/invitations");
    assert_eq!(house.call("DELETE", &withdraw, Some(&admin), None).await.0, 204);
    assert_eq!(enter(token).await.0, 401);
    assert_eq!(house.call("DELETE", &withdraw, Some(&admin), None).await.0, 404, "the account is gone");
    assert_eq!(invite("gone@one.example").await.0, 200, "and its address is free");

    assert_eq!(enter(second).await.0, 204);
    assert_eq!(listed().await.unwrap()["invitation"], json!(null));
    for method in ["POST", "DELETE"] {
        let (status, problem) = house.call(method, &path, Some(&admin), None).await;
        assert_eq!(status, 409, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains("has entered the account"), "{problem}");
    }
    house.call("POST", &format!("/api/v1/users/{id}/disable"), Some(&admin), None).await;
    let (_, problem) = house.call("POST", &path, Some(&admin), None).await;
    assert!(problem["detail"].as_str().unwrap().contains("activate the account first"), "{problem}");
}

#[tokio::test]
async fn bad_input_is_a_problem() {
    let house = House::new().await;
    house.org("one").await;
    let (_, admin) = house.user("a@one.example", "one", &[Role::OrganizationAdmin]).await;
    for (method, path, body, expected) in [
        ("POST", "/api/v1/users", json!({ "email": "x@one.example", "more": 1 }), 422),
        ("POST", "/api/v1/users", json!({ "email": 7 }), 422),
        ("POST", "/api/v1/users", json!({ "email": "no address" }), 422),
        ("POST", "/api/v1/users/nonsense/disable", json!({}), 400),
        ("GET", "/api/v1/nothing", json!({}), 404),
    ] {
        let (status, problem) = house.call(method, path, Some(&admin), Some(body)).await;
        assert_eq!(status, expected, "{path}: {problem}");
        assert!(
            problem["type"].as_str().is_some_and(|t| t.starts_with("https://cloister.dev/problems/")),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn what_is_awaited_is_in_the_log_with_a_proof_that_verifies() {
    let house = House::new().await;
    let (_stop, stopping) = tokio::sync::watch::channel(false);
    let log = house.app.log.clone();
    tokio::spawn(log.clone().run(house.app.clock.clone(), "test".into(), stopping));
    for n in 0..300 {
        let tx = house.app.store.write().await.unwrap();
        let draft = EntryDraft::done(house.app.now(), &Actor::Worker, "test.act").fact("n", n);
        let id = tx.audit(draft).await.unwrap();
        tx.commit().await.unwrap();
        if n % 37 == 0 || n == 299 {
            let included = log.wait_for(id).await.unwrap();
            let (entry, _) = included.verify(log.origin(), &log.public_key()).unwrap();
            assert_eq!(entry.detail["n"], n.to_string());
        }
    }
}
