//! Wrong input: a specific problem with a request id, never a fault of the server.

use cloister_testkit::Deployment;

use crate::{
    http::request,
    world::{ANA, PASSWORD, enter},
};

#[test]
fn bad_requests_are_problems_with_type_and_request_id() {
    let deployment = Deployment::start();
    let json = "content-type: application/json";
    let bad_token = "authorization: Bearer clo_not_a_token";
    let huge = vec![b' '; 32 << 20];
    for (method, path, headers, body, statuses) in [
        ("GET", "/api/v1/workspaces", vec![], &b""[..], &[401_u16][..]),
        ("GET", "/api/v1/workspaces", vec![bad_token], b"", &[401]),
        ("GET", "/api/v1/nothing", vec![], b"", &[401, 404]),
        ("GET", "/api/v1/runs/not-an-id", vec![bad_token], b"", &[400, 401, 404, 422]),
        ("POST", "/api/v1/sessions", vec![json], b"{", &[400, 422]),
        ("POST", "/api/v1/sessions", vec![json], b"{\"email\":1}", &[400, 422]),
        ("POST", "/api/v1/sessions", vec![json], b"{\"email\":\"a@b.example\",\"x\":1}", &[400, 422]),
        ("POST", "/api/v1/sessions", vec![json], &huge, &[413]),
    ] {
        let (status, problem) = request(&deployment.url, method, path, &headers, body);
        assert!(statuses.contains(&status), "{method} {path}: {status} {problem}");
        assert!(problem["type"].is_string() && problem["request_id"].is_string(), "{path}: {problem}");
    }
}

#[test]
fn a_wrong_password_and_a_wrong_passphrase_are_refused() {
    let deployment = Deployment::start();
    let ana = deployment.user("ana");
    enter(&deployment, &ana, ANA, "North Hospital");
    let words = ["login", &deployment.url, "--email", ANA, "--password-stdin"];
    let _ = deployment.user("thief").run_with_input(&words, "wrong password entirely").expect(4);
    let backup = deployment.scratch().join("keys.age");
    let backup = backup.to_str().unwrap();
    ana.ok(&["key", "backup", "--out", backup]);
    let other = deployment.user("other-device");
    let _ = other.run_with_input(&words, PASSWORD);
    let restored = other.run_with_input(&["key", "restore", backup], "wrong words for this file\n");
    assert_ne!(restored.exit, 0, "{}", restored.stdout);
    assert!(!restored.stderr.contains("panicked"), "{}", restored.stderr);
}

#[test]
fn broken_csv_is_refused_with_its_lines() {
    let deployment = Deployment::start();
    let ana = deployment.user("ana");
    enter(&deployment, &ana, ANA, "North Hospital");
    let file = deployment.scratch().join("broken.csv");
    std::fs::write(&file, "a,b\n1,2\n3\n4,5\n").unwrap();
    let words = ["dataset", "add", file.to_str().unwrap(), "--name", "broken", "--assurance", "simulated"];
    let refused = ana.run(&words);
    assert_ne!(refused.exit, 0, "{}", refused.stdout);
    let said = format!("{}{}", refused.stdout, refused.stderr);
    assert!(said.contains('3'), "the line is named: {said}");
    let listed = ana.ok(&["dataset", "list"]);
    assert!(!listed.to_string().contains("broken"), "nothing half done: {listed}");
    let words = [&words[..], &["--skip-bad-rows"]].concat();
    ana.ok(&words);
    let _ = ana.run(&words).expect(5);
}
