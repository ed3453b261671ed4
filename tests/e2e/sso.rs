//! Signing in through an organisation's own provider: `oidc-provider`, honest and lying.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use cloister_testkit::{Binaries, Database, Deployment, User};
use serde_json::{Value, json};

use crate::{
    browser::{Browser, parts},
    http::{Answer, request},
    world::{PASSWORD, enter},
};

const ADMIN: &str = "root@north.example";

/// The provider; it ends with its stdin.
struct Provider {
    _child: Child,
    issuer: String,
}

impl Provider {
    fn start() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../oidc");
        let modules = folder.join("node_modules");
        assert!(modules.is_dir(), "`npm ci` in tests/oidc first; `cargo xtask test` does it");
        let mut child = Command::new("node")
            .arg("provider.mjs")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        Self { _child: child, issuer: said["issuer"].as_str().unwrap().to_owned() }
    }

    fn tell(&self, path: &str, body: &Value) -> Value {
        let headers = ["content-type: application/json"];
        let (status, said) = request(&self.issuer, "POST", path, &headers, body.to_string().as_bytes());
        assert!((200..300).contains(&status), "{path}: {status} {said}");
        said
    }

    fn mode(&self, mode: &str) {
        self.tell("/_control", &json!({ "mode": mode }));
    }

    /// Who signs in next.
    fn account(&self, account: &Value) {
        self.tell("/_control", &json!({ "account": account }));
    }
}

/// North Hospital with its provider.
struct House {
    deployment: Deployment,
    provider: Provider,
    admin: User,
    /// Header of the admin's session.
    session: String,
    id: String,
}

impl House {
    fn new() -> Self {
        let provider = Provider::start();
        let mut deployment = Deployment::prepare(Binaries::built(), &[], Database::of_this_run());
        // An admin names a provider on this host.
        deployment.tell("CLOISTER_PRIVATE_PROVIDERS", "true");
        deployment.up();
        let admin = deployment.user("root");
        enter(&deployment, &admin, ADMIN, "North Hospital");
        let body = json!({ "email": ADMIN, "password": PASSWORD }).to_string();
        let (_, signed) = request(&deployment.url, "POST", "/api/v1/sessions", &[], body.as_bytes());
        let session = format!("authorization: Bearer {}", signed["token"].as_str().unwrap());
        let mut house = Self { deployment, provider, admin, session, id: String::new() };
        let wanted = json!({ "name": "North", "issuer": house.provider.issuer, "client_id": "cloister",
            "client_secret": "a secret for tests", "domains": ["north.example"],
            "roles": { "makers": "workspace_admin" } });
        let (status, set) = house.api("PUT", "/sign-in/providers", &wanted);
        assert_eq!(status, 200, "{set}");
        house.id = set["id"].as_str().unwrap().to_owned();
        house.provider.tell(
            "/reg",
            &json!({
            "redirect_uris": [set["redirect_url"]], "backchannel_logout_uri": set["logout_url"],
            "backchannel_logout_session_required": true }),
        );
        house
    }

    fn api(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        request(&self.deployment.url, method, &format!("/api/v1{path}"), &[&self.session], body.as_bytes())
    }

    fn start_url(&self) -> String {
        format!("{}/auth/oidc/{}/start?back=/api/v1/me", self.deployment.url, self.id)
    }

    /// Signs in with a fresh browser; what it sees in the end.
    fn sign_in(&self) -> Answer {
        Browser::default().go(&self.start_url())
    }

    /// The check that refused the sign-in, from the page.
    fn refused(&self) -> String {
        let seen = self.sign_in();
        assert_eq!(seen.status, 403, "{}", seen.body);
        let named = seen.body.split("<code>").nth(1).and_then(|rest| rest.split("</code>").next());
        named.unwrap_or_default().to_owned()
    }

    fn roles(&self, email: &str) -> Vec<Value> {
        let (_, users) = self.api("GET", "/users", &Value::Null);
        let users = users["items"].as_array().unwrap().clone();
        let user = users.into_iter().find(|user| user["email"] == email).unwrap();
        user["roles"].as_array().unwrap().clone()
    }
}

