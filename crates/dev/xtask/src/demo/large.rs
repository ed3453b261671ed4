//! `--seed-large`: beside the story, as much as a large customer has, to try lists, search and the log by hand.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::demo::build::Binaries;
use crate::demo::console::Console;
use crate::demo::party::Party;
use crate::demo::server::Server;
use crate::demo::stage::Stage;
use crate::demo::story::people;

/// Words for the server: one address fills it, faster than any person asks.
pub(crate) const UNLIMITED: [&str; 4] = ["--rate-per-address", "0", "--rate-per-credential", "0"];

/// Fills the deployment; gives the one of the made-up people who sees most of it.
pub(crate) fn fill(
    console: &Console,
    binaries: &Binaries,
    stage: &Stage,
    server: &Server,
) -> Result<Party, String> {
    console.step("seed", "1,000 people, 200 workspaces, 10,000 runs, 1,000,000 log entries: some minutes");
    let password = people::password()?;
    let mut command = Command::new(binaries.folder.join("cloister-seed"));
    command.args(["--server", server.url(), "--database", &stage.database_url(), "--password-stdin"]);
    command.arg("--profiles").arg(stage.home("seeded"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("cannot start `cloister-seed`: {error}"))?;
    if let Some(mut pipe) = child.stdin.take() {
        let written = std::io::Write::write_all(&mut pipe, password.as_bytes());
        written.map_err(|error| format!("`cloister-seed` reads no password: {error}"))?;
    }
    let output = child.wait_with_output().map_err(|error| format!("`cloister-seed`: {error}"))?;
    if !output.status.success() {
        return Err(format!("`cloister-seed` ended with {}", output.status));
    }
    let told: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("`cloister-seed` said something else: {error}"))?;
    let word = |field: &str| {
        let text = told[field].as_str().map(str::to_owned);
        text.ok_or_else(|| format!("`cloister-seed` told no `{field}`: {told}"))
    };
    let mut examiner = Party {
        email: word("examiner")?,
        password,
        passphrase: String::new(),
        home: word("examiner_profile")?.into(),
        cloister: binaries.cloister.clone(),
    };
    examiner.passphrase = examiner.run(["key", "backup"])?.text("passphrase")?;
    console.step("seed", &format!("{} entries stand in the signed log", told["entries"]));
    Ok(examiner)
}
