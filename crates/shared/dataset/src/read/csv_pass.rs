//! The first pass over a CSV file, and the checks of a row that both passes share.

use std::{
    io::{Read, SeekFrom},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use cloister_model::schema::{Column, ColumnType, Schema};
use csv::ByteRecord;

use super::{
    BadRow, Format, Inspection, MAX_LISTED, MAX_ROW_BYTES, ReadError, ReadOptions, Source,
    csv_dialect::{Dialect, reader, sniff},
    fill,
    values::{Candidates, parse_bool, parse_date, parse_datetime, parse_float, parse_integer},
};

const SAMPLE: usize = 64 << 10;

/// Refuses to give more than [`MAX_ROW_BYTES`] between two rows, so that a quote that never closes cannot fill memory.
pub(crate) struct Bounded<R> {
    inner: R,
    since_row: Arc<AtomicU64>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let taken = self.inner.read(out)?;
        if self.since_row.fetch_add(taken as u64, Ordering::Relaxed) > MAX_ROW_BYTES {
            return Err(std::io::Error::other("row too long"));
        }
        Ok(taken)
    }
}

/// The rows of a CSV file, header left out.
pub(crate) struct Rows<R: Read> {
    reader: csv::Reader<Bounded<R>>,
    since_row: Arc<AtomicU64>,
    /// The header's fields, or none.
    pub(crate) header: Option<Vec<String>>,
}

impl<R: Read> Rows<R> {
    pub(crate) fn open(source: R, dialect: Dialect, header: bool) -> Result<Self, ReadError> {
        let since_row = Arc::new(AtomicU64::new(0));
        let bounded = Bounded { inner: source, since_row: Arc::clone(&since_row) };
        let mut rows = Self { reader: reader(bounded, dialect), since_row, header: None };
        if header {
            let mut record = ByteRecord::new();
            if !rows.next(&mut record)? {
                return Err(ReadError::Empty);
            }
            let name = |f: &[u8]| String::from_utf8_lossy(f).trim_start_matches('\u{feff}').trim().to_owned();
            rows.header = Some(record.iter().map(name).collect());
        }
        Ok(rows)
    }

    pub(crate) fn next(&mut self, record: &mut ByteRecord) -> Result<bool, ReadError> {
        self.since_row.store(0, Ordering::Relaxed);
        let line = self.reader.position().line();
        self.reader.read_byte_record(record).map_err(|e| match e.into_kind() {
            csv::ErrorKind::Io(_) if self.since_row.load(Ordering::Relaxed) > MAX_ROW_BYTES => {
                ReadError::RowTooLong { line }
            }
            csv::ErrorKind::Io(e) => ReadError::Io(e),
            other => ReadError::Io(std::io::Error::other(format!("{other:?}"))),
        })
    }
}

pub(crate) fn line_of(record: &ByteRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}

/// What is wrong with a row under a schema, or nothing.
pub(crate) fn fault(record: &ByteRecord, columns: &[Column]) -> Option<BadRow> {
    if let Some(bad) = shape_fault(record, columns.len()) {
        return Some(bad);
    }
    columns.iter().zip(record).find_map(|(column, field)| {
        let text = std::str::from_utf8(field).ok();
        value_fault(text, column).map(|why| BadRow {
            line: line_of(record),
            column: Some(column.name.clone()),
            why,
        })
    })
}

fn shape_fault(record: &ByteRecord, width: usize) -> Option<BadRow> {
    (record.len() != width).then(|| BadRow {
        line: line_of(record),
        column: None,
        why: format!("{} fields where {width} are expected", record.len()),
    })
}

fn value_fault(text: Option<&str>, column: &Column) -> Option<String> {
    let Some(text) = text else { return Some("not UTF-8".to_owned()) };
    if text.is_empty() {
        return (!column.nullable).then(|| "empty where a value is required".to_owned());
    }
    let (fits, wanted) = match column.kind {
        ColumnType::Boolean => (parse_bool(text).is_some(), "true or false"),
        ColumnType::Integer => (parse_integer(text).is_some(), "a whole number of 64 bits"),
        ColumnType::Float => (parse_float(text).is_some(), "a number"),
        ColumnType::String => (true, "text"),
        ColumnType::Date => (parse_date(text).is_some(), "a date such as 2027-06-30"),
        ColumnType::Datetime => (moment(text).is_some(), "a moment such as 2027-06-30T00:00:00Z"),
    };
    (!fits).then(|| format!("`{}` is not {wanted}", text.chars().take(40).collect::<String>()))
}

