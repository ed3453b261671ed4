//! Runs `cloister-hammer` and reads its report.
//!
//! Invariant: a run that ends badly, or that sent less than was asked for, is a finding of its own.

use std::fs;
use std::process::Command;

use serde::Deserialize;

use crate::suites::Totals;
use crate::{process, python_env, workspace};

/// Findings that are shown of one operation.
const SHOWN: usize = 4;

/// Which database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    /// As the programs call it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// What `tests/python/hammer` writes.
#[derive(Deserialize, Default, Debug)]
struct Told {
    requests: u64,
    seconds: u64,
    operations: Vec<Hit>,
}

/// One operation.
#[derive(Deserialize, Debug)]
struct Hit {
    operation: String,
    requests: u64,
    /// Answers with 2xx.
    reached: u64,
    statuses: std::collections::BTreeMap<String, u64>,
    findings: Vec<Finding>,
}

/// Something that is wrong.
#[derive(Deserialize, Debug)]
struct Finding {
    check: String,
    times: u64,
    words: String,
    request: String,
}

/// How it went.
pub(crate) struct Report {
    database: Database,
    asked: u64,
    ended_well: bool,
    told: Told,
}

/// Hits a fresh deployment with so many requests.
pub(crate) fn hit(database: Database, requests: u32, seed: u32, only: &str) -> Result<Report, String> {
    let package = workspace::root().join("tests/python");
    let python = python_env::ensure("hammer")?;
    let file = workspace::target_dir().join(format!("hammer-{}.json", database.word()));
    // Where none was written, an old one must not pass for it.
    let _ = fs::remove_file(&file);
    let mut command = Command::new(workspace::target_dir().join("debug/cloister-hammer"));
    command.args(["--database", database.word(), "--only", only, "--python"]).arg(python);
    command.args(["--requests", &requests.to_string(), "--seed", &seed.to_string()]);
    command.arg("--package").arg(package).arg("--report").arg(&file);
    let status = command.status().map_err(|error| format!("`{}`: {error}", process::shown(&command)))?;
    let text = fs::read_to_string(&file).unwrap_or_default();
    Ok(Report {
        database,
        asked: u64::from(requests),
        ended_well: status.success(),
        told: serde_json::from_str(&text).unwrap_or_default(),
    })
}

impl Report {
    fn whole(&self) -> bool {
        self.ended_well && self.told.requests >= self.asked
    }

    /// How much is wrong.
    pub(crate) fn findings(&self) -> u64 {
        let found: u64 = self.told.operations.iter().map(|hit| hit.findings.len() as u64).sum();
        found + u64::from(!self.whole())
    }

    /// Each operation counts as one test, and so does the run as a whole.
    pub(crate) fn totals(&self) -> Totals {
        let failed = self.told.operations.iter().filter(|hit| !hit.findings.is_empty()).count() as u64;
        let all = self.told.operations.len() as u64;
        let whole = u64::from(self.whole());
        Totals { passed: all - failed + whole, failed: failed + 1 - whole, ..Totals::default() }
    }

    /// Prints what was reached, and what is wrong.
    pub(crate) fn show(&self) {
        for hit in &self.told.operations {
            let statuses: Vec<String> =
                hit.statuses.iter().map(|(status, n)| format!("{status}x{n}")).collect();
            println!("{:5} {} ({})", hit.requests, hit.operation, statuses.join(" "));
        }
        for hit in &self.told.operations {
            for finding in hit.findings.iter().take(SHOWN) {
                println!("\n{} - {} ({} times)", hit.operation, finding.check, finding.times);
                println!("{}\n{}", finding.words, finding.request);
            }
        }
        let missed: Vec<&str> = self
            .told
            .operations
            .iter()
            .filter(|hit| hit.reached == 0)
            .map(|hit| hit.operation.as_str())
            .collect();
        println!(
            "\nnever answered with 2xx: {}",
            if missed.is_empty() { "none".into() } else { missed.join(", ") }
        );
        let Told { requests, seconds, .. } = self.told;
        let found = self.findings();
        println!("{}: {requests} requests in {seconds} s, {found} findings", self.database.word());
        if !self.whole() {
            println!("{}: the run did not end well, or sent less than {}", self.database.word(), self.asked);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(ended_well: bool, requests: u64, findings: &str) -> Report {
        let told = format!(
            r#"{{"requests":{requests},"seconds":1,"operations":[
                {{"operation":"GET /a","requests":1,"reached":1,"statuses":{{"200":1}},"findings":[]}},
                {{"operation":"GET /b","requests":1,"reached":0,"statuses":{{"404":1}},"findings":[{findings}]}}]}}"#
        );
        let told = serde_json::from_str(&told).unwrap();
        Report { database: Database::Sqlite, asked: 2, ended_well, told }
    }

    #[test]
    fn a_run_that_ends_early_never_counts_as_passed() {
        assert_eq!(report(true, 2, "").totals(), Totals { passed: 3, ..Totals::default() });
        assert_eq!(report(false, 2, "").totals(), Totals { passed: 2, failed: 1, ..Totals::default() });
        assert_eq!((report(true, 1, "").findings(), report(true, 1, "").totals().failed), (1, 1));
        let nothing = Report { told: Told::default(), ..report(true, 0, "") };
        assert_eq!(nothing.totals(), Totals { failed: 1, ..Totals::default() });
    }

    #[test]
    fn an_operation_with_findings_is_one_failure() {
        let found = r#"{"check":"ServerError","what":"x","times":9,"words":"x","request":"x"}"#;
        let report = report(true, 2, &format!("{found},{found}"));
        assert_eq!(report.findings(), 2);
        assert_eq!(report.totals(), Totals { passed: 2, failed: 1, ..Totals::default() });
    }
}
