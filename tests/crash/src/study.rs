//! People, keys, a workspace of two hospitals with a dataset each, and a workspace of one.

use std::{fs, path::PathBuf};

use cloister_testkit::{Deployment, User, http::exchange};
use serde_json::json;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple 7";
pub(crate) const ANA: &str = "ana@north.example";
pub(crate) const BEN: &str = "ben@south.example";
const CARA: &str = "cara@west.example";
const DORA: &str = "dora@east.example";

const RULES: &str = r#"
allowed_columns = ["patient", "charge"]
uses = ["sql"]
[analysis]
rule = "none"
"#;

/// What the load works on.
pub(crate) struct Study {
    pub(crate) url: String,
    /// Author and runner, auditor of the first hospital.
    pub(crate) ana: User,
    /// Reviewer.
    pub(crate) ben: User,
    /// Has a workspace of her own.
    pub(crate) cara: User,
    /// Makes workspaces.
    pub(crate) dora: User,
    /// Ana's and Ben's.
    pub(crate) workspace: String,
    /// Cara's.
    pub(crate) alone: String,
    pub(crate) scratch: PathBuf,
}

impl Study {
    pub(crate) fn new(deployment: &Deployment) -> Self {
        let [ana, ben, cara, dora] = ["ana", "ben", "cara", "dora"].map(|name| deployment.user(name));
        for (user, email, organisation) in [
            (&ana, ANA, "North Hospital"),
            (&ben, BEN, "South Hospital"),
            (&cara, CARA, "West Hospital"),
            (&dora, DORA, "East Hospital"),
        ] {
            enter(deployment, user, email, organisation);
        }
        ana.ok(&["member", "set", ANA, "--workspace-admin", "on", "--auditor", "on"]);
        cara.ok(&["member", "set", CARA, "--workspace-admin", "on"]);
        dora.ok(&["member", "set", DORA, "--workspace-admin", "on"]);
        let made = ana.ok(&words("Study", &["--member", BEN]));
        let (workspace, genesis) = (text(&made, "workspace"), text(&made, "genesis"));
        ben.ok(&["workspace", "accept", &workspace, "--genesis", &genesis]);
        let alone = text(&cara.ok(&words("Alone", &[])), "workspace");
        let scratch = deployment.scratch().to_path_buf();
        let study = Self { url: deployment.url.clone(), ana, ben, cara, dora, workspace, alone, scratch };
        study.add(&study.ana, "measurements");
        let words =
            ["dataset", "share", "measurements", "--workspace", &study.workspace, "--allow-simulated"];
        study.ana.ok(&words);
        study
    }

    fn add(&self, owner: &User, name: &str) {
        let (file, rules) = self.files(name);
        let (file, rules) = (file.to_string_lossy(), rules.to_string_lossy());
        owner.ok(&["dataset", "add", &file, "--name", name, "--rules", &rules, "--assurance", "simulated"]);
    }

    /// A small table and its rules.
    pub(crate) fn files(&self, name: &str) -> (PathBuf, PathBuf) {
        let (file, rules) =
            (self.scratch.join(format!("{name}.csv")), self.scratch.join(format!("{name}.toml")));
        let rows =
            (0..50).fold("patient,charge\n".to_owned(), |all, p| all + &format!("p{p:03},{}\n", p * 7));
        for (path, text) in [(&file, rows.as_str()), (&rules, RULES)] {
            fs::write(path, text).unwrap_or_else(|e| panic!("`{}`: {e}", path.display()));
        }
        (file, rules)
    }
}

/// How a workspace is made.
pub(crate) fn words<'a>(name: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut words =
        vec!["workspace", "create", name, "--type", "analytics", "--approval", "all", "--run", "all"];
    words.extend(["--assurance", "simulated"]);
    words.extend(more);
    words
}

pub(crate) fn text(json: &serde_json::Value, field: &str) -> String {
    json[field].as_str().unwrap_or_else(|| panic!("no `{field}` in {json}")).to_owned()
}

/// The operator adds a person, who signs in and gets keys and a certificate.
pub fn enter(deployment: &Deployment, user: &User, email: &str, organisation: &str) {
    let _ = deployment.admin(&["org", "add", organisation], "");
    let words = ["user", "add", email, "--org", organisation, "--org-admin", "--password-stdin"];
    let _ = deployment.admin(&words, PASSWORD).expect(0);
    let words = ["login", &deployment.url, "--email", email, "--password-stdin"];
    let _ = user.run_with_input(&words, PASSWORD).expect(0);
}

/// The header of a session over HTTP.
pub fn session(url: &str, email: &str) -> String {
    let body = json!({ "email": email, "password": PASSWORD }).to_string();
    let answer = exchange(url, "POST", "/api/v1/sessions", &[], body.as_bytes());
    let answer = answer.unwrap_or_else(|e| panic!("signing in: {e}"));
    format!("authorization: Bearer {}", text(&answer.json, "token"))
}