/// A moment; a day alone is its midnight in UTC.
pub(crate) fn moment(text: &str) -> Option<i64> {
    parse_datetime(text).or_else(|| parse_date(text).map(|days| i64::from(days) * 86_400_000_000))
}

pub(crate) fn inspect(mut source: impl Source, options: &ReadOptions) -> Result<Inspection, ReadError> {
    let mut sample = vec![0; SAMPLE];
    let taken = fill(&mut source, &mut sample)?;
    let dialect = sniff(&sample[..taken], taken < SAMPLE);
    source.seek(SeekFrom::Start(0))?;
    let mut rows = Rows::open(source, dialect, options.header)?;
    let mut pass = Pass::new(options, rows.header.take())?;
    let mut record = ByteRecord::new();
    while rows.next(&mut record)? {
        pass.row(&record)?;
    }
    pass.finish(dialect, options)
}

struct Pass {
    names: Option<Vec<String>>,
    given: Option<Schema>,
    candidates: Vec<Candidates>,
    rows: u64,
    bad_rows: Vec<BadRow>,
    bad_row_count: u64,
}

impl Pass {
    fn new(options: &ReadOptions, names: Option<Vec<String>>) -> Result<Self, ReadError> {
        let mut pass = Self {
            names: None,
            given: options.schema.clone(),
            candidates: Vec::new(),
            rows: 0,
            bad_rows: Vec::new(),
            bad_row_count: 0,
        };
        if let Some(names) = names {
            pass.set_names(names)?;
        }
        Ok(pass)
    }

    fn set_names(&mut self, names: Vec<String>) -> Result<(), ReadError> {
        if let Some(schema) = &self.given {
            let expected: Vec<&str> = schema.columns().iter().map(|c| c.name.as_str()).collect();
            if expected != names {
                return Err(ReadError::SchemaMismatch {
                    expected: expected.join(", "),
                    found: names.join(", "),
                });
            }
        }
        self.candidates = vec![Candidates::default(); names.len()];
        // Refused before a long pass rather than after it.
        schema_of(&names, &self.candidates)?;
        self.names = Some(names);
        Ok(())
    }

    fn row(&mut self, record: &ByteRecord) -> Result<(), ReadError> {
        if self.names.is_none() {
            let names = match &self.given {
                Some(schema) => schema.columns().iter().map(|c| c.name.clone()).collect(),
                None => (1..=record.len()).map(|n| format!("c{n}")).collect(),
            };
            self.set_names(names)?;
        }
        let bad = match &self.given {
            Some(schema) => fault(record, schema.columns()),
            None => self.untyped_fault(record),
        };
        if let Some(bad) = bad {
            self.bad_row_count += 1;
            if self.bad_rows.len() < MAX_LISTED {
                self.bad_rows.push(bad);
            }
            return Ok(());
        }
        self.rows += 1;
        for (candidates, field) in self.candidates.iter_mut().zip(record) {
            candidates.see(std::str::from_utf8(field).unwrap_or_default());
        }
        Ok(())
    }

    fn untyped_fault(&self, record: &ByteRecord) -> Option<BadRow> {
        shape_fault(record, self.candidates.len()).or_else(|| {
            let at = record.iter().position(|f| std::str::from_utf8(f).is_err())?;
            let column = self.names.as_ref().and_then(|n| n.get(at)).cloned();
            Some(BadRow { line: line_of(record), column, why: "not UTF-8".to_owned() })
        })
    }

    fn finish(self, dialect: Dialect, options: &ReadOptions) -> Result<Inspection, ReadError> {
        let names = self.names.ok_or(ReadError::Empty)?;
        if self.rows == 0 && self.bad_rows.is_empty() {
            return Err(ReadError::NoRows);
        }
        let schema = match self.given {
            Some(schema) => schema,
            None => schema_of(&names, &self.candidates)?,
        };
        Ok(Inspection {
            format: Format::Csv(dialect),
            schema,
            rows: self.rows,
            bad_rows: self.bad_rows,
            bad_row_count: self.bad_row_count,
            options: options.clone(),
        })
    }
}

fn schema_of(names: &[String], candidates: &[Candidates]) -> Result<Schema, ReadError> {
    let columns: Vec<Column> = names
        .iter()
        .zip(candidates)
        .map(|(name, c)| Column { name: name.clone(), kind: c.decide(), nullable: c.nulls })
        .collect();
    Ok(Schema::try_from(columns)?)
}
