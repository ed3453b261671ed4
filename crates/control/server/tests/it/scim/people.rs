//! People: provisioned, changed, suspended, removed, come back; and whom a provider does not reach.

use serde_json::{Value, json};

use super::{Place, provider};

/// As Entra ID's provisioning service sends it, with the extension it always names.
fn of_entra() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "externalId": "58342554-38d6-4ec8-948c-50044d0a33fd",
        "userName": "Ana@one.example",
        "active": true,
        "displayName": "Ana Lund",
        "emails": [{ "primary": true, "type": "work", "value": "ana@one.example" }],
        "meta": { "resourceType": "User" },
        "name": { "formatted": "Ana Lund", "familyName": "Lund", "givenName": "Ana" },
        "title": "Doctor",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "x" },
    })
}

#[tokio::test]
async fn entra_provisions_suspends_restores_and_removes_a_person() {
    let place = Place::new(json!({})).await;
    // It looks whether the person is there, by each form of its matching attribute.
    for filter in ["userName%20eq%20%22ana@one.example%22", "externalId%20eq%20%2258342554%22"] {
        let none = place.done("GET", &format!("/Users?filter={filter}"), Value::Null).await;
        assert_eq!((&none["totalResults"], &none["Resources"]), (&json!(0), &json!([])));
    }
    let (status, ana) = place.ask("POST", "/Users", of_entra()).await;
    assert_eq!(status, 201, "{ana}");
    let id = ana["id"].as_str().unwrap();
    assert_eq!(ana["userName"], "Ana@one.example", "as it was written");
    assert_eq!((&ana["meta"]["resourceType"], &ana["title"]), (&json!("User"), &Value::Null));
    assert_eq!(ana["meta"]["location"], format!("https://house.example/scim/v2/Users/{id}"));
    let found = place.done("GET", "/Users?filter=userName%20eq%20%22ANA@one.example%22", Value::Null).await;
    assert_eq!((&found["totalResults"], &found["Resources"][0]["id"]), (&json!(1), &json!(id)));
    let seen = place.seen(id).await;
    assert_eq!((&seen["email"], &seen["roles"]), (&json!("ana@one.example"), &json!([])), "a plain member");

    // The first sign-in links the account; a token is made.
    let session = place.arrive("ana", None).await.unwrap();
    let wanted = json!({ "scopes": ["read"], "expires_in_days": 1 });
    let (_, token) = place.house.call("POST", "/api/v1/tokens", Some(&session), Some(wanted)).await;
    let token = token["secret"].as_str().unwrap().to_owned();
    assert!(place.is_in(&session).await && place.is_in(&token).await);

    let path = format!("/Users/{id}");
    let off = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "Replace", "path": "active", "value": "False" }] });
    let suspended = place.done("PATCH", &path, off.clone()).await;
    assert_eq!(suspended["active"], false);
    assert!(!place.is_in(&session).await && !place.is_in(&token).await, "revoked");
    assert!(place.arrive("ana", None).await.unwrap_err().contains("switched off"));
    let again = place.done("PATCH", &path, off).await;
    assert_eq!(again["meta"], suspended["meta"], "nothing is written for nothing");
    let on = json!({ "Operations": [{ "op": "Replace", "path": "active", "value": "True" },
        { "op": "Replace", "path": "name.familyName", "value": "Berg" },
        { "op": "Add", "path": "emails[type eq \"work\"].value", "value": "ana.berg@one.example" }] });
    let back = place.done("PATCH", &path, on).await;
    assert_eq!((&back["active"], &back["name"]["familyName"]), (&json!(true), &json!("Berg")));
    assert_eq!(back["emails"][0]["value"], "ana.berg@one.example");
    let session = place.arrive("ana", None).await.unwrap();
    assert!(place.is_in(&session).await && !place.is_in(&token).await, "what was revoked stays so");

    let (status, _) = place.ask("DELETE", &path, Value::Null).await;
    assert_eq!(status, 204);
    assert!(!place.is_in(&session).await);
    assert_eq!(place.ask("GET", &path, Value::Null).await.0, 404);
    assert_eq!(place.ask("DELETE", &path, Value::Null).await.0, 404);
    assert_eq!(place.seen(id).await["disabled"], true, "the account and its history stay");
    // Restored in the directory: the same person.
    let restored = place.done("POST", "/Users", of_entra()).await;
    assert_eq!((&restored["id"], &restored["active"]), (&json!(id), &json!(true)));
    assert!(place.arrive("ana", None).await.is_ok());
    assert_eq!(
        place.log().await,
        [
            "user.add done",
            "user.provision done",
            "user.change done",
            "user.disable done",
            "user.enable done",
            "user.change done",
            "user.deprovision done",
            "user.provision done",
            "user.enable done",
            "user.change done",
        ]
    );
}

