//! The shape of `architecture.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rules {
    pub(crate) crates: BTreeMap<String, Room>,
    pub(crate) owners: BTreeMap<String, Vec<String>>,
    pub(crate) pure: Pure,
    pub(crate) guarded_features: Guarded,
    pub(crate) gates: Gates,
}

/// One crate: where it lives and which rooms it may use.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Room {
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) may_use: Vec<String>,
    /// Never shipped: may use every room and every heavy dependency.
    #[serde(default)]
    pub(crate) any: bool,
}

/// The folder whose crates do no I/O.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pure {
    pub(crate) folder: String,
    pub(crate) refuses: Vec<String>,
    pub(crate) forbid_unsafe: bool,
}

/// Features that nobody switches on by default.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Guarded {
    pub(crate) names: Vec<String>,
}

/// Sizes at which a file or function is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gates {
    pub(crate) file_lines: usize,
    pub(crate) function_lines: usize,
}

impl Rules {
    /// The room whose crate lives in this folder.
    pub(crate) fn room_at(&self, folder: &str) -> Option<(&str, &Room)> {
        self.crates.iter().find(|(_, room)| room.path == folder).map(|(name, room)| (name.as_str(), room))
    }

    /// The owned dependency that this package belongs to: its own name, or a prefix of it up to a hyphen.
    pub(crate) fn owned(&self, package: &str) -> Option<(&str, &[String])> {
        self.owners
            .iter()
            .filter(|(owned, _)| belongs(package, owned))
            .max_by_key(|(owned, _)| owned.len())
            .map(|(owned, owners)| (owned.as_str(), owners.as_slice()))
    }
}

fn belongs(package: &str, owned: &str) -> bool {
    package.strip_prefix(owned).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}
