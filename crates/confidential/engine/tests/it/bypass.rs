use cloister_engine::PlanCheck;

use super::world::*;

/// Every class of bypass, and the check that must refuse it.
const BYPASSES: &[(&str, &str)] = &[
    // Base table or file by name, external tables.
    ("SELECT * FROM 'secret.parquet'", "statement.table"),
    ("SELECT * FROM cloister.job.visits", "statement.table"),
    ("SELECT * FROM nothing", "statement.table"),
    ("SELECT * FROM read_parquet('x')", "statement.table"),
    ("CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'", "statement.kind"),
    // COPY, DDL, DML.
    ("COPY (SELECT 1) TO 'x.csv'", "statement.kind"),
    ("CREATE TABLE x AS SELECT 1", "statement.kind"),
    ("CREATE VIEW x AS SELECT * FROM other", "statement.kind"),
    ("INSERT INTO other VALUES ('a', 1, 'b')", "statement.kind"),
    ("DELETE FROM other", "statement.kind"),
    ("DROP TABLE other", "statement.kind"),
    // Text that hides.
    ("SELECT 1 AS a \u{202e}", "statement.text"),
    ("SELECT 1 AS a\u{200b}", "statement.text"),
    ("SELECT 1 AS a; SELECT 2 AS b", "statement.single"),
    ("", "statement.single"),
    // Catalog and plan disclosure.
    ("SELECT * FROM information_schema.tables", "statement.table"),
    ("SHOW TABLES", "statement.kind"),
    ("EXPLAIN SELECT * FROM other", "statement.kind"),
    ("DESCRIBE other", "statement.kind"),
    ("SET datafusion.execution.batch_size = 1", "statement.kind"),
    ("PREPARE p AS SELECT 1", "statement.kind"),
    // Functions.
    ("SELECT random() AS r FROM other", "plan.function"),
    ("SELECT now() AS r FROM other", "plan.function"),
    ("SELECT version() AS r", "plan.function"),
    ("SELECT uuid() AS r", "plan.function"),
    ("SELECT array_agg(who) AS r FROM other", "plan.function"),
    // Error oracles on rows.
    ("SELECT count(*) AS n FROM visits WHERE 1 / charge > 0", "rule.expression"),
    ("SELECT count(*) AS n FROM visits WHERE CAST(note AS INT) > 0", "rule.filter"),
    ("SELECT count(*) AS n FROM visits WHERE charge + 9223372036854775807 > 0", "rule.expression"),
    ("SELECT count(*) AS n FROM visits WHERE ward ~ '(a+)+$'", "rule.expression"),
    // Order statistics and collecting aggregates.
    ("SELECT max(charge) AS m FROM visits", "rule.aggregate"),
    ("SELECT min(ward) AS m FROM visits", "rule.aggregate"),
    ("SELECT median(charge) AS m FROM visits", "rule.aggregate"),
    ("SELECT first_value(charge) AS m FROM visits", "rule.aggregate"),
    ("SELECT approx_distinct(patient) AS m FROM visits", "rule.aggregate"),
    ("SELECT stddev(charge) AS m FROM visits", "rule.aggregate"),
    ("SELECT sum(DISTINCT charge) AS m FROM visits", "rule.aggregate"),
    // Rows and windows.
    ("SELECT * FROM visits", "rule.shape"),
    ("SELECT ward FROM visits LIMIT 1", "rule.shape"),
    ("SELECT sum(charge) OVER () AS s FROM visits", "rule.window"),
    // Inflation of counts.
    ("SELECT count(*) AS n FROM visits, other", "rule.join"),
    ("SELECT count(*) AS n FROM visits LEFT JOIN diagnoses ON patient = person", "rule.join"),
    ("SELECT count(*) AS n FROM visits a JOIN visits b ON a.patient = b.patient", "rule.join"),
    ("SELECT count(*) AS n FROM visits JOIN diagnoses ON ward = code", "rule.join_on"),
    ("SELECT count(*) AS n FROM visits JOIN diagnoses ON patient < person", "rule.join"),
    ("SELECT count(*) AS n FROM visits JOIN (VALUES ('p1')) AS t(v) ON patient = v", "rule.set_operation"),
    (
        "SELECT count(*) AS n FROM (SELECT ward FROM visits UNION ALL SELECT ward FROM visits)",
        "rule.set_operation",
    ),
    ("SELECT count(*) AS n FROM visits CROSS JOIN generate_series(1, 10)", "statement.table"),
    ("SELECT unnest(make_array(1, 2)) AS u FROM other", "plan.function"),
    // Grouping sets, FILTER, CASE.
    ("SELECT ward, count(*) AS n FROM visits GROUP BY ROLLUP (ward)", "rule.grouping_sets"),
    ("SELECT ward, count(*) AS n FROM visits GROUP BY GROUPING SETS ((ward), ())", "rule.grouping_sets"),
    ("SELECT count(*) FILTER (WHERE ward = 'a') AS n FROM visits", "rule.aggregate_clause"),
    ("SELECT sum(CASE WHEN ward = 'a' THEN charge ELSE 0 END) AS n FROM visits", "rule.aggregate"),
    ("SELECT count(*) AS n FROM visits GROUP BY CASE WHEN ward = 'a' THEN 1 ELSE 2 END", "rule.expression"),
    // Packing many values in one number.
    ("SELECT sum(charge * 1000) AS n FROM visits", "rule.aggregate"),
    ("SELECT sum(weight) AS n FROM visits JOIN other ON patient = who", "rule.aggregate"),
    // Correlated probing, recursion.
    ("SELECT who FROM other WHERE EXISTS (SELECT 1 FROM visits WHERE patient = who)", "rule.subquery"),
    ("SELECT (SELECT count(*) FROM visits WHERE patient = who) AS n FROM other", "rule.subquery"),
    ("SELECT who FROM other WHERE who IN (SELECT patient FROM visits)", "rule.subquery"),
    (
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT n FROM r",
        "plan.node",
    ),
    // LIMIT and ORDER probing, set operations.
    ("SELECT count(*) AS n FROM (SELECT ward FROM visits LIMIT 1)", "rule.limit"),
    ("SELECT count(*) AS n FROM (SELECT DISTINCT ward FROM visits)", "rule.limit"),
    ("SELECT ward FROM visits EXCEPT SELECT 'a'", "rule.join"),
    ("SELECT count(*) AS n FROM visits UNION ALL SELECT count(*) FROM diagnoses", "rule.set_operation"),
    // Columns where they may not go.
    ("SELECT patient, count(*) AS n FROM visits GROUP BY patient", "rule.join_only"),
    ("SELECT count(*) AS n FROM visits WHERE patient = 'p1'", "rule.join_only"),
    ("SELECT who, count(*) AS n FROM visits JOIN other ON patient = who GROUP BY who", "rule.join_only"),
    ("SELECT count(*) AS n FROM visits JOIN other ON patient = who WHERE who = 'p1'", "rule.join_only"),
    ("SELECT charge, count(*) AS n FROM visits GROUP BY charge", "rule.group_by"),
    ("SELECT count(*) AS n FROM visits WHERE charge > 50", "rule.filter"),
    ("SELECT sum(ward) AS n FROM visits", "sql.invalid"),
    // Identifiers: hidden columns, case, quotes, duplicates, `*`.
    ("SELECT count(salary) AS n FROM visits", "sql.invalid"),
    ("SELECT count(*) AS n FROM visits WHERE \"SALARY\" = 1", "sql.invalid"),
    ("SELECT count(*) AS n FROM \"VISITS\"", "statement.table"),
    ("SELECT a.who, b.who FROM other a JOIN other b ON a.weight = b.weight", "plan.output"),
    ("SELECT 1 AS \"__cloister_id0\"", "plan.output"),
];

