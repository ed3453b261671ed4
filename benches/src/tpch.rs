//! TPC-H under rule `none` through the engine, on encrypted files, against stock DataFusion on plain ones: alternating in
//! one run, results compared, medians and their ratio, the geometric mean and the peak of memory.
//!
//! Limits: money is a float; the encrypted files lie in memory, the plain ones in the page cache; the peak is the
//! process's, so it holds the ciphertext and the larger of the two sides.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc, time::Instant};

use cloister_engine::{CancelToken, EngineJob, Limits, run_sql};
use datafusion::{
    arrow::array::RecordBatch,
    prelude::{ParquetReadOptions, SessionConfig, SessionContext},
};
use parquet::arrow::ArrowWriter;

use crate::{
    Failure,
    data::Tables,
    figures::{millis, peak, percentile, reset_peak},
    queries::QUERIES,
};

/// What a worker gives one query unless it is told otherwise.
const MEMORY: usize = 2 << 30;

/// How one query ended.
enum Ended {
    /// Ratio of the medians.
    Equal(f64),
    /// The engine did not take it.
    Refused,
    /// The rows are others.
    Different,
}

/// All 22; an error when one gives other rows.
pub(crate) async fn bench(scale: f64, repeats: usize) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let tables = Tables::generate(scale, folder.path())?;
    let reset = reset_peak();
    let before = peak();
    let threads = threads()?;
    let plain = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(threads));
    for (name, path) in tables.plain() {
        plain.register_parquet(name, path, ParquetReadOptions::default()).await?;
    }
    println!("tpch: scale {scale}, {repeats} repeats, {threads} threads, medians in ms");
    let (mut ratios, mut refused, mut different) = (Vec::new(), 0, 0);
    for (n, sql) in QUERIES.iter().enumerate() {
        match query(&plain, &tables, n + 1, sql, repeats).await? {
            Ended::Equal(ratio) => ratios.push(ratio.ln()),
            Ended::Refused => refused += 1,
            Ended::Different => different += 1,
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "22 at most")]
    let mean = (ratios.iter().sum::<f64>() / ratios.len() as f64).exp();
    println!("tpch: {} equal, {refused} refused, {different} different", ratios.len());
    println!("tpch: geometric mean of the ratios {mean:.3} (goal 1.10)");
    let since = if reset { "since the data was made" } else { "with making the data" };
    println!("tpch: peak memory of the process {} {since}, {before} before the queries (goal 2 GB)", peak());
    match (refused, different) {
        (0, 0) => Ok(()),
        (refused, different) => Err(format!("{refused} queries refused, {different} with other rows").into()),
    }
}

async fn query(
    plain: &SessionContext,
    tables: &Tables,
    n: usize,
    sql: &str,
    repeats: usize,
) -> Result<Ended, Failure> {
    let (mut ours, mut stock) = (Vec::new(), Vec::new());
    for _ in 0..repeats.max(1) {
        let (time, left) = stock_query(plain, sql).await?;
        stock.push(time);
        let (time, right) = match our_query(tables, sql).await {
            Ok(answer) => answer,
            Err(error) => {
                println!("q{n:02} refused: {error}");
                return Ok(Ended::Refused);
            }
        };
        ours.push(time);
        if !same(&left, &right) {
            println!("q{n:02} DIFFERENT rows");
            return Ok(Ended::Different);
        }
    }
    let (ours, stock) = (percentile(&mut ours, 0.5), percentile(&mut stock, 0.5));
    println!("q{n:02} ours {ours:9.1}  stock {stock:9.1}  ratio {:.3}", ours / stock);
    Ok(Ended::Equal(ours / stock))
}

/// Planned, run and written as Parquet, as the engine does it.
async fn stock_query(context: &SessionContext, sql: &str) -> Result<(f64, String), Failure> {
    let begun = Instant::now();
    let frame = context.sql(sql).await?;
    let schema = Arc::new(frame.schema().as_arrow().clone());
    let batches = frame.collect().await?;
    let schema = batches.first().map_or(schema, RecordBatch::schema);
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, None)?;
    for batch in &batches {
        writer.write(batch)?;
    }
    let parquet = writer.into_inner()?;
    let time = millis(begun.elapsed());
    Ok((time, text(&parquet)?))
}

async fn our_query(tables: &Tables, sql: &str) -> Result<(f64, String), Failure> {
    let job = EngineJob {
        sql: sql.to_owned(),
        tables: tables.encrypted(),
        variables: BTreeMap::new(),
        limits: Limits { memory_bytes: MEMORY, threads: threads()?, ..Limits::default() },
    };
    let begun = Instant::now();
    let output = run_sql(job, |_| {}, CancelToken::default()).await?;
    let time = millis(begun.elapsed());
    Ok((time, text(&output.parquet)?))
}

fn threads() -> Result<usize, Failure> {
    Ok(std::thread::available_parallelism()?.get())
}

fn text(parquet: &[u8]) -> Result<String, Failure> {
    Ok(String::from_utf8(cloister_dataset::results::result_to_csv(parquet)?)?)
}

/// Equal rows in any order; numbers up to what the order of a float sum may change.
fn same(left: &str, right: &str) -> bool {
    let (left, right) = (rows(left), rows(right));
    left.len() == right.len()
        && left.iter().zip(&right).all(|(left, right)| {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.equals(right))
        })
}

/// One value of a result.
#[derive(PartialEq, PartialOrd)]
enum Cell<'a> {
    Number(f64),
    Text(&'a str),
}

impl Cell<'_> {
    fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(left), Self::Number(right)) => {
                (left - right).abs() <= 1e-6 * left.abs().max(right.abs()).max(1.0)
            }
            (left, right) => left == right,
        }
    }
}

/// Sorted by their texts first, which have no rounding.
fn rows(text: &str) -> Vec<Vec<Cell<'_>>> {
    let mut rows: Vec<Vec<Cell<'_>>> = text.lines().skip(1).map(cells).collect();
    rows.sort_by(|left, right| {
        let texts = |row: &[Cell<'_>]| -> Vec<String> {
            row.iter()
                .filter_map(|c| if let Cell::Text(t) = c { Some((*t).to_owned()) } else { None })
                .collect()
        };
        texts(left).cmp(&texts(right)).then_with(|| left.partial_cmp(right).unwrap_or(Ordering::Equal))
    });
    rows
}

fn cells(row: &str) -> Vec<Cell<'_>> {
    row.split(',').map(|cell| cell.parse().map_or(Cell::Text(cell), Cell::Number)).collect()
}
