//! The world's changes for an ingest: Ana alone, her dataset a raw file, her job its ingest.

use cloister_model::{
    DatasetId,
    ingest::{Ingest, PARQUET_OBJECT, RAW_OBJECT, Target},
};
use cloister_statement::{
    predicate::{Charter, EnvironmentKind, FileFormat, Manifest, Spec},
    transcript::environment_of,
};

use super::Edits;

/// Ana's raw dataset.
pub const RAW: DatasetId = DatasetId(uuid::Uuid::from_u128(7));

/// Every change.
pub fn edits() -> Edits {
    Edits { charter: alone, manifest: raw, spec: of_measurements, ..Edits::default() }
}

/// What Ana's job says.
pub fn ingest() -> Ingest {
    Ingest {
        version: 1,
        header: true,
        skip_bad_rows: false,
        schema: None,
        target: Target { dataset: RAW, version: 2, object: PARQUET_OBJECT.into() },
    }
}

/// The charter lists its administrator alone.
pub fn alone(charter: &mut Charter) {
    charter.members = charter.administrators.clone();
}

/// A manifest is a raw file's.
pub fn raw(manifest: &mut Manifest) {
    if manifest.name.as_str() == "measurements" {
        manifest.dataset = RAW;
    }
    manifest.format = FileFormat::Raw;
    for file in &mut manifest.files {
        file.name = RAW_OBJECT.into();
    }
}

/// A spec is the ingest of Ana's dataset.
#[expect(clippy::expect_used, reason = "test support")]
pub fn of_measurements(spec: &mut Spec) {
    spec.kind = EnvironmentKind::Ingest;
    spec.environment = environment_of(EnvironmentKind::Ingest);
    spec.tables.retain(|name, _| name.as_str() == "measurements");
    spec.source = ingest().encode().expect("an ingest");
}
