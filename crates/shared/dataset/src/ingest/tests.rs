use std::{
    io::Cursor,
    sync::atomic::{AtomicU8, Ordering},
};

use bytes::Bytes;
use cloister_model::{
    DatasetId, Rng,
    ingest::{PARQUET_OBJECT, RAW_OBJECT},
};
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use super::*;
use crate::{
    decrypt::decryption,
    encrypt::encrypt,
    read::{ReadOptions, batches, inspect},
};

struct Counting(AtomicU8);
impl Rng for Counting {
    fn fill(&self, out: &mut [u8]) {
        out.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
    }
}

fn file(object: &str, version: u32) -> FileIdentity {
    FileIdentity { dataset: DatasetId(uuid::Uuid::from_u128(7)), version, object: object.to_owned() }
}

fn key() -> DataKey {
    DataKey::from_bytes([9; 32])
}

/// A CSV of several chunks of `age`, with one bad row.
fn text() -> Vec<u8> {
    let rows = (0..20_000).map(|n| format!("p{n:05},{}\n", n * 3));
    format!("patient,charge\n{}oops\n", rows.collect::<String>()).into_bytes()
}

fn sealed(plain: &[u8]) -> (Vec<u8>, FileInfo) {
    let mut out = Vec::new();
    let mut writer = raw::seal(&key(), &file(RAW_OBJECT, 1), &mut out).unwrap();
    std::io::Write::write_all(&mut writer, plain).unwrap();
    writer.finish().unwrap();
    let sha256 = Digest(Sha256::digest(&out).into());
    let info = FileInfo { name: RAW_OBJECT.into(), size: out.len() as u64, sha256 };
    (out, info)
}

#[test]
fn a_raw_file_becomes_the_rows_it_holds() {
    let text = text();
    let (bytes, info) = sealed(&text);
    assert!(!bytes.windows(7).any(|w| w == b"patient"), "plaintext in the raw file");
    let Compared::Same(plain) = compare(Cursor::new(&bytes), &info, &key(), &file(RAW_OBJECT, 1)).unwrap()
    else {
        panic!("the same bytes are another file")
    };
    assert_eq!((plain.size, plain.sha256), (text.len() as u64, Digest(Sha256::digest(&text).into())));
    let source = || open(Cursor::new(bytes.clone()), &key(), &file(RAW_OBJECT, 1)).unwrap();
    let options = ReadOptions { skip_bad_rows: true, ..ReadOptions::default() };
    let found = inspect(source(), &options).unwrap();
    let mut report = Report::new();
    report.inspected(&found);
    assert_eq!((report.rows, report.bad_row_count, report.bad_rows[0].line), (20_000, 1, 20_002));
    let (fresh, target, mut out) = (DataKey::from_bytes([5; 32]), file(PARQUET_OBJECT, 2), Vec::new());
    let rng = Counting(AtomicU8::new(1));
    let rows = batches(source(), &found).unwrap();
    let made = encrypt(rows, &found.schema, &fresh, &target, &rng, &mut out, &mut |_| {}).unwrap();
    let properties = decryption(&fresh, &target).unwrap();
    let options = ArrowReaderOptions::new().with_file_decryption_properties(properties);
    let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(Bytes::from(out), options).unwrap();
    assert_eq!(reader.build().unwrap().map(|b| b.unwrap().num_rows()).sum::<usize>(), 20_000);
    report.file = Some(made);
    report.data_key = Some(fresh);
    assert!(!format!("{report:?}").contains("0505"), "a data key is shown");
    let told = serde_json::to_string(&report).unwrap();
    assert!(told.contains(&format!("\"data_key\":\"{}\"", "05".repeat(32))));
    assert_eq!(serde_json::from_str::<Report>(&told).unwrap(), report);
    assert!(serde_json::to_string(&Report::new()).unwrap().starts_with(r#"{"version":1,"rows":0"#));
}

#[test]
fn parquet_inside_a_raw_file_is_read_at_any_place() {
    let csv = Cursor::new(text());
    let options = ReadOptions { skip_bad_rows: true, ..ReadOptions::default() };
    let found = inspect(csv.clone(), &options).unwrap();
    let mut plain = Vec::new();
    let schema = crate::arrow_schema(&found.schema);
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut plain, schema, None).unwrap();
    for batch in batches(csv, &found).unwrap() {
        writer.write(&batch.unwrap()).unwrap();
    }
    writer.close().unwrap();
    let (bytes, _) = sealed(&plain);
    let source = open(Cursor::new(bytes), &key(), &file(RAW_OBJECT, 1)).unwrap();
    let again = inspect(source, &ReadOptions::default()).unwrap();
    assert_eq!((again.format, again.rows), (Format::Parquet, 20_000));
}

#[test]
fn a_cut_or_changed_raw_file_is_another_one_and_gives_no_rows() {
    let (bytes, info) = sealed(&text());
    let same = |bytes: &[u8], key: &DataKey, id: &FileIdentity| {
        matches!(compare(Cursor::new(bytes), &info, key, id).unwrap(), Compared::Same(_))
    };
    let id = file(RAW_OBJECT, 1);
    assert!(same(&bytes, &key(), &id));
    for end in [0, 1, 100, 200, 64 << 10, bytes.len() - 1] {
        assert!(!same(&bytes[..end], &key(), &id), "cut at {end}");
        let source = open(Cursor::new(bytes[..end].to_vec()), &key(), &id);
        let rows = source.is_ok_and(|source| inspect(source, &ReadOptions::default()).is_ok());
        assert!(!rows, "rows of a file cut at {end}");
    }
    for at in (0..bytes.len()).step_by(bytes.len() / 50) {
        let mut bent = bytes.clone();
        bent[at] ^= 1;
        assert!(!same(&bent, &key(), &id), "changed at {at}");
    }
    let longer: Vec<u8> = bytes.iter().copied().chain([0]).collect();
    assert!(!same(&longer, &key(), &id), "longer");
    assert!(!same(&bytes, &DataKey::from_bytes([8; 32]), &id), "another key");
    assert!(!same(&bytes, &key(), &file(RAW_OBJECT, 2)), "another version");
    assert!(!same(&bytes, &key(), &file("other.age", 1)), "another object");
    let other = FileIdentity { dataset: DatasetId(uuid::Uuid::from_u128(8)), ..id };
    assert!(!same(&bytes, &key(), &other), "another dataset");
}

#[test]
fn a_source_that_fails_is_no_other_file() {
    struct Fails(Cursor<Vec<u8>>);
    impl Read for Fails {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            if self.0.position() > 70_000 { Err(io::Error::other("away")) } else { self.0.read(out) }
        }
    }
    let (bytes, info) = sealed(&text());
    let error = compare(Fails(Cursor::new(bytes)), &info, &key(), &file(RAW_OBJECT, 1)).unwrap_err();
    assert_eq!(error.to_string(), "away");
}
