//! Someone at a command line with a profile of their own.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

/// A person's `cloister`.
#[derive(Clone, Debug)]
pub struct User {
    program: PathBuf,
    /// The profile folder, `CLOISTER_HOME`.
    pub home: PathBuf,
}

/// How a command ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What was run.
    pub command: String,
    /// Exit code; -1 when a signal ended it.
    pub exit: i32,
    /// The last line of stdout as JSON, or null.
    pub json: Value,
    /// All of stdout.
    pub stdout: String,
    /// All of stderr.
    pub stderr: String,
}

impl User {
    /// Someone whose profile is in `home`.
    pub fn new(program: PathBuf, home: PathBuf) -> Self {
        fs::create_dir_all(&home).unwrap_or_else(|e| panic!("a profile folder: {e}"));
        Self { program, home }
    }

    /// Runs a command with `--json`, whatever its end.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with_input(arguments, "")
    }

    /// The same with stderr in a file, where a test reads along.
    pub fn run_telling(&self, arguments: &[&str], said: &Path) -> Outcome {
        let file = fs::File::create(said).unwrap_or_else(|e| panic!("{}: {e}", said.display()));
        self.carry_out(arguments, "", file.into())
    }

    /// The same with text on stdin.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Outcome {
        self.carry_out(arguments, input, Stdio::piped())
    }

    fn carry_out(&self, arguments: &[&str], input: &str, stderr: Stdio) -> Outcome {
        let mut child = Command::new(&self.program)
            .args(arguments)
            .arg("--json")
            .env("CLOISTER_HOME", &self.home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap_or_else(|e| panic!("{}: {e}", self.program.display()));
        if let Some(mut stdin) = child.stdin.take() {
            // A command that does not read its input closes the pipe: no fault of the test.
            let _ = stdin.write_all(input.as_bytes());
        }
        let output = child.wait_with_output().unwrap_or_else(|e| panic!("wait: {e}"));
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        let json = serde_json::from_str(&stdout)
            .or_else(|_| serde_json::from_str(stdout.lines().last().unwrap_or_default()))
            .unwrap_or(Value::Null);
        Outcome {
            command: format!("cloister {}", arguments.join(" ")),
            exit: output.status.code().unwrap_or(-1),
            json,
            stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs a command that must succeed; gives its JSON.
    pub fn ok(&self, arguments: &[&str]) -> Value {
        self.run(arguments).expect(0).json
    }
}

impl Outcome {
    /// Ends the test unless the exit code is this one.
    #[must_use]
    pub fn expect(self, exit: i32) -> Self {
        assert_eq!(
            self.exit, exit,
            "`{}` ended with {} instead of {exit}\nstdout: {}\nstderr: {}",
            self.command, self.exit, self.stdout, self.stderr
        );
        self
    }

    /// A text field of the JSON; ends the test where it is absent.
    pub fn text(&self, field: &str) -> String {
        match self.json.get(field).and_then(Value::as_str) {
            Some(text) => text.to_owned(),
            None => panic!("`{}` gave no `{field}`: {}", self.command, self.stdout),
        }
    }

    /// The check that refused, wherever the JSON of a refusal has it.
    pub fn check(&self) -> Option<String> {
        let find = |value: &Value| {
            let error = value.get("error").unwrap_or(value);
            error
                .get("check")
                .or_else(|| error.get("refused_check"))
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        find(&self.json).or_else(|| {
            self.stderr
                .lines()
                .rev()
                .find_map(|l| serde_json::from_str::<Value>(l).ok())
                .as_ref()
                .and_then(find)
        })
    }
}
