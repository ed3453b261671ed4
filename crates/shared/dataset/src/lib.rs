//! Datasets on the owner's device and in the worker: readers, type inference, rules files and the encrypted layout.
//!
//! * [`read`] turns CSV or Parquet into Arrow batches of the product's six types, in memory that does not grow with
//!   the file; rows that do not fit are listed, never guessed.
//! * [`encrypt`] writes those batches as encrypted Parquet; [`decrypt`] gives a reader what it needs to open it.
//! * [`raw`] seals a file as it is, for what cannot write Parquet; [`ingest`] is what a worker makes of it.
//! * [`rules_file`] and [`schema_file`] read the two files people write by hand.
//! * [`results`] turns a decrypted result into CSV.
//!
//! Invariants: nothing here touches a disk, a clock or the network; an object that does not begin with `PARE` is never
//! produced and never opened; a data key is never shown. Limits: one file a dataset version, at most
//! [`cloister_model::schema::Schema::MAX_COLUMNS`] columns, one CSV row at most [`read::MAX_ROW_BYTES`] bytes.
#![forbid(unsafe_code)]

pub mod decrypt;
pub mod encrypt;
pub mod ingest;
mod key;
pub mod raw;
pub mod read;
pub mod results;
pub mod rules_file;
pub mod schema_file;
mod types;

pub use key::{DataKey, FileIdentity, FileInfo, SealError};
pub use types::{arrow_schema, arrow_type};
