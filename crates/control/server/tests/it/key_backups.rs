//! Backups of keys: one's own only, in a session only, nothing but files under a passphrase.

use base64::{Engine, prelude::BASE64_STANDARD};
use cloister_store::Query as _;
use serde_json::{Value, json};

use crate::house::House;

fn file(content: &[u8]) -> Value {
    json!({ "file": BASE64_STANDARD.encode(content) })
}

fn backup(n: u8) -> Value {
    file(&[b"age-encryption.org/v1\n-> scrypt ", &[b'a' + n; 40][..]].concat())
}

fn path(key: u8) -> String {
    format!("/api/v1/me/key-backups/{}", hex::encode([key; 32]))
}

const LIST: &str = "/api/v1/me/key-backups";

async fn acts(house: &House, action: &str) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM outbox WHERE action = $1";
    let row = house.app.store.read().one(sql, vec![action.into()]).await.unwrap();
    row.unwrap().try_get("", "n").unwrap()
}

#[tokio::test]
async fn backups_are_kept_for_their_owner_and_the_later_one_of_a_key_counts() {
    let house = House::new().await;
    house.org("one").await;
    let (_, ana) = house.user("a@one.example", "one", &[]).await;
    let (_, ben) = house.user("b@one.example", "one", &[]).await;
    for (key, content) in [(1, backup(1)), (2, backup(2)), (1, backup(3))] {
        let (status, stored) = house.call("PUT", &path(key), Some(&ana), Some(content.clone())).await;
        assert_eq!((status, &stored["file"]), (200, &content["file"]), "{stored}");
        assert_eq!(stored["key"], json!(hex::encode([key; 32])));
    }
    let (status, listed) = house.call("GET", LIST, Some(&ana), None).await;
    let files: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|one| &one["file"]).collect();
    assert_eq!((status, files), (200, vec![&backup(3)["file"], &backup(2)["file"]]));
    let (status, listed) = house.call("GET", LIST, Some(&ben), None).await;
    assert_eq!((status, &listed["items"]), (200, &json!([])));
    assert_eq!((acts(&house, "key-backup.store").await, acts(&house, "key-backup.read").await), (3, 1));
}

#[tokio::test]
async fn what_is_no_file_under_a_passphrase_is_not_kept() {
    let house = House::new().await;
    house.org("one").await;
    let (_, ana) = house.user("a@one.example", "one", &[]).await;
    let to_key = file(b"age-encryption.org/v1\n-> X25519 abc\n");
    let bare = file(br#"{"version":1,"signing_key":"00","age_identity":"AGE-SECRET-KEY-1"}"#);
    let long = file(&[b"age-encryption.org/v1\n-> scrypt ", &[b'a'; 4096][..]].concat());
    for (body, expected) in
        [(to_key, 422), (bare, 422), (long, 422), (json!({ "file": "%" }), 400), (json!({}), 422)]
    {
        let (status, problem) = house.call("PUT", &path(1), Some(&ana), Some(body.clone())).await;
        assert_eq!(status, expected, "{body}: {problem}");
    }
    let (status, _) = house.call("PUT", "/api/v1/me/key-backups/00", Some(&ana), Some(backup(1))).await;
    assert_eq!(status, 400);
    assert_eq!(house.call("GET", LIST, Some(&ana), None).await.1["items"], json!([]));
    assert_eq!(acts(&house, "key-backup.store").await, 0);
}

#[tokio::test]
async fn an_api_token_neither_fetches_nor_replaces_a_backup() {
    let house = House::new().await;
    house.org("one").await;
    let (_, ana) = house.user("a@one.example", "one", &[]).await;
    let wanted = json!({ "scopes": ["read", "write", "admin"], "expires_in_days": 1 });
    let (_, made) = house.call("POST", "/api/v1/tokens", Some(&ana), Some(wanted)).await;
    let token = made["secret"].as_str();
    for (method, path, body) in [("GET", LIST.to_owned(), None), ("PUT", path(1), Some(backup(1)))] {
        let (status, problem) = house.call(method, &path, token, body).await;
        assert_eq!((status, &problem["check"]), (403, &json!("scope")), "{method}");
    }
}

#[tokio::test]
async fn fifty_pairs_of_keys_are_enough_for_anyone() {
    let house = House::new().await;
    house.org("one").await;
    let (_, ana) = house.user("a@one.example", "one", &[]).await;
    for key in 0..50 {
        assert_eq!(house.call("PUT", &path(key), Some(&ana), Some(backup(0))).await.0, 200);
    }
    let (status, problem) = house.call("PUT", &path(50), Some(&ana), Some(backup(0))).await;
    assert_eq!((status, problem["detail"].as_str().unwrap().contains("at most 50")), (409, true));
    assert_eq!(house.call("PUT", &path(7), Some(&ana), Some(backup(1))).await.0, 200);
}
