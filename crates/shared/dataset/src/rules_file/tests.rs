use cloister_model::schema::{Column, ColumnType};

use super::*;

fn schema() -> Schema {
    let column = |name: &str, kind| Column { name: name.to_owned(), kind, nullable: true };
    Schema::try_from(vec![
        column("patient", ColumnType::String),
        column("group", ColumnType::String),
        column("charge", ColumnType::Float),
        column("born", ColumnType::Date),
        column("alive", ColumnType::Boolean),
    ])
    .unwrap()
}

const GOOD: &str = r#"
allowed_columns = ["patient", "group", "charge"]
uses = ["sql"]
expires = 2027-06-30T00:00:00Z
[[any_of]]
all_of = [ { column = "group", op = "!=", value = "test" }, { column = "charge", op = "is not empty" } ]
[[any_of]]
all_of = [ { column = "born", op = "<", value = 1990-01-01 }, { column = "charge", op = "in", value = [1, 2.5] } ]
[analysis]
rule = "aggregation"
identity = "patient"
threshold = 10
group_by = ["group"]
join_on = ["patient"]
[analysis.aggregate]
charge = { functions = ["count", "sum", "avg"], bounds = [0, 100000] }
"#;

#[test]
fn the_documented_file_is_read_and_described() {
    let rules = parse(GOOD, &schema()).unwrap();
    assert_eq!(rules.expires.unwrap().to_string(), "2027-06-30T00:00:00Z");
    assert_eq!(rules.any_of.len(), 2);
    let words = describe(&rules).join("\n");
    for part in
        ["at least 10 distinct values of `patient`", "limited to 0 to 100000", "`born` < `1990-01-01`"]
    {
        assert!(words.contains(part), "{part}: {words}");
    }
    let open = parse("uses=[\"sql\"]\n[analysis]\nrule=\"none\"", &schema()).unwrap();
    assert!(!open.protects());
}

#[test]
fn a_wrong_file_is_refused_by_reason() {
    type Check = fn(&RulesError) -> bool;
    let cases: Vec<(&str, &str, Check)> = vec![
        ("threshold = 10", "threshold = 1", |e| *e == RulesError::Threshold(1)),
        ("threshold = 10", "", |e| *e == RulesError::Missing("threshold")),
        ("threshold = 10", "treshold = 10", |e| matches!(e, RulesError::Form { line: 12, .. })),
        ("uses = [\"sql\"]", "uses = []", |e| *e == RulesError::Empty("uses")),
        ("uses = [\"sql\"]", "uses = [\"sqll\"]", |e| matches!(e, RulesError::Form { .. })),
        ("expires = 2027-06-30T00:00:00Z", "expires = \"2027-06-30T00:00:00Z\"", |e| {
            matches!(e, RulesError::Form { .. })
        }),
        ("expires = 2027-06-30T00:00:00Z", "expires = 2027-06-30", |e| matches!(e, RulesError::Expires(_))),
        ("rule = \"aggregation\"", "rule = \"none\"", |e| *e == RulesError::NotForNone("identity")),
        ("value = \"test\"", "value = 3", |e| matches!(e, RulesError::Literal { expected: "a text", .. })),
        ("op = \"is not empty\"", "op = \"is not empty\", value = 1", |e| {
            matches!(e, RulesError::Literal { expected: "no value", .. })
        }),
        ("op = \"is not empty\"", "op = \"~\"", |e| matches!(e, RulesError::Form { .. })),
        ("value = [1, 2.5]", "value = [nan]", |e| matches!(e, RulesError::Literal { .. })),
        ("value = [1, 2.5]", "value = []", |e| matches!(e, RulesError::Literal { .. })),
        ("value = [1, 2.5]", "value = [[1]]", |e| matches!(e, RulesError::Literal { .. })),
        ("value = 1990-01-01", "value = \"yesterday\"", |e| matches!(e, RulesError::Literal { .. })),
        ("column = \"born\"", "column = \"alive\"", |e| matches!(e, RulesError::Literal { .. })),
        ("column = \"born\"", "column = \"Born\"", |e| matches!(e, RulesError::UnknownColumn { .. })),
        ("group_by = [\"group\"]", "group_by = [\"patient\"]", |e| {
            matches!(e, RulesError::IdentityShown { .. })
        }),
        ("group_by = [\"group\"]", "group_by = [\"born\"]", |e| matches!(e, RulesError::HiddenColumn { .. })),
        ("group_by = [\"group\"]", "group_by = [\"group\", \"group\"]", |e| {
            matches!(e, RulesError::Repeated { .. })
        }),
        ("join_on = [\"patient\"]", "join_on = [\"group\"]", |e| {
            *e == RulesError::JoinShown("group".to_owned())
        }),
        (", bounds = [0, 100000]", "", |e| *e == RulesError::NoBounds("charge".to_owned())),
        ("bounds = [0, 100000]", "bounds = [5, 5]", |e| *e == RulesError::Bounds("charge".to_owned())),
        ("bounds = [0, 100000]", "bounds = [0, inf]", |e| *e == RulesError::Bounds("charge".to_owned())),
        ("charge = { functions", "group = { functions", |e| *e == RulesError::NotNumeric("group".to_owned())),
        ("\"avg\"]", "\"max\"]", |e| matches!(e, RulesError::Form { .. })),
    ];
    for (from, to, check) in cases {
        assert!(GOOD.contains(from), "{from}");
        let error = parse(&GOOD.replacen(from, to, 1), &schema()).expect_err(to);
        assert!(check(&error), "{to}: {error:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,400}", cut in 0..GOOD.len()) {
        let _ = parse(&text, &schema());
        let _ = parse(&GOOD[..cut], &schema());
    }
}
