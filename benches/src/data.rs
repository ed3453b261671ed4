//! The tables of TPC-H: encrypted as owners do it, and plain for comparison.

use std::{
    fmt::{Display, Write},
    io::Cursor,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use bytes::Bytes;
use cloister_dataset::{
    DataKey, FileIdentity, FileInfo, encrypt,
    read::{self, ReadOptions},
    rules_file,
};
use cloister_engine::{MemoryFile, TableInput, TableSource};
use cloister_model::{DatasetId, Rng, rules::Rules, schema::Schema};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};
use tpchgen::{csv, generators};

use crate::Failure;

/// A count instead of randomness: speed does not depend on it.
struct Counting(AtomicU8);

impl Rng for Counting {
    fn fill(&self, out: &mut [u8]) {
        out.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
    }
}

struct Table {
    name: &'static str,
    plain: PathBuf,
    cipher: Bytes,
    info: FileInfo,
    schema: Schema,
    rules: Rules,
}

/// All eight.
pub(crate) struct Tables(Vec<Table>);

fn text(header: &str, rows: impl Iterator<Item = impl Display>) -> String {
    let mut text = format!("{header}\n");
    for row in rows {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{row}");
    }
    text
}

macro_rules! table {
    ($out:ident, $folder:ident, $scale:ident, $name:literal, $generator:ident, $row:ident) => {
        let rows = generators::$generator::new($scale, 1, 1);
        let text = text(csv::$row::header(), rows.iter().map(csv::$row::new));
        $out.push(Table::new($name, text, $folder)?);
    };
}

impl Tables {
    /// Generates, encrypts, and writes the plain copies into `folder`.
    pub(crate) fn generate(scale: f64, folder: &Path) -> Result<Self, Failure> {
        let mut out = Vec::new();
        table!(out, folder, scale, "region", RegionGenerator, RegionCsv);
        table!(out, folder, scale, "nation", NationGenerator, NationCsv);
        table!(out, folder, scale, "supplier", SupplierGenerator, SupplierCsv);
        table!(out, folder, scale, "customer", CustomerGenerator, CustomerCsv);
        table!(out, folder, scale, "part", PartGenerator, PartCsv);
        table!(out, folder, scale, "partsupp", PartSuppGenerator, PartSuppCsv);
        table!(out, folder, scale, "orders", OrderGenerator, OrderCsv);
        table!(out, folder, scale, "lineitem", LineItemGenerator, LineItemCsv);
        Ok(Self(out))
    }

    /// Names and plain files.
    pub(crate) fn plain(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|t| (t.name, t.plain.to_str().unwrap_or_default()))
    }

    /// As the engine takes them.
    pub(crate) fn encrypted(&self) -> Vec<TableInput> {
        self.0.iter().filter_map(Table::input).collect()
    }
}

/// Compressed like the encrypted files, so that only the encryption differs.
fn properties() -> Result<WriterProperties, Failure> {
    Ok(WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?)).build())
}

fn key() -> DataKey {
    DataKey::from_bytes([7; 32])
}

fn dataset() -> DatasetId {
    DatasetId(uuid::Uuid::from_u128(1))
}

impl Table {
    fn new(name: &'static str, text: String, folder: &Path) -> Result<Self, Failure> {
        let text = Bytes::from(text);
        let found = read::inspect(Cursor::new(text.clone()), &ReadOptions::default())?;
        let identity = FileIdentity { dataset: dataset(), version: 1, object: name.to_owned() };
        let mut cipher = Vec::new();
        let batches = read::batches(Cursor::new(text.clone()), &found)?;
        let rng = Counting(AtomicU8::new(1));
        let info =
            encrypt::encrypt(batches, &found.schema, &key(), &identity, &rng, &mut cipher, &mut |_| {})?;
        let plain = folder.join(format!("{name}.parquet"));
        let schema = cloister_dataset::arrow_schema(&found.schema);
        let mut writer = ArrowWriter::try_new(std::fs::File::create(&plain)?, schema, Some(properties()?))?;
        for batch in read::batches(Cursor::new(text), &found)? {
            writer.write(&batch?)?;
        }
        writer.close()?;
        let rules = rules_file::parse("uses = [\"sql\"]\n[analysis]\nrule = \"none\"\n", &found.schema)?;
        Ok(Self { name, plain, cipher: cipher.into(), info, schema: found.schema, rules })
    }

    fn input(&self) -> Option<TableInput> {
        Some(TableInput {
            name: self.name.parse().ok()?,
            dataset: dataset(),
            version: 1,
            schema: self.schema.clone(),
            rules: self.rules.clone(),
            source: TableSource::Encrypted {
                key: key(),
                files: vec![(self.info.clone(), Arc::new(MemoryFile(self.cipher.clone())))],
            },
        })
    }
}
