//! Clients that go on whatever happens: an act that fails is given up or asked again, one that is acknowledged is written
//! down.

use std::{
    fs,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread::{Scope, sleep},
    time::Duration,
};

use cloister_testkit::{Outcome, User, http::exchange};
use serde_json::{Value, json};

use crate::{
    ledger::{Act, Ledger},
    study::{ANA, BEN, Study, session, words},
};

const PAUSE: Duration = Duration::from_millis(50);
/// Times one keyed request is sent before it is left undecided.
const TRIES: u32 = 100;
/// Runs asked for and not known to have ended.
const MOST_RUNS: usize = 4;

/// Starts every client; they end when told to.
pub(crate) fn begin<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    study: &'env Study,
    ledger: &'env Ledger,
    stop: &'env AtomicBool,
) {
    let (ana, ben) = (session(&study.url, ANA), session(&study.url, BEN));
    scope.spawn(move || {
        let path = format!("/api/v1/workspaces/{}/jobs", study.workspace);
        let caller = Keyed { study, ledger, stop, who: ana, what: "draft" };
        caller.go_on(
            &path,
            |name| json!({ "name": name, "source": "SELECT 1", "readers": [ANA], "max_runs": 1 }),
        );
    });
    scope.spawn(move || {
        let caller = Keyed { study, ledger, stop, who: ben, what: "token" };
        caller.go_on(
            "/api/v1/tokens",
            |name| json!({ "label": name, "scopes": ["read"], "expires_in_days": 1 }),
        );
    });
    scope.spawn(move || jobs(study, ledger, stop));
    scope.spawn(move || workspaces(study, ledger, stop));
    scope.spawn(move || datasets(study, ledger, stop));
}

/// Posts under idempotency keys, each until it is answered.
struct Keyed<'a> {
    study: &'a Study,
    ledger: &'a Ledger,
    stop: &'a AtomicBool,
    who: String,
    what: &'static str,
}

impl Keyed<'_> {
    fn go_on(&self, path: &str, body: impl Fn(&str) -> Value) {
        let count = AtomicU32::new(0);
        while !self.stop.load(Ordering::Acquire) {
            let name = format!("{}-{}", self.what, count.fetch_add(1, Ordering::Relaxed));
            self.one(path, &name, &body(&name).to_string());
            sleep(PAUSE);
        }
    }

    /// The same request again and again: whatever is lost, it may be carried out once.
    fn one(&self, path: &str, name: &str, body: &str) {
        let key = format!("idempotency-key: {name}");
        let headers = [self.who.as_str(), key.as_str(), "content-type: application/json"];
        for _ in 0..TRIES {
            let answer = exchange(&self.study.url, "POST", path, &headers, body.as_bytes());
            match answer.map(|answer| (answer.status, answer.json)) {
                Ok((200 | 201, made)) => {
                    let id = |value: &Value| value["id"].as_str().unwrap_or_default().to_owned();
                    self.ledger.acknowledged(match self.what {
                        "draft" => Act::Draft { job: id(&made), name: name.to_owned() },
                        _token => Act::Token { id: id(&made["token"]) },
                    });
                    return;
                }
                // In progress as far as the server knows, or carried out by one that died before it could say so.
                Ok((409, _)) => return,
                Ok((503, _)) | Err(_) => sleep(PAUSE),
                Ok((status, problem)) => {
                    self.ledger.fault(format!("{} `{name}`: {status} {problem}", self.what));
                    return;
                }
            }
            if self.stop.load(Ordering::Acquire) {
                return;
            }
        }
    }
}

/// A command that may fail while something is down. An internal error is a fault whatever is down.
fn attempt(ledger: &Ledger, user: &User, words: &[&str]) -> Option<Value> {
    let Outcome { exit, json, stderr, command, .. } = user.run(words);
    if exit == 0 {
        return Some(json);
    }
    if json["error"]["type"].as_str().is_some_and(|kind| kind.ends_with("/internal")) {
        ledger.fault(format!("`{command}`: {json} {stderr}"));
    }
    sleep(PAUSE);
    None
}

fn field(json: &Value, name: &str) -> String {
    json[name].as_str().unwrap_or_default().to_owned()
}

fn jobs(study: &Study, ledger: &Ledger, stop: &AtomicBool) {
    let sql = study.scratch.join("job.sql");
    fs::write(&sql, "SELECT patient, charge FROM measurements")
        .unwrap_or_else(|e| panic!("`{}`: {e}", sql.display()));
    let sql = sql.to_string_lossy();
    let mut running: Vec<String> = Vec::new();
    let mut count = 0;
    while !stop.load(Ordering::Acquire) {
        count += 1;
        let name = format!("job-{count}");
        let create = ["job", "create", "--workspace", &study.workspace, "--name", &name, "--sql", &sql];
        let create = [&create[..], &["--reader", ANA, "--reader", BEN]].concat();
        let Some(made) = attempt(ledger, &study.ana, &create) else { continue };
        let job = field(&made, "job");
        ledger.acknowledged(Act::Job { job: job.clone() });
        if attempt(ledger, &study.ana, &["job", "submit", &job]).is_none() {
            continue;
        }
        ledger.acknowledged(Act::Submitted { job: job.clone() });
        if attempt(ledger, &study.ben, &["job", "approve", &job]).is_none() {
            continue;
        }
        ledger.acknowledged(Act::Approved { job: job.clone() });
        running.retain(|run| {
            let shown = attempt(ledger, &study.ana, &["run", "show", run]).unwrap_or_default();
            !matches!(shown["state"].as_str(), Some("succeeded" | "failed" | "cancelled"))
        });
        if running.len() < MOST_RUNS
            && let Some(asked) = attempt(ledger, &study.ana, &["job", "run", &job])
        {
            let run = field(&asked, "run");
            ledger.acknowledged(Act::Run { run: run.clone() });
            running.push(run);
        }
    }
}

fn workspaces(study: &Study, ledger: &Ledger, stop: &AtomicBool) {
    let mut count = 0;
    while !stop.load(Ordering::Acquire) {
        count += 1;
        let name = format!("Workspace {count}");
        if let Some(made) = attempt(ledger, &study.dora, &words(&name, &[])) {
            ledger.acknowledged(Act::Workspace { id: field(&made, "workspace") });
        }
        sleep(PAUSE * 10);
    }
}

fn datasets(study: &Study, ledger: &Ledger, stop: &AtomicBool) {
    let (file, rules) = study.files("extra");
    let (file, rules) = (file.to_string_lossy(), rules.to_string_lossy());
    let mut count = 0;
    while !stop.load(Ordering::Acquire) {
        count += 1;
        let name = format!("extra-{count}");
        let add = ["dataset", "add", &file, "--name", &name, "--rules", &rules, "--assurance", "simulated"];
        let Some(made) = attempt(ledger, &study.cara, &add) else { continue };
        let dataset = field(&made, "dataset");
        ledger.acknowledged(Act::Dataset { id: dataset.clone() });
        let share = ["dataset", "share", &name, "--workspace", &study.alone, "--allow-simulated"];
        if attempt(ledger, &study.cara, &share).is_none() {
            continue;
        }
        ledger.acknowledged(Act::Shared { dataset: dataset.clone() });
        let revoke = ["dataset", "revoke", &name, "--workspace", &study.alone];
        if attempt(ledger, &study.cara, &revoke).is_some() {
            ledger.acknowledged(Act::Revoked { dataset });
        }
    }
}
