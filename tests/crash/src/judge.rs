//! The accounts: each acknowledged act is looked for, once, over the API and in a copy of the log.

use std::{
    collections::BTreeMap,
    fmt, fs,
    thread::sleep,
    time::{Duration, Instant},
};

use cloister_audit::{
    Entry, checkpoint,
    log::{ABOUT, About, verify_each},
};
use cloister_testkit::{Deployment, User};
use serde_json::Value;

use crate::{
    Plan,
    assassin::{Kills, ready},
    ledger::{Act, Ledger},
    study::{BEN, Study, session},
};

/// Plain counts, and what is behind those that are not zero.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    /// Processes killed.
    pub kills: u32,
    /// Times the whole deployment was killed.
    pub power_cuts: u32,
    /// Acknowledged writes.
    pub acknowledged: usize,
    /// Runs asked for: ended with their result, ended without, not ended yet.
    pub runs: [usize; 3],
    /// Acknowledged and not there.
    pub lost: Vec<String>,
    /// There more often than asked for.
    pub doubled: Vec<String>,
    /// What keeps the log from being one growing history.
    pub gaps: Vec<String>,
    /// Answers that no crash excuses.
    pub faults: Vec<String>,
    /// Entries in the log, and checkpoints seen on the way.
    pub log: [usize; 2],
    /// The longest from a kill until ready again, and the middle one.
    pub readiness: [Duration; 2],
    /// The longest allowed.
    pub ready_within: Duration,
}

impl Accounts {
    /// Whether everything that has to be zero is.
    pub fn hold(&self) -> bool {
        let zero = [&self.lost, &self.doubled, &self.gaps, &self.faults].iter().all(|list| list.is_empty());
        zero && self.kills > 0 && self.acknowledged > 0 && self.readiness[0] <= self.ready_within
    }
}

impl fmt::Display for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists =
            [("lost", &self.lost), ("doubled", &self.doubled), ("gap", &self.gaps), ("fault", &self.faults)];
        for (name, list) in lists {
            for what in list {
                writeln!(f, "{name}: {what}")?;
            }
        }
        let [succeeded, failed, waiting] = self.runs;
        writeln!(f, "runs: {succeeded} succeeded, {failed} failed, {waiting} still leased or queued")?;
        let [entries, seen] = self.log;
        writeln!(f, "log: {entries} entries, {seen} checkpoints seen on the way")?;
        let [slowest, middle] = self.readiness.map(|took| took.as_millis());
        writeln!(f, "ready again after {slowest} ms at most, {middle} ms in the middle")?;
        write!(
            f,
            "{} kills (the whole deployment {} times), {} acknowledged writes, {} lost, {} doubled, {} gaps, {} faults",
            self.kills,
            self.power_cuts,
            self.acknowledged,
            self.lost.len(),
            self.doubled.len(),
            self.gaps.len(),
            self.faults.len()
        )
    }
}

pub(crate) fn judge(
    deployment: &Deployment,
    study: &Study,
    ledger: &Ledger,
    plan: &Plan,
    kills: Kills,
    seen: &[String],
) -> Accounts {
    let mut took = kills.readiness;
    took.sort();
    let acts = ledger.acts();
    let mut accounts = Accounts {
        kills: kills.processes,
        power_cuts: kills.deployments,
        acknowledged: acts.len(),
        faults: ledger.faults(),
        readiness: [took.last(), took.get(took.len() / 2)].map(|took| took.copied().unwrap_or_default()),
        ready_within: plan.ready_within,
        ..Accounts::default()
    };
    assert!(ready(&deployment.url), "not ready after the load:\n{}", deployment.log());
    let begun = Instant::now();
    let mut shown = Shown { study, runs: Vec::new(), statements: Vec::new() };
    while shown.unended(&acts) && begun.elapsed() < plan.runs_within {
        sleep(Duration::from_secs(1));
    }
    shown.look(&acts, &mut accounts);
    let log = log(study, seen, &mut accounts);
    compare(&acts, &shown, &log, &mut accounts);
    accounts
}

/// What the API shows.
struct Shown<'a> {
    study: &'a Study,
    /// Runs with their states.
    runs: Vec<(String, String)>,
    /// Digests of statements that must be in the log, and whose they are.
    statements: Vec<(String, String)>,
}

fn items(json: &Value) -> &[Value] {
    json["items"].as_array().map_or(&[], Vec::as_slice)
}

