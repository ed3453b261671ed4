//! One person over plain HTTP, who remembers what was acknowledged.

use std::{
    fs,
    thread::sleep,
    time::{Duration, Instant},
};

use cloister_audit::{
    Entry,
    log::{ABOUT, About, verify_each},
};
use cloister_crash::{enter, session};
use cloister_testkit::{
    Deployment, User,
    http::{Answer, exchange},
};
use serde_json::{Value, json};

pub(crate) const ANA: &str = "ana@north.example";

/// How often an act on a thing is in the log.
pub(crate) fn times(log: &[Entry], action: &str, target: &str) -> usize {
    log.iter().filter(|entry| entry.action == action && entry.target.as_deref() == Some(target)).count()
}

/// Ana, admin and auditor of her organisation, with a workspace of her own.
pub(crate) struct Caller {
    pub(crate) ana: User,
    pub(crate) workspace: String,
    url: String,
    who: String,
    count: u32,
    /// Drafts that were acknowledged.
    pub(crate) drafts: Vec<String>,
}

impl Caller {
    pub(crate) fn enter(deployment: &Deployment) -> Self {
        let ana = deployment.user("ana");
        enter(deployment, &ana, ANA, "North Hospital");
        ana.ok(&["member", "set", ANA, "--workspace-admin", "on", "--auditor", "on"]);
        let words =
            ["workspace", "create", "Alone", "--type", "analytics", "--approval", "all", "--run", "all"];
        let made = ana.ok(&[&words[..], &["--assurance", "simulated"]].concat());
        let workspace = made["workspace"].as_str().unwrap().to_owned();
        let who = session(&deployment.url, ANA);
        Self { ana, workspace, url: deployment.url.clone(), who, count: 0, drafts: Vec::new() }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        exchange(&self.url, "GET", path, &[&self.who], b"").unwrap()
    }

    pub(crate) fn send(&self, method: &str, path: &str, more: &[&str], body: &[u8]) -> Answer {
        let headers = [&[self.who.as_str(), "content-type: application/json"], more].concat();
        exchange(&self.url, method, path, &headers, body).unwrap()
    }

    /// A draft; remembered when it was acknowledged.
    pub(crate) fn draft(&mut self) -> (u16, Value) {
        self.count += 1;
        let name = format!("draft-{}", self.count);
        let body = json!({ "name": name, "source": "SELECT 1", "readers": [ANA], "max_runs": 1 }).to_string();
        let path = format!("/api/v1/workspaces/{}/jobs", self.workspace);
        let answer = self.send("POST", &path, &[], body.as_bytes());
        if answer.status == 200 {
            self.drafts.push(answer.json["id"].as_str().unwrap().to_owned());
        }
        (answer.status, answer.json)
    }

    /// Drafts until one is refused, which must be for this check.
    pub(crate) fn draft_until_refused(&mut self, check: &str) {
        for _ in 0..5_000 {
            let (status, problem) = self.draft();
            if status != 200 {
                assert_eq!((status, &problem["check"]), (503, &json!(check)), "{problem}");
                assert!(problem["detail"].as_str().is_some_and(|d| !d.is_empty()), "{problem}");
                return;
            }
        }
        panic!("5,000 drafts were taken");
    }

    /// Waits until a draft is taken.
    pub(crate) fn draft_within(&mut self, limit: Duration) {
        let begun = Instant::now();
        loop {
            let (status, problem) = self.draft();
            if status == 200 {
                return;
            }
            assert_eq!(status, 503, "{problem}");
            assert!(begun.elapsed() < limit, "still refused: {problem}");
            sleep(Duration::from_millis(50));
        }
    }

    /// `/readyz`.
    pub(crate) fn readiness(&self) -> (u16, Value) {
        let answer = exchange(&self.url, "GET", "/readyz", &[], b"").unwrap();
        (answer.status, answer.json)
    }

    /// Waits until it is ready; how long that took.
    pub(crate) fn ready_within(&self, limit: Duration) -> Duration {
        let begun = Instant::now();
        loop {
            let (status, said) = self.readiness();
            if status == 200 {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < limit, "not ready: {said}");
            sleep(Duration::from_millis(20));
        }
    }

    /// Every acknowledged draft is shown and stands in a log that verifies.
    pub(crate) fn all_there(&self, deployment: &Deployment) {
        let shown = self.ana.ok(&["job", "list"]);
        let shown: Vec<&str> =
            shown["items"].as_array().unwrap().iter().filter_map(|job| job["id"].as_str()).collect();
        assert!(!self.drafts.is_empty());
        let log = self.log_with("job.create", self.drafts.last().unwrap());
        for draft in &self.drafts {
            assert!(shown.contains(&draft.as_str()), "{draft} is lost\n{}", deployment.log());
            assert_eq!(times(&log, "job.create", draft), 1, "{draft} in the log");
        }
    }

    /// The log, once this act is in it: an acknowledgement comes before the signed log.
    pub(crate) fn log_with(&self, action: &str, target: &str) -> Vec<Entry> {
        let begun = Instant::now();
        loop {
            let log = self.log();
            if times(&log, action, target) > 0 || begun.elapsed() > Duration::from_secs(20) {
                return log;
            }
            sleep(Duration::from_millis(100));
        }
    }

    /// The entries of a copy of the log that `cloister audit verify` finds whole.
    fn log(&self) -> Vec<Entry> {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("log");
        self.ana.ok(&["audit", "export", folder.to_str().unwrap()]);
        let _ = self.ana.run(&["audit", "verify", folder.to_str().unwrap()]).expect(0);
        let read = |path: &str| match fs::read(folder.join(path)) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            other => other.map(Some),
        };
        let about: About = serde_json::from_slice(&read(ABOUT).unwrap().unwrap()).unwrap();
        let mut entries = Vec::new();
        verify_each(read, &about.origin, &about.key().unwrap(), None, |_, entry| entries.push(entry))
            .unwrap();
        entries
    }
}
