//! Readers, type inference, rules files and the encrypted Parquet layout.
