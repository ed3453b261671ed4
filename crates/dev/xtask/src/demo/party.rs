//! Somebody at a terminal: the `cloister` command with a home of one's own.

use std::ffi::OsStr;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

/// A person with a home, that is a profile and keys.
pub(crate) struct Party {
    pub(crate) email: String,
    pub(crate) password: String,
    /// Opens the backup of the keys, in a browser too.
    pub(crate) passphrase: String,
    pub(crate) home: PathBuf,
    pub(crate) cloister: PathBuf,
}

/// What a command answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) code: i32,
    pub(crate) json: Value,
    pub(crate) said: String,
}

impl Party {
    /// A command that has to succeed.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Result<Reply, String> {
        self.call(args, None)?.expect_code(0)
    }

    /// A command that has to succeed and reads a password from stdin.
    pub(crate) fn run_with_password<S: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
    ) -> Result<Reply, String> {
        self.call(args, Some(&self.password))?.expect_code(0)
    }

    /// A command that may end as it will.
    pub(crate) fn attempt<S: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
    ) -> Result<Reply, String> {
        self.call(args, None)
    }

    fn call<S: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
        stdin: Option<&str>,
    ) -> Result<Reply, String> {
        let mut command = Command::new(&self.cloister);
        command.args(args).arg("--json").env("CLOISTER_HOME", &self.home);
        command.stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let shown = crate::process::shown(&command);
        let mut child = command.spawn().map_err(|error| format!("cannot start `{shown}`: {error}"))?;
        if let (Some(text), Some(mut pipe)) = (stdin, child.stdin.take()) {
            pipe.write_all(text.as_bytes())
                .map_err(|error| format!("`{shown}` reads no password: {error}"))?;
        }
        let output = child.wait_with_output().map_err(|error| format!("`{shown}`: {error}"))?;
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code().ok_or_else(|| format!("`{shown}` was ended by a signal"))?;
        let json = json_in(&stdout).or_else(|| json_in(&stderr)).unwrap_or_default();
        Ok(Reply { code, json, said: format!("`{shown}` exited {code}\n{stdout}{stderr}") })
    }
}

impl Reply {
    /// This reply, if it ended with this code.
    pub(crate) fn expect_code(self, code: i32) -> Result<Self, String> {
        if self.code == code { Ok(self) } else { Err(format!("expected exit {code}: {}", self.said)) }
    }

    /// A text field.
    pub(crate) fn text(&self, field: &str) -> Result<String, String> {
        match &self.json[field] {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            _ => Err(format!("no `{field}` in the answer: {}", self.said)),
        }
    }
}

/// The whole text as JSON, else its last line that is.
fn json_in(text: &str) -> Option<Value> {
    let whole = serde_json::from_str(text).ok();
    whole.or_else(|| text.lines().rev().find_map(|line| serde_json::from_str(line).ok()))
}

#[cfg(test)]
mod tests {
    use super::json_in;

    #[test]
    fn the_answer_is_the_document_or_its_last_json_line() {
        assert_eq!(json_in("{\n\"a\": 1\n}").unwrap()["a"], 1);
        assert_eq!(json_in("{\"a\":1}\n{\"a\":2}\n").unwrap()["a"], 2);
        assert_eq!(json_in("words"), None);
    }
}
