//! The gates on files and functions, and `forbid(unsafe_code)` where the room is pure.

use std::fs;
use std::path::{Path, PathBuf};

use super::Violation;
use super::lexer::blanked;
use super::manifest::Manifest;
use super::rules::Rules;

/// Looks at every source file of one crate; gives how many there were.
pub(crate) fn check(
    root: &Path,
    manifest: &Manifest,
    rules: &Rules,
) -> Result<(usize, Vec<Violation>), String> {
    let mut files = Vec::new();
    sources(&root.join(&manifest.folder).join("src"), &mut files)?;
    let mut violations = Vec::new();
    for file in &files {
        let place = file.strip_prefix(root).unwrap_or(file).display().to_string();
        if is_test_file(&place) {
            continue;
        }
        let text = fs::read_to_string(file).map_err(|error| format!("cannot read `{place}`: {error}"))?;
        violations.extend(file_gate(&place, &text, rules));
        violations.extend(function_gate(&place, &text, rules));
    }
    if rules.pure.forbid_unsafe && manifest.folder.starts_with(&rules.pure.folder) {
        violations.extend(unsafe_forbidden(root, manifest));
    }
    Ok((files.len(), violations))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    if !folder.is_dir() {
        return Ok(());
    }
    let entries =
        fs::read_dir(folder).map_err(|error| format!("cannot list `{}`: {error}", folder.display()))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            sources(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(())
}

/// A module of tests in a file of its own: `tests.rs`, `*_tests.rs`, or anything below a folder `tests` in `src`.
fn is_test_file(place: &str) -> bool {
    let inside = place.split_once("/src/").map_or(place, |(_, inside)| inside);
    let stem = inside.rsplit('/').next().unwrap_or(inside).trim_end_matches(".rs");
    stem == "tests" || stem.ends_with("_tests") || inside.split('/').rev().skip(1).any(|part| part == "tests")
}

/// The lines of a file before its tests.
fn before_tests(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    lines.iter().position(|line| line.trim_start().starts_with("#[cfg(test)]")).unwrap_or(lines.len())
}

fn file_gate(place: &str, text: &str, rules: &Rules) -> Option<Violation> {
    let lines = before_tests(text);
    (lines > rules.gates.file_lines).then(|| Violation {
        rule: "file",
        place: place.to_owned(),
        what: format!("{lines} lines before its tests, the gate is {}", rules.gates.file_lines),
    })
}

fn function_gate(place: &str, text: &str, rules: &Rules) -> Vec<Violation> {
    let limit = before_tests(text);
    functions(&blanked(text))
        .into_iter()
        .filter(|function| function.line < limit && function.body_lines > rules.gates.function_lines)
        .map(|function| Violation {
            rule: "function",
            place: format!("{place}:{}", function.line + 1),
            what: format!(
                "`{}` has {} lines of code, the gate is {}",
                function.name, function.body_lines, rules.gates.function_lines
            ),
        })
        .collect()
}

struct Function {
    name: String,
    /// The line of its `fn`, from zero.
    line: usize,
    /// Lines of its body that are neither blank nor comment.
    body_lines: usize,
}

/// Every function with a body, from source whose literals and comments are blanked.
fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let starts_word = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let name: String =
            code[at + 3..].trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if !starts_word || name.is_empty() {
            continue;
        }
        if let Some(body) = body(&code[at..]) {
            let line = code[..at].matches('\n').count();
            let body_lines = body.lines().filter(|line| !line.trim().is_empty()).count();
            found.push(Function { name, line, body_lines });
        }
    }
    found
}

/// What stands between the braces of the function that starts here; nothing when it only is declared.
fn body(code: &str) -> Option<&str> {
    let open = code.find(['{', ';'])?;
    // A `;` in an array type of the signature (`[u8; 32]`) does not end it.
    let open = if code[open..].starts_with(';')
        && code[..open].matches('[').count() > code[..open].matches(']').count()
    {
        open + body_start_after_brackets(&code[open..])?
    } else {
        open
    };
    if !code[open..].starts_with('{') {
        return None;
    }
    let mut depth = 0_usize;
    for (n, c) in code[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return Some(&code[open + 1..open + n]),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn body_start_after_brackets(code: &str) -> Option<usize> {
    let mut depth = 1_i32;
    for (n, c) in code.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            '{' if depth == 0 => return Some(n),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

fn unsafe_forbidden(root: &Path, manifest: &Manifest) -> Option<Violation> {
    let place = format!("{}/src/lib.rs", manifest.folder);
    let text = fs::read_to_string(root.join(&place)).unwrap_or_default();
    (!text.contains("#![forbid(unsafe_code)]")).then(|| Violation {
        rule: "unsafe",
        place,
        what: "lacks `#![forbid(unsafe_code)]`".to_owned(),
    })
}
