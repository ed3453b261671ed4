//! Three organisations, a workspace with data, and jobs in every state.

use std::{fs, path::PathBuf};

use cloister_testkit::{Deployment, User};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple 7";
const QUERY: &str = "SELECT diagnosis, count(DISTINCT patient) AS n FROM patients GROUP BY diagnosis";
const RULES: &str = r#"
allowed_columns = ["patient", "diagnosis"]
uses = ["sql"]
[analysis]
rule = "aggregation"
identity = "patient"
threshold = 5
group_by = ["diagnosis"]
[analysis.aggregate]
patient = { functions = ["count_distinct"] }
"#;

/// Name, address, organisation, whether it is an organisation admin.
const PEOPLE: [(&str, &str, &str, bool); 5] = [
    ("ana", "ana@north.example", "North Hospital", true),
    ("ben", "ben@south.example", "South Hospital", true),
    ("cai", "cai@north.example", "North Hospital", false),
    ("dora", "dora@north.example", "North Hospital", false),
    ("eve", "eve@west.example", "West Hospital", true),
];
/// Accounts of Ana's organisation that anything may be done to.
const VICTIMS: [&str; 4] = ["v1@north.example", "v2@north.example", "v3@north.example", "v4@north.example"];

/// A filled deployment.
pub(crate) struct Stage {
    pub(crate) deployment: Deployment,
    workspace: String,
    run: String,
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no `{field}`: {value}")).to_owned()
}

impl Stage {
    /// Fills an empty deployment through the command line.
    pub(crate) fn set(deployment: Deployment) -> Self {
        for organisation in ["North Hospital", "South Hospital", "West Hospital"] {
            let _ = deployment.admin(&["org", "add", organisation], "").expect(0);
        }
        for email in VICTIMS {
            account(&deployment, email, "North Hospital", &[]);
        }
        for (name, email, organisation, admin) in PEOPLE {
            account(&deployment, email, organisation, if admin { &["--org-admin"] } else { &[] });
            let words = ["login", &deployment.url, "--email", email, "--password-stdin"];
            let _ = deployment.user(name).run_with_input(&words, PASSWORD).expect(0);
        }
        let (ana, ben) = (deployment.user("ana"), deployment.user("ben"));
        ana.ok(&["member", "set", "ana@north.example", "--workspace-admin", "on"]);
        ana.ok(&["member", "set", "dora@north.example", "--auditor", "on"]);
        deployment.user("eve").ok(&["member", "set", "eve@west.example", "--workspace-admin", "on"]);
        let mut stage = Self { deployment, workspace: String::new(), run: String::new() };
        stage.workspace = Self::found(&ana, "Study");
        ben.ok(&["workspace", "accept", &stage.workspace, "--genesis", &stage.workspace]);
        // One that waits for an answer.
        Self::found(&ana, "Waiting");
        stage.share(&ana);
        stage.jobs(&ana, &ben);
        stage
    }

    fn found(ana: &User, name: &str) -> String {
        let words = ["workspace", "create", name, "--type", "analytics", "--member", "ben@south.example"];
        let more = ["--approval", "all", "--run", "all", "--assurance", "simulated"];
        text(&ana.ok(&[&words[..], &more[..]].concat()), "genesis")
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.deployment.scratch().join(name);
        fs::write(&path, text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        path
    }

    fn share(&self, ana: &User) {
        let rows = (0..60).map(|n| format!("p{n:03},{}\n", if n % 3 == 0 { "B" } else { "M" }));
        let table = self.file("patients.csv", &format!("patient,diagnosis\n{}", rows.collect::<String>()));
        let (table, rules) = (table.to_string_lossy().into_owned(), self.file("rules.toml", RULES));
        let rules = rules.to_string_lossy().into_owned();
        let words = ["dataset", "add", &table, "--name", "patients", "--rules", &rules];
        ana.ok(&[&words[..], &["--assurance", "simulated"]].concat());
        ana.ok(&["dataset", "share", "patients", "--workspace", &self.workspace, "--allow-simulated"]);
    }

    fn draft(&self, ana: &User, name: &str) -> String {
        let sql = self.file(&format!("{name}.sql"), QUERY).to_string_lossy().into_owned();
        let words = ["job", "create", "--workspace", &self.workspace, "--name", name, "--sql", &sql];
        let readers = ["--reader", "ana@north.example", "--reader", "ben@south.example"];
        text(&ana.ok(&[&words[..], &readers[..], &["--max-runs", "50"]].concat()), "job")
    }

    fn jobs(&mut self, ana: &User, ben: &User) {
        for state in ["draft", "waiting", "rejected", "accepted"] {
            let job = self.draft(ana, state);
            if state == "draft" {
                continue;
            }
            ana.ok(&["job", "submit", &job]);
            match state {
                "rejected" => drop(ben.ok(&["job", "reject", &job, "--comment", "no"])),
                "accepted" => {
                    ben.ok(&["job", "approve", &job]);
                    self.run = text(&ana.ok(&["job", "run", &job, "--wait"]), "run");
                }
                _waiting => {}
            }
        }
    }

    /// What the package `hammer` is told.
    pub(crate) fn document(&self) -> Value {
        let people: serde_json::Map<String, Value> =
            PEOPLE.iter().map(|(name, email, ..)| ((*name).to_owned(), json!(email))).collect();
        let token = self.deployment.data().join("keys/worker.token");
        let token = fs::read_to_string(&token).unwrap_or_else(|e| panic!("{}: {e}", token.display()));
        json!({
            "url": self.deployment.url,
            "people": people,
            "password": PASSWORD,
            "victim": VICTIMS[0],
            "worker_token": token.trim(),
            "workspace": self.workspace,
            "run": self.run,
        })
    }

    /// What of the things that were acknowledged is not there any more, or does not hold.
    pub(crate) fn lost(&self) -> Vec<String> {
        let ana = self.deployment.user("ana");
        let words = ["login", &self.deployment.url, "--email", "ana@north.example", "--password-stdin"];
        let _ = ana.run_with_input(&words, PASSWORD);
        let out = self.deployment.scratch().join("result.csv").to_string_lossy().into_owned();
        // A copy: the server goes on writing its own, where a partial tile gives way to a wider one.
        let log = self.deployment.scratch().join("log-copy").to_string_lossy().into_owned();
        let commands: [&[&str]; 5] = [
            &["workspace", "show", &self.workspace],
            &["run", "results", &self.run, "--out", &out],
            &["dataset", "list"],
            &["audit", "export", &log],
            &["audit", "verify", &log],
        ];
        let failed = commands.iter().map(|words| ana.run(words)).filter(|outcome| outcome.exit != 0);
        failed.map(|o| format!("`{}` ended with {}: {}{}", o.command, o.exit, o.stdout, o.stderr)).collect()
    }
}

fn account(deployment: &Deployment, email: &str, organisation: &str, more: &[&str]) {
    let words = ["user", "add", email, "--org", organisation, "--password-stdin"];
    let _ = deployment.admin(&[&words[..], more].concat(), PASSWORD).expect(0);
}
