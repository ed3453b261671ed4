//! SCIM against a running server: `scim2-tester` of the Python package index, and the command line that makes and ends its token.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use cloister_testkit::{Deployment, User};
use serde_json::{Value, json};

use crate::{
    http::request,
    python::interpreter,
    world::{PASSWORD, enter},
};

/// North Hospital with a provider, set by its admin's command line.
struct House {
    deployment: Deployment,
    admin: User,
}

impl House {
    fn new() -> Self {
        let deployment = Deployment::start();
        let admin = deployment.user("root");
        enter(&deployment, &admin, "root@north.example", "North Hospital");
        let words = [
            "sign-in",
            "provider",
            "set",
            "--name",
            "North",
            "--issuer",
            "https://login.north.example",
            "--client-id",
            "cloister",
            "--domain",
            "north.example",
            "--role",
            "makers=workspace_admin",
            "--client-secret-stdin",
        ];
        let set = admin.run_with_input(&words, "a secret\n").expect(0);
        assert_eq!((&set.json["has_secret"], &set.json["source"]), (&json!(true), &json!("api")));
        assert!(!set.stdout.contains("a secret"));
        Self { deployment, admin }
    }

    fn scim(&self, token: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let header = format!("authorization: Bearer {token}");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        request(&self.deployment.url, method, &format!("/scim/v2{path}"), &[&header], body.as_bytes())
    }
}

