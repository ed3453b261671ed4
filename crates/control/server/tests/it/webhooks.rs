//! Webhooks over HTTP to a server of the test's own: signed, repeated, given up, and only the organisation's own view.

use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use axum::{
    Router,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cloister_app::{Background, webhooks::Following};
use cloister_model::Role;
use serde_json::{Value, json};

use crate::house::House;

/// What a webhook got.
type Got = Arc<Mutex<Vec<(HeaderMap, String)>>>;

/// A server of the organisation's own: answers with `status`.
async fn sink(status: &Arc<Mutex<u16>>) -> (String, Got) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let got = Got::default();
    let (kept, status) = (got.clone(), status.clone());
    let answer = move |headers: HeaderMap, body: String| async move {
        kept.lock().unwrap().push((headers, body));
        let status = StatusCode::from_u16(*status.lock().unwrap()).unwrap();
        (status, [("location", "http://127.0.0.1:9/elsewhere")])
    };
    let router = Router::new().route("/hook", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, got)
}

async fn alive() -> (House, String, String, tokio::sync::watch::Sender<bool>) {
    let house = House::new().await;
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let clock = Arc::clone(&house.app.clock);
    tokio::spawn(house.app.log.clone().run(clock, "test".into(), stopping.clone()));
    tokio::spawn(Following(house.app.clone()).run(stopping.clone()));
    tokio::spawn(Background(house.app.clone()).run(stopping));
    let mut admins = Vec::new();
    for org in ["one", "two"] {
        house.org(org).await;
        admins.push(house.user(&format!("oda@{org}.example"), org, &[Role::OrganizationAdmin]).await.1);
    }
    let other = admins.pop().unwrap();
    (house, admins.pop().unwrap(), other, stop)
}

