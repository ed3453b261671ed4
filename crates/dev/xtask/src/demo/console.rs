//! What the person sees: stdout, or stderr when stdout is for the JSON line.

use std::io::{IsTerminal, Write};
use std::time::Instant;

/// Where the story is told.
pub(crate) struct Console {
    json: bool,
    started: Instant,
}

impl Console {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, started: Instant::now() }
    }

    /// One line of the story.
    pub(crate) fn say(&self, text: &str) {
        if self.json {
            eprintln!("{text}");
        } else {
            println!("{text}");
        }
    }

    /// One step, with the seconds since the start.
    pub(crate) fn step(&self, name: &str, text: &str) {
        self.say(&format!("[{:>4}s] {name:<10} {text}", self.started.elapsed().as_secs()));
    }

    /// A counter that overwrites itself on a terminal and stays quiet elsewhere but for every fiftieth.
    pub(crate) fn count(&self, done: usize, of: usize, name: &str) {
        let mut stderr = std::io::stderr();
        if stderr.is_terminal() {
            let _ =
                write!(stderr, "\r\x1b[K[{:>4}s] build      {done} of {of} crates: {name}", self.seconds());
            let _ = stderr.flush();
        } else if done.is_multiple_of(50) {
            eprintln!("[{:>4}s] build      {done} of {of} crates", self.seconds());
        }
    }

    /// Ends the line of a counter.
    pub(crate) fn counted() {
        if std::io::stderr().is_terminal() {
            eprint!("\r\x1b[K");
        }
        let _ = std::io::stderr().flush();
    }

    /// The one line of JSON, for who asked for it.
    pub(crate) fn result(&self, line: &serde_json::Value) {
        if self.json {
            println!("{line}");
        }
    }

    fn seconds(&self) -> u64 {
        self.started.elapsed().as_secs()
    }
}
