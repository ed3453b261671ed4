use std::io::Cursor;

use cloister_model::schema::ColumnType;

use super::*;

fn look(text: &str, options: &ReadOptions) -> Result<Inspection, ReadError> {
    inspect(Cursor::new(text.as_bytes().to_vec()), options)
}

fn kinds(found: &Inspection) -> Vec<(String, ColumnType, bool)> {
    found.schema.columns().iter().map(|c| (c.name.clone(), c.kind, c.nullable)).collect()
}

#[test]
fn types_are_inferred_over_the_whole_file() {
    let mut text = "id,n,f,b,d,t,zip,nan,empty\n".to_owned();
    for i in 0..20_000 {
        text.push_str(&format!("p{i},{i},1.5,true,2024-01-01,2024-01-01T00:00:00Z,01234,NaN,\n"));
    }
    text.push_str("x,,2,FALSE,2024-02-29,2024-01-02 10:20:30,00001,nan,\n");
    let found = look(&text, &ReadOptions::default()).unwrap();
    assert_eq!(found.rows, 20_001);
    let expected = [
        ("id", ColumnType::String, false),
        ("n", ColumnType::Integer, true),
        ("f", ColumnType::Float, false),
        ("b", ColumnType::Boolean, false),
        ("d", ColumnType::Date, false),
        ("t", ColumnType::Datetime, false),
        ("zip", ColumnType::String, false),
        ("nan", ColumnType::String, false),
        ("empty", ColumnType::String, true),
    ];
    assert_eq!(kinds(&found), expected.map(|(n, k, nullable)| (n.to_owned(), k, nullable)));
    let rows: usize =
        batches(Cursor::new(text.into_bytes()), &found).unwrap().map(|b| b.unwrap().num_rows()).sum();
    assert_eq!(rows, 20_001);
    // One word on the last line makes the column text.
    let late = look(&format!("n\n{}x\n", "1\n".repeat(50_000)), &ReadOptions::default()).unwrap();
    assert_eq!(late.schema.columns()[0].kind, ColumnType::String);
}

#[test]
fn delimiters_quotes_and_missing_headers_are_found() {
    for (text, delimiter, quote) in [
        ("a,b\n1,2\n", b',', b'"'),
        ("a;b\n\"1,5\";2\n\"2,5\";3\n", b';', b'"'),
        ("a\tb\n1\t2\n", b'\t', b'"'),
        ("a|b\n1|2\n", b'|', b'"'),
        ("a,b\n'x,y',2\n'z,w',3\n", b',', b'\''),
        ("\u{feff}a,b\r\n1,2\r\n", b',', b'"'),
    ] {
        let found = look(text, &ReadOptions::default()).unwrap();
        assert_eq!(found.format, Format::Csv(Dialect { delimiter, quote }), "{text}");
        assert_eq!(found.schema.columns()[0].name, "a", "{text}");
        assert!(found.bad_rows.is_empty(), "{text}");
    }
    let found = look("1,x\n2,y\n", &ReadOptions { header: false, ..ReadOptions::default() }).unwrap();
    assert_eq!(kinds(&found)[1], ("c2".to_owned(), ColumnType::String, false));
    assert_eq!(found.rows, 2);
}

#[test]
fn bad_rows_are_listed_refused_and_skipped_when_asked() {
    let text = "id,n\na,1\nb\nc,x\nd,4\n";
    let schema = crate::schema_file::parse(
        "[[column]]\nname='id'\ntype='string'\n[[column]]\nname='n'\ntype='integer'\nnullable=false",
    )
    .unwrap();
    let options = ReadOptions { schema: Some(schema), ..ReadOptions::default() };
    let found = look(text, &options).unwrap();
    let at: Vec<_> = found.bad_rows.iter().map(|b| (b.line, b.column.as_deref())).collect();
    assert_eq!(at, [(3, None), (4, Some("n"))]);
    let source = || Cursor::new(text.as_bytes().to_vec());
    assert!(matches!(batches(source(), &found), Err(ReadError::BadRows { count: 2, .. })));
    let skipping = look(text, &ReadOptions { skip_bad_rows: true, ..options }).unwrap();
    let rows = preview(source(), &skipping, 100).unwrap();
    assert_eq!(
        rows,
        [[Some("a".to_owned()), Some("1".to_owned())], [Some("d".to_owned()), Some("4".to_owned())]]
    );
    assert_eq!(batches(source(), &skipping).unwrap().map(|b| b.unwrap().num_rows()).sum::<usize>(), 2);
}

#[test]
fn broken_files_are_refused_by_reason() {
    assert!(matches!(look("", &ReadOptions::default()), Err(ReadError::Empty)));
    assert!(matches!(look("a,b\n", &ReadOptions::default()), Err(ReadError::NoRows)));
    assert!(matches!(look("a,A\n1,2\n", &ReadOptions::default()), Err(ReadError::Schema(_))));
    assert!(matches!(look("a,\n1,2\n", &ReadOptions::default()), Err(ReadError::Schema(_))));
    assert!(matches!(look("PARE....", &ReadOptions::default()), Err(ReadError::AlreadyEncrypted)));
    assert!(matches!(look("PAR1....", &ReadOptions::default()), Err(ReadError::Parquet(_))));
    let endless = format!("a,b\n1,\"{}", "x,\n".repeat(8 << 20));
    assert!(matches!(look(&endless, &ReadOptions::default()), Err(ReadError::RowTooLong { line: 2 })));
}

#[test]
fn moments_without_a_zone_are_utc_and_odd_dates_are_text() {
    assert_eq!(parse_datetime("1970-01-01T00:00:01Z"), Some(1_000_000));
    assert_eq!(parse_datetime("1970-01-01 00:00:01"), Some(1_000_000));
    assert_eq!(parse_datetime("1970-01-01T01:00:00+01:00"), Some(0));
    for text in ["1970-01-01", "1970-01-01T01:00:00+99:99", "x970-01-01T00:00:00Z", "1970-13-01T00:00:00Z"] {
        assert_eq!(parse_datetime(text), None, "{text}");
    }
    assert_eq!(parse_date("1970-01-02"), Some(1));
    assert_eq!(parse_date("1969-12-31"), Some(-1));
    assert_eq!(parse_date("20240101"), None);
}
