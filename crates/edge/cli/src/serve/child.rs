//! One child process: started, waited for until it says that it is ready, asked to end.

use std::{path::Path, process::Stdio, time::Duration};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{ChildStdout, Command},
    time::timeout,
};

use super::DATABASE;
use crate::{outcome::Failure, terminal};

/// How long a program may take until it is ready.
const STARTING: Duration = Duration::from_mins(1);
/// How long a program may take to end.
const DRAINING: Duration = Duration::from_secs(10);

/// What a program says when it is ready.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Ready {
    event: String,
    /// Where it listens.
    pub(super) url: String,
    /// The one-time set-up link.
    #[serde(default)]
    pub(super) setup: Option<String>,
}

/// How a program is started.
pub(super) struct Line {
    /// Its arguments.
    pub(super) words: Vec<String>,
    /// The database, told by the environment: arguments are seen by everyone on the host.
    pub(super) database: Option<String>,
}

/// A running program.
pub(super) struct Child {
    name: &'static str,
    process: tokio::process::Child,
}

impl Child {
    /// Starts a program in a process group of its own, so that Ctrl-C reaches it in order, through us.
    pub(super) fn start(name: &'static str, path: &Path, line: &Line) -> Result<Self, Failure> {
        let mut command = Command::new(path);
        match &line.database {
            Some(url) => command.env(DATABASE, url),
            None => command.env_remove(DATABASE),
        };
        command
            .args(&line.words)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let process =
            command.spawn().map_err(|e| Failure::Failed(format!("`{name}` cannot be started: {e}")))?;
        Ok(Self { name, process })
    }

    /// Waits for its ready line; what it prints later goes to stderr.
    pub(super) async fn ready(&mut self) -> Result<Ready, Failure> {
        let stdout = self.process.stdout.take();
        let mut lines =
            BufReader::new(stdout.ok_or_else(|| Failure::Failed(format!("`{}` has no output", self.name)))?)
                .lines();
        let found = timeout(STARTING, read_ready(&mut lines)).await;
        match found {
            Ok(Some(ready)) => {
                tokio::spawn(forward(lines));
                Ok(ready)
            }
            Ok(None) => Err(self.ended_early().await),
            Err(_) => Err(Failure::Unavailable(format!("`{}` did not become ready", self.name))),
        }
    }

    /// A program that says nothing when it is ready: its output goes to stderr.
    pub(super) fn quiet(&mut self) {
        if let Some(stdout) = self.process.stdout.take() {
            tokio::spawn(forward(BufReader::new(stdout).lines()));
        }
    }

    async fn ended_early(&mut self) -> Failure {
        let status = self.process.wait().await;
        let shown = status.as_ref().map_or_else(ToString::to_string, ToString::to_string);
        let text = format!("`{}` ended before it was ready ({shown}); its own words are above", self.name);
        match status.ok().and_then(|status| status.code()) {
            Some(6) => Failure::Unavailable(text),
            Some(_) | None => Failure::Failed(text),
        }
    }

    /// Waits for its end.
    pub(super) async fn ended(&mut self) -> String {
        match self.process.wait().await {
            Ok(status) => format!("`{}` ended ({status})", self.name),
            Err(error) => format!("`{}` cannot be waited for: {error}", self.name),
        }
    }

    /// Asks it to end by its own process id, and ends it when it does not.
    pub(super) async fn drain(&mut self) {
        let pid = self.process.id().and_then(|pid| i32::try_from(pid).ok());
        if let Some(pid) = pid {
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
            if timeout(DRAINING, self.process.wait()).await.is_err() {
                terminal::note(&format!("`{}` did not end in time", self.name));
                let _ = self.process.kill().await;
            }
        }
    }
}

async fn read_ready(lines: &mut Lines<BufReader<ChildStdout>>) -> Option<Ready> {
    while let Ok(Some(line)) = lines.next_line().await {
        match serde_json::from_str::<Ready>(&line) {
            Ok(ready) if ready.event == "ready" => return Some(ready),
            Ok(_) | Err(_) => terminal::note(&line),
        }
    }
    None
}

async fn forward(mut lines: Lines<BufReader<ChildStdout>>) {
    while let Ok(Some(line)) = lines.next_line().await {
        terminal::note(&line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Child {
        let line = Line { words: vec!["-c".into(), script.into()], database: None };
        Child::start("test", Path::new("/bin/sh"), &line).unwrap()
    }

    #[tokio::test]
    async fn a_ready_line_is_found_among_others_and_the_child_drains() {
        let mut child =
            shell(r#"echo words; echo '{"event":"ready","url":"http://x","setup":"s"}'; exec sleep 60"#);
        let ready = child.ready().await.unwrap();
        assert_eq!((ready.url.as_str(), ready.setup.as_deref()), ("http://x", Some("s")));
        child.drain().await;
        assert!(child.process.try_wait().unwrap().is_some());
    }

    #[tokio::test]
    async fn a_child_that_ends_early_gives_its_reason() {
        assert_eq!(shell("exit 6").ready().await.unwrap_err().code(), 6);
        assert_eq!(shell("exit 3").ready().await.unwrap_err().code(), 1);
    }
}