#[test]
fn scim2_tester_finds_nothing() {
    let house = House::new();
    let made = house.admin.ok(&["sign-in", "scim", "token"]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../python/scim_check.py");
    let mut child = Command::new(interpreter("scim"))
        .arg(script)
        .args([made["base_url"].as_str().unwrap(), "north.example"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(made["secret"].as_str().unwrap().as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{printed}");
    let results: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let others: Vec<&Value> = results.iter().filter(|result| result["status"] != "SUCCESS").collect();
    assert!(others.is_empty(), "{} of {}: {others:#?}", others.len(), results.len());
    // Nothing was found because nothing was looked at: each part of the suite has spoken.
    for part in [
        "object_creation",
        "object_query",
        "object_replacement",
        "object_deletion",
        "check_add_attribute",
        "check_remove_attribute",
        "check_replace_attribute",
        "object_list_with_attributes",
    ] {
        for resource in ["User", "Group"] {
            let ran = results.iter().any(|result| result["title"] == part && result["resource"] == resource);
            assert!(ran, "{part} of {resource} did not run");
        }
    }
    println!("scim2-tester: {} checks, all successful", results.len());
    assert!(results.len() >= MOST_OF_THEM, "{} checks", results.len());
}

/// Checks of the pinned release for what this server has.
const MOST_OF_THEM: usize = 70;

#[test]
fn a_command_line_sets_how_people_sign_in_and_who_provisions_them() {
    let house = House::new();
    let admin = &house.admin;
    let listed = admin.ok(&["sign-in", "provider", "list"]);
    assert_eq!((&listed["local"], &listed["items"][0]["name"]), (&json!("all"), &json!("North")));
    assert_eq!(listed["items"][0]["roles"], json!({ "makers": "workspace_admin" }));
    // Changed without its secret: the one that is there stays.
    let words = [
        "sign-in",
        "provider",
        "set",
        "--name",
        "North",
        "--issuer",
        "https://login.north.example",
        "--client-id",
        "cloister",
        "--domain",
        "north.example,lab.north.example",
    ];
    let set = admin.ok(&words);
    assert_eq!((&set["has_secret"], set["domains"].as_array().unwrap().len()), (&json!(true), 2));
    // Nobody answers at that issuer.
    assert_ne!(admin.run(&["sign-in", "provider", "test", "North"]).exit, 0);
    admin.ok(&["sign-in", "local", "break-glass"]);
    assert_eq!(admin.ok(&["sign-in", "provider", "list"])["local"], "break_glass");
    admin.ok(&["sign-in", "local", "all"]);

    let first = admin.ok(&["sign-in", "scim", "token", "North"]);
    let first = first["secret"].as_str().unwrap();
    let ana = json!({ "userName": "ana@north.example" });
    let (status, made) = house.scim(first, "POST", "/Users", &ana);
    assert_eq!(status, 201, "{made}");
    let second = admin.ok(&["sign-in", "scim", "token", "--keep-old-for-hours", "1"]);
    let second = second["secret"].as_str().unwrap();
    for token in [first, second] {
        assert_eq!(house.scim(token, "GET", "/Users", &Value::Null).0, 200);
    }
    assert_eq!(admin.ok(&["sign-in", "scim", "list"])["items"].as_array().unwrap().len(), 2);
    admin.ok(&["sign-in", "scim", "end", "North"]);
    for token in [first, second] {
        assert_eq!(house.scim(token, "GET", "/Users", &Value::Null).0, 401);
    }
    // What was done stands in the log, by the provider's own name.
    let entries = admin.ok(&["audit", "list"]);
    let all = entries["items"].as_array().unwrap();
    let pushed = all.iter().find(|entry| entry["action"] == "user.provision").unwrap();
    assert!(pushed["actor"].as_str().unwrap().starts_with("scim of "), "{pushed}");
    admin.ok(&["sign-in", "provider", "remove", "North"]);
    assert_eq!(admin.ok(&["sign-in", "provider", "list"])["items"], json!([]));
    assert_eq!(admin.run(&["audit", "verify", &house.deployment.url]).exit, 0);
}

#[test]
fn the_environment_sets_providers_and_the_api_does_not_change_them() {
    let mut deployment = Deployment::start();
    let admin = deployment.user("root");
    enter(&deployment, &admin, "root@north.example", "North Hospital");
    deployment.down();
    let text = r#"
        [[provider]]
        organisation = "North Hospital"
        name = "North"
        issuer = "https://login.north.example"
        client_id = "cloister"
        client_secret_file = "north.secret"
        domains = ["north.example"]
        roles = { chiefs = "organization_admin" }
    "#;
    std::fs::write(deployment.data().join("north.secret"), "a secret\n").unwrap();
    deployment.tell("CLOISTER_PROVIDERS_TOML", text);
    deployment.up();
    let url = deployment.url.clone();
    let body = json!({ "email": "root@north.example", "password": PASSWORD }).to_string();
    let (_, signed) = request(&url, "POST", "/api/v1/sessions", &[], body.as_bytes());
    let session = format!("authorization: Bearer {}", signed["token"].as_str().unwrap());
    let (_, settings) = request(&url, "GET", "/api/v1/sign-in", &[&session], b"");
    let north = &settings["providers"][0];
    assert_eq!((&north["source"], &north["has_secret"]), (&json!("file"), &json!(true)), "{settings}");
    assert_eq!(north["roles"], json!({ "chiefs": "organization_admin" }));
    let path = format!("/api/v1/sign-in/providers/{}", north["id"].as_str().unwrap());
    assert_eq!(request(&url, "DELETE", &path, &[&session], b"").0, 409);
    // An admin's word does not make the server ask what stands beside it.
    let beside = json!({ "name": "Beside", "issuer": "https://169.254.169.254", "client_id": "c",
        "domains": ["beside.example"] });
    let beside = beside.to_string();
    let (status, said) = request(&url, "PUT", "/api/v1/sign-in/providers", &[&session], beside.as_bytes());
    assert!(status == 422 && said.to_string().contains("is a private address"), "{said}");
    // What the operator does not name any more is gone, and the log tells.
    deployment.down();
    deployment.tell("CLOISTER_PROVIDERS_TOML", "provider = []");
    deployment.up();
    let (_, settings) = request(&deployment.url, "GET", "/api/v1/sign-in", &[&session], b"");
    assert_eq!(settings["providers"], json!([]));
    let (_, log) = request(&deployment.url, "GET", "/api/v1/audit?limit=200", &[&session], b"");
    let entries = log["items"].as_array().unwrap();
    let removed = entries.iter().find(|entry| entry["action"] == "provider.remove").unwrap();
    assert_eq!((&removed["target"], &removed["actor"]), (&north["id"], &json!("host operator")));
    // A text that cannot be read keeps the server from starting, and its secret from the log.
    deployment.down();
    deployment.tell("CLOISTER_PROVIDERS_TOML", "[[provider]]\nclient_secret = \"very secret\" oops");
    let refused = deployment.serve_command().output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains("line 2"), "{said}");
    assert!(!said.contains("very secret"), "{said}");
}
