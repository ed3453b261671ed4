//! Groups, and the roles that the provider's rules give to their members.

use serde_json::{Value, json};

use super::Place;

fn rules() -> Value {
    json!({ "makers": "workspace_admin", "0f3a": "auditor" })
}

fn with(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    json!({ "displayName": name, "members": members })
}

fn patch(operations: Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations })
}

impl Place {
    async fn roles(&self, id: &str) -> Value {
        self.seen(id).await["roles"].clone()
    }

    /// The group's path.
    async fn group(&self, body: Value) -> String {
        let made = self.done("POST", "/Groups", body).await;
        format!("/Groups/{}", made["id"].as_str().unwrap())
    }
}

#[tokio::test]
async fn members_get_and_lose_roles_as_groups_change_and_are_told() {
    let place = Place::new(rules()).await;
    let (ana, ben) = (place.person("ana").await, place.person("ben").await);
    let makers = place.group(with("makers", &[&ana])).await;
    assert_eq!((place.roles(&ana).await, place.roles(&ben).await), (json!(["workspace_admin"]), json!([])));
    // Entra: adds one, removes one with the value beside the path.
    let add = patch(json!([{ "op": "Add", "path": "members", "value": [{ "value": ben }] }]));
    assert_eq!(place.ask("PATCH", &makers, add.clone()).await.0, 204);
    place.done("PATCH", &makers, add).await;
    assert_eq!(place.roles(&ben).await, json!(["workspace_admin"]));
    let remove = patch(json!([{ "op": "Remove", "path": "members", "value": [{ "value": ana }] }]));
    place.done("PATCH", &makers, remove).await;
    assert_eq!(place.roles(&ana).await, json!([]));
    // Okta: removes by a filter, then replaces all.
    let remove = patch(json!([{ "op": "remove", "path": format!("members[value eq \"{ben}\"]") }]));
    place.done("PATCH", &makers, remove).await;
    assert_eq!(place.roles(&ben).await, json!([]));
    let replace =
        patch(json!([{ "op": "replace", "path": "members", "value": [{ "value": ana, "display": "a" }] }]));
    place.done("PATCH", &makers, replace).await;
    let shown = place.done("GET", &makers, Value::Null).await;
    let location = format!("https://house.example/scim/v2/Users/{ana}");
    assert_eq!(shown["members"], json!([{ "value": ana, "$ref": location, "type": "User" }]));
    let short = place.done("GET", &format!("{makers}?excludedAttributes=members"), Value::Null).await;
    assert_eq!((&short["members"], &short["displayName"]), (&Value::Null, &json!("makers")));

    // Each true change was told once.
    let session = place.arrive("ana", None).await.unwrap();
    let (_, inbox) = place.house.call("GET", "/api/v1/notices", Some(&session), None).await;
    let texts: Vec<&str> =
        inbox["items"].as_array().unwrap().iter().filter_map(|notice| notice["text"].as_str()).collect();
    assert_eq!(
        texts,
        [
            "your roles are now: workspace admin",
            "your roles were taken away: you are a member",
            "your roles are now: workspace admin",
        ]
    );
    let log = place.log().await;
    assert_eq!(log.iter().filter(|line| *line == "user.roles-mapped done").count(), 5, "{log:?}");
}

#[tokio::test]
async fn a_group_counts_by_name_or_by_the_providers_id_and_goes_with_what_it_gave() {
    let place = Place::new(rules()).await;
    let ana = place.person("ana").await;
    let mut body = with("Revision", &[&ana]);
    body["externalId"] = json!("0f3a");
    let revision = place.group(body).await;
    assert_eq!(place.roles(&ana).await, json!(["auditor"]));
    let rename = patch(json!([{ "op": "replace", "value": { "id": "x", "displayName": "makers" } }]));
    place.done("PATCH", &revision, rename).await;
    assert_eq!(place.roles(&ana).await, json!(["workspace_admin", "auditor"]));
    let other = patch(json!([{ "op": "replace", "value": { "displayName": "makers of old" } }]));
    place.done("PATCH", &revision, other).await;
    assert_eq!(place.roles(&ana).await, json!(["auditor"]));
    assert_eq!(place.ask("DELETE", &revision, Value::Null).await.0, 204);
    assert_eq!(place.roles(&ana).await, json!([]));
    assert_eq!(place.ask("GET", &revision, Value::Null).await.0, 404);
    // A person who is removed is in no group any more, also after coming back.
    let makers = place.group(with("makers", &[&ana])).await;
    place.ask("DELETE", &format!("/Users/{ana}"), Value::Null).await;
    assert_eq!(place.roles(&ana).await, json!([]));
    assert_eq!(place.person("ana").await, ana);
    assert_eq!(place.roles(&ana).await, json!([]));
    assert_eq!(place.done("GET", &makers, Value::Null).await["members"], Value::Null);
}

