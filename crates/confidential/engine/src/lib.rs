//! Analytics on encrypted Parquet under the owner's rules.
