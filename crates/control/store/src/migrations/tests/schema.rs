//! Reads a migrated database's schema, in words that do not depend on which database it is.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::DbBackend;

use crate::{
    Query as _, Reader, Row, Store,
    entities::{Class, Column, Shape},
};

/// What is there.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    /// By name.
    pub(crate) tables: BTreeMap<String, Shape>,
    /// `table`, and each of its checks in normal form.
    pub(crate) checks: BTreeMap<String, BTreeSet<String>>,
    /// `table.column`, and its default.
    pub(crate) defaults: BTreeMap<String, String>,
    /// Indexes by name, in normal form.
    pub(crate) indexes: BTreeMap<String, String>,
}

/// Ends the test with everything in which two differ.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(
    left: &str,
    one: &BTreeMap<String, T>,
    right: &str,
    other: &BTreeMap<String, T>,
) {
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let differ: Vec<String> = names
        .into_iter()
        .filter(|name| one.get(*name) != other.get(*name))
        .map(|name| format!("`{name}`\n  {left}: {:?}\n  {right}: {:?}", one.get(name), other.get(name)))
        .collect();
    assert!(differ.is_empty(), "{left} and {right} differ in\n{}", differ.join("\n"));
}

fn text(row: &Row, column: &str) -> String {
    row.try_get::<Option<String>>("", column).unwrap().unwrap_or_default()
}

fn class(name: &str) -> Class {
    match name.to_ascii_lowercase().as_str() {
        "bigint" => Class::Integer,
        "double precision" => Class::Float,
        "text" => Class::Text,
        other => panic!("a column of the type `{other}`"),
    }
}

const SQLITE: [&str; 5] = [
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'seaql_migrations'",
    // A key of SQLite's may be absent unless it says otherwise; no writer of ours leaves one out.
    "SELECT name, type AS kind, CAST(\"notnull\" = 0 AND pk = 0 AS BIGINT) AS nullable, pk AS place, dflt_value AS preset
     FROM pragma_table_info($1)",
    "SELECT l.name AS name, i.name AS part FROM pragma_index_list($1) l, pragma_index_info(l.name) i
     WHERE l.origin = 'u' ORDER BY l.name, i.seqno",
    "SELECT \"from\" AS part, \"table\" AS parent, \"to\" AS parent_key FROM pragma_foreign_key_list($1)",
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = $1",
];

const POSTGRES: [&str; 5] = [
    "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'seaql_migrations'",
    "SELECT a.attname::text AS name, format_type(a.atttypid, NULL) AS kind, (NOT a.attnotnull)::int::bigint AS nullable,
            COALESCE(array_position(c.conkey, a.attnum), 0)::bigint AS place, pg_get_expr(d.adbin, d.adrelid) AS preset
     FROM pg_attribute a
     LEFT JOIN pg_constraint c ON c.conrelid = a.attrelid AND c.contype = 'p'
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = ($1::text)::regclass AND a.attnum > 0 AND NOT a.attisdropped",
    "SELECT c.conname::text AS name, a.attname::text AS part
     FROM pg_constraint c CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY k(n, place)
     JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n
     WHERE c.conrelid = ($1::text)::regclass AND c.contype = 'u' ORDER BY c.conname, k.place",
    "SELECT a.attname::text AS part, p.relname::text AS parent, b.attname::text AS parent_key
     FROM pg_constraint c JOIN pg_class p ON p.oid = c.confrelid
     JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
     JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
     WHERE c.conrelid = ($1::text)::regclass AND c.contype = 'f'",
    "SELECT i.indexname::text AS name, i.indexdef AS sql FROM pg_indexes i
     WHERE i.schemaname = 'public' AND i.tablename = $1
       AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)",
];

/// The texts of a table's checks.
const SQLITE_CHECKS: &str = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = $1";
const POSTGRES_CHECKS: &str = "SELECT pg_get_constraintdef(oid) AS sql FROM pg_constraint
    WHERE conrelid = ($1::text)::regclass AND contype = 'c'";

impl Schema {
    /// Of a migrated database.
    pub(crate) async fn of(store: &Store) -> Self {
        Self::read(&store.read()).await
    }