#[test]
fn people_enter_by_their_provider_and_nothing_else_about_a_token_may_differ() {
    let house = House::new();
    let ana = json!({ "sub": "ana", "email": "ana@north.example", "email_verified": true });
    house.provider.account(&ana);
    let me = house.sign_in();
    assert_eq!((me.status, &me.json["user"]["email"]), (200, &json!("ana@north.example")), "{}", me.body);
    assert_eq!(me.json["user"]["roles"], json!([]), "a first sign-in gives no admin right");
    for (mode, check) in [
        ("wrong-nonce", "nonce"),
        ("wrong-audience", "audience"),
        ("wrong-issuer", "issuer"),
        ("expired", "expired"),
        ("unknown-key", "signature"),
        ("unsigned", "signature"),
        ("shared-secret", "signature"),
    ] {
        house.provider.mode(mode);
        assert_eq!(house.refused(), check, "{mode}");
    }
    // New keys are fetched when a signature is by none of the old ones; no more often than every few seconds.
    house.provider.mode("rotated");
    std::thread::sleep(std::time::Duration::from_secs(6));
    assert_eq!(house.sign_in().status, 200);

    // The subject is the person, whatever the address says today.
    house.provider.account(&json!({ "sub": "ana", "email": "other@north.example", "email_verified": true }));
    assert_eq!(house.sign_in().json["user"]["email"], "ana@north.example");
    for (account, check) in [
        (json!({ "sub": "eve", "email": "ana@north.example", "email_verified": true }), "account"),
        (json!({ "sub": "eve", "email": "eve@north.example", "email_verified": false }), "email"),
        (json!({ "sub": "eve" }), "email"),
        (json!({ "sub": "eve", "email": "eve@south.example", "email_verified": true }), "domain"),
        (json!({ "sub": "eve", "email": ADMIN, "email_verified": true }), "account"),
    ] {
        house.provider.account(&account);
        assert_eq!(house.refused(), check, "{account}");
    }
}

/// Where the provider sends the browser back to, not followed.
fn way_back(browser: &mut Browser, mut url: String) -> String {
    loop {
        let answer = browser.ask("GET", &url, &[], "");
        let to = answer.header("location").unwrap();
        let to = if to.starts_with('/') { format!("{}{to}", parts(&url).0) } else { to };
        if to.contains("/auth/oidc/callback") {
            return to;
        }
        url = to;
    }
}

#[test]
fn a_redirect_is_good_once_and_for_the_browser_that_left() {
    let house = House::new();
    let mut browser = Browser::default();
    let leaves = browser.ask("GET", &house.start_url(), &[], "");
    let away = leaves.header("location").unwrap();
    for part in ["code_challenge_method=S256", "state=", "nonce=", "response_type=code", "scope=openid"] {
        assert!(away.contains(part), "{part} in {away}");
    }
    let back = way_back(&mut browser, away);
    let stolen = Browser::default().ask("GET", &back, &[], "");
    assert!(stolen.status == 403 && stolen.body.contains("<code>state</code>"), "{}", stolen.body);
    let other = back.replace("&iss=", "&iss=https%3A%2F%2Fevil.example%2F");
    let mixed = browser.ask("GET", &other, &[], "");
    assert!(mixed.status == 403 && mixed.body.contains("<code>iss</code>"), "{}", mixed.body);
    let again = browser.ask("GET", &back, &[], "");
    assert!(again.status == 403 && again.body.contains("<code>state</code>"), "used up: {}", again.body);
    // The provider promises `iss` in its document: an answer without it is not its answer.
    let leaves = browser.ask("GET", &house.start_url(), &[], "");
    let back = way_back(&mut browser, leaves.header("location").unwrap());
    let (before, after) = back.split_once("&iss=").unwrap();
    let rest = after.split_once('&').map(|(_, rest)| format!("&{rest}")).unwrap_or_default();
    let silent = browser.ask("GET", &format!("{before}{rest}"), &[], "");
    assert!(silent.status == 403 && silent.body.contains("<code>iss</code>"), "{}", silent.body);
    // A refusal of the provider is told as such.
    let leaves = browser.ask("GET", &house.start_url(), &[], "");
    let back = way_back(&mut browser, leaves.header("location").unwrap());
    let denied = browser.ask("GET", &back.replace("code=", "error=access_denied&x="), &[], "");
    assert!(denied.status == 403 && denied.body.contains("<code>provider</code>"), "{}", denied.body);
    let open = format!("{}/auth/oidc/{}/start?back=//evil.example", house.deployment.url, house.id);
    assert_eq!(browser.ask("GET", &open, &[], "").status, 400);
}

#[test]
fn groups_give_roles_an_absent_claim_takes_none_and_an_invitation_is_linked_once() {
    let house = House::new();
    let (status, _) = house.api("POST", "/users", &json!({ "email": "ben@north.example" }));
    assert_eq!(status, 200);
    let ben = |groups: Value| {
        let mut account = json!({ "sub": "ben", "email": "ben@north.example", "email_verified": true });
        if !groups.is_null() {
            account["groups"] = groups;
        }
        house.provider.account(&account);
        let me = house.sign_in();
        assert_eq!(me.status, 200, "{}", me.body);
        house.roles("ben@north.example")
    };
    assert_eq!(ben(json!(["makers", "others"])), [json!("workspace_admin")]);
    assert_eq!(ben(Value::Null), [json!("workspace_admin")], "absent is not empty");
    let (_, log) = house.api("GET", "/audit?action=user.groups-absent", &Value::Null);
    assert_eq!(log["items"].as_array().unwrap().len(), 1, "and the log tells: {log}");
    assert!(ben(json!([])).is_empty());
    let (_, users) = house.api("GET", "/users", &Value::Null);
    let all = users["items"].as_array().unwrap();
    assert_eq!(
        all.iter().filter(|user| user["email"] == "ben@north.example").count(),
        1,
        "linked, not doubled"
    );
    assert_eq!(house.admin.run(&["audit", "verify", &house.deployment.url]).exit, 0);
}

