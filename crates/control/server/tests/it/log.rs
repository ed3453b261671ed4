//! What the log holds of refusals, and its export; secrets that were valid once.

use cloister_audit::{Included, InclusionProof};
use cloister_model::Role;
use cloister_store::{Query as _, log::Filter};
use serde_json::{Value, json};

use crate::house::House;

async fn refusals(house: &House) -> Vec<(String, String)> {
    let entries = house.app.store.read().find_entries(&Filter::default(), 1000).await.unwrap();
    let decoded = entries.iter().map(|e| cloister_audit::Entry::decode(&e.encoded).unwrap());
    decoded.filter_map(|e| Some((e.action, e.check?))).collect()
}

#[tokio::test]
async fn a_refused_act_is_in_the_log_and_a_strangers_password_is_not() {
    let house = House::new().await;
    house.org("one").await;
    let (_, member) = house.user("m@one.example", "one", &[]).await;
    let body = json!({ "email": "x@one.example" });
    let (status, problem) = house.call("POST", "/api/v1/users", Some(&member), Some(body)).await;
    assert_eq!((status, &problem["check"]), (403, &json!("permission")), "{problem}");
    assert!(refusals(&house).await.contains(&("user.add".into(), "permission".into())));
    for email in ["nobody@one.example", "m@one.example"] {
        let body = json!({ "email": email, "password": "entirely wrong words" });
        let (status, _) = house.call("POST", "/api/v1/sessions", None, Some(body)).await;
        assert_eq!(status, 401);
    }
    let signed = refusals(&house).await.iter().filter(|(_, check)| check == "password").count();
    assert_eq!(signed, 1, "only the account that exists has an entry; the other is counted");
}

#[tokio::test]
async fn a_secret_that_was_valid_once_says_so() {
    let house = House::new().await;
    house.org("one").await;
    let (_, session) = house.user("m@one.example", "one", &[]).await;
    let body = json!({ "label": "ci", "scopes": ["read"], "expires_in_days": 1 });
    let (status, made) = house.call("POST", "/api/v1/tokens", Some(&session), Some(body)).await;
    assert_eq!(status, 200, "{made}");
    let token = made["secret"].as_str().unwrap();
    assert_eq!(house.call("GET", "/api/v1/me", Some(token), None).await.0, 200);
    let tx = house.app.store.write().await.unwrap();
    for table in ["tokens", "sessions"] {
        tx.exec(&format!("UPDATE {table} SET expires = 1"), vec![]).await.unwrap();
    }
    tx.commit().await.unwrap();
    for secret in [token, &session] {
        let (status, problem) = house.call("GET", "/api/v1/me", Some(secret), None).await;
        assert_eq!(
            (status, problem["type"].as_str().unwrap().ends_with("/expired")),
            (401, true),
            "{problem}"
        );
    }
    let (_, problem) = house.call("GET", "/api/v1/me", Some("clst_unknown"), None).await;
    assert!(problem["type"].as_str().unwrap().ends_with("/unauthenticated"), "{problem}");
}

#[tokio::test]
async fn each_line_of_an_export_is_proved_by_its_one_checkpoint_while_the_log_grows() {
    let house = House::new().await;
    house.org("one").await;
    let (_, admin) = house.user("a@one.example", "one", &[Role::OrganizationAdmin]).await;
    let (_stop, stopping) = tokio::sync::watch::channel(false);
    tokio::spawn(house.app.log.clone().run(house.app.clock.clone(), "test".into(), stopping));
    for _ in 0..4 {
        let body = json!({ "email": "a@one.example", "password": crate::house::PASSWORD });
        assert_eq!(house.call("POST", "/api/v1/sessions", None, Some(body)).await.0, 200);
    }
    let newest =
        house.app.store.read().one("SELECT MAX(id) AS id FROM outbox", vec![]).await.unwrap().unwrap();
    house.app.log.wait_for(newest.try_get("", "id").unwrap()).await.unwrap();
    let text = house.text("/api/v1/audit/export", &admin).await;
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let head = lines.next().unwrap();
    let checkpoint = head["log"]["checkpoint"].as_str().unwrap().to_owned();
    let rest: Vec<Value> = lines.collect();
    assert!(rest.len() >= 5, "{text}");
    let log = &house.app.log;
    for line in &rest {
        let proof: InclusionProof = serde_json::from_value(line["proof"].clone()).unwrap();
        let included = Included {
            entry: line["encoded"].as_str().unwrap().into(),
            proof,
            checkpoint: checkpoint.clone(),
        };
        included.verify(log.origin(), &log.public_key()).unwrap();
    }
    let table = house.text("/api/v1/audit/export?format=csv", &admin).await;
    assert!(table.starts_with("index,at,actor,"), "{table}");
    assert!(table.lines().count() > rest.len());
}
