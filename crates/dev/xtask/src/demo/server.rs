//! `cloister serve` as a child: started, waited for, drained at the end.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::demo::build::Binaries;
use crate::demo::stage::Stage;

/// The running server; stopped with its children when this goes.
pub(crate) struct Server {
    child: Child,
    url: String,
}

impl Server {
    /// Starts it, with more words if need be, and waits for the line that says it is ready.
    pub(crate) fn start(binaries: &Binaries, stage: &Stage, words: &[&str]) -> Result<Self, String> {
        let log = stage.server_log();
        let log = File::create(&log).map_err(|error| format!("cannot write `{}`: {error}", log.display()))?;
        let mut child = Command::new(&binaries.cloister)
            .arg("serve")
            .arg("--data")
            .arg(stage.data())
            .args(["--listen", "127.0.0.1:0", "--insecure-sim-tee"])
            .args(stage.database())
            .args(words)
            .env("CLOISTER_HOME", stage.home("host"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(|error| format!("cannot start `cloister serve`: {error}"))?;
        let (sender, receiver) = mpsc::channel();
        let stdout = child.stdout.take();
        std::thread::spawn(move || {
            for line in stdout.map(BufReader::new).into_iter().flat_map(BufRead::lines).map_while(Result::ok)
            {
                if let Some(url) = ready(&line) {
                    let _ = sender.send(url);
                }
            }
        });
        let mut server = Self { child, url: String::new() };
        server.url = receiver.recv_timeout(Duration::from_mins(1)).map_err(|_| {
            format!("`cloister serve` did not become ready; its log is {}", stage.server_log().display())
        })?;
        Ok(server)
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Serves until somebody stops it.
    pub(crate) fn wait(mut self) -> Result<(), String> {
        self.child.wait().map(drop).map_err(|error| format!("`cloister serve`: {error}"))
    }

    fn stop(&mut self) {
        // SIGTERM drains and takes the children along; SIGKILL would leave them.
        let _ =
            Command::new("kill").args(["-TERM", &self.child.id().to_string()]).stderr(Stdio::null()).status();
        let deadline = Instant::now() + Duration::from_secs(15);
        while Instant::now() < deadline {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            self.stop();
        }
    }
}

fn ready(line: &str) -> Option<String> {
    let event: serde_json::Value = serde_json::from_str(line).ok()?;
    (event["event"] == "ready").then(|| event["url"].as_str().map(str::to_owned)).flatten()
}