#[tokio::test]
async fn okta_replaces_whole_users_and_deactivates_without_a_path() {
    let place = Place::new(json!({})).await;
    let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ben@one.example",
        "name": { "givenName": "Ben", "familyName": "Ek" },
        "emails": [{ "primary": true, "value": "ben@one.example", "type": "work" }], "displayName": "Ben Ek",
        "locale": "en-US", "externalId": "00ujl29u0le5T6Aj10h7", "groups": [], "password": "1mz050nq",
        "active": true });
    let ben = place.done("POST", "/Users", body.clone()).await;
    let path = format!("/Users/{}", ben["id"].as_str().unwrap());
    let mut whole = body;
    whole["id"] = ben["id"].clone();
    whole["name"]["givenName"] = json!("Benjamin");
    whole.as_object_mut().unwrap().remove("displayName");
    let put = place.done("PUT", &path, whole).await;
    assert_eq!((&put["name"]["givenName"], &put["displayName"]), (&json!("Benjamin"), &Value::Null));
    assert_ne!(put["meta"]["version"], ben["meta"]["version"]);
    let off = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "value": { "active": false } }] });
    assert_eq!(place.done("PATCH", &path, off).await["active"], false);
    // A whole user that says nothing of its state stays in it.
    let silent = json!({ "userName": "ben@one.example" });
    assert_eq!(place.done("PUT", &path, silent).await["active"], false);
    // No password came in by SCIM.
    let sign_in = json!({ "email": "ben@one.example", "password": "1mz050nq" });
    assert_eq!(place.house.call("POST", "/api/v1/sessions", None, Some(sign_in)).await.0, 401);
}

#[tokio::test]
async fn an_invited_person_is_taken_over_and_its_link_is_void() {
    let place = Place::new(json!({})).await;
    let wanted = Some(json!({ "email": "cid@one.example" }));
    let (_, invited) = place.house.call("POST", "/api/v1/users", Some(&place.admin), wanted).await;
    assert_eq!(json!(place.person("cid").await), invited["user"]["id"]);
    let body = json!({ "token": invited["password_token"], "password": crate::house::PASSWORD });
    assert_eq!(place.house.call("POST", "/api/v1/passwords", None, Some(body)).await.0, 401);
}

#[tokio::test]
async fn a_provider_reaches_nobody_else() {
    let place = Place::new(json!({})).await;
    let named = |name: &str| json!({ "userName": name });
    // Of a domain that it does not claim, by name or by any address.
    assert_eq!(place.refused("POST", "/Users", named("eve@two.example")).await, "domain");
    let mut body = named("eve@one.example");
    body["emails"] = json!([{ "value": "eve@elsewhere.example" }]);
    assert_eq!(place.refused("POST", "/Users", body).await, "domain");
    let eve = place.person("eve").await;
    let path = format!("/Users/{eve}");
    assert_eq!(place.refused("PUT", &path, named("eve@two.example")).await, "domain");
    // Entered with a password: the admin who breaks the glass, and a member.
    place.house.user("dan@one.example", "one", &[]).await;
    for local in ["oda@one.example", "dan@one.example"] {
        assert_eq!(place.refused("POST", "/Users", named(local)).await, "local_account", "{local}");
        let (status, said) = place.ask("PUT", &path, named(local)).await;
        assert_eq!((status, &said["scimType"]), (409, &json!("uniqueness")), "{said}");
    }
    // Somebody of another organisation who has an address of the domain.
    place.house.org("two").await;
    place.house.user("fay@one.example", "two", &[]).await;
    let (status, said) = place.ask("POST", "/Users", named("fay@one.example")).await;
    assert_eq!((status, &said["scimType"]), (409, &json!("uniqueness")), "{said}");
    // By id: another organisation's, and one of the organisation that it does not provision.
    let all = place.done("GET", "/Users?count=200", Value::Null).await;
    assert_eq!(all["totalResults"], 1, "{all}");
    let (_, users) = place.house.call("GET", "/api/v1/users", Some(&place.admin), None).await;
    let oda =
        users["items"].as_array().unwrap().iter().find(|user| user["email"] == "oda@one.example").unwrap();
    let oda = format!("/Users/{}", oda["id"].as_str().unwrap());
    let absent = place.ask("GET", "/Users/00000000-0000-7000-8000-000000000000", Value::Null).await;
    for (method, body) in [("GET", Value::Null), ("PUT", named("oda@one.example")), ("DELETE", Value::Null)] {
        let (status, said) = place.ask(method, &oda, body).await;
        assert_eq!((status, &said["detail"]), (404, &absent.1["detail"]), "{method}");
    }
    assert!(place.is_in(&place.admin).await);
    assert_eq!(
        place.log().await.iter().filter(|line| line.contains("refused")).cloned().collect::<Vec<_>>(),
        [
            "user.provision refused domain",
            "user.provision refused domain",
            "user.provision refused domain",
            "user.provision refused local_account",
            "user.provision refused local_account",
        ]
    );
}

