//! A deployment of the release programs, with one person, a dataset and an accepted job.

use std::{
    fs,
    path::{Path, PathBuf},
};

use cloister_model::{Clock, Rng, Timestamp};
use cloister_testkit::{Binaries, Deployment, User};
use serde_json::Value;

use crate::Failure;

const PASSWORD: &str = "correct horse battery staple 7";
const EMAIL: &str = "ana@north.example";
const RULES: &str = "uses = [\"sql\"]\n[analysis]\nrule = \"none\"\n";

/// The host's clock.
pub(crate) struct HostClock;

impl Clock for HostClock {
    #[expect(clippy::disallowed_methods, reason = "a bench is its own composition root")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// The operating system's randomness.
pub(crate) struct OsRng;

impl Rng for OsRng {
    #[expect(clippy::disallowed_methods, reason = "a bench is its own composition root")]
    fn fill(&self, out: &mut [u8]) {
        if getrandom::fill(out).is_err() {
            std::process::abort();
        }
    }
}

/// Everything runs until it is dropped.
pub(crate) struct World {
    pub(crate) deployment: Deployment,
    pub(crate) ana: User,
    workspace: String,
}

impl World {
    /// Programs beside this one; a person, keys, a workspace, a dataset.
    pub(crate) fn new() -> Result<Self, Failure> {
        let own = std::env::current_exe()?;
        let folder = own.parent().ok_or("this program is in no folder")?;
        // One address asks all it can: what is measured is the server, not its patience.
        let words = ["--rate-per-address", "0", "--rate-per-credential", "0"];
        let deployment = Deployment::start_as(Binaries::at(folder), &words);
        let ana = deployment.user("ana");
        let _ = deployment.admin(&["org", "add", "North Hospital"], "").expect(0);
        let words = ["user", "add", EMAIL, "--org", "North Hospital", "--org-admin", "--password-stdin"];
        let _ = deployment.admin(&words, PASSWORD).expect(0);
        let words = ["login", &deployment.url, "--email", EMAIL, "--password-stdin"];
        let _ = ana.run_with_input(&words, PASSWORD).expect(0);
        ana.ok(&["member", "set", EMAIL, "--workspace-admin", "on"]);
        let created = ana.ok(&[
            "workspace",
            "create",
            "Bench",
            "--type",
            "analytics",
            "--approval",
            "all",
            "--run",
            "all",
            "--assurance",
            "simulated",
        ]);
        let workspace = text(&created, "workspace")?;
        let mut world = Self { deployment, ana, workspace };
        world.dataset()?;
        Ok(world)
    }

    fn dataset(&mut self) -> Result<(), Failure> {
        let rows =
            (0..60).fold("patient,charge\n".to_owned(), |text, p| text + &format!("p{p:03},{}\n", p * 7));
        let (csv, rules) = (self.file("charges.csv", &rows)?, self.file("rules.toml", RULES)?);
        let words =
            ["dataset", "add", word(&csv), "--name", "charges", "--rules", word(&rules), "--assurance"];
        self.ana.ok(&[&words[..], &["simulated"]].concat());
        self.ana.ok(&["dataset", "share", "charges", "--workspace", &self.workspace, "--allow-simulated"]);
        Ok(())
    }

    fn file(&self, name: &str, text: &str) -> Result<PathBuf, Failure> {
        let path = self.deployment.scratch().join(name);
        fs::write(&path, text)?;
        Ok(path)
    }

    /// A draft.
    pub(crate) fn draft(&self, name: &str, more: &[&str]) -> Result<String, Failure> {
        let sql = self.file("bench.sql", "SELECT count(charge) AS n FROM charges")?;
        let words = ["job", "create", "--workspace", &self.workspace, "--name", name, "--sql", word(&sql)];
        let created = self.ana.ok(&[&words[..], &["--reader", EMAIL], more].concat());
        text(&created, "job")
    }

    /// A job that may run so often.
    pub(crate) fn accepted(&self, runs: usize) -> Result<String, Failure> {
        let job = self.draft("release", &["--max-runs", &runs.to_string()])?;
        self.ana.ok(&["job", "submit", &job]);
        let shown = self.ana.ok(&["job", "show", &job]);
        if shown["state"] != "accepted" {
            self.ana.ok(&["job", "approve", &job]);
        }
        Ok(job)
    }
}

fn word(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

pub(crate) fn text(value: &Value, field: &str) -> Result<String, Failure> {
    Ok(value[field].as_str().ok_or_else(|| format!("no `{field}` in {value}"))?.to_owned())
}
