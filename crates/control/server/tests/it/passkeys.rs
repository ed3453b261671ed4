//! Passkeys from the first ceremony to the last refusal, by an authenticator in software.

use axum::{body::Body, http::Request};
use cloister_model::Role;
use cloister_testkit::{Authenticator, Says};
use serde_json::{Value, json};

use crate::house::{House, PASSWORD};

const HOST: &str = "house.example";

struct Scene {
    house: House,
    user: String,
    token: String,
    key: Authenticator,
}

impl Scene {
    /// Ana of one, without a passkey.
    async fn new() -> Self {
        let house = House::new().await;
        house.org("one").await;
        let (user, token) = house.user("ana@one.example", "one", &[]).await;
        Self { house, user, token, key: Authenticator::new(1) }
    }

    /// Ana with one.
    async fn registered() -> (Self, String) {
        let mut scene = Self::new().await;
        let (status, made) = scene.register(&Says::at(HOST)).await;
        assert_eq!(status, 200, "{made}");
        let id = made["id"].as_str().unwrap().to_owned();
        (scene, id)
    }

    async fn post(&self, path: &str, token: Option<&str>, body: Value) -> (u16, Value) {
        self.house.call("POST", &format!("/api/v1/passkeys{path}"), token, Some(body)).await
    }

    async fn begin(&self, token: &str) -> Value {
        let (status, begun) = self.post("/registrations", Some(token), json!({})).await;
        assert_eq!(status, 200, "{begun}");
        begun
    }

    async fn register(&mut self, says: &Says) -> (u16, Value) {
        let begun = self.begin(&self.token).await;
        let credential = self.key.create(&begun["public_key"], says);
        let body = json!({ "ceremony": begun["ceremony"], "name": "laptop", "credential": credential });
        self.post("", Some(&self.token), body).await
    }

    /// A sign-in that was begun, with what answers it.
    async fn answered(&mut self, says: &Says) -> Value {
        let (status, begun) = self.post("/sign-ins", None, json!({})).await;
        assert_eq!(status, 200, "{begun}");
        let credential = self.key.get(&begun["public_key"], says);
        json!({ "ceremony": begun["ceremony"], "credential": credential })
    }

    async fn sign_in(&mut self) -> (u16, Value) {
        let body = self.answered(&Says::at(HOST)).await;
        self.post("/sessions", None, body).await
    }