#[tokio::test]
async fn a_person_whom_another_organisations_provider_pushed_is_unknown() {
    let place = Place::new(json!({})).await;
    let (_, other) = provider(&place.house, "two", json!({})).await;
    let eve = place.person("eve").await;
    let there = async |method: &str, body: Value| {
        let body = (!body.is_null()).then_some(body);
        place.house.call(method, &format!("/scim/v2/Users/{eve}"), Some(&other), body).await.0
    };
    let off = json!({ "Operations": [{ "op": "replace", "path": "active", "value": false }] });
    assert_eq!(there("GET", Value::Null).await, 404);
    assert_eq!(there("PATCH", off).await, 404);
    assert_eq!(there("PUT", json!({ "userName": "eve@two.example" })).await, 404);
    assert_eq!(there("DELETE", Value::Null).await, 404);
    let (_, all) = place.house.call("GET", "/scim/v2/Users", Some(&other), None).await;
    assert_eq!(all["totalResults"], 0);
    let team = json!({ "displayName": "x", "members": [{ "value": eve }] });
    let (status, said) = place.house.call("POST", "/scim/v2/Groups", Some(&other), Some(team)).await;
    assert_eq!((status, &said["scimType"]), (400, &json!("invalidValue")), "{said}");
    assert_eq!(place.seen(&eve).await["disabled"], false);
}

#[tokio::test]
async fn whom_an_admin_switched_off_stays_off() {
    let place = Place::new(json!({})).await;
    let eve = place.person("eve").await;
    let path = format!("/Users/{eve}");
    let admin = async |what: &str| {
        let path = format!("/api/v1/users/{eve}/{what}");
        assert_eq!(place.house.call("POST", &path, Some(&place.admin), None).await.0, 200);
    };
    let active =
        |value: bool| json!({ "Operations": [{ "op": "replace", "path": "active", "value": value }] });
    admin("disable").await;
    assert_eq!(place.done("GET", &path, Value::Null).await["active"], false);
    assert_eq!(place.refused("PATCH", &path, active(true)).await, "switched_off");
    assert_eq!(place.ask("DELETE", &path, Value::Null).await.0, 204);
    let whole = json!({ "userName": "eve@one.example" });
    assert_eq!(place.refused("POST", "/Users", whole.clone()).await, "switched_off");
    admin("enable").await;
    assert_eq!(place.done("POST", "/Users", whole).await["active"], true);
    // And what the provider switched off, the provider switches on.
    place.done("PATCH", &path, active(false)).await;
    place.done("PATCH", &path, active(true)).await;
    assert_eq!(place.seen(&eve).await["disabled"], false);
    // Unless an admin has confirmed it.
    place.done("PATCH", &path, active(false)).await;
    admin("disable").await;
    assert_eq!(place.refused("PATCH", &path, active(true)).await, "switched_off");
}

#[tokio::test]
async fn an_address_changes_until_a_certificate_names_it() {
    let place = Place::new(json!({})).await;
    let eve = place.person("eve").await;
    let path = format!("/Users/{eve}");
    let rename = |to: &str| json!({ "Operations": [{ "op": "replace", "path": "userName", "value": to }] });
    place.done("PATCH", &path, rename("eva@one.example")).await;
    assert_eq!(place.seen(&eve).await["email"], "eva@one.example");
    place.person("ivo").await;
    let (status, said) = place.ask("PATCH", &path, rename("ivo@one.example")).await;
    assert_eq!((status, &said["scimType"]), (409, &json!("uniqueness")), "{said}");
    let (digest, never) = ("ab".repeat(32), i64::MAX);
    let sql = "INSERT INTO certificates (digest, owner, email, envelope, request, created, not_after)";
    place
        .house
        .rows(&format!("{sql} VALUES ('{digest}', '{eve}', 'eva@one.example', '{{}}', '{{}}', 1, {never})"))
        .await;
    assert_eq!(place.refused("PATCH", &path, rename("new@one.example")).await, "certificate");
    // The rest of the person changes all the same.
    let shown = json!({ "Operations": [{ "op": "replace", "path": "displayName", "value": "Eva" }] });
    assert_eq!(place.done("PATCH", &path, shown).await["displayName"], "Eva");
}

#[tokio::test]
async fn an_account_that_got_a_password_is_no_longer_the_providers() {
    let place = Place::new(json!({})).await;
    let eve = place.person("eve").await;
    place.house.rows(&format!("UPDATE users SET password = 'x' WHERE id = '{eve}'")).await;
    let path = format!("/Users/{eve}");
    let off = json!({ "Operations": [{ "op": "replace", "path": "active", "value": false }] });
    assert_eq!(place.refused("PATCH", &path, off).await, "local_account");
    assert_eq!(place.refused("DELETE", &path, Value::Null).await, "local_account");
    assert_eq!(place.seen(&eve).await["disabled"], false);
}
