//! Python environments of tests, each from a file of pinned requirements with hashes: made once, and anew when the file
//! has changed. They lie below the target folder.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{process, workspace};

/// The environments, by name: `tests/python/requirements-NAME.txt`.
const NAMES: [&str; 3] = ["hammer", "scim", "sdk"];

/// The variable in which tests find the interpreter of an environment.
fn variable(name: &str) -> String {
    format!("CLOISTER_TEST_PYTHON_{}", name.to_uppercase())
}

fn folder_of(name: &str) -> PathBuf {
    workspace::target_dir().join("python").join(name)
}

fn requirements_of(name: &str) -> PathBuf {
    workspace::root().join("tests/python").join(format!("requirements-{name}.txt"))
}

/// The interpreter of an environment that was made.
fn interpreter(folder: &Path) -> PathBuf {
    folder.join("bin/python")
}

/// The variables that tests need, of every environment.
pub(crate) fn variables() -> impl Iterator<Item = (String, OsString)> {
    NAMES.into_iter().map(|name| (variable(name), interpreter(&folder_of(name)).into_os_string()))
}

/// Makes what is missing or out of date.
pub(crate) fn ensure_all() -> Result<(), String> {
    NAMES.into_iter().try_for_each(|name| ensure(name).map(|_| ()))
}

/// Whether the environment is of these requirements: it holds their text, written last.
fn is_fresh(folder: &Path, wanted: &str) -> bool {
    interpreter(folder).exists()
        && fs::read_to_string(folder.join("made-of.txt")).is_ok_and(|text| text == wanted)
}

/// The environment of that name with what its requirements pin; gives its interpreter.
pub(crate) fn ensure(name: &str) -> Result<PathBuf, String> {
    made(&folder_of(name), &requirements_of(name))
}

fn made(folder: &Path, requirements: &Path) -> Result<PathBuf, String> {
    let named = |path: &Path, error: &std::io::Error| format!("`{}`: {error}", path.display());
    let wanted = fs::read_to_string(requirements).map_err(|error| named(requirements, &error))?;
    let python = interpreter(folder);
    if is_fresh(folder, &wanted) {
        return Ok(python);
    }
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| named(folder, &error))?;
    }
    process::run(Command::new("python3").args(["-m", "venv"]).arg(folder).stdout(std::io::stderr()))?;
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]);
    install.args(["--only-binary", ":all:", "--requirement"]).arg(requirements).stdout(std::io::stderr());
    process::run(&mut install)?;
    fs::write(folder.join("made-of.txt"), wanted).map_err(|error| named(folder, &error))?;
    Ok(python)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_is_fresh_while_its_requirements_are_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(!is_fresh(folder.path(), "a==1"), "nothing is there");
        fs::create_dir(folder.path().join("bin")).expect("a folder");
        fs::write(interpreter(folder.path()), "").expect("a file");
        assert!(!is_fresh(folder.path(), "a==1"), "it was not finished");
        fs::write(folder.path().join("made-of.txt"), "a==1").expect("a file");
        assert!(is_fresh(folder.path(), "a==1"));
        assert!(!is_fresh(folder.path(), "a==2"));
    }

    #[test]
    fn every_environment_has_a_file_that_pins_with_hashes() {
        for name in NAMES {
            let text = fs::read_to_string(requirements_of(name)).expect("the file");
            let pins = text.lines().filter(|line| line.contains("==")).count();
            assert!(pins > 0 && text.matches("--hash=sha256:").count() >= pins, "{name}");
        }
    }
}