    /// What the log says of refused sign-ins of this user.
    async fn refusals(&self) -> Vec<String> {
        let (_stop, stopping) = tokio::sync::watch::channel(false);
        tokio::spawn(self.house.app.log.clone().run(self.house.app.clock.clone(), "t".into(), stopping));
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let (_, admin) = self.house.user("chief@one.example", "one", &[Role::OrganizationAdmin]).await;
        let text = self.house.text("/api/v1/audit?limit=200", &admin).await;
        let page: Value = serde_json::from_str(&text).unwrap();
        let entries = page["items"].as_array().unwrap().iter();
        entries.filter_map(|entry| entry["check"].as_str()).map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn a_passkey_is_added_signs_in_without_an_address_and_its_sessions_say_so() {
    let (mut scene, id) = Scene::registered().await;
    let (status, done) = scene.sign_in().await;
    assert_eq!((status, &done["user"]["email"]), (200, &json!("ana@one.example")), "{done}");
    let token = done["token"].as_str().unwrap().to_owned();
    let (_, sessions) = scene.house.call("GET", "/api/v1/sessions", Some(&token), None).await;
    let methods: Vec<(&Value, &Value)> =
        sessions["items"].as_array().unwrap().iter().map(|s| (&s["method"], &s["current"])).collect();
    assert_eq!(methods, [(&json!("password"), &json!(false)), (&json!("passkey"), &json!(true))]);

    let path = format!("/api/v1/passkeys/{id}");
    let (_, page) = scene.house.call("GET", "/api/v1/passkeys", Some(&token), None).await;
    assert_eq!((&page["items"][0]["id"], page["items"].as_array().unwrap().len()), (&json!(id), 1));
    assert!(page["items"][0]["last_used"].is_string(), "{page}");
    let (status, renamed) =
        scene.house.call("PATCH", &path, Some(&token), Some(json!({ "name": " key ring " }))).await;
    assert_eq!((status, &renamed["name"]), (200, &json!("key ring")));
    assert_eq!(scene.house.call("PATCH", &path, Some(&token), Some(json!({ "name": "\n" }))).await.0, 400);

    // Removed: it signs nobody in, and what it began ends.
    assert_eq!(scene.house.call("DELETE", &path, Some(&scene.token), None).await.0, 204);
    assert_eq!(scene.house.call("GET", "/api/v1/me", Some(&token), None).await.0, 401);
    assert_eq!(scene.house.call("GET", "/api/v1/me", Some(&scene.token), None).await.0, 200);
    let (status, problem) = scene.sign_in().await;
    assert_eq!((status, &problem["detail"]), (401, &json!("this passkey does not sign in here")));
}

#[tokio::test]
async fn a_ceremony_is_asked_for_with_a_discoverable_credential_and_a_verified_user() {
    let scene = Scene::new().await;
    let options = scene.begin(&scene.token).await["public_key"].clone();
    assert_eq!(options["rp"], json!({ "id": HOST, "name": "Cloister" }));
    let selection = &options["authenticatorSelection"];
    assert_eq!(
        (&selection["residentKey"], &selection["userVerification"]),
        (&json!("required"), &json!("required"))
    );
    let (_, begun) = scene.post("/sign-ins", None, json!({})).await;
    let options = &begun["public_key"];
    assert_eq!((&options["rpId"], &options["userVerification"]), (&json!(HOST), &json!("required")));
    assert!(options["allowCredentials"].as_array().is_none_or(Vec::is_empty), "names nobody: {options}");
}

#[tokio::test]
async fn each_lie_is_refused_by_its_name_and_logged() {
    let (mut scene, _) = Scene::registered().await;
    let honest = Says::at(HOST);
    let lies = [
        ("origin", Says { origin: "https://evil.example".into(), ..honest.clone() }),
        ("origin", Says { origin: "https://house.example:8443".into(), ..honest.clone() }),
        ("rp_id", Says { rp_id: "evil.example".into(), ..honest.clone() }),
        ("user_verification", Says { verified: false, ..honest.clone() }),
        ("challenge", Says { challenge: Some("AAAA".into()), ..honest.clone() }),
        ("type", Says { kind: Some("webauthn.create".into()), ..honest.clone() }),
    ];
    for (check, says) in &lies {
        let body = scene.answered(says).await;
        let (status, problem) = scene.post("/sessions", None, body).await;
        assert_eq!((status, &problem["check"]), (403, &json!(check)), "{problem}");
    }
    for part in ["signature", "authenticatorData"] {
        let mut body = scene.answered(&honest).await;
        let text = body["credential"]["response"][part].as_str().unwrap();
        // The last byte but a few: a signature's number, or the counter.
        let mut text: Vec<char> = text.chars().collect();
        let at = text.len() - 6;
        text[at] = if text[at] == 'A' { 'B' } else { 'A' };
        body["credential"]["response"][part] = text.into_iter().collect::<String>().into();
        let (status, problem) = scene.post("/sessions", None, body).await;
        assert_eq!((status, &problem["check"]), (403, &json!("signature")), "{part}: {problem}");
    }
    let logged = scene.refusals().await;
    for check in ["origin", "rp_id", "user_verification", "challenge", "type", "signature"] {
        assert!(logged.iter().any(|found| found == check), "{check} in {logged:?}");
    }
    assert_eq!(scene.sign_in().await.0, 200, "and the truth still signs in");
}

#[tokio::test]
async fn ten_failures_of_a_passkey_are_enough_for_a_while() {
    let (mut scene, _) = Scene::registered().await;
    let says = Says { verified: false, ..Says::at(HOST) };
    for _ in 0..10 {
        let body = scene.answered(&says).await;
        assert_eq!(scene.post("/sessions", None, body).await.0, 403);
    }
    assert_eq!(scene.sign_in().await.0, 429);
}

#[tokio::test]
async fn lies_at_the_registration_are_refused_too() {
    let mut scene = Scene::new().await;
    let honest = Says::at(HOST);
    for (check, says) in [
        ("origin", Says { origin: "https://evil.example".into(), ..honest.clone() }),
        ("rp_id", Says { rp_id: "evil.example".into(), ..honest.clone() }),
        ("user_verification", Says { verified: false, ..honest.clone() }),
        ("challenge", Says { challenge: Some("AAAA".into()), ..honest.clone() }),
        ("type", Says { kind: Some("webauthn.get".into()), ..honest.clone() }),
    ] {
        let (status, problem) = scene.register(&says).await;
        assert_eq!((status, &problem["check"]), (403, &json!(check)), "{problem}");
    }
    let begun = scene.begin(&scene.token).await;
    let body =
        |credential: Value| json!({ "ceremony": begun["ceremony"], "name": "x", "credential": credential });
    assert_eq!(scene.post("", Some(&scene.token), body(json!({}))).await.0, 400);
    assert_eq!(scene.post("", Some(&scene.token), json!({ "name": "x" })).await.0, 422);
}

#[tokio::test]
async fn a_ceremony_is_good_once_for_its_person_and_not_for_long() {
    let (mut scene, _) = Scene::registered().await;
    // A sign-in, again.
    let body = scene.answered(&Says::at(HOST)).await;
    assert_eq!(scene.post("/sessions", None, body.clone()).await.0, 200);
    let (status, problem) = scene.post("/sessions", None, body).await;
    assert_eq!(
        (status, problem["type"].as_str().unwrap().rsplit('/').next()),
        (401, Some("unauthenticated"))
    );
    // One that failed is over too.
    let mut body = scene.answered(&Says::at(HOST)).await;
    let good = body["credential"].clone();
    body["credential"] = scene.key.get(&json!({ "challenge": "AAAA" }), &Says::at(HOST));
    assert_eq!(scene.post("/sessions", None, body.clone()).await.0, 403);
    body["credential"] = good;
    assert_eq!(scene.post("/sessions", None, body).await.0, 401);
    // Too late.
    let body = scene.answered(&Says::at(HOST)).await;
    scene.house.rows("UPDATE passkey_ceremonies SET expires = 1").await;
    assert_eq!(scene.post("/sessions", None, body).await.0, 401);
    // A registration's ceremony signs nobody in, and the other way round.
    let begun = scene.begin(&scene.token).await;
    let credential = scene.key.get(&begun["public_key"], &Says::at(HOST));
    let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
    assert_eq!(scene.post("/sessions", None, body).await.0, 401);
    // Somebody else's registration.
    let (_, ben) = scene.house.user("ben@one.example", "one", &[]).await;
    let begun = scene.begin(&ben).await;
    let mut key = Authenticator::new(2);
    let credential = key.create(&begun["public_key"], &Says::at(HOST));
    let body = json!({ "ceremony": begun["ceremony"], "name": "x", "credential": credential });
    let (status, problem) = scene.post("", Some(&scene.token), body.clone()).await;
    assert_eq!((status, &problem["check"]), (403, &json!("challenge")));
    assert_eq!(scene.post("", Some(&ben), body.clone()).await.0, 200, "it is still Ben's");
    let (status, problem) = scene.post("", Some(&ben), body).await;
    assert_eq!((status, &problem["check"]), (403, &json!("challenge")), "once");
}

#[tokio::test]
async fn a_credential_belongs_to_one_account_and_names_it() {
    let (mut scene, id) = Scene::registered().await;
    let (ben_id, ben) = scene.house.user("ben@one.example", "one", &[]).await;
    // The same credential for another account.
    let begun = scene.begin(&ben).await;
    let user = scene.key.user.clone();
    let credential = scene.key.create(&begun["public_key"], &Says::at(HOST));
    let body = json!({ "ceremony": begun["ceremony"], "name": "x", "credential": credential });
    assert_eq!(scene.post("", Some(&ben), body).await.0, 409);
    // Ana's passkey that says it is Ben's.
    let (status, problem) = scene.sign_in().await;
    assert_eq!((status, &problem["detail"]), (401, &json!("this passkey does not sign in here")));
    scene.key.user = user;
    assert_eq!(scene.sign_in().await.0, 200);
    // Another key under Ana's credential id.
    let mut other = Authenticator::new(1);
    other.user = scene.key.user.clone();
    std::mem::swap(&mut other, &mut scene.key);
    let (status, problem) = scene.sign_in().await;
    assert_eq!((status, &problem["check"]), (403, &json!("signature")));
    // Ben neither sees, renames nor removes Ana's.
    let path = format!("/api/v1/passkeys/{id}");
    assert_eq!(scene.house.call("DELETE", &path, Some(&ben), None).await.0, 404);
    assert_eq!(scene.house.call("PATCH", &path, Some(&ben), Some(json!({ "name": "x" }))).await.0, 404);
    let (_, page) = scene.house.call("GET", "/api/v1/passkeys", Some(&ben), None).await;
    assert_eq!(page["items"], json!([]), "{ben_id}");
}

#[tokio::test]
async fn a_counter_that_goes_back_is_refused_and_one_that_stays_at_zero_is_not_counted() {
    let (mut scene, _) = Scene::registered().await;
    assert_eq!((scene.sign_in().await.0, scene.sign_in().await.0), (200, 200), "no counter");
    scene.key.counter = 7;
    assert_eq!(scene.sign_in().await.0, 200);
    for counter in [7, 3, 0] {
        // The authenticator counts on before it signs.
        scene.key.counter = counter;
        let (status, problem) = scene.sign_in().await;
        assert_eq!((status, &problem["check"]), (403, &json!("counter")), "{counter}: {problem}");
    }
    scene.key.counter = 20;
    assert_eq!(scene.sign_in().await.0, 200);
    assert!(scene.refusals().await.contains(&"counter".to_owned()));
}

#[tokio::test]
async fn who_is_switched_off_stays_out_and_comes_back_with_the_same_passkey() {
    let (mut scene, _) = Scene::registered().await;
    let (_, admin) = scene.house.user("oda@one.example", "one", &[Role::OrganizationAdmin]).await;
    let switch = format!("/api/v1/users/{}", scene.user);
    assert_eq!(scene.house.call("POST", &format!("{switch}/disable"), Some(&admin), None).await.0, 200);
    let (status, problem) = scene.sign_in().await;
    assert_eq!((status, &problem["check"]), (403, &json!("disabled")));
    assert_eq!(scene.house.call("POST", &format!("{switch}/enable"), Some(&admin), None).await.0, 200);
    assert_eq!(scene.sign_in().await.0, 200);
    // Whose password an admin ends, so that the provider lets them in, has no passkey either.
    assert_eq!(scene.house.call("DELETE", &format!("{switch}/password"), Some(&admin), None).await.0, 200);
    assert_eq!(scene.sign_in().await.0, 401);
}

#[tokio::test]
async fn an_organisation_that_breaks_glass_only_lets_no_members_passkey_in() {
    let (mut scene, _) = Scene::registered().await;
    let (_, admin) = scene.house.user("oda@one.example", "one", &[Role::OrganizationAdmin]).await;
    scene.house.rows("UPDATE organisations SET local_sign_in = 'break_glass'").await;
    let (status, problem) = scene.sign_in().await;
    assert_eq!((status, &problem["check"]), (403, &json!("local_sign_in")));
    let (status, problem) = scene.post("/registrations", Some(&scene.token), json!({})).await;
    assert_eq!((status, &problem["check"]), (403, &json!("local_sign_in")));
    let begun = scene.begin(&admin).await;
    let mut key = Authenticator::new(9);
    let credential = key.create(&begun["public_key"], &Says::at(HOST));
    let body = json!({ "ceremony": begun["ceremony"], "name": "x", "credential": credential });
    assert_eq!(scene.post("", Some(&admin), body).await.0, 200);
    scene.key = key;
    assert_eq!(scene.sign_in().await.0, 200, "an admin breaks the glass");
}

#[tokio::test]
async fn only_who_is_there_just_now_adds_a_passkey() {
    let scene = Scene::new().await;
    let ask = |body: Value| scene.post("/registrations", Some(&scene.token), body);
    scene.house.rows("UPDATE sessions SET created = 1").await;
    let (status, problem) = ask(json!({})).await;
    assert_eq!((status, &problem["check"]), (403, &json!("fresh")));
    assert_eq!(ask(json!({ "password": PASSWORD })).await.0, 200);
    for method in ["provider", "device"] {
        let now = scene.house.app.now().micros();
        scene.house.rows(&format!("UPDATE sessions SET created = {now}, method = '{method}'")).await;
        let (status, problem) = ask(json!({})).await;
        assert_eq!((status, &problem["check"]), (403, &json!("fresh")), "{method}");
    }
    // A stolen session is no way to try passwords.
    for _ in 0..10 {
        let (status, problem) = ask(json!({ "password": "a wrong password" })).await;
        assert_eq!((status, &problem["check"]), (403, &json!("password")));
    }
    assert_eq!(ask(json!({ "password": PASSWORD })).await.0, 429);
    let wanted = json!({ "scopes": ["write", "admin"], "expires_in_days": 1 });
    let (_, made) = scene.house.call("POST", "/api/v1/tokens", Some(&scene.token), Some(wanted)).await;
    let (status, problem) =
        scene.post("/registrations", made["secret"].as_str(), json!({ "password": PASSWORD })).await;
    assert_eq!((status, &problem["check"]), (403, &json!("scope")), "never with a token");
}

#[tokio::test]
async fn the_last_way_in_stays_and_an_account_of_a_provider_gets_none() {
    let (mut scene, id) = Scene::registered().await;
    let path = format!("/api/v1/passkeys/{id}");
    scene.house.rows("UPDATE users SET password = NULL").await;
    let (status, problem) = scene.house.call("DELETE", &path, Some(&scene.token), None).await;
    assert_eq!((status, &problem["check"]), (403, &json!("last_way_in")));
    assert_eq!(scene.sign_in().await.0, 200, "it is still there");
    let identity = format!(
        "INSERT INTO identities (issuer, subject, owner, created) VALUES ('https://i.example', 's', '{}', 1)",
        scene.user
    );
    scene.house.rows(&identity).await;
    assert_eq!(scene.house.call("DELETE", &path, Some(&scene.token), None).await.0, 204);
    let (status, problem) = scene.post("/registrations", Some(&scene.token), json!({})).await;
    assert_eq!((status, &problem["check"]), (403, &json!("local_account")));
    assert!(scene.refusals().await.contains(&"last_way_in".to_owned()));
}

#[tokio::test]
async fn an_account_has_twenty_passkeys_at_most() {
    let (scene, _) = Scene::registered().await;
    for n in 0..19 {
        let row = format!(
            "INSERT INTO passkeys (id, owner, credential, name, passkey, created) SELECT '00000000-0000-7000-8000-0000000000{n:02}',
             owner, 'c{n}', 'x', passkey, 1 FROM passkeys WHERE credential NOT LIKE 'c%' AND name = 'laptop'"
        );
        scene.house.rows(&row).await;
    }
    let (status, problem) = scene.post("/registrations", Some(&scene.token), json!({})).await;
    assert_eq!(status, 409, "{problem}");
}

#[tokio::test]
async fn a_browser_signs_in_from_our_own_page_only() {
    let (mut scene, _) = Scene::registered().await;
    let post = |site: &'static str, body: &Value| {
        Request::post("/auth/passkey")
            .header("sec-fetch-site", site)
            .body(Body::from(body.to_string()))
            .unwrap()
    };
    let mut body = scene.answered(&Says::at(HOST)).await;
    body["back"] = json!("//evil.example");
    assert_eq!(scene.house.send(post("cross-site", &body)).await.status(), 403);
    let answer = scene.house.send(post("same-origin", &body)).await;
    assert_eq!(answer.status(), 200);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-cloister-session=") && cookie.contains("HttpOnly"), "{cookie}");
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 16).await.unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), json!({ "to": "/" }));

    let cookie = cookie.split(';').next().unwrap().to_owned();
    let page = Request::get("/auth/passkeys").header("cookie", cookie).body(Body::empty()).unwrap();
    let page = scene.house.send(page).await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    let bytes = axum::body::to_bytes(page.into_body(), 1 << 16).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(text.contains("laptop") && text.contains("src=\"/auth/passkey.js\""), "{text}");
    let away = scene.house.send(Request::get("/auth/passkeys").body(Body::empty()).unwrap()).await;
    assert_eq!(away.headers()["location"], "/auth/sign-in?back=/auth/passkeys");
}