impl Shown<'_> {
    fn unended(&self, acts: &[Act]) -> bool {
        let asked = acts.iter().filter_map(|act| match act {
            Act::Run { run } => Some(run),
            _other => None,
        });
        let list = self.study.ana.ok(&["run", "list"]);
        let ended = |run: &String| {
            items(&list)
                .iter()
                .any(|r| r["id"] == **run && !matches!(r["state"].as_str(), Some("queued" | "running")))
        };
        !asked.into_iter().all(ended)
    }

    fn by_id(user: &User, words: &[&str], id: &str) -> BTreeMap<String, Value> {
        let list = user.ok(words);
        let entry = |item: &Value| (item[id].as_str().unwrap_or_default().to_owned(), item.clone());
        items(&list).iter().map(entry).collect()
    }

    /// Each act over the API.
    fn look(&mut self, acts: &[Act], accounts: &mut Accounts) {
        let study = self.study;
        let jobs = Self::by_id(&study.ana, &["job", "list"], "id");
        let workspaces = Self::by_id(&study.dora, &["workspace", "list"], "id");
        let datasets = Self::by_id(&study.cara, &["dataset", "list"], "id");
        let runs = Self::by_id(&study.ana, &["run", "list"], "id");
        let tokens = tokens(study);
        let mut names = BTreeMap::<&str, u32>::new();
        for job in jobs.values() {
            *names.entry(job["draft"]["name"].as_str().unwrap_or_default()).or_default() += 1;
        }
        let twice = names.iter().filter(|(_, count)| **count > 1);
        accounts.doubled.extend(twice.map(|(name, count)| format!("{count} jobs are called `{name}`")));
        for act in acts {
            let there = match act {
                Act::Draft { job, name } => jobs.get(job).is_some_and(|j| j["draft"]["name"] == **name),
                Act::Token { id } => tokens.contains(id),
                Act::Job { job } => jobs.contains_key(job),
                Act::Submitted { job } => self.submitted(jobs.get(job)),
                Act::Approved { job } => self.approved(jobs.get(job)),
                Act::Run { run } => runs.contains_key(run),
                Act::Workspace { id } => workspaces.get(id).is_some_and(|w| w["state"] == "active"),
                Act::Dataset { id } => datasets.contains_key(id),
                Act::Shared { dataset } => self.shared(datasets.get(dataset)),
                Act::Revoked { dataset } => {
                    let shares = datasets.get(dataset).and_then(|d| d["shares"].as_array());
                    shares.is_some_and(|shares| shares.iter().all(|share| share["state"] != "live"))
                }
            };
            if !there {
                accounts.lost.push(format!("{act:?} is not shown"));
            }
        }
        for (id, run) in runs {
            let state = run["state"].as_str().unwrap_or_default();
            accounts.runs[match state {
                "succeeded" => 0,
                "queued" | "running" => 2,
                _failed => 1,
            }] += 1;
            let why = ["code", "check"].map(|field| run[field].as_str().unwrap_or_default());
            // What a run may die of here: both of its releases lost with their brokers, or two workers lost.
            if !matches!(
                (state, why),
                ("queued" | "running" | "succeeded", _)
                    | ("failed", ["refused", "counter"] | ["worker_lost", ""])
            ) {
                accounts.faults.push(format!("run {id} is `{state}`: {}", why.join(" ")));
            }
            if state == "succeeded" && run["receipt"].is_null() && self.receipt(&id).is_null() {
                accounts.lost.push(format!("the receipt of run {id}"));
            }
            self.runs.push((id, state.to_owned()));
        }
    }

    fn receipt(&self, run: &str) -> Value {
        self.study.ana.ok(&["run", "show", run])["receipt"].clone()
    }

    /// A digest that the log must have too.
    fn signed(&mut self, digest: &Value, whose: &str) -> bool {
        let digest = digest.as_str().unwrap_or_default();
        self.statements.push((digest.to_owned(), whose.to_owned()));
        !digest.is_empty()
    }

    fn submitted(&mut self, job: Option<&Value>) -> bool {
        job.is_some_and(|job| job["state"] != "draft" && self.signed(&job["spec_digest"], "a submission"))
    }

    fn approved(&mut self, job: Option<&Value>) -> bool {
        job.is_some_and(|job| {
            job["state"] == "accepted" && self.signed(&job["reviews"][0]["digest"], "a review")
        })
    }

    fn shared(&mut self, dataset: Option<&Value>) -> bool {
        dataset.is_some_and(|dataset| self.signed(&dataset["shares"][0]["grant_digest"], "a grant"))
    }
}

