//! Small datasets, encrypted for real.

use std::{
    collections::BTreeMap,
    io::Cursor,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use bytes::Bytes;
use cloister_dataset::{
    DataKey, FileIdentity, FileInfo, encrypt,
    read::{self, ReadOptions},
    results, rules_file,
};
use cloister_engine::{
    CancelToken, EngineError, EngineJob, Limits, MemoryFile, Output, RangeReader, TableInput, TableSource,
    run_sql,
};
use cloister_model::{DatasetId, Rng};

struct Counting(AtomicU8);
impl Rng for Counting {
    fn fill(&self, out: &mut [u8]) {
        out.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
    }
}

pub(crate) const OPEN: &str = "uses = [\"sql\"]\n[analysis]\nrule = \"none\"\n";

/// The rules of `visits`: aggregates over at least three patients.
pub(crate) const VISITS: &str = r#"
allowed_columns = ["patient", "ward", "charge", "note"]
uses = ["sql"]
[[any_of]]
all_of = [ { column = "ward", op = "!=", value = "test" } ]
[analysis]
rule = "aggregation"
identity = "patient"
threshold = 3
group_by = ["ward"]
join_on = ["patient"]
[analysis.aggregate]
charge = { functions = ["count", "sum", "avg"], bounds = [0, 100] }
note = { functions = ["count"] }
"#;

/// The rules of `diagnoses`.
pub(crate) const DIAGNOSES: &str = r#"
uses = ["sql"]
[analysis]
rule = "aggregation"
identity = "person"
threshold = 2
group_by = ["code"]
join_on = ["person"]
"#;

/// Ward a: p1 to p4 (p4 charges 1000, clamped to 100); ward b: p5, p6; ward c: p7 four times; one hidden test row.
pub(crate) const VISITS_CSV: &str = "patient,ward,charge,note,salary\n\
    p1,a,10,x,1\np2,a,20,x,2\np3,a,30,x,3\np4,a,1000,x,4\np5,b,5,x,5\np6,b,5,x,6\n\
    p7,c,1,x,7\np7,c,1,x,7\np7,c,1,x,7\np7,c,1,x,7\nhidden,test,1,x,SECRET\n";
pub(crate) const DIAGNOSES_CSV: &str = "person,code\np1,K\np2,K\np3,K\np4,L\np5,K\np7,K\n";
/// An open table that repeats p7 and p1, and gives each a weight and a label.
pub(crate) const OTHER_CSV: &str = "who,weight,label\np1,1,z\np7,2,z\np7,4,z\np7,8,z\np7,16,z\n";

pub(crate) fn key() -> DataKey {
    DataKey::from_bytes([7; 32])
}

pub(crate) fn dataset(n: u128) -> DatasetId {
    DatasetId(uuid::Uuid::from_u128(n))
}

pub(crate) fn encrypted(
    csv: &str,
    identity: &FileIdentity,
) -> (Vec<u8>, FileInfo, cloister_model::schema::Schema) {
    let source = || Cursor::new(csv.as_bytes().to_vec());
    let found = read::inspect(source(), &ReadOptions::default()).unwrap();
    let batches = read::batches(source(), &found).unwrap();
    let (mut out, rng) = (Vec::new(), Counting(AtomicU8::new(1)));
    let info =
        encrypt::encrypt(batches, &found.schema, &key(), identity, &rng, &mut out, &mut |_| {}).unwrap();
    (out, info, found.schema)
}

pub(crate) fn table(name: &str, n: u128, csv: &str, rules: &str) -> TableInput {
    let identity = FileIdentity { dataset: dataset(n), version: 1, object: format!("{name}-0") };
    let (bytes, info, schema) = encrypted(csv, &identity);
    let reader: Arc<dyn RangeReader> = Arc::new(MemoryFile(Bytes::from(bytes)));
    TableInput {
        name: name.parse().unwrap(),
        dataset: dataset(n),
        version: 1,
        rules: rules_file::parse(rules, &schema).unwrap(),
        schema,
        source: TableSource::Encrypted { key: key(), files: vec![(info, reader)] },
    }
}

pub(crate) fn tables() -> Vec<TableInput> {
    vec![
        table("visits", 1, VISITS_CSV, VISITS),
        table("diagnoses", 2, DIAGNOSES_CSV, DIAGNOSES),
        table("other", 3, OTHER_CSV, OPEN),
    ]
}

pub(crate) fn job(sql: &str, tables: Vec<TableInput>) -> EngineJob {
    EngineJob { sql: sql.to_owned(), tables, variables: BTreeMap::new(), limits: Limits::default() }
}

pub(crate) fn run(job: EngineJob) -> Result<Output, EngineError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(run_sql(job, |_| {}, CancelToken::default()))
}

/// The result's rows as CSV without the header.
pub(crate) fn rows(job: EngineJob) -> Vec<String> {
    let output = run(job).unwrap();
    let csv = String::from_utf8(results::result_to_csv(&output.parquet).unwrap()).unwrap();
    csv.lines().skip(1).map(str::to_owned).collect()
}
