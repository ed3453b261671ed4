//! The system packages the build and the data need.

use std::io::{BufRead, IsTerminal, Write};
use std::process::Command;

use crate::demo::console::Console;
use crate::{Outcome, process};

/// A program, how to see whether it is there, and the Debian package that has it.
const NEEDED: [(&str, &[&str], &str); 5] = [
    ("cc", &["--version"], "build-essential"),
    ("python3", &["--version"], "python3"),
    ("python3", &["-m", "pip", "--version"], "python3-pip"),
    ("python3", &["-c", "import ensurepip, venv"], "python3-venv"),
    ("npm", &["--version"], "npm"),
];

/// What the console's browser suite needs besides.
const BROWSER: (&str, &[&str], &str) = ("chromium", &["--version"], "chromium");

/// The Debian packages that are missing here.
pub(crate) fn missing_packages() -> Vec<&'static str> {
    missing(&NEEDED)
}

fn missing(needed: &[(&str, &[&str], &'static str)]) -> Vec<&'static str> {
    let works = |program: &str, args: &[&str]| {
        Command::new(program).args(args).output().is_ok_and(|output| output.status.success())
    };
    needed.iter().filter(|(program, args, _)| !works(program, args)).map(|(_, _, package)| *package).collect()
}

/// Installs what is missing; asks first unless told not to.
pub(crate) fn ensure(console: &Console, agreed: bool) -> Outcome {
    provide(console, agreed, &missing_packages())
}

/// The same with the browser that tests of the console drive.
pub(crate) fn ensure_with_browser(console: &Console, agreed: bool) -> Outcome {
    let all = [missing_packages(), missing(&[BROWSER])].concat();
    provide(console, agreed, &all)
}

fn provide(console: &Console, agreed: bool, missing: &[&str]) -> Outcome {
    if missing.is_empty() {
        return Ok(());
    }
    let wanted = missing.join(" ");
    if !process::exists("apt-get", "--version") {
        return Err(format!("install what corresponds to Debian's {wanted}, then start again"));
    }
    if !agreed && !asked(&format!("install {wanted} with apt? [y/N] "))? {
        return Err(format!("needs {wanted}: install them, or start again with --yes"));
    }
    install(console, missing)
}

/// Whether packages can be installed without asking anyone for more rights.
pub(crate) fn is_root() -> bool {
    process::stdout(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// Installs Debian packages.
pub(crate) fn install(console: &Console, packages: &[&str]) -> Outcome {
    console.step("install", &packages.join(" "));
    let root = is_root();
    let apt = |args: &[&str]| {
        let mut command = Command::new(if root { "apt-get" } else { "sudo" });
        if !root {
            command.arg("apt-get");
        }
        command.args(args).env("DEBIAN_FRONTEND", "noninteractive").stdout(std::io::stderr());
        process::run(&mut command)
    };
    apt(&["update", "-q"])?;
    apt(&[&["install", "-y", "-q"], packages].concat())
}

fn asked(question: &str) -> Result<bool, String> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    eprint!("{question}");
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| format!("cannot read the answer: {error}"))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