#[test]
fn every_bypass_is_refused_by_its_check() {
    let mut wrong = Vec::new();
    for (sql, check) in BYPASSES {
        match run(job(sql, tables())) {
            Ok(_) => wrong.push(format!("ran: {sql}")),
            Err(e) if e.code() != *check => {
                wrong.push(format!("{} ({e}) instead of {check}: {sql}", e.code()));
            }
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn check_names_are_distinct() {
    let names: std::collections::BTreeSet<_> = PlanCheck::ALL.iter().map(|c| c.name()).collect();
    assert_eq!(names.len(), PlanCheck::ALL.len());
}

#[test]
fn neither_a_cast_nor_a_division_tells_about_a_hidden_row() {
    let rules = "uses=[\"sql\"]\n[[any_of]]\nall_of=[{column=\"show\", op=\"=\", value=true}]\n[analysis]\nrule=\"none\"";
    let csv = "show,salary,n\ntrue,1,1\ntrue,2,2\nfalse,SECRET,0\n";
    for sql in [
        "SELECT count(*) AS n FROM t WHERE CAST(salary AS INT) > 0",
        "SELECT count(*) AS n FROM t WHERE 1 / n > -1",
        "SELECT count(*) AS n FROM t WHERE arrow_cast(salary, 'Int64') > 0",
    ] {
        match run(job(sql, vec![table("t", 9, csv, rules)])) {
            Ok(_) => assert_eq!(rows(job(sql, vec![table("t", 9, csv, rules)])), ["2"], "{sql}"),
            Err(e) => {
                assert_eq!((e.code(), e.to_string().contains("SECRET")), ("plan.function", false), "{sql}");
            }
        }
    }
}
