//! The encrypted layout from outside: what is written opens as itself and as nothing else.
#![expect(clippy::unwrap_used, reason = "a broken precondition ends the test")]

use std::{
    io::Cursor,
    sync::atomic::{AtomicU8, Ordering},
};

use arrow::record_batch::RecordBatch;
use bytes::Bytes;
use cloister_dataset::{
    DataKey, FileIdentity, FileInfo, decrypt, encrypt,
    read::{self, ReadOptions},
    results,
};
use cloister_model::{DatasetId, Rng};
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

/// Bytes that differ at every call, the same in every run.
struct Counting(AtomicU8);
impl Rng for Counting {
    fn fill(&self, out: &mut [u8]) {
        out.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
    }
}

fn identity(object: &str, version: u32) -> FileIdentity {
    FileIdentity { dataset: DatasetId(uuid::Uuid::from_u128(7)), version, object: object.to_owned() }
}

const TEXT: &str = "patient,charge,day\np1,10.5,2024-01-01\np2,,2024-01-02\nSECRETNAME,3,2024-01-03\n";

fn written(key: &DataKey) -> (Vec<u8>, FileInfo) {
    let source = || Cursor::new(TEXT.as_bytes().to_vec());
    let found = read::inspect(source(), &ReadOptions::default()).unwrap();
    let batches = read::batches(source(), &found).unwrap();
    let (mut out, mut last) = (Vec::new(), encrypt::Written::default());
    let rng = Counting(AtomicU8::new(1));
    let info =
        encrypt::encrypt(batches, &found.schema, key, &identity("part-0", 1), &rng, &mut out, &mut |w| {
            last = w;
        })
        .unwrap();
    assert_eq!((last.rows, last.bytes), (3, out.len() as u64));
    (out, info)
}

fn open(
    bytes: &[u8],
    key: &DataKey,
    identity: &FileIdentity,
) -> Result<Vec<RecordBatch>, parquet::errors::ParquetError> {
    let options =
        ArrowReaderOptions::new().with_file_decryption_properties(decrypt::decryption(key, identity)?);
    let reader =
        ParquetRecordBatchReaderBuilder::try_new_with_options(Bytes::copy_from_slice(bytes), options)?
            .build()?;
    Ok(reader.collect::<Result<_, _>>()?)
}

#[test]
fn an_encrypted_file_opens_only_as_itself() {
    let key = DataKey::from_bytes([9; 32]);
    let (bytes, info) = written(&key);
    assert_eq!(info.size, bytes.len() as u64);
    assert_eq!((&bytes[..4], &bytes[bytes.len() - 4..]), (&b"PARE"[..], &b"PARE"[..]));
    for clear in ["SECRETNAME", "patient", "charge"] {
        assert!(!bytes.windows(clear.len()).any(|w| w == clear.as_bytes()), "{clear} stands in the file");
    }
    assert_eq!(open(&bytes, &key, &identity("part-0", 1)).unwrap()[0].num_rows(), 3);
    assert!(open(&bytes, &key, &identity("part-0", 2)).is_err(), "rolled back");
    assert!(open(&bytes, &key, &identity("part-1", 1)).is_err(), "swapped");
    let other = FileIdentity { dataset: DatasetId(uuid::Uuid::from_u128(8)), ..identity("part-0", 1) };
    assert!(open(&bytes, &key, &other).is_err(), "another dataset");
    assert!(open(&bytes, &DataKey::from_bytes([8; 32]), &identity("part-0", 1)).is_err(), "another key");
}

#[test]
fn no_flipped_bit_changes_a_value() {
    let key = DataKey::from_bytes([9; 32]);
    let (bytes, _) = written(&key);
    let id = identity("part-0", 1);
    let truth = open(&bytes, &key, &id).unwrap();
    let mut refused = 0;
    for at in 4..bytes.len() {
        let mut bent = bytes.clone();
        bent[at] ^= 1 << (at % 8);
        // Lengths around modules and the page indexes, which no reader here uses, carry no value; the digest of the
        // whole file in the manifest covers them.
        match std::panic::catch_unwind(|| open(&bent, &key, &id)) {
            Ok(Ok(batches)) => assert_eq!(batches, truth, "byte {at}"),
            Ok(Err(_)) | Err(_) => refused += 1,
        }
    }
    assert!(refused * 2 > bytes.len(), "only {refused} of {} were refused", bytes.len());
}

#[test]
fn plaintext_is_refused_by_its_magic() {
    use decrypt::{MagicError, check_magic};
    assert_eq!(check_magic(*b"PARE", *b"PARE"), Ok(()));
    assert_eq!(check_magic(*b"PAR1", *b"PAR1"), Err(MagicError::Plaintext));
    assert_eq!(check_magic(*b"PARE", *b"PAR1"), Err(MagicError::Plaintext));
    assert_eq!(check_magic(*b"a,b\n", *b"PARE"), Err(MagicError::NotEncrypted));
}

#[test]
fn a_data_key_is_never_shown() {
    assert_eq!(format!("{:?}", DataKey::from_bytes([0xab; 32])), "DataKey(..)");
}

#[test]
fn parquet_input_is_read_and_a_result_becomes_csv() {
    let source = || Cursor::new(TEXT.as_bytes().to_vec());
    let found = read::inspect(source(), &ReadOptions::default()).unwrap();
    let batch = read::batches(source(), &found).unwrap().next().unwrap().unwrap();
    let mut plain = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut plain, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();

    let again = read::inspect(Cursor::new(plain.clone()), &ReadOptions::default()).unwrap();
    assert_eq!((again.format, again.rows, &again.schema), (read::Format::Parquet, 3, &found.schema));
    let strict = cloister_dataset::schema_file::parse(
        "[[column]]\nname='patient'\ntype='string'\n[[column]]\nname='charge'\ntype='float'\nnullable=false\n\
         [[column]]\nname='day'\ntype='date'",
    )
    .unwrap();
    let options = ReadOptions { schema: Some(strict), skip_bad_rows: true, ..ReadOptions::default() };
    let found = read::inspect(Cursor::new(plain.clone()), &options).unwrap();
    assert_eq!((found.rows, found.bad_rows[0].line), (2, 2));

    let csv = String::from_utf8(results::result_to_csv(&plain).unwrap()).unwrap();
    assert_eq!(csv, "patient,charge,day\np1,10.5,2024-01-01\np2,,2024-01-02\nSECRETNAME,3.0,2024-01-03\n");
}
