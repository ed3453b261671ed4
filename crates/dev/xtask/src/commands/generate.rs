//! `cargo xtask gen [--check]`: what is generated from code and committed.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::demo::{build, console::Console};
use crate::{Outcome, process, workspace};

/// Write or check.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Writes nothing; fails when a committed file is not what would be generated.
    #[arg(long)]
    pub(crate) check: bool,
}

/// A committed file and how it is made.
struct Product {
    path: &'static str,
    make: fn() -> Result<String, String>,
}

const PRODUCTS: [Product; 9] = [
    Product { path: "openapi/server.json", make: openapi },
    Product { path: "docs/permissions.md", make: permissions },
    Product { path: "web/vectors/statements.json", make: || console_vectors("statements") },
    Product { path: "web/vectors/workspaces.json", make: || console_vectors("workspaces") },
    Product { path: "web/vectors/log.json", make: || console_vectors("log") },
    Product { path: "web/vectors/seals.json", make: || console_vectors("seals") },
    Product { path: "web/src/core/environment.json", make: || console_vectors("environment") },
    Product { path: "tcb/broker.txt", make: || dependencies("cloister-broker") },
    Product { path: "tcb/worker.txt", make: || dependencies("cloister-worker") },
];

/// Makes every product; writes or compares. One that cannot be made does not keep the others from being made.
pub(crate) fn run(args: &Args) -> Outcome {
    let mut stale = Vec::new();
    for product in PRODUCTS {
        let fresh = match (product.make)() {
            Ok(fresh) => fresh,
            Err(message) => {
                eprintln!("{} cannot be made: {message}", product.path);
                stale.push(product.path);
                continue;
            }
        };
        let path = workspace::root().join(product.path);
        let committed = fs::read_to_string(&path).unwrap_or_default();
        if committed == fresh {
            continue;
        }
        if args.check {
            eprintln!("{} is stale: {}", product.path, first_difference(&committed, &fresh));
            stale.push(product.path);
        } else {
            write(&path, &fresh)?;
            println!("wrote {}", product.path);
        }
    }
    if stale.is_empty() {
        Ok(())
    } else {
        Err(format!("not fresh: {}; `cargo xtask gen` makes what can be made", stale.join(", ")))
    }
}

fn openapi() -> Result<String, String> {
    server("openapi")
}

fn permissions() -> Result<String, String> {
    server("permissions")
}

/// What the console's TypeScript is held to: an example of the crate `verify` writes it.
fn console_vectors(name: &str) -> Result<String, String> {
    let example =
        ["run", "--quiet", "--package", "cloister-verify", "--example", "console_vectors", "--", name];
    let printed = process::stdout(&mut process::cargo(example))?;
    Ok(format!("{}\n", printed.trim_end()))
}

/// What the server's own subcommand prints about itself, from the build that tests and demo use too.
fn server(subcommand: &str) -> Result<String, String> {
    let built = build::binaries(&Console::new(true))?;
    let printed = process::stdout(Command::new(built.folder.join("cloister-server")).arg(subcommand))?;
    Ok(format!("{}\n", printed.trim_end()))
}

/// The crates that end up in a confidential binary: its trusted computing base, one a line.
fn dependencies(package: &str) -> Result<String, String> {
    let tree = process::stdout(&mut process::cargo([
        "tree",
        "--locked",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--no-default-features",
        "--target",
        "x86_64-unknown-linux-gnu",
        "--package",
        package,
    ]))?;
    Ok(dependency_list(&tree))
}

/// Name and version of each crate once, sorted; crates that only run in the compiler stay out.
fn dependency_list(tree: &str) -> String {
    let mut lines: Vec<String> = tree
        .lines()
        .filter(|line| !line.contains("(proc-macro)"))
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some(format!("{} {}\n", words.next()?, words.next()?.trim_start_matches('v')))
        })
        .collect();
    lines.sort();
    lines.dedup();
    lines.concat()
}

fn first_difference(committed: &str, fresh: &str) -> String {
    let mut fresh_lines = fresh.lines();
    for (n, line) in committed.lines().enumerate() {
        match fresh_lines.next() {
            Some(other) if other == line => {}
            Some(other) => return format!("line {}: `{line}` should be `{other}`", n + 1),
            None => return format!("line {}: `{line}` is too much", n + 1),
        }
    }
    fresh_lines
        .next()
        .map_or_else(|| "the last newline differs".to_owned(), |line| format!("`{line}` is missing"))
}

fn write(path: &Path, text: &str) -> Outcome {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| format!("cannot write `{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::{dependency_list, first_difference};

    #[test]
    fn a_tree_becomes_a_list_without_paths_repeats_and_compiler_plugins() {
        let tree = "top v0.1.0 (/somewhere/top)\nserde v1.0.2\nserde_derive v1.0.2 (proc-macro)\nserde v1.0.2 (*)\n\nage v0.11.1\n";
        assert_eq!(dependency_list(tree), "age 0.11.1\nserde 1.0.2\ntop 0.1.0\n");
    }

    #[test]
    fn the_first_difference_is_shown() {
        for (committed, fresh, expected) in [
            ("a\nb\n", "a\nc\n", "line 2: `b` should be `c`"),
            ("a\nb\n", "a\n", "line 2: `b` is too much"),
            ("", "a\n", "`a` is missing"),
        ] {
            assert_eq!(first_difference(committed, fresh), expected);
        }
    }
}
