use cloister_engine::{CancelToken, EngineError, Limits, TableSource};
use cloister_model::variables::Value;

use super::world::*;

#[test]
fn results_equal_the_truth_computed_by_hand() {
    let cases: &[(&str, &[&str])] = &[
        // Ward b has two patients, ward c one patient four times: both stay under three. 1000 counts as 100.
        (
            "SELECT ward, count(*) AS n, sum(charge) AS s FROM visits GROUP BY ward ORDER BY ward",
            &["a,4,160"],
        ),
        ("SELECT avg(charge) AS m FROM visits", &["17.4"]),
        ("SELECT count(*) AS n FROM visits", &["10"]),
        ("SELECT count(DISTINCT patient) AS n FROM visits WHERE ward IN ('a', 'b')", &["6"]),
        ("SELECT count(*) AS n FROM visits WHERE ward = 'b'", &[]),
        ("SELECT count(*) AS n FROM visits WHERE ward = 'nowhere'", &[]),
        (
            "SELECT x.n * 2 AS d FROM (SELECT ward, count(*) AS n FROM visits GROUP BY ward) x WHERE x.n > 0",
            &["8"],
        ),
        // Two protected datasets: three persons of code K in ward a, thresholds 3 and 2.
        (
            "SELECT code, count(*) AS n, sum(charge) AS s FROM visits JOIN diagnoses ON patient = person \
             WHERE ward = 'a' GROUP BY code",
            &["K,3,60"],
        ),
        (
            "WITH v AS (SELECT patient AS p, ward, charge FROM visits) SELECT d.code, sum(v.charge) AS s FROM v, \
             diagnoses d WHERE v.p = d.person GROUP BY d.code",
            &["K,69"],
        ),
        // A join that repeats p7 four times per row does not make persons.
        ("SELECT label, count(*) AS n FROM visits JOIN other ON patient = who GROUP BY label", &[]),
        ("SELECT who, weight FROM other WHERE weight > 4 ORDER BY weight", &["p7,8", "p7,16"]),
        (
            "SELECT weight / 0 AS a, weight % 0 AS b, CAST(label AS INT) AS c FROM other WHERE weight = 1",
            &[",,"],
        ),
    ];
    for (sql, truth) in cases {
        assert_eq!(rows(job(sql, tables())), *truth, "{sql}");
    }
}

#[test]
fn operators_on_null_nan_and_empty_are_as_documented() {
    let csv = "id,f\n1,1.5\n2,NaN\n3,\n4,-2\n";
    let cases = [
        ("=", Some("1.5"), "1"),
        ("!=", Some("1.5"), "2 4"),
        ("<", Some("2"), "1 4"),
        (">", Some("-5"), "1 4"),
        ("<=", Some("1.5"), "1 4"),
        (">=", Some("1.5"), "1"),
        ("in", Some("[1.5, -2]"), "1 4"),
        ("is empty", None, "3"),
        ("is not empty", None, "1 2 4"),
    ];
    for (op, value, truth) in cases {
        let value = value.map(|v| format!(", value = {v}")).unwrap_or_default();
        let rules = format!(
            "uses=[\"sql\"]\n[[any_of]]\nall_of=[{{column=\"f\", op=\"{op}\"{value}}}]\n[analysis]\nrule=\"none\""
        );
        let found = rows(job("SELECT id FROM t ORDER BY id", vec![table("t", 9, csv, &rules)]));
        assert_eq!(found.join(" "), truth, "{op}");
    }
}

#[test]
fn variables_are_bound_and_never_become_sql() {
    let mut hostile = job("SELECT count(*) AS n FROM other WHERE label = $label", tables());
    hostile.variables.insert("label".parse().unwrap(), Value::Text("z' OR '1'='1".to_owned()));
    assert_eq!(rows(hostile), ["0"]);
    let mut bound = job("SELECT who FROM other WHERE weight = $w", tables());
    bound.variables.insert("w".parse().unwrap(), Value::Integer(16));
    assert_eq!(rows(bound), ["p7"]);
    let unbound = run(job("SELECT who FROM other WHERE weight = $w", tables())).unwrap_err();
    assert_eq!(unbound.code(), "sql.variables");
}

#[test]
fn too_big_queries_and_results_fail_with_their_codes() {
    let mut csv = "id,k\n".to_owned();
    for n in 0..60_000 {
        csv.push_str(&format!("some-long-value-{n},{}\n", n % 7));
    }
    let mut small =
        job("SELECT id, count(*) AS n FROM t GROUP BY id ORDER BY n", vec![table("t", 9, &csv, OPEN)]);
    small.limits = Limits { memory_bytes: 200_000, ..Limits::default() };
    assert_eq!(run(small).unwrap_err().code(), "run.memory");
    let mut few = job("SELECT id FROM t", vec![table("t", 9, &csv, OPEN)]);
    few.limits = Limits { max_rows: 100, ..Limits::default() };
    assert_eq!(run(few).unwrap_err().code(), "run.rows");
}

#[test]
fn a_cancelled_run_stops() {
    let cancel = CancelToken::default();
    cancel.cancel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let job = job("SELECT count(*) AS n FROM other", tables());
    let out = runtime.block_on(cloister_engine::run_sql(job, |_| {}, cancel));
    assert!(matches!(out, Err(EngineError::Cancelled)));
}

#[test]
fn mock_rows_depend_on_the_seed_only_and_obey_the_same_rules() {
    let mock = |seed: u8| {
        let mut tables = tables();
        for table in &mut tables {
            table.source = TableSource::Mock { seed: [seed; 32], rows: 200 };
        }
        tables
    };
    let sql = "SELECT ward, count(*) AS n, sum(charge) AS s FROM visits JOIN diagnoses ON patient = person \
               GROUP BY ward ORDER BY ward";
    let first = rows(job(sql, mock(1)));
    assert!(!first.is_empty());
    assert_eq!(first, rows(job(sql, mock(1))));
    assert_ne!(first, rows(job(sql, mock(2))));
    assert_eq!(run(job("SELECT patient FROM visits", mock(1))).unwrap_err().code(), "rule.shape");
}
