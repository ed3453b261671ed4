//! Two hospitals with a dataset each and a workspace in which both must approve.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use cloister_testkit::{Binaries, Deployment, Outcome, User};
use serde_json::Value;

pub(crate) const PASSWORD: &str = "correct horse battery staple 7";
pub(crate) const ANA: &str = "ana@north.example";
pub(crate) const BEN: &str = "ben@south.example";

/// Patients of the test: 60, of whom every third has the diagnosis `B`.
pub(crate) const PATIENTS: u32 = 60;

/// The join of both datasets under the rules of both.
pub(crate) const STATISTICS: &str = "SELECT d.diagnosis, count(m.charge) AS n, sum(m.charge) AS total \
    FROM measurements m JOIN diagnoses d ON m.patient = d.patient GROUP BY d.diagnosis";

const MEASUREMENTS_RULES: &str = r#"
allowed_columns = ["patient", "charge"]
uses = ["sql"]
[analysis]
rule = "aggregation"
identity = "patient"
threshold = 10
join_on = ["patient"]
[analysis.aggregate]
charge = { functions = ["count", "sum", "avg"], bounds = [0, 100000] }
"#;

const DIAGNOSES_RULES: &str = r#"
allowed_columns = ["patient", "diagnosis"]
uses = ["sql"]
[analysis]
rule = "aggregation"
identity = "patient"
threshold = 10
group_by = ["diagnosis"]
join_on = ["patient"]
"#;

/// The world.
pub(crate) struct World {
    pub(crate) deployment: Deployment,
    pub(crate) ana: User,
    pub(crate) ben: User,
    pub(crate) workspace: String,
    pub(crate) genesis: String,
}

impl World {
    /// People, keys, workspace, datasets.
    pub(crate) fn new() -> Self {
        Self::with(Binaries::built())
    }

    /// The same from particular binaries.
    pub(crate) fn with(binaries: Binaries) -> Self {
        let deployment = Deployment::start_with(binaries);
        let (ana, ben) = (deployment.user("ana"), deployment.user("ben"));
        for (user, email, organisation) in [(&ana, ANA, "North Hospital"), (&ben, BEN, "South Hospital")] {
            enter(&deployment, user, email, organisation);
        }
        ana.ok(&["member", "set", ANA, "--workspace-admin", "on"]);
        let created = ana.ok(&[
            "workspace",
            "create",
            "Study",
            "--type",
            "analytics",
            "--member",
            BEN,
            "--approval",
            "all",
            "--run",
            "all",
            "--assurance",
            "simulated",
        ]);
        let text = |field: &str| created[field].as_str().unwrap_or_else(|| panic!("{created}")).to_owned();
        let (workspace, genesis) = (text("workspace"), text("genesis"));
        ben.ok(&["workspace", "accept", &workspace, "--genesis", &genesis]);
        let world = Self { deployment, ana, ben, workspace, genesis };
        world.add(&world.ana, "measurements", &measurements(), MEASUREMENTS_RULES);
        world.add(&world.ben, "diagnoses", &diagnoses(), DIAGNOSES_RULES);
        world
    }

