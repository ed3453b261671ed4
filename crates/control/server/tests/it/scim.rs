//! SCIM over HTTP: what Entra ID and Okta send, whom it reaches, and what it must not touch.

mod groups;
mod people;
mod protocol;

use cloister_app::people::sso::Arrival;
use cloister_model::Role;
use cloister_store::{Query as _, people::sso};
use serde_json::{Value, json};

use crate::house::House;

/// The organisation with an admin and a provider that claims `ORG.example`; gives the admin's and the provider's token.
pub(crate) async fn provider(house: &House, org: &str, roles: Value) -> (String, String) {
    house.org(org).await;
    let (_, admin) = house.user(&format!("oda@{org}.example"), org, &[Role::OrganizationAdmin]).await;
    let spec = json!({ "name": org, "issuer": format!("https://login.{org}.example"), "client_id": "c",
        "domains": [format!("{org}.example")], "roles": roles });
    let (status, set) = house.call("PUT", "/api/v1/sign-in/providers", Some(&admin), Some(spec)).await;
    assert_eq!(status, 200, "{set}");
    let wanted = json!({ "provider": set["id"] });
    let (status, made) = house.call("POST", "/api/v1/sign-in/scim", Some(&admin), Some(wanted)).await;
    assert_eq!(status, 200, "{made}");
    assert_eq!(made["base_url"], "https://house.example/scim/v2");
    (admin, made["secret"].as_str().unwrap().to_owned())
}

/// One organisation with its provider.
struct Place {
    house: House,
    admin: String,
    scim: String,
}

impl Place {
    async fn new(roles: Value) -> Self {
        let house = House::new().await;
        let (admin, scim) = provider(&house, "one", roles).await;
        Self { house, admin, scim }
    }

    /// What the provider asks.
    async fn ask(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let body = (!body.is_null()).then_some(body);
        self.house.call(method, &format!("/scim/v2{path}"), Some(&self.scim), body).await
    }

    /// The same where it must succeed.
    async fn done(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, said) = self.ask(method, path, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {said}");
        said
    }

    /// The same where a check must refuse.
    async fn refused(&self, method: &str, path: &str, body: Value) -> String {
        let (status, said) = self.ask(method, path, body).await;
        assert_eq!(status, 403, "{method} {path}: {said}");
        said["check"].as_str().unwrap_or_default().to_owned()
    }

    /// A user of this name; gives its id.
    async fn person(&self, name: &str) -> String {
        let said = self.done("POST", "/Users", json!({ "userName": format!("{name}@one.example") })).await;
        said["id"].as_str().unwrap().to_owned()
    }

    /// Signs in through the provider; gives the session's token.
    async fn arrive(&self, name: &str, groups: Option<&[&str]>) -> Result<String, String> {
        let all = sso::providers(&self.house.app.store.read()).await.unwrap();
        let provider = all.into_iter().find(|row| row.name == "one").unwrap();
        let arrival = Arrival {
            issuer: provider.issuer.clone(),
            subject: format!("subject of {name}"),
            email: Some(format!("{name}@one.example").parse().unwrap()),
            email_verified: true,
            groups: groups.map(|list| list.iter().map(|group| (*group).to_owned()).collect()),
            session: None,
        };
        let done = self.house.app.arrive(&provider, arrival).await;
        done.map(|signed| signed.token).map_err(|error| error.to_string())
    }

    /// The user as the organisation's admin sees it.
    async fn seen(&self, id: &str) -> Value {
        let (_, page) = self.house.call("GET", "/api/v1/users?limit=200", Some(&self.admin), None).await;
        let found = page["items"].as_array().unwrap().iter().find(|user| user["id"] == id);
        found.cloned().unwrap_or_default()
    }

    /// Whether a credential is good.
    async fn is_in(&self, token: &str) -> bool {
        self.house.call("GET", "/api/v1/me", Some(token), None).await.0 == 200
    }

    /// `action outcome check` of the provider's entries in the log, in order.
    async fn log(&self) -> Vec<String> {
        let sql = "SELECT action, outcome, refusing FROM outbox WHERE actor LIKE 'scim of %' ORDER BY id";
        let rows = self.house.app.store.read().all(sql, vec![]).await.unwrap();
        let text = |row: &cloister_store::Row, column: &str| {
            row.try_get::<Option<String>>("", column).unwrap().unwrap_or_default()
        };
        let each = |row| {
            let line = format!("{} {} {}", text(row, "action"), text(row, "outcome"), text(row, "refusing"));
            line.trim_end().to_owned()
        };
        rows.iter().map(each).collect()
    }
}
