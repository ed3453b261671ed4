//! The rules of the house as checks over the manifests and sources of a tree.
//!
//! Purpose: an edge, a heavy dependency, a missing lint or a file too long is found by a program, not by a reviewer.
//! Invariants: reads files only, needs no network and no build; a crate that the rules do not name is a violation.
//! Limits: sees what the manifests declare; what a dependency pulls in is the business of `tcb/` and `deny.toml`.

mod dependencies;
mod lexer;
mod manifest;
mod rules;
mod sizes;

use std::fmt;
use std::fs;
use std::path::Path;

use manifest::Manifest;
use rules::Rules;

/// What was looked at, and what is out of place.
pub(crate) struct Report {
    pub(crate) crates: usize,
    pub(crate) edges: usize,
    pub(crate) files: usize,
    pub(crate) violations: Vec<Violation>,
}

/// One thing out of place: the name of the rule, where, and what.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) rule: &'static str,
    pub(crate) place: String,
    pub(crate) what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}] {}", self.place, self.rule, self.what)
    }
}

/// Checks a whole tree.
pub(crate) fn check(root: &Path) -> Result<Report, String> {
    let rules: Rules = read_toml(&root.join("architecture.toml"))?;
    let workspace: manifest::WorkspaceManifest = read_toml(&root.join("Cargo.toml"))?;
    let mut manifests = Vec::new();
    for folder in manifest::crate_folders(root)? {
        manifests.push(Manifest::read(root, &folder, &workspace)?);
    }
    let mut violations = dependencies::check(&rules, &manifests);
    violations.extend(dependencies::check_lints(&workspace, &manifests));
    let edges = manifests.iter().map(|manifest| manifest.internal(&rules, &manifests).len()).sum();
    let mut files = 0;
    for manifest in &manifests {
        let (seen, found) = sizes::check(root, manifest, &rules)?;
        files += seen;
        violations.extend(found);
    }
    Ok(Report { crates: manifests.len(), edges, files, violations })
}

fn read_toml<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, String> {
    let text =
        fs::read_to_string(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    toml::from_str(&text).map_err(|error| format!("`{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests;
