//! A rules file is refused with a line and a reason, or becomes rules; it never panics.
#![no_main]

use cloister_dataset::rules_file;
use cloister_model::schema::{Column, ColumnType, Schema};
use libfuzzer_sys::fuzz_target;

fn schema() -> Schema {
    let column = |name: &str, kind| Column { name: name.to_owned(), kind, nullable: true };
    Schema::try_from(vec![
        column("patient", ColumnType::String),
        column("group", ColumnType::String),
        column("charge", ColumnType::Float),
        column("visits", ColumnType::Integer),
        column("alive", ColumnType::Boolean),
        column("born", ColumnType::Date),
    ])
    .expect("a valid schema")
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(rules) = rules_file::parse(text, &schema()) {
        let _ = rules.protects();
    }
});
