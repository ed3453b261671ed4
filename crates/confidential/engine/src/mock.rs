//! Mock rows from schema and rules. Never reads the data; the same seed gives the same rows.

use std::{collections::BTreeSet, sync::Arc};

use arrow::{
    array::{
        ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray, TimestampMicrosecondArray,
    },
    error::ArrowError,
    record_batch::RecordBatch,
};
use cloister_dataset::{
    arrow_schema,
    read::{parse_date, parse_datetime},
};
use cloister_model::{
    rules::{Analysis, Literal, Operator, Rules},
    schema::{Column, ColumnType, Schema},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// `rows` rows. `keys` are columns that other tables may be joined on: they hold the same values everywhere.
pub(crate) fn mock_rows(
    schema: &Schema,
    rules: &Rules,
    keys: &BTreeSet<String>,
    seed: [u8; 32],
    rows: usize,
) -> Result<RecordBatch, ArrowError> {
    let mut rng = ChaCha20Rng::from_seed(seed);
    let columns =
        schema.columns().iter().map(|c| column(c, rules, keys.contains(&c.name), &mut rng, rows)).collect();
    RecordBatch::try_new(arrow_schema(schema), columns)
}

/// The literals that the rules name for a column and that a row may hold.
fn hints<'a>(rules: &'a Rules, name: &str) -> Vec<&'a Literal> {
    let conditions = rules.any_of.iter().flat_map(|g| &g.all_of).filter(|c| c.column == name);
    conditions
        .filter(|c| !matches!(c.op, Operator::NotEqual | Operator::IsEmpty | Operator::IsNotEmpty))
        .filter_map(|c| c.value.as_ref())
        .flat_map(|v| match v {
            Literal::List(values) => values.iter().collect(),
            Literal::Boolean(_) | Literal::Integer(_) | Literal::Float(_) | Literal::Text(_) => vec![v],
        })
        .collect()
}

fn bounds(rules: &Rules, name: &str) -> [f64; 2] {
    match &rules.analysis {
        Analysis::None => [0.0, 100.0],
        Analysis::Aggregation { aggregate, .. } => {
            aggregate.get(name).and_then(|r| r.bounds).unwrap_or([0.0, 100.0])
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "mock values within declared bounds")]
fn column(column: &Column, rules: &Rules, key: bool, rng: &mut ChaCha20Rng, rows: usize) -> ArrayRef {
    let name = column.name.as_str();
    let hints = hints(rules, name);
    let [low, high] = bounds(rules, name);
    let mut pick = |row: usize| Draw {
        row,
        hint: (!hints.is_empty() && rng.random_range(0..2) == 0)
            .then(|| hints[rng.random_range(0..hints.len())]),
        share: rng.random::<f64>(),
    };
    let number = |d: &Draw<'_>| low + (high - low) * d.share;
    match column.kind {
        ColumnType::Boolean => {
            Arc::new((0..rows).map(|r| Some(pick(r).share < 0.5)).collect::<BooleanArray>())
        }
        ColumnType::Integer => Arc::new(Int64Array::from_iter_values((0..rows).map(|r| {
            let d = pick(r);
            match d.hint {
                Some(Literal::Integer(v)) => *v,
                Some(_) | None if key => i64::try_from(r).unwrap_or(i64::MAX),
                Some(_) | None => number(&d) as i64,
            }
        }))),
        ColumnType::Float => Arc::new(Float64Array::from_iter_values((0..rows).map(|r| {
            let d = pick(r);
            if let Some(Literal::Float(v)) = d.hint { *v } else { number(&d) }
        }))),
        ColumnType::String => Arc::new(StringArray::from_iter_values((0..rows).map(|r| {
            let d = pick(r);
            match d.hint {
                Some(Literal::Text(v)) => v.clone(),
                Some(_) | None if key => format!("id{:06}", d.row),
                Some(_) | None => format!("{name}_{}", d.row % 5),
            }
        }))),
        ColumnType::Date => Arc::new(Date32Array::from_iter_values((0..rows).map(|r| {
            let d = pick(r);
            d.text().and_then(parse_date).unwrap_or(18_262 + (d.share * 1_461.0) as i32)
        }))),
        ColumnType::Datetime => Arc::new(TimestampMicrosecondArray::from_iter_values((0..rows).map(|r| {
            let d = pick(r);
            d.text()
                .and_then(parse_datetime)
                .unwrap_or(1_577_836_800_000_000 + (d.share * 126_230_400e6) as i64)
        }))),
    }
}

struct Draw<'a> {
    row: usize,
    hint: Option<&'a Literal>,
    share: f64,
}

impl Draw<'_> {
    fn text(&self) -> Option<&str> {
        if let Some(Literal::Text(text)) = self.hint { Some(text) } else { None }
    }
}
