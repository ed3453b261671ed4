//! Test vectors for the console's TypeScript, which speaks the same statements, seals, charters and log: `console_vectors
//! NAME` prints one file. Keys and times are fixed, so the same code prints the same bytes; `cargo xtask gen` commits
//! them under `web/vectors`. What `age` seals differs each time: `age.json` was made once and stays.
#![expect(clippy::print_stdout, reason = "a generator prints what it makes")]

mod age_files;
mod log;
mod people;
mod refusals;
mod seals;
mod statements;
mod values;
mod workspaces;

use std::error::Error;

/// Whatever keeps a vector from being made.
pub(crate) type Made<T> = Result<T, Box<dyn Error>>;

fn main() -> Made<()> {
    let name = std::env::args().nth(1).unwrap_or_default();
    let vectors = match name.as_str() {
        "statements" => statements::vectors()?,
        "workspaces" => workspaces::vectors()?,
        "log" => log::vectors()?,
        "seals" => seals::vectors()?,
        "environment" => statements::environments(),
        "age" => age_files::vectors()?,
        other => return Err(format!("`{other}` is not a file of vectors").into()),
    };
    println!("{}", serde_json::to_string_pretty(&vectors)?);
    Ok(())
}
