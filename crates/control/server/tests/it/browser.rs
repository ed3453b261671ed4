//! The console's session: a cookie, for this server's own pages only.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use crate::house::{House, PASSWORD};

fn from_page(method: &str, path: &str, site: &str, cookie: &str, body: &Value) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("sec-fetch-site", site).header("cookie", cookie);
    request.body(Body::from(body.to_string())).unwrap()
}

async fn text(response: axum::http::Response<Body>) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The cookie as a browser sends it back.
fn kept(response: &axum::http::Response<Body>) -> String {
    let line = response.headers()["set-cookie"].to_str().unwrap();
    for word in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(line.contains(word), "{line} without {word}");
    }
    line.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_session_of_the_console_is_in_the_cookie_alone_and_ends_there() {
    let house = House::new().await;
    house.org("one").await;
    house.user("a@one.example", "one", &[]).await;
    let entry = json!({ "email": "a@one.example", "password": PASSWORD });
    let nothing = json!(null);
    let asked = house.send(from_page("GET", "/auth/session", "same-origin", "", &nothing)).await;
    assert_eq!(text(asked).await, r#"{"signed_in":false}"#);

    let done = house.send(from_page("POST", "/auth/session", "same-origin", "", &entry)).await;
    assert_eq!(done.status(), 204);
    let cookie = kept(&done);
    assert_eq!(text(done).await, "", "the secret is in no body");
    let asked = house.send(from_page("GET", "/auth/session", "same-origin", &cookie, &nothing)).await;
    assert_eq!(text(asked).await, r#"{"signed_in":true}"#);
    let me = house.send(from_page("GET", "/api/v1/me", "same-origin", &cookie, &nothing)).await;
    assert_eq!(me.status(), 200);

    let left = house.send(from_page("DELETE", "/auth/session", "same-origin", &cookie, &nothing)).await;
    assert_eq!(left.status(), 204);
    assert!(left.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    let me = house.send(from_page("GET", "/api/v1/me", "same-origin", &cookie, &nothing)).await;
    assert_eq!(me.status(), 401, "the session is over, whoever kept the cookie");
    let again = house.send(from_page("DELETE", "/auth/session", "same-origin", &cookie, &nothing)).await;
    assert_eq!(again.status(), 204);
}

#[tokio::test]
async fn another_site_signs_nobody_in_or_out_and_sets_nothing_up() {
    let house = House::new().await;
    let secret = house.app.setup_secret().await.unwrap().unwrap();
    let first =
        json!({ "token": secret, "organisation": "one", "email": "a@one.example", "password": PASSWORD });
    let entry = json!({ "email": "a@one.example", "password": PASSWORD });
    for site in ["cross-site", "same-site", "none"] {
        for (method, path, body) in [
            ("POST", "/auth/setup", &first),
            ("POST", "/auth/session", &entry),
            ("DELETE", "/auth/session", &entry),
        ] {
            let refused = house.send(from_page(method, path, site, "", body)).await;
            assert_eq!(refused.status(), 403, "{method} {path} from {site}");
            assert!(text(refused).await.contains(r#""check":"origin""#));
        }
    }
    let done = house.send(from_page("POST", "/auth/setup", "same-origin", "", &first)).await;
    assert_eq!(done.status(), 204, "the link was not used up by what was refused");
    let me = house.send(from_page("GET", "/api/v1/me", "same-origin", &kept(&done), &json!(null))).await;
    assert!(text(me).await.contains("a@one.example"));
    let again = house.send(from_page("POST", "/auth/setup", "same-origin", "", &first)).await;
    assert_eq!(again.status(), 401);
}
