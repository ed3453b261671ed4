//! The terminal: tables, questions, passwords, progress.

use std::{
    io::{BufRead, IsTerminal, Read, Write},
    os::fd::AsFd,
};

use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::outcome::Failure;

/// The longest password read.
const MAX_SECRET: u64 = 4096;

/// A line on stderr. What comes from others is shown without control characters.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", plain(text));
}

/// Text without control characters but line ends, so that names cannot drive the terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// A table, or, where it would be empty, what to do next.
pub(crate) fn list(header: &[&str], rows: &[Vec<String>], empty: &str) -> String {
    if rows.is_empty() { format!("{empty}\n") } else { table(header, rows) }
}

/// Lines of columns, each as wide as its widest cell.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let header: Vec<String> = header.iter().map(|cell| (*cell).to_owned()).collect();
    let all = || std::iter::once(&header).chain(rows);
    let widths: Vec<usize> = (0..header.len())
        .map(|at| all().map(|row| row.get(at).map_or(0, |cell| cell.chars().count())).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for row in all() {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// Asks a question on the terminal; only `y` or `yes` is yes.
pub(crate) fn confirm(question: &str) -> Result<bool, Failure> {
    Ok(matches!(line(&format!("{question} [y/N] "))?.as_str(), "y" | "Y" | "yes"))
}

/// Asks for a line on the terminal.
pub(crate) fn line(question: &str) -> Result<String, Failure> {
    let failed = |e: std::io::Error| Failure::Failed(format!("the terminal: {e}"));
    let mut stderr = std::io::stderr();
    write!(stderr, "{}", plain(question)).and_then(|()| stderr.flush()).map_err(failed)?;
    let mut text = String::new();
    std::io::stdin().lock().read_line(&mut text).map_err(failed)?;
    Ok(text.trim().to_owned())
}

/// Reads a secret: all of stdin when asked to, else from the terminal without echo.
pub(crate) fn secret(what: &str, from_stdin: bool) -> Result<Zeroizing<String>, Failure> {
    if from_stdin {
        return secret_of(std::io::stdin().lock());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::Usage(format!(
            "no terminal to ask for the {what}: give it with `--{what}-stdin`"
        )));
    }
    let _silence = Silence::new()?;
    let text = line(&format!("{what}: ")).map(Zeroizing::new);
    let _ = writeln!(std::io::stderr());
    text
}

fn secret_of(source: impl Read) -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    source
        .take(MAX_SECRET)
        .read_to_string(&mut text)
        .map_err(|e| Failure::Failed(format!("stdin could not be read: {e}")))?;
    while text.ends_with(['\n', '\r']) {
        text.pop();
    }
    if text.is_empty() { Err(Failure::Usage("stdin holds no secret".into())) } else { Ok(text) }
}

/// No echo while this lives.
struct Silence(Termios);

impl Silence {
    fn new() -> Result<Self, Failure> {
        let stdin = std::io::stdin();
        let failed = |e: nix::errno::Errno| Failure::Failed(format!("the terminal: {e}"));
        let before = tcgetattr(stdin.as_fd()).map_err(failed)?;
        let mut silent = before.clone();
        silent.local_flags.remove(LocalFlags::ECHO);
        tcsetattr(stdin.as_fd(), SetArg::TCSANOW, &silent).map_err(failed)?;
        Ok(Self(before))
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        let _ = tcsetattr(std::io::stdin().as_fd(), SetArg::TCSANOW, &self.0);
    }
}

/// A progress bar over `total`, on a terminal only.
pub(crate) fn bar(total: u64, json: bool) -> indicatif::ProgressBar {
    if json || !std::io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let style = indicatif::ProgressStyle::with_template("{bar:40} {percent}% {msg} {eta}");
    let bar = indicatif::ProgressBar::new(total.max(1));
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_align_and_say_when_they_are_empty() {
        let rows = vec![vec!["1".into(), "long name".into()], vec!["22".into(), "x".into()]];
        assert_eq!(table(&["id", "name"], &rows), "id  name\n1   long name\n22  x\n");
        assert_eq!(list(&["id"], &[], "make one"), "make one\n");
        assert_eq!(list(&["id", "name"], &rows, "make one"), table(&["id", "name"], &rows));
    }

    #[test]
    fn names_cannot_drive_the_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\nc"), "a\u{fffd}[2Jb\nc");
    }

    #[test]
    fn a_secret_loses_its_line_end_only() {
        assert_eq!(secret_of(&b" pass word \r\n"[..]).unwrap().as_str(), " pass word ");
        assert_eq!(secret_of(&b"\n"[..]).unwrap_err().code(), 2);
    }
}
