//! Analytics on encrypted Parquet under the owner's rules.
//!
//! [`run_sql`] takes a job (SQL, tables with their rules and keys, values of variables, limits), checks it, and gives
//! the result as Parquet bytes in memory. In order:
//!
//! 1. the text is one `SELECT` that names only the job's tables (`statement.*`);
//! 2. it is planned in a fresh context that has nothing but those tables and the functions of
//!    [`cloister_model::engine::FUNCTIONS`];
//! 3. the analysed plan holds only allowed nodes, expressions and functions, subqueries included (`plan.*`);
//! 4. a query that touches a dataset under the rule `aggregation` has the one allowed shape, and every column is used
//!    as its owner allowed (`rule.*`);
//! 5. the threshold is injected right above the aggregate, bounds are clamped, casts become `try_cast`;
//! 6. only then data is read, through a leaf that applies the owner's conditions before anything else sees a row.
//!
//! Invariants: hidden rows and columns never leave the scan leaf; errors carry a code and never a value; nothing is
//! written to disk. Limits: differencing by several queries and weights that another member's table brings into a
//! join are not stopped here, but by review and by the ledger of queries.
#![forbid(unsafe_code)]

mod aggregation;
mod conditions;
mod context;
mod error;
mod job;
mod mock;
mod plan;
mod rewrite;
mod run;
mod scan;
mod statement;
mod storage;
mod threshold;

pub use error::{EngineError, PlanCheck};
pub use job::{CancelToken, EngineJob, Limits, Output, Progress, Stage, TableInput, TableSource};
pub use run::run_sql;
pub use storage::{MemoryFile, RangeReader, verify_file};
