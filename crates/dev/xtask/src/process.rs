//! Running other programs: with the terminal, or with what they print in our hands.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use crate::workspace;

/// A cargo command in the checkout.
pub(crate) fn cargo<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new("cargo");
    command.args(args).current_dir(workspace::root());
    for (name, _) in std::env::vars_os().filter(|(name, _)| tells_of_xtask(name)) {
        command.env_remove(name);
    }
    command
}

/// Whether `cargo run` set the variable to describe xtask itself. Build scripts (that of `ring`, below parquet and
/// `DataFusion`) watch such variables: passed on, they would rebuild half the dependencies at each change between
/// `cargo xtask` and plain `cargo`.
fn tells_of_xtask(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}

/// Runs with the caller's terminal; says which command failed.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", shown(command))) }
}

/// Runs and gives what the program wrote to stdout; its stderr goes to the caller's terminal.
pub(crate) fn stdout(command: &mut Command) -> Result<String, String> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| cannot_start(command, &error))?;
    if output.status.success() {
        String::from_utf8(output.stdout).map_err(|_| format!("`{}` printed no UTF-8", shown(command)))
    } else {
        Err(format!("`{}` ended with {}", shown(command), output.status))
    }
}

/// Runs, passing on each line of stderr while it appears, and gives them too; true when the program succeeded.
pub(crate) fn watch_stderr(command: &mut Command) -> Result<(String, bool), String> {
    let mut child = command.stderr(Stdio::piped()).spawn().map_err(|error| cannot_start(command, &error))?;
    let seen =
        child.stderr.take().map(|pipe| passed_on(pipe, |line| eprintln!("{line}"))).unwrap_or_default();
    let status = child.wait().map_err(|error| cannot_start(command, &error))?;
    Ok((seen, status.success()))
}

/// The same for stdout.
pub(crate) fn watch_stdout(command: &mut Command) -> Result<(String, bool), String> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| cannot_start(command, &error))?;
    let seen = child.stdout.take().map(|pipe| passed_on(pipe, |line| println!("{line}"))).unwrap_or_default();
    let status = child.wait().map_err(|error| cannot_start(command, &error))?;
    Ok((seen, status.success()))
}

fn passed_on(pipe: impl Read, show: impl Fn(&str)) -> String {
    let mut seen = String::new();
    for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        show(&line);
        seen.push_str(&line);
        seen.push('\n');
    }
    seen
}

/// Whether a program can be started at all.
pub(crate) fn exists(program: &str, probe: &str) -> bool {
    Command::new(program)
        .arg(probe)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    format!("cannot start `{}`: {error}", shown(command))
}