    /// Of a database, whatever its migrations.
    pub(crate) async fn read(db: &Reader) -> Self {
        let postgres = db.0.get_database_backend() == DbBackend::Postgres;
        let [tables, columns, unique, refers, indexes] = if postgres { POSTGRES } else { SQLITE };
        let checks = if postgres { POSTGRES_CHECKS } else { SQLITE_CHECKS };
        let mut schema = Self::default();
        for row in db.all(tables, vec![]).await.unwrap() {
            let table = text(&row, "name");
            let ask = |sql: &'static str| {
                let (db, table) = (db.clone(), table.clone());
                async move { db.all(sql, vec![table.into()]).await.unwrap() }
            };
            let mut shape = Shape::default();
            schema.columns(&table, &mut shape, &ask(columns).await);
            let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for row in ask(unique).await {
                keys.entry(text(&row, "name")).or_default().push(text(&row, "part"));
            }
            shape.unique = keys.into_values().collect();
            let refer = |row: &Row| {
                format!("{} -> {}.{}", text(row, "part"), text(row, "parent"), text(row, "parent_key"))
            };
            shape.refers = ask(refers).await.iter().map(refer).collect();
            for row in ask(indexes).await {
                schema.indexes.insert(text(&row, "name"), index(&text(&row, "sql")));
            }
            for row in ask(checks).await {
                for check in checks_in(&text(&row, "sql")) {
                    schema.checks.entry(table.clone()).or_default().insert(check);
                }
            }
            schema.tables.insert(table, shape);
        }
        schema
    }

    fn columns(&mut self, table: &str, shape: &mut Shape, rows: &[Row]) {
        let mut key = BTreeMap::new();
        for row in rows {
            let (name, preset) = (text(row, "name"), text(row, "preset"));
            let place: i64 = row.try_get("", "place").unwrap();
            if place > 0 {
                key.insert(place, name.clone());
            }
            if !preset.is_empty() {
                self.defaults.insert(format!("{table}.{name}"), preset.replace("::text", ""));
            }
            let nullable = row.try_get::<i64>("", "nullable").unwrap() != 0;
            shape.columns.insert(name, Column { class: class(&text(row, "kind")), nullable });
        }
        shape.key = key.into_values().collect();
    }
}

/// What an index is over: either database words it its own way.
fn index(sql: &str) -> String {
    let text =
        sql.to_ascii_lowercase().replace("using btree", "").replace("public.", "").replace("::text", "");
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')')).collect()
}

/// Each `CHECK (...)`, as its column, its relation and the sorted constants.
fn checks_in(sql: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = sql;
    while let Some(start) = rest.find("CHECK (") {
        let body = &rest[start + "CHECK ".len()..];
        let mut depth = 0;
        let end = body.char_indices().find(|(_, c)| {
            depth += match c {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            depth == 0
        });
        let end = end.expect("a check that ends").0;
        found.push(check(&body[1..end]));
        rest = &body[end..];
    }
    found
}

fn check(body: &str) -> String {
    let mut constants = BTreeSet::new();
    let mut outside = String::new();
    for (n, part) in body.split('\'').enumerate() {
        if n % 2 == 1 {
            constants.insert(format!("'{part}'"));
        } else {
            outside.push_str(part);
            outside.push(' ');
        }
    }
    let outside = outside.replace("::text", " ").replace("::bigint", " ");
    let words: Vec<&str> =
        outside.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).collect();
    let number = |word: &&&str| word.chars().all(|c| c.is_ascii_digit());
    constants.extend(words.iter().filter(number).map(|word| (*word).to_owned()));
    let column = words.iter().find(|word| !number(word)).expect("a check of a column");
    let among = words.iter().any(|word| word.eq_ignore_ascii_case("in") || word.eq_ignore_ascii_case("any"));
    let relation = if among {
        "in"
    } else {
        outside.split(|c: char| !"<>=!".contains(c)).find(|o| !o.is_empty()).unwrap()
    };
    format!("{column} {relation} {constants:?}")
}

#[test]
fn checks_of_both_databases_read_alike_and_other_checks_do_not() {
    let one = check("state IN ('ready', 'deleted')");
    assert_eq!(one, check("(state = ANY (ARRAY['ready'::text, 'deleted'::text]))"));
    assert_ne!(one, check("state IN ('ready')"));
    assert_eq!(check("version >= 0"), check("(version >= 0)"));
    assert_ne!(check("version >= 0"), check("version > 0"));
    assert_eq!(check("acted IN (0, 1)"), check("(acted = ANY (ARRAY[(0)::bigint, (1)::bigint]))"));
    assert_eq!(checks_in("CREATE TABLE t (a TEXT CHECK (a IN (1, 2)), b BIGINT CHECK (b > 1))").len(), 2);
}