    /// Writes a file of this test's.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.deployment.scratch().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn add(&self, owner: &User, name: &str, csv: &str, rules: &str) {
        let file = self.file(&format!("{name}.csv"), csv);
        let rules = self.file(&format!("{name}.rules.toml"), rules);
        let (file, rules) = (file.to_str().unwrap(), rules.to_str().unwrap());
        owner.ok(&["dataset", "add", file, "--name", name, "--rules", rules, "--assurance", "simulated"]);
        owner.ok(&["dataset", "share", name, "--workspace", &self.workspace, "--allow-simulated"]);
    }

    /// Ana's draft of a query that both may read.
    pub(crate) fn draft(&self, name: &str, sql: &str, more: &[&str]) -> String {
        let sql = self.file(&format!("{name}.sql"), sql);
        let mut words = vec!["job", "create", "--workspace", &self.workspace, "--name", name, "--sql"];
        words.extend([sql.to_str().unwrap(), "--reader", ANA, "--reader", BEN]);
        words.extend(more);
        let created = self.ana.ok(&words);
        created["job"].as_str().unwrap_or_else(|| panic!("{created}")).to_owned()
    }

    /// The same, submitted by Ana and approved by Ben.
    pub(crate) fn accepted(&self, name: &str, sql: &str, more: &[&str]) -> String {
        let job = self.draft(name, sql, more);
        self.ana.ok(&["job", "submit", &job]);
        let approved = self.ben.ok(&["job", "approve", &job]);
        assert_eq!(approved["state"], "accepted", "{approved}");
        job
    }

    /// Runs a job to its end, whatever that is.
    pub(crate) fn run(&self, job: &str) -> Outcome {
        self.ana.run(&["job", "run", job, "--wait"])
    }

    /// Runs a job that must succeed; gives the run.
    pub(crate) fn succeed(&self, job: &str) -> String {
        let run = self.run(job).expect(0);
        assert_eq!(run.json["state"], "succeeded", "{}", run.stdout);
        run.text("run")
    }

    /// Waits until a run is in one of these states; gives what `run show` says then.
    pub(crate) fn until(&self, run: &str, states: &[&str]) -> Value {
        let begun = Instant::now();
        loop {
            let shown = self.ana.run(&["run", "show", run]);
            let state = shown.json["state"].as_str().unwrap_or_default();
            if states.contains(&state) {
                return shown.json;
            }
            assert!(begun.elapsed() < Duration::from_secs(120), "run stays `{state}`: {}", shown.stderr);
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// The result of a run as sorted CSV lines without the header, decrypted by a reader.
    pub(crate) fn rows(&self, reader: &User, run: &str) -> Vec<String> {
        let out = self.deployment.scratch().join(format!("{run}.csv"));
        let _ = fs::remove_file(&out);
        reader.ok(&["run", "results", run, "--out", out.to_str().unwrap()]);
        let text = fs::read_to_string(out).unwrap();
        let mut rows: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
        rows.sort();
        rows
    }

    /// The run's bundle.
    pub(crate) fn bundle(&self, run: &str) -> PathBuf {
        let out = self.deployment.scratch().join(format!("{run}.bundle.json"));
        self.ana.ok(&["run", "bundle", run, "--out", out.to_str().unwrap()]);
        out
    }
}

/// The operator adds a person, who signs in and gets keys and a certificate.
pub(crate) fn enter(deployment: &Deployment, user: &User, email: &str, organisation: &str) {
    let _ = deployment.admin(&["org", "add", organisation], "");
    let words = ["user", "add", email, "--org", organisation, "--org-admin", "--password-stdin"];
    let _ = deployment.admin(&words, PASSWORD).expect(0);
    let words = ["login", &deployment.url, "--email", email, "--password-stdin"];
    let _ = user.run_with_input(&words, PASSWORD).expect(0);
}

/// Charge of a patient.
pub(crate) fn charge(patient: u32) -> u32 {
    patient * 7 + 3
}

/// Diagnosis of a patient.
pub(crate) fn diagnosis(patient: u32) -> &'static str {
    if patient.is_multiple_of(3) { "B" } else { "M" }
}

fn measurements() -> String {
    (0..PATIENTS).fold("patient,charge\n".into(), |text, p| text + &format!("p{p:03},{}\n", charge(p)))
}

fn diagnoses() -> String {
    (0..PATIENTS).fold("patient,diagnosis\n".into(), |text, p| text + &format!("p{p:03},{}\n", diagnosis(p)))
}

/// What [`STATISTICS`] must give, from the plain numbers.
pub(crate) fn truth() -> Vec<(String, u32, f64)> {
    ["B", "M"]
        .into_iter()
        .map(|name| {
            let of = || (0..PATIENTS).filter(|p| diagnosis(*p) == name);
            (name.to_owned(), u32::try_from(of().count()).unwrap(), f64::from(of().map(charge).sum::<u32>()))
        })
        .collect()
}