fn tokens(study: &Study) -> Vec<String> {
    let who = session(&study.url, BEN);
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/tokens?limit=200{cursor}");
        let page = cloister_testkit::http::exchange(&study.url, "GET", &path, &[&who], b"")
            .unwrap_or_else(|e| panic!("tokens: {e}"))
            .json;
        all.extend(items(&page).iter().filter_map(|token| token["id"].as_str().map(str::to_owned)));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// A copy of the log, verified by the command and against every checkpoint that was seen; gives its entries.
fn log(study: &Study, seen: &[String], accounts: &mut Accounts) -> Vec<Entry> {
    let folder = study.scratch.join("log-copy");
    let place = folder.to_string_lossy();
    study.ana.ok(&["audit", "export", &place]);
    let verified = study.ana.run(&["audit", "verify", &place]);
    if verified.exit != 0 {
        accounts
            .gaps
            .push(format!("`cloister audit verify` ended with {}: {}", verified.exit, verified.stdout));
    }
    let read = |path: &str| match fs::read(folder.join(path)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    };
    let about: Option<About> =
        read(ABOUT).ok().flatten().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let Some((origin, key)) = about.and_then(|about| Some((about.origin.clone(), about.key()?))) else {
        accounts.gaps.push("the copy does not say whose log it is".into());
        return Vec::new();
    };
    let mut entries = Vec::new();
    if let Err(damage) = verify_each(read, &origin, &key, None, |_, entry| entries.push(entry)) {
        accounts.gaps.push(damage.to_string());
    }
    let mut before = 0;
    for note in seen {
        let named = match checkpoint::verify(note, &origin, &key) {
            Ok(named) => named,
            Err(error) => {
                accounts.gaps.push(format!("a checkpoint that was served: {error}"));
                continue;
            }
        };
        if named.size < before {
            accounts.gaps.push(format!("the log shrank from {before} to {} entries", named.size));
        }
        before = named.size;
        if let Err(damage) = verify_each(read, &origin, &key, Some(&named), |_, _| ()) {
            accounts.gaps.push(format!("against the checkpoint of {} entries: {damage}", named.size));
        }
    }
    accounts.log = [entries.len(), seen.len()];
    entries
}

/// Each act in the log.
fn compare(acts: &[Act], shown: &Shown<'_>, log: &[Entry], accounts: &mut Accounts) {
    let mut counted = BTreeMap::<(&str, &str), u32>::new();
    for entry in log {
        let target = entry.target.as_deref().unwrap_or_default();
        *counted.entry((&entry.action, target)).or_default() += 1;
    }
    let times = |action: &str, target: &str| counted.get(&(action, target)).copied().unwrap_or(0);
    let mut once = |action: &str, target: &str| match times(action, target) {
        1 => {}
        0 => accounts.lost.push(format!("`{action}` of {target} is not in the log")),
        n => accounts.doubled.push(format!("`{action}` of {target} is in the log {n} times")),
    };
    for act in acts {
        match act {
            Act::Draft { job, .. } | Act::Job { job } => once("job.create", job),
            Act::Token { id } => once("token.create", id),
            Act::Workspace { id } => once("workspace.create", id),
            Act::Submitted { .. }
            | Act::Approved { .. }
            | Act::Run { .. }
            | Act::Dataset { .. }
            | Act::Shared { .. }
            | Act::Revoked { .. } => {}
        }
    }
    for (digest, whose) in &shown.statements {
        if !log.iter().any(|entry| entry.statement.as_deref() == Some(digest)) {
            accounts.lost.push(format!("{whose} `{digest}` is not in the log"));
        }
    }
    for (run, state) in &shown.runs {
        let ends = times("run.finish", run) + times("run.end", run);
        match (state.as_str(), ends) {
            ("queued" | "running", 0) | (_, 1) => {}
            ("queued" | "running", n) => {
                accounts.doubled.push(format!("run {run} is `{state}` and ended {n} times"));
            }
            (_, 0) => accounts.lost.push(format!("the end of run {run}")),
            (_, n) => accounts.doubled.push(format!("run {run} ended {n} times")),
        }
    }
}
