//! Answers that are lost between worker, broker and server, each of them twice, cost none of a run's two releases.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use cloister_testkit::{Deployment, LossyPipe};

use crate::caller::{ANA, Caller, times};

const RULES: &str = r#"
allowed_columns = ["patient"]
uses = ["sql"]
[analysis]
rule = "none"
"#;

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Everything of a run but the lease itself: a lost lease waits for its end, and costs nothing else.
fn of_a_run(question: &str) -> bool {
    !question.ends_with("/worker/leases")
}

/// The deployment's worker, with pipes where it reaches server and broker.
fn worker_behind_pipes(deployment: &Deployment) -> (Killed, LossyPipe, LossyPipe) {
    let pid = deployment.children("cloister-worker")[0];
    let line = String::from_utf8(fs::read(format!("/proc/{pid}/cmdline")).unwrap()).unwrap();
    let mut words: Vec<String> = line.split_terminator('\0').map(str::to_owned).collect();
    deployment.stop_supervising();
    assert!(deployment.kill_child("cloister-worker"));
    let mut piped = |option: &str| {
        let at = words.iter().position(|word| word == option).unwrap() + 1;
        let pipe = LossyPipe::start(&words[at], 2, of_a_run);
        words[at] = pipe.url.clone();
        pipe
    };
    let (server, broker) = (piped("--server"), piped("--broker"));
    let mut command = Command::new(&words[0]);
    let child = command.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    (Killed(child.spawn().unwrap()), server, broker)
}

#[test]
fn a_run_whose_every_answer_is_lost_twice_succeeds_with_one_release() {
    let deployment = Deployment::start();
    let ana = Caller::enter(&deployment);
    let file = |name: &str, text: &str| {
        let path = deployment.scratch().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (csv, rules) = (file("a.csv", "patient\np1\np2\n"), file("a.toml", RULES));
    let sql = file("a.sql", "SELECT patient FROM patients");
    let ana_does = |words: &[&str]| ana.ana.ok(words);
    ana_does(&["dataset", "add", &csv, "--name", "patients", "--rules", &rules, "--assurance", "simulated"]);
    ana_does(&["dataset", "share", "patients", "--workspace", &ana.workspace, "--allow-simulated"]);
    let create = ["job", "create", "--workspace", &ana.workspace, "--name", "all", "--sql", &sql];
    let made = ana_does(&[&create[..], &["--reader", ANA]].concat());
    let job = made["job"].as_str().unwrap();
    ana_does(&["job", "submit", job]);
    let (_worker, server, broker) = worker_behind_pipes(&deployment);
    let asked = ana_does(&["job", "run", job]);
    let run = asked["run"].as_str().unwrap();
    let begun = Instant::now();
    let ended = loop {
        let shown = ana_does(&["run", "show", run]);
        if !matches!(shown["state"].as_str(), Some("queued" | "running")) {
            break shown;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{shown}\n{}", deployment.log());
        std::thread::sleep(Duration::from_millis(200));
    };
    assert_eq!(ended["state"], "succeeded", "{ended}\n{}", deployment.log());

    let lost: Vec<(String, u32)> = broker.lost().into_iter().chain(server.lost()).collect();
    for part in
        ["/v1/sessions", "/evidence", "/record", "/keys", "/close", "/release", "/outputs/", "/finish"]
    {
        assert!(
            lost.iter().any(|(question, times)| question.contains(part) && *times > 0),
            "{part}: {lost:?}"
        );
    }
    let log = ana.log_with("run.finish", run);
    let counts = ["release", "run.finish"].map(|action| times(&log, action, run));
    assert_eq!(counts, [1, 1], "one release, one end");
}
