//! What a crate declares: its dependencies with inheritance and renames resolved, its features, its lints.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::read_toml;
use super::rules::Rules;

/// The part of the root manifest that crates inherit from.
#[derive(Deserialize)]
pub(crate) struct WorkspaceManifest {
    pub(crate) workspace: WorkspaceTable,
}

#[derive(Deserialize)]
pub(crate) struct WorkspaceTable {
    #[serde(default)]
    pub(crate) dependencies: BTreeMap<String, Entry>,
    #[serde(default)]
    pub(crate) lints: Option<toml::Value>,
}

/// A dependency entry: `"1"`, `{ workspace = true }`, `{ path = ".." }`, ...
pub(crate) type Entry = toml::Value;

#[derive(Deserialize, Default)]
struct Tables {
    #[serde(default)]
    dependencies: BTreeMap<String, Entry>,
    #[serde(default, rename = "dev-dependencies")]
    dev: BTreeMap<String, Entry>,
    #[serde(default, rename = "build-dependencies")]
    build: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Raw {
    package: Package,
    #[serde(default)]
    lints: BTreeMap<String, toml::Value>,
    #[serde(default)]
    features: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    target: BTreeMap<String, Tables>,
    #[serde(flatten)]
    tables: Tables,
}

#[derive(Deserialize)]
struct Package {
    name: String,
}

/// In which table a dependency stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Normal,
    Build,
    Dev,
}

/// One dependency, by the name its package has in the registry.
pub(crate) struct Dependency {
    pub(crate) package: String,
    pub(crate) kind: Kind,
    pub(crate) features: Vec<String>,
}

/// One crate of the tree.
pub(crate) struct Manifest {
    pub(crate) folder: String,
    pub(crate) package: String,
    pub(crate) inherits_lints: bool,
    pub(crate) default_features: Vec<String>,
    pub(crate) dependencies: Vec<Dependency>,
}

impl Manifest {
    /// Reads the crate in `folder` (relative to `root`).
    pub(crate) fn read(root: &Path, folder: &str, workspace: &WorkspaceManifest) -> Result<Self, String> {
        let raw: Raw = read_toml(&root.join(folder).join("Cargo.toml"))?;
        let mut dependencies = Vec::new();
        for tables in raw.target.values().chain([&raw.tables]) {
            for (kind, table) in
                [(Kind::Normal, &tables.dependencies), (Kind::Build, &tables.build), (Kind::Dev, &tables.dev)]
            {
                dependencies.extend(table.iter().map(|(key, entry)| resolve(key, entry, kind, workspace)));
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            package: raw.package.name,
            inherits_lints: raw.lints.get("workspace").and_then(toml::Value::as_bool) == Some(true),
            default_features: raw.features.get("default").cloned().unwrap_or_default(),
            dependencies,
        })
    }

    /// The dependencies that are crates of this tree, with their rooms.
    pub(crate) fn internal<'a>(
        &'a self,
        rules: &'a Rules,
        all: &'a [Self],
    ) -> Vec<(&'a Dependency, Option<&'a str>)> {
        let room_of = |package: &str| {
            let other = all.iter().find(|other| other.package == package)?;
            Some(rules.room_at(&other.folder).map(|(room, _)| room))
        };
        self.dependencies.iter().filter_map(|entry| Some((entry, room_of(&entry.package)?))).collect()
    }
}

fn resolve(key: &str, entry: &Entry, kind: Kind, workspace: &WorkspaceManifest) -> Dependency {
    let inherits = entry.get("workspace").and_then(Entry::as_bool) == Some(true);
    let inherited = workspace.workspace.dependencies.get(key).filter(|_| inherits);
    let mut package = key;
    let mut features = Vec::new();
    for source in inherited.into_iter().chain([entry]) {
        package = source.get("package").and_then(Entry::as_str).unwrap_or(package);
        let named = source.get("features").and_then(Entry::as_array);
        features.extend(named.into_iter().flatten().filter_map(Entry::as_str).map(str::to_owned));
    }
    Dependency { package: package.to_owned(), kind, features }
}

/// Every folder that holds a crate, relative to the root, sorted: below `crates`, and the known places beside it.
pub(crate) fn crate_folders(root: &Path) -> Result<Vec<String>, String> {
    let mut folders = Vec::new();
    for top in ["crates", "sdk", "tests", "benches", "fuzz"] {
        collect(root, Path::new(top), 0, &mut folders)?;
    }
    folders.sort();
    Ok(folders)
}

fn collect(root: &Path, folder: &Path, depth: usize, found: &mut Vec<String>) -> Result<(), String> {
    let here = root.join(folder);
    if here.join("Cargo.toml").is_file() {
        found.push(folder.to_string_lossy().into_owned());
        return Ok(());
    }
    if depth == 3 || !here.is_dir() {
        return Ok(());
    }
    let entries =
        fs::read_dir(&here).map_err(|error| format!("cannot list `{}`: {error}", here.display()))?;
    for entry in entries.flatten() {
        if entry.path().is_dir() {
            collect(root, &folder.join(entry.file_name()), depth + 1, found)?;
        }
    }
    Ok(())
}