#[tokio::test]
async fn a_pushed_group_decides_its_rule_and_a_token_the_others() {
    let place = Place::new(rules()).await;
    let ana = place.person("ana").await;
    place.arrive("ana", Some(&["makers", "0f3a"])).await.unwrap();
    assert_eq!(place.roles(&ana).await, json!(["workspace_admin", "auditor"]), "nothing is pushed yet");
    let makers = place.group(with("makers", &[])).await;
    place.arrive("ana", Some(&["makers", "0f3a"])).await.unwrap();
    assert_eq!(place.roles(&ana).await, json!(["auditor"]), "the pushed group says that she is not in it");
    let add = patch(json!([{ "op": "add", "path": "members", "value": [{ "value": ana }] }]));
    place.done("PATCH", &makers, add).await;
    place.arrive("ana", None).await.unwrap();
    assert_eq!(place.roles(&ana).await, json!(["workspace_admin", "auditor"]), "silence takes nothing");
    place.arrive("ana", Some(&[])).await.unwrap();
    assert_eq!(place.roles(&ana).await, json!(["workspace_admin"]));
}

#[tokio::test]
async fn a_group_makes_no_organisation_admin() {
    let place = Place::new(json!({})).await;
    // Only the operator's file may have such a rule.
    place.house.rows("UPDATE providers SET rules = '{\"bosses\":\"organization_admin\"}'").await;
    let ana = place.person("ana").await;
    place.group(with("bosses", &[&ana])).await;
    assert_eq!(place.roles(&ana).await, json!([]));
    place.arrive("ana", Some(&[])).await.unwrap();
    assert_eq!(place.roles(&ana).await, json!([]), "nor at a sign-in");
    place.arrive("ana", Some(&["bosses"])).await.unwrap();
    assert_eq!(place.roles(&ana).await, json!(["organization_admin"]), "the ID token does, as the file says");
}

#[tokio::test]
async fn what_is_no_group_is_refused() {
    let place = Place::new(json!({})).await;
    let ana = place.person("ana").await;
    place.group(with("a", &[&ana])).await;
    for (body, status, word) in [
        (json!({}), 400, "invalidValue"),
        (json!({ "displayName": " " }), 400, "invalidValue"),
        (json!({ "displayName": "x".repeat(301) }), 400, "invalidValue"),
        (with("a", &[]), 409, "uniqueness"),
        (with("b", &["nobody"]), 400, "invalidValue"),
        (with("b", &["00000000-0000-7000-8000-000000000000"]), 400, "invalidValue"),
        (json!({ "displayName": "b", "members": [{ "value": ana, "type": "Group" }] }), 400, "invalidValue"),
        (json!({ "displayName": "b", "members": "x" }), 400, "invalidValue"),
    ] {
        let (got, said) = place.ask("POST", "/Groups", body.clone()).await;
        assert_eq!((got, &said["scimType"]), (status, &json!(word)), "{body}: {said}");
    }
    let all = place.done("GET", "/Groups?filter=displayName%20eq%20%22b%22", Value::Null).await;
    assert_eq!(all["totalResults"], 0, "nothing of what was refused is kept");
    let all =
        place.done("GET", &format!("/Groups?filter=members.value%20eq%20%22{ana}%22"), Value::Null).await;
    assert_eq!(all["totalResults"], 1);
}
