//! Clumsy and curious clients over plain HTTP: stale edits, and ids of another organisation.

use cloister_testkit::Deployment;
use serde_json::{Value, json};

use crate::{
    http::{exchange, request},
    world::{PASSWORD, STATISTICS, World, enter},
};

fn session(deployment: &Deployment, email: &str) -> String {
    let body = json!({ "email": email, "password": PASSWORD }).to_string();
    let (status, signed) = request(&deployment.url, "POST", "/api/v1/sessions", &[], body.as_bytes());
    assert_eq!(status, 200, "{signed}");
    format!("authorization: Bearer {}", signed["token"].as_str().unwrap())
}

#[test]
fn of_two_edits_of_one_draft_the_second_is_told_to_read_again() {
    let world = World::new();
    let job = world.draft("statistics", STATISTICS, &[]);
    let who = session(&world.deployment, crate::world::ANA);
    let path = format!("/api/v1/jobs/{job}");
    let url = &world.deployment.url;
    let shown = exchange(url, "GET", &path, &[&who], b"");
    let tag = shown.header("etag").unwrap();
    assert!(tag.starts_with('"'), "a strong tag: {tag}");
    let mut draft = shown.json["draft"].clone();
    draft["max_runs"] = json!(7);
    let body = draft.to_string();
    let put = |headers: &[&str]| exchange(url, "PUT", &path, headers, body.as_bytes());
    assert_eq!(put(&[&who]).status, 428);
    assert_eq!(put(&[&who, "if-match: W/\"weak\""]).status, 400);
    assert_eq!(put(&[&who, "if-match: \"other\""]).status, 412);
    let matching = format!("if-match: {tag}");
    let done = put(&[&who, &matching]);
    assert_eq!((done.status, &done.json["draft"]["max_runs"]), (200, &json!(7)), "{}", done.json);
    assert_ne!(done.header("etag").unwrap(), tag);
    assert_eq!(put(&[&who, &matching]).status, 412);
    let delete = |headers: &[&str]| exchange(url, "DELETE", &path, headers, b"").status;
    assert_eq!(delete(&[&who, &matching]), 412);
    let matching = format!("if-match: {}", done.header("etag").unwrap());
    assert_eq!(delete(&[&who, &matching]), 204);
    assert_eq!(delete(&[&who, "if-match: *"]), 404);
}

/// Bodies that would be taken if the id were one of the caller's.
fn body(operation: &str) -> Value {
    let empty = json!({ "payload": "e30=", "payloadType": "application/vnd.in-toto+json", "signatures": [] });
    match operation {
        "PUT /users/{id}/roles" => json!({ "workspace_admin": false, "auditor": false }),
        "PATCH /workspaces/{id}" => json!({ "description": "x" }),
        "POST /workspaces/{id}/resends" => json!({ "email": "a@b.example" }),
        "POST /workspaces/{id}/jobs" | "PUT /jobs/{id}" => {
            json!({ "name": "x", "source": "SELECT 1", "readers": ["a@b.example"], "max_runs": 1 })
        }
        "POST /datasets/{id}/shares" => json!({ "grant": empty, "sealed_key": {}, "sql_name": "t" }),
        "POST /datasets/{id}/seals" => json!({ "workspace": "00".repeat(32), "sealed_key": {} }),
        "POST /datasets/{id}/manifests" => json!({ "manifest": empty, "owner_key": "x" }),
        "POST /uploads/{id}/finish" => json!({ "size": 1, "sha256": "00".repeat(32) }),
        "POST /workspaces/{id}/proposals" => json!({ "add": ["a@b.example"] }),
        "POST /runs/{id}/cancel"
        | "POST /users/{id}/disable"
        | "POST /users/{id}/enable"
        | "DELETE /users/{id}/password" => json!({}),
        _ => json!({ "statement": empty }),
    }
}

