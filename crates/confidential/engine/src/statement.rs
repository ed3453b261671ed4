//! The checks of the text and the parsed statement.

use std::collections::BTreeSet;

use datafusion::common::TableReference;
use datafusion::sql::{
    parser::{DFParser, Statement},
    resolve::resolve_table_references,
    sqlparser::ast,
};

use crate::{
    EngineError, PlanCheck,
    error::{planning, refuse},
};

/// The longest SQL text.
const MAX_TEXT: usize = 256 << 10;

/// Parses one query that names only `tables`.
pub(crate) fn parse(sql: &str, tables: &BTreeSet<String>) -> Result<Statement, EngineError> {
    if sql.len() > MAX_TEXT || sql.chars().any(hides) {
        return refuse(PlanCheck::StatementText);
    }
    let mut statements = DFParser::parse_sql(sql).map_err(|e| planning(&e))?;
    let (Some(statement), None) = (statements.pop_front(), statements.pop_front()) else {
        return refuse(PlanCheck::StatementSingle);
    };
    let Statement::Statement(inner) = &statement else { return refuse(PlanCheck::StatementKind) };
    let ast::Statement::Query(_) = inner.as_ref() else { return refuse(PlanCheck::StatementKind) };
    let (named, _) = resolve_table_references(&statement, true).map_err(|e| planning(&e))?;
    for reference in named {
        let TableReference::Bare { table } = reference else { return refuse(PlanCheck::StatementTable) };
        if !tables.contains(table.as_ref()) {
            return refuse(PlanCheck::StatementTable);
        }
    }
    Ok(statement)
}

/// Characters that make a reviewer see another text than the parser: controls, direction marks, invisible ones.
fn hides(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
