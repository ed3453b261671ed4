//! `cargo xtask test`: builds the programs that black-box tests start, runs every suite there is, and prints the sums as
//! the last line.

use std::time::Instant;

use crate::demo::{build, console::Console, tools};
use crate::hammer::{self, Database};
use crate::suites::Totals;
use crate::{Outcome, postgres, python_env, suites, workspace};

/// What to narrow the run to.
#[derive(clap::Args, Default)]
pub(crate) struct Args {
    /// Given to nextest as they are (filters, `-E` expressions); other suites are left out then.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    filter: Vec<String>,
}

/// Requests of the short run to each database.
const REQUESTS: u32 = 2000;

fn hammered(console: &Console, database: Database, agreed: bool) -> Result<Totals, String> {
    if database == Database::Postgres
        && let Err(message) = postgres::ensure(console, agreed)
    {
        eprintln!("hammer on postgres: {message}");
        return Ok(Totals { skipped: 1, ..Totals::default() });
    }
    let report = hammer::hit(database, REQUESTS, 1, "")?;
    if report.findings() > 0 {
        report.show();
    }
    Ok(report.totals())
}

/// Runs the suites; the last line says `N passed, N failed`.
pub(crate) fn run(args: &Args) -> Outcome {
    let started = Instant::now();
    let mut totals = Totals::default();
    let mut report = |name: &str, result: Result<Totals, String>| {
        let counted = result.unwrap_or_else(|message| {
            eprintln!("error: {name}: {message}");
            Totals { failed: 1, ..Totals::default() }
        });
        totals += counted;
        (name.to_owned(), counted)
    };
    let console = Console::new(true);
    let agreed = workspace::in_ci() || tools::is_root();
    tools::ensure_with_browser(&console, agreed)?;
    suites::identity_provider()?;
    python_env::ensure_all()?;
    let built = suites::console().and_then(|()| build::binaries(&console));
    let has_postgres = postgres::ready(&console, agreed);
    let without = suites::without(has_postgres);
    let mut lines = vec![report("rust", built.and_then(|_| suites::rust(&args.filter, &without)))];
    if args.filter.is_empty() {
        lines.push(report("postgres", postgres::suite(has_postgres)));
        for database in [Database::Sqlite, Database::Postgres] {
            let name = format!("hammer on {}", database.word());
            lines.push(report(&name, hammered(&console, database, agreed)));
        }
        lines.push(report("documentation", suites::documentation()));
        lines.push(report("python", suites::python()));
        lines.extend(suites::web().transpose().map(|result| report("web", result)));
    }
    for (name, Totals { passed, failed, skipped }) in lines {
        println!("{name}: {passed} passed, {failed} failed, {skipped} skipped");
    }
    println!("took {} s", started.elapsed().as_secs());
    println!("{} passed, {} failed", totals.passed, totals.failed);
    if totals.failed == 0 && totals.passed > 0 { Ok(()) } else { Err(String::new()) }
}