/// What belongs to the two hospitals, by the folder of its path.
struct Belongings(Vec<(&'static str, String, String)>);

impl Belongings {
    fn of(world: &World) -> Self {
        let job = world.accepted("statistics", STATISTICS, &[]);
        let run = world.succeed(&job);
        let who = session(&world.deployment, crate::world::ANA);
        let get = |path: &str| request(&world.deployment.url, "GET", path, &[&who], b"").1;
        let id = |shown: &Value| shown["items"][0]["id"].as_str().unwrap_or_default().to_owned();
        let datasets = get("/api/v1/datasets")["items"].clone();
        let mut listed = datasets.as_array().unwrap().iter();
        let dataset =
            listed.find(|one| one["name"] == "measurements").unwrap()["id"].as_str().unwrap().to_owned();
        let upload = json!({ "dataset": dataset, "version": 2, "name": "part-00000.parquet" });
        let upload = upload.to_string();
        let begun = request(&world.deployment.url, "POST", "/api/v1/uploads", &[&who], upload.as_bytes()).1;
        let wanted = json!({ "add": ["ben@west.example"] }).to_string();
        let path = format!("/api/v1/workspaces/{}/proposals", world.genesis);
        let proposed = request(&world.deployment.url, "POST", &path, &[&who], wanted.as_bytes()).1;
        let absent = "00000000-0000-7000-8000-000000000000".to_owned();
        let nowhere = "00".repeat(32);
        let mine = |folder, id: String| (folder, id, absent.clone());
        Self(vec![
            mine("users", id(&get("/api/v1/users"))),
            ("workspaces", world.genesis.clone(), nowhere),
            mine("datasets", dataset),
            mine("jobs", job),
            mine("runs", run),
            mine("uploads", begun["id"].as_str().unwrap_or_default().to_owned()),
            mine("proposals", proposed["id"].as_str().unwrap_or_default().to_owned()),
            mine("sessions", id(&get("/api/v1/sessions"))),
        ])
    }
}

fn plain(mut problem: Value, id: &str) -> String {
    if let Some(fields) = problem.as_object_mut() {
        fields.remove("request_id");
    }
    problem.to_string().replace(id, "ID")
}

#[test]
fn an_id_of_another_organisation_is_answered_like_one_that_never_was() {
    let world = World::new();
    let belongings = Belongings::of(&world);
    let eve = world.deployment.user("eve");
    enter(&world.deployment, &eve, "eve@west.example", "West Hospital");
    eve.ok(&["member", "set", "eve@west.example", "--workspace-admin", "on", "--auditor", "on"]);
    let who = session(&world.deployment, "eve@west.example");
    let url = &world.deployment.url;
    let document = request(url, "GET", "/api/v1/openapi.json", &[], b"").1;
    let mut swept = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let short = path.trim_start_matches("/api/v1");
        let folder = short.split('/').nth(1).unwrap();
        let Some((_, real, absent)) = belongings.0.iter().find(|(name, ..)| *name == folder) else {
            continue;
        };
        if !short.contains("{id}") {
            continue;
        }
        assert!(!real.is_empty(), "nothing to try at {path}");
        for method in item.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
            let sent =
                if method == "GET" { String::new() } else { body(&format!("{method} {short}")).to_string() };
            let ask = |id: &str| {
                let path = path
                    .replace("{id}", id)
                    .replace("{name}", "part-00000.parquet")
                    .replace("{version}", "1");
                let headers = [who.as_str(), "if-match: *", "upload-offset: 0"];
                let (status, problem) =
                    request(url, &method, &path.replace("{offset}", "0"), &headers, sent.as_bytes());
                (status, plain(problem, id))
            };
            let (theirs, nobodys) = (ask(real), ask(absent));
            assert_eq!(theirs, nobodys, "{method} {path}");
            assert_eq!(theirs.0, 404, "{method} {path}: {}", theirs.1);
            swept += 1;
        }
    }
    assert!(swept > 35, "{swept} operations were tried");
    // Nothing happened to what they own.
    world.ana.ok(&["workspace", "show", &world.workspace]);
}
