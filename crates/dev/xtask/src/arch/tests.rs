//! Small trees, each with one thing out of place.

use std::fs;
use std::path::Path;

use super::{Violation, check};

const RULES: &str = r#"
[crates.model]
path = "crates/shared/model"
[crates.store]
path = "crates/control/store"
may_use = ["model"]
[crates.app]
path = "crates/control/app"
may_use = ["store"]
[crates.testkit]
path = "crates/dev/testkit"
any = true
[owners]
sea-orm = ["store"]
[pure]
folder = "crates/shared"
refuses = ["tokio"]
forbid_unsafe = true
[guarded_features]
names = ["sim-tee"]
[gates]
file_lines = 12
function_lines = 4
"#;

const ROOT: &str = r#"
[workspace]
members = ["crates/*/*"]
[workspace.lints.rust]
unsafe_code = "deny"
[workspace.dependencies]
demo-model = { path = "crates/shared/model" }
database = { version = "2", package = "sea-orm" }
"#;

fn put(root: &Path, path: &str, text: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

fn krate(root: &Path, folder: &str, rest: &str) {
    let name = format!("demo-{}", folder.rsplit('/').next().unwrap());
    put(root, &format!("{folder}/Cargo.toml"), &format!("[package]\nname = \"{name}\"\n{rest}"));
    put(root, &format!("{folder}/src/lib.rs"), "#![forbid(unsafe_code)]\n");
}

const LINTS: &str = "[lints]\nworkspace = true\n";

/// A tree that holds, then `change` makes one thing wrong.
fn violations(change: impl Fn(&Path)) -> Vec<Violation> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    put(root, "architecture.toml", RULES);
    put(root, "Cargo.toml", ROOT);
    krate(root, "crates/shared/model", LINTS);
    krate(
        root,
        "crates/control/store",
        &format!("{LINTS}[dependencies]\ndemo-model.workspace = true\ndatabase.workspace = true\n"),
    );
    krate(
        root,
        "crates/control/app",
        &format!("{LINTS}[dependencies]\ndemo-store = {{ path = \"../store\" }}\n"),
    );
    krate(root, "crates/dev/testkit", &format!("{LINTS}[dependencies]\nsea-orm-migration = \"2\"\n"));
    change(root);
    check(root).unwrap().violations
}

fn change_app(dependencies: &'static str) -> impl Fn(&Path) {
    move |root| krate(root, "crates/control/app", &format!("{LINTS}{dependencies}"))
}

#[test]
fn a_tree_that_keeps_the_rules_passes() {
    assert_eq!(violations(|_| {}), []);
    assert_eq!(violations(change_app("[dev-dependencies]\ndemo-testkit = { path = \"x\" }\n")), []);
    assert_eq!(violations(|root| put(root, "crates/control/app/src/tests.rs", &"x\n".repeat(99))), []);
}

/// The rule that must refuse, and the change it must refuse.
type Case = (&'static str, Box<dyn Fn(&Path)>);

#[test]
fn each_thing_out_of_place_is_named_by_its_rule() {
    let cases: Vec<Case> = vec![
        ("edge", Box::new(change_app("[dependencies]\ndemo-model.workspace = true\n"))),
        ("edge", Box::new(change_app("[build-dependencies]\ndemo-model = { path = \"x\" }\n"))),
        ("edge", Box::new(change_app("[dev-dependencies]\ndemo-model = { path = \"x\" }\n"))),
        ("edge", Box::new(change_app("[dependencies]\ndemo-testkit = { path = \"x\" }\n"))),
        (
            "edge",
            Box::new(change_app("[target.'cfg(unix)'.dependencies]\nm = { package = \"demo-model\" }\n")),
        ),
        ("owner", Box::new(change_app("[dependencies]\nsea-orm = \"2\"\n"))),
        ("owner", Box::new(change_app("[dependencies]\nsea-orm-migration = \"2\"\n"))),
        ("owner", Box::new(change_app("[dependencies]\ndatabase.workspace = true\n"))),
        (
            "owner",
            Box::new(change_app("[dev-dependencies]\norm = { version = \"2\", package = \"sea-orm\" }\n")),
        ),
        ("guarded", Box::new(change_app("[features]\ndefault = [\"sim-tee\"]\n"))),
        (
            "guarded",
            Box::new(change_app("[dependencies]\nx = { version = \"1\", features = [\"sim-tee\"] }\n")),
        ),
        ("lints", Box::new(|root| krate(root, "crates/control/app", ""))),
        ("room", Box::new(|root| krate(root, "crates/control/stray", LINTS))),
        (
            "pure",
            Box::new(|root| {
                krate(root, "crates/shared/model", &format!("{LINTS}[dependencies]\ntokio = \"1\"\n"));
            }),
        ),
        ("unsafe", Box::new(|root| put(root, "crates/shared/model/src/lib.rs", ""))),
        ("file", Box::new(|root| put(root, "crates/control/app/src/long.rs", &"x;\n".repeat(13)))),
        (
            "function",
            Box::new(|root| {
                put(root, "crates/control/app/src/f.rs", "fn f(a: [u8; 2]) {\n1;\n2;\n3;\n4;\n5;\n}\n");
            }),
        ),
    ];
    for (n, (rule, change)) in cases.into_iter().enumerate() {
        let found = violations(change);
        assert_eq!(found.iter().map(|one| one.rule).collect::<Vec<_>>(), [rule], "case {n}: {found:?}");
    }
}

#[test]
fn lines_after_the_tests_begin_do_not_count() {
    let long =
        format!("fn f() {{\n1;\n}}\n#[cfg(test)]\nmod tests {{\n{}}}\n", "fn g() {\n1;\n}\n".repeat(20));
    assert_eq!(violations(move |root| put(root, "crates/control/app/src/g.rs", &long)), []);
}

#[test]
fn comments_and_blank_lines_are_not_code() {
    let text = "fn f() {\n// a {\n\n// b\n// c\n1;\n}\n";
    assert_eq!(violations(move |root| put(root, "crates/control/app/src/h.rs", text)), []);
}

#[test]
fn unreadable_rules_are_an_error_and_not_a_pass() {
    let folder = tempfile::tempdir().unwrap();
    assert!(check(folder.path()).is_err());
    put(folder.path(), "architecture.toml", &format!("{RULES}\n[unknown]\n"));
    put(folder.path(), "Cargo.toml", ROOT);
    assert!(check(folder.path()).is_err());
}
