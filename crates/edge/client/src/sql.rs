//! The tables of a SQL job: what its spec's name map holds.
//!
//! This finds names and nothing more: the engine refuses every table outside the map whatever is found here. A common
//! table expression that hides a shared table is refused, so that a reader of the query is never misled.

use std::{collections::BTreeMap, collections::BTreeSet, ops::ControlFlow};

use cloister_model::{Digest, SqlName};
use sqlparser::{
    ast::{Ident, ObjectName, Query, Statement, Visit, Visitor},
    dialect::GenericDialect,
    parser::Parser,
};

use crate::ClientError;

/// The longest query.
const MAX_SQL: usize = 256 << 10;

#[derive(Default)]
struct Names {
    relations: Vec<ObjectName>,
    expressions: BTreeSet<String>,
}

impl Visitor for Names {
    type Break = ();

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        self.relations.push(relation.clone());
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if let Some(with) = &query.with {
            self.expressions.extend(with.cte_tables.iter().map(|cte| folded(&cte.alias.name)));
        }
        ControlFlow::Continue(())
    }
}

fn folded(name: &Ident) -> String {
    if name.quote_style.is_some() { name.value.clone() } else { name.value.to_lowercase() }
}

/// The tables that `sql` reads, out of those the workspace's shares give.
pub fn tables(
    sql: &str,
    known: &BTreeMap<SqlName, Digest>,
) -> Result<BTreeMap<SqlName, Digest>, ClientError> {
    if sql.len() > MAX_SQL {
        return Err(ClientError::Input(format!("a query has at most {MAX_SQL} bytes, got {}", sql.len())));
    }
    let statements = Parser::parse_sql(&GenericDialect {}, sql)
        .map_err(|e| ClientError::Input(format!("the query cannot be read: {e}")))?;
    let [Statement::Query(query)] = statements.as_slice() else {
        return Err(ClientError::Input("a job holds exactly one query (SELECT)".into()));
    };
    let mut names = Names::default();
    let _ = query.visit(&mut names);
    let mut found = BTreeMap::new();
    for relation in &names.relations {
        let name = match relation.0.as_slice() {
            [part] => part.as_ident().map(folded),
            _ => None,
        };
        let name = name.ok_or_else(|| {
            ClientError::Input(format!("`{relation}` is not a table name: tables have one plain name"))
        })?;
        let table = known.get_key_value_of(&name);
        match (table, names.expressions.contains(&name)) {
            (Some(_), true) => {
                return Err(ClientError::Input(format!(
                    "`{name}` names a shared table and a WITH query: give the WITH query another name"
                )));
            }
            (Some((key, digest)), false) => {
                found.insert(key.clone(), *digest);
            }
            (None, true) => {}
            (None, false) => return Err(unknown(&name, known)),
        }
    }
    if found.is_empty() {
        return Err(ClientError::Input("the query reads no shared table".into()));
    }
    Ok(found)
}

fn unknown(name: &str, known: &BTreeMap<SqlName, Digest>) -> ClientError {
    let names: Vec<_> = known.keys().map(SqlName::as_str).collect();
    let names = if names.is_empty() { "none".into() } else { names.join(", ") };
    ClientError::Input(format!("`{name}` is not a table shared to the workspace (shared: {names})"))
}

/// Looks a table up by text: what is no SQL name is no table.
trait ByText {
    fn get_key_value_of(&self, name: &str) -> Option<(&SqlName, &Digest)>;
}

impl ByText for BTreeMap<SqlName, Digest> {
    fn get_key_value_of(&self, name: &str) -> Option<(&SqlName, &Digest)> {
        self.get_key_value(&name.parse::<SqlName>().ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> BTreeMap<SqlName, Digest> {
        [("patients", 1), ("visits", 2)].map(|(n, d)| (n.parse().unwrap(), Digest([d; 32]))).into()
    }

    fn names(sql: &str) -> Result<Vec<String>, String> {
        tables(sql, &known())
            .map(|found| found.into_keys().map(String::from).collect())
            .map_err(|e| e.to_string())
    }

    #[test]
    fn tables_are_found_wherever_a_query_hides_them() {
        for (sql, expected) in [
            ("select count(*) from patients", vec!["patients"]),
            ("SELECT 1 FROM Patients p JOIN visits v ON p.id = v.id", vec!["patients", "visits"]),
            ("select 1 from patients where id in (select id from visits)", vec!["patients", "visits"]),
            ("with x as (select * from visits) select * from x", vec!["visits"]),
            ("select (select max(a) from visits) from patients", vec!["patients", "visits"]),
            ("select * from patients union all select * from visits", vec!["patients", "visits"]),
            ("select * from (select * from visits) t where a > $low", vec!["visits"]),
            ("select * from \"patients\"", vec!["patients"]),
        ] {
            assert_eq!(names(sql).unwrap(), expected, "{sql}");
        }
    }

    #[test]
    fn everything_but_one_query_over_shared_tables_is_refused() {
        for (sql, word) in [
            ("select 1 from secrets", "secrets"),
            ("select 1 from other.patients", "plain name"),
            ("select 1 from \"Patients\"", "Patients"),
            ("select 1", "no shared table"),
            ("drop table patients", "exactly one query"),
            ("select 1 from patients; select 2 from visits", "exactly one query"),
            ("with patients as (select * from visits) select * from patients", "WITH query"),
            ("select 1 from (", "cannot be read"),
            ("", "exactly one query"),
        ] {
            let error = names(sql).unwrap_err();
            assert!(error.contains(word), "{sql}: {error}");
        }
        assert!(names(&" ".repeat(MAX_SQL + 1)).unwrap_err().contains("at most"));
    }
}