#[test]
fn a_command_line_is_signed_in_by_a_browser_and_the_provider_ends_it() {
    let house = House::new();
    let ana = house.deployment.user("ana");
    house.provider.account(&json!({ "sub": "ana", "email": "ana@north.example", "email_verified": true }));
    let url = house.deployment.url.clone();
    let fields = "client_id=cloister-cli";
    let said = house.deployment.scratch().join("said");
    let mut browser = Browser::default();
    let done = std::thread::scope(|scope| {
        let login = scope.spawn(|| ana.run_telling(&["login", &url, "--sso"], &said));
        let code = loop {
            let text = std::fs::read_to_string(&said).unwrap_or_default();
            if let Some(code) = text.split("or type ").nth(1).and_then(|rest| rest.split_whitespace().next())
            {
                break code.to_owned();
            }
            assert!(!login.is_finished(), "the login ended before it said a code");
            std::thread::sleep(std::time::Duration::from_millis(50));
        };
        let page = browser.go(&format!("{url}/device?code={code}"));
        assert!(page.body.contains("Continue with North"), "not signed in yet: {}", page.body);
        let start = format!("{url}/auth/oidc/{}/start?back=/device%3Fcode%3D{code}", house.id);
        let page = browser.go(&start);
        assert!(page.body.contains(&code) && page.body.contains("ana@north.example"), "{}", page.body);
        let cross = browser.ask(
            "POST",
            &format!("{url}/device"),
            &["sec-fetch-site: cross-site", "content-type: application/x-www-form-urlencoded"],
            &format!("code={code}&answer=yes"),
        );
        assert_eq!(cross.status, 403, "another site's form");
        let page = browser.form(&format!("{url}/device"), &format!("code={code}&answer=yes"));
        assert!(page.status == 200 && page.body.contains("Connected"), "{}", page.body);
        login.join().unwrap()
    });
    let done = done.expect(0);
    assert_eq!(done.json["email"], "ana@north.example");
    assert_eq!(ana.ok(&["whoami"])["email"], "ana@north.example");
    let form = ["content-type: application/x-www-form-urlencoded"];
    let (status, said) = request(
        &url,
        "POST",
        "/auth/token",
        &form,
        format!("{fields}&grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=cldev_x")
            .as_bytes(),
    );
    assert_eq!((status, &said["error"]), (400, &json!("expired_token")));

    // The provider ends what it began: the browser's session. The command line's own stays, as it was granted here.
    assert!(browser.cookie(&url, "cloister-session").is_some());
    assert_eq!(browser.go(&format!("{url}/api/v1/me")).status, 200);
    house.provider.tell("/_logout", &json!({ "sub": "ana", "sid": null }));
    assert_eq!(browser.go(&format!("{url}/api/v1/me")).status, 401);
}

#[test]
fn passwords_can_be_kept_for_the_day_the_provider_fails() {
    let house = House::new();
    let words = ["user", "add", "cid@north.example", "--org", "North Hospital", "--password-stdin"];
    let _ = house.deployment.admin(&words, PASSWORD).expect(0);
    let sign_in = |email: &str| {
        let body = json!({ "email": email, "password": PASSWORD }).to_string();
        request(&house.deployment.url, "POST", "/api/v1/sessions", &[], body.as_bytes())
    };
    assert_eq!(sign_in("cid@north.example").0, 200);
    assert_eq!(house.api("PUT", "/sign-in/local", &json!({ "local": "break_glass" })).0, 204);
    let (status, problem) = sign_in("cid@north.example");
    assert_eq!((status, &problem["check"]), (403, &json!("local_sign_in")), "{problem}");
    assert_eq!(sign_in(ADMIN).0, 200, "the glass can be broken");
    // Cid's account opens for the provider only once an admin ends its password.
    house.provider.account(&json!({ "sub": "cid", "email": "cid@north.example", "email_verified": true }));
    assert_eq!(house.refused(), "account");
    let (_, users) = house.api("GET", "/users", &Value::Null);
    let cid = users["items"].as_array().unwrap().iter().find(|user| user["email"] == "cid@north.example");
    let id = cid.unwrap()["id"].as_str().unwrap();
    assert_eq!(house.api("DELETE", &format!("/users/{id}/password"), &Value::Null).0, 200);
    assert_eq!(house.sign_in().json["user"]["id"], json!(id), "the same person");
}
