//! The rules that manifests must meet: edges, owners, purity, guarded features, inherited lints.

use super::Violation;
use super::manifest::{Dependency, Kind, Manifest, WorkspaceManifest};
use super::rules::{Room, Rules};

/// Everything wrong with what the crates depend on.
pub(crate) fn check(rules: &Rules, manifests: &[Manifest]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for manifest in manifests {
        let Some((name, room)) = rules.room_at(&manifest.folder) else {
            violations.push(Violation {
                rule: "room",
                place: manifest.folder.clone(),
                what: format!("`{}` has no row in architecture.toml", manifest.package),
            });
            continue;
        };
        violations.extend(edges(rules, manifest, name, room, manifests));
        if !room.any {
            violations.extend(owners(rules, manifest, name));
            violations.extend(guarded(rules, manifest));
        }
        if manifest.folder.starts_with(&rules.pure.folder) {
            violations.extend(purity(rules, manifest));
        }
    }
    violations
}

/// The lints of the workspace exist and every crate inherits them.
pub(crate) fn check_lints(workspace: &WorkspaceManifest, manifests: &[Manifest]) -> Vec<Violation> {
    let mut violations = Vec::new();
    if workspace.workspace.lints.is_none() {
        violations.push(Violation {
            rule: "lints",
            place: "Cargo.toml".to_owned(),
            what: "no `[workspace.lints]`".to_owned(),
        });
    }
    // A workspace of its own (fuzz) has nothing to inherit from.
    for manifest in manifests.iter().filter(|manifest| !manifest.inherits_lints && manifest.folder != "fuzz")
    {
        violations.push(Violation {
            rule: "lints",
            place: format!("{}/Cargo.toml", manifest.folder),
            what: "does not inherit the workspace's lints (`[lints] workspace = true`)".to_owned(),
        });
    }
    violations
}

fn edges(rules: &Rules, manifest: &Manifest, name: &str, room: &Room, all: &[Manifest]) -> Vec<Violation> {
    let allowed = |entry: &Dependency, target: Option<&str>| match (target, entry.kind) {
        (Some("testkit"), Kind::Dev) => true,
        (Some(target), Kind::Normal | Kind::Build | Kind::Dev) => {
            room.any || target == name || room.may_use.iter().any(|ok| ok == target)
        }
        (None, Kind::Normal | Kind::Build | Kind::Dev) => false,
    };
    manifest
        .internal(rules, all)
        .into_iter()
        .filter(|(entry, target)| !allowed(entry, *target))
        .map(|(entry, _)| Violation {
            rule: "edge",
            place: format!("{}/Cargo.toml", manifest.folder),
            what: format!("`{name}` may not use `{}`", entry.package),
        })
        .collect()
}

fn owners(rules: &Rules, manifest: &Manifest, name: &str) -> Vec<Violation> {
    let mut violations = Vec::new();
    for entry in &manifest.dependencies {
        if let Some((owned, owners)) = rules.owned(&entry.package)
            && !owners.iter().any(|owner| owner == name)
        {
            violations.push(Violation {
                rule: "owner",
                place: format!("{}/Cargo.toml", manifest.folder),
                what: format!("`{}` belongs to {} (rule `{owned}`)", entry.package, owners.join(", ")),
            });
        }
    }
    violations
}

fn purity(rules: &Rules, manifest: &Manifest) -> Vec<Violation> {
    manifest
        .dependencies
        .iter()
        .filter(|entry| entry.kind != Kind::Dev && rules.pure.refuses.contains(&entry.package))
        .map(|entry| Violation {
            rule: "pure",
            place: format!("{}/Cargo.toml", manifest.folder),
            what: format!("`{}` does I/O or runs async; this room is pure", entry.package),
        })
        .collect()
}

fn guarded(rules: &Rules, manifest: &Manifest) -> Vec<Violation> {
    let place = || format!("{}/Cargo.toml", manifest.folder);
    let mut violations = Vec::new();
    for feature in &rules.guarded_features.names {
        let on = |entry: &str| entry == feature || entry.ends_with(&format!("/{feature}"));
        if manifest.default_features.iter().any(|entry| on(entry)) {
            let what = format!("default features switch on `{feature}`");
            violations.push(Violation { rule: "guarded", place: place(), what });
        }
        for entry in manifest.dependencies.iter().filter(|entry| entry.kind != Kind::Dev) {
            if entry.features.iter().any(|entry| on(entry)) {
                let what = format!("the entry of `{}` switches on `{feature}`", entry.package);
                violations.push(Violation { rule: "guarded", place: place(), what });
            }
        }
    }
    violations
}
