//! Virtual environments of Python below the target folder.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use crate::{process, workspace};

/// The environment `<target>/python/NAME` with what a requirements file pins; made again when the file changed. Gives its
/// Python.
pub(crate) fn ensure(name: &str, requirements: &Path) -> Result<PathBuf, String> {
    let folder = workspace::target_dir().join("python").join(name);
    let (python, stamp) = (folder.join("bin/python"), folder.join("requirements.txt"));
    let wanted = fs::read(requirements).map_err(|e| format!("`{}`: {e}", requirements.display()))?;
    if python.is_file() && fs::read(&stamp).is_ok_and(|there| there == wanted) {
        return Ok(python);
    }
    match fs::remove_dir_all(&folder) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(format!("`{}`: {error}", folder.display())),
    }
    process::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    process::run(
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(requirements),
    )?;
    // Written last: an installation that was interrupted is made again.
    fs::write(&stamp, wanted).map_err(|error| format!("`{}`: {error}", stamp.display()))?;
    Ok(python)
}