async fn add(house: &House, admin: &str, body: Value) -> (String, String) {
    let (status, made) = house.call("POST", "/api/v1/webhooks", Some(admin), Some(body)).await;
    assert_eq!(status, 200, "{made}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["webhook"]["id"]), text(&made["secret"]))
}

/// Waits until so many came.
async fn wait(got: &Got, count: usize) -> Vec<(HeaderMap, String)> {
    for _ in 0..100 {
        if got.lock().unwrap().len() >= count {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    got.lock().unwrap().clone()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().unwrap()
}

/// Whether one of the signatures is by this secret.
fn signed_by(secret: &str, headers: &HeaderMap, body: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let text = format!("{}.{}.{body}", header(headers, "webhook-id"), header(headers, "webhook-timestamp"));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), text.as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(tag));
    header(headers, "webhook-signature").split(' ').any(|signature| signature == expected)
}

#[tokio::test]
async fn an_organisation_is_told_of_its_own_acts_signed_by_both_secrets_while_they_change() {
    let (house, admin, other, _stop) = alive().await;
    let (url, got) = sink(&Arc::new(Mutex::new(204))).await;
    let (id, secret) =
        add(&house, &admin, json!({ "url": url, "actions": ["user.*", "webhook.rotate"] })).await;
    for (token, email) in [(&admin, "ana@one.example"), (&other, "ben@two.example")] {
        let added = house.call("POST", "/api/v1/users", Some(token), Some(json!({ "email": email }))).await;
        assert_eq!(added.0, 200);
    }
    let first = wait(&got, 1).await;
    let (headers, body) = &first[0];
    assert!(signed_by(&secret, headers, body));
    let told: Value = serde_json::from_str(body).unwrap();
    assert_eq!((&told["type"], &told["data"]["outcome"]), (&json!("user.add"), &json!("done")));
    assert!(!body.contains("example"), "ids only: {body}");

    let rotated =
        house.call("POST", &format!("/api/v1/webhooks/{id}/secrets"), Some(&admin), Some(json!({}))).await;
    let fresh = rotated.1["secret"].as_str().unwrap().to_owned();
    let second = wait(&got, 2).await;
    let (headers, body) = &second[1];
    assert!(signed_by(&secret, headers, body) && signed_by(&fresh, headers, body), "both sign for a day");
    let rotate = json!({ "keep_old_for_hours": 0 });
    house.call("POST", &format!("/api/v1/webhooks/{id}/secrets"), Some(&admin), Some(rotate)).await;
    let third = wait(&got, 3).await;
    assert!(!signed_by(&fresh, &third[2].0, &third[2].1), "the old one is out at once");
    assert_eq!(third.len(), 3, "the other organisation's user is none of its business");
}

#[tokio::test]
async fn a_failing_webhook_is_tried_again_under_the_same_id_and_one_that_is_gone_is_paused() {
    let (house, admin, _, _stop) = alive().await;
    let status = Arc::new(Mutex::new(302));
    let (url, got) = sink(&status).await;
    let (id, _) = add(&house, &admin, json!({ "url": url, "actions": ["webhook.none"] })).await;
    let path = format!("/api/v1/webhooks/{id}");
    let trial = house.call("POST", &format!("{path}/tests"), Some(&admin), Some(json!({}))).await;
    assert_eq!(trial.0, 200);
    wait(&got, 1).await;
    let shown = |state: &'static str| {
        let (house, admin, path) = (&house, &admin, format!("{path}/deliveries"));
        async move {
            for _ in 0..200 {
                let (_, page) = house.call("GET", &path, Some(admin), None).await;
                if page["items"][0]["attempts"] != 0 && page["items"][0]["state"] == state {
                    return page["items"][0].clone();
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            panic!("no delivery is `{state}`");
        }
    };
    let waiting = shown("waiting").await;
    assert_eq!(
        (&waiting["status"], &waiting["id"]),
        (&json!(302), &trial.1["id"]),
        "a redirect is no answer"
    );
    *status.lock().unwrap() = 200;
    let done = shown("delivered").await;
    assert_eq!(done["attempts"], 2);
    let got_all = wait(&got, 2).await;
    assert_eq!(header(&got_all[0].0, "webhook-id"), header(&got_all[1].0, "webhook-id"));
    *status.lock().unwrap() = 410;
    house.call("POST", &format!("{path}/tests"), Some(&admin), Some(json!({}))).await;
    shown("failed").await;
    let (_, page) = house.call("GET", "/api/v1/webhooks", Some(&admin), None).await;
    assert_eq!((&page["items"][0]["paused"], page["items"][0]["problem"].is_string()), (&json!(true), true));
    let again = house.call("POST", &format!("{path}/tests"), Some(&admin), Some(json!({}))).await;
    assert_eq!(again.0, 409);
    let change = json!({ "url": url, "actions": ["webhook.none"] });
    assert_eq!(house.call("PUT", &path, Some(&admin), Some(change)).await.1["paused"], false);
    assert_eq!(house.call("DELETE", &path, Some(&admin), None).await.0, 204);
    assert_eq!(house.call("DELETE", &path, Some(&admin), None).await.0, 404);
}

#[tokio::test]
async fn bad_webhooks_are_refused_and_others_are_unknown() {
    let (house, admin, other, _stop) = alive().await;
    let many: Vec<String> = (0..101).map(|n| format!("job.x{n}")).collect();
    for body in [
        json!({ "url": "ftp://x.example" }),
        json!({ "url": "https://x.example", "actions": ["job.submit.now"] }),
        json!({ "url": "https://x.example", "actions": many }),
        json!({ "url": "https://x.example", "description": "x".repeat(201) }),
        json!({ "url": format!("https://x.example/{}", "x".repeat(2000)) }),
    ] {
        let (status, problem) =
            house.call("POST", "/api/v1/webhooks", Some(&admin), Some(body.clone())).await;
        assert_eq!(status, 400, "{body} {problem}");
    }
    let (id, _) = add(&house, &admin, json!({ "url": "https://x.example" })).await;
    let path = format!("/api/v1/webhooks/{id}");
    for (method, path, body) in [
        ("GET", format!("{path}/deliveries"), None),
        ("PUT", path.clone(), Some(json!({ "url": "https://x.example" }))),
        ("POST", format!("{path}/secrets"), Some(json!({}))),
        ("POST", format!("{path}/tests"), Some(json!({}))),
        ("DELETE", path.clone(), None),
    ] {
        assert_eq!(house.call(method, &path, Some(&other), body).await.0, 404, "{method} {path}");
    }
    assert_eq!(house.call("GET", "/api/v1/webhooks/x/deliveries", Some(&admin), None).await.0, 400);
    let long = json!({ "keep_old_for_hours": 169 });
    assert_eq!(house.call("POST", &format!("{path}/secrets"), Some(&admin), Some(long)).await.0, 400);
}
