//! Constants of the analytics engine that statements bind: they stand in the environment digest of every spec, so that
//! a change of either voids approvals given for the old behaviour.

/// Version of the engine's meaning of a query. Raised whenever an accepted query could mean something else.
pub const ENGINE_SEMANTICS: u32 = 1;

/// The SQL functions that a job may call, sorted.
pub const FUNCTIONS: &[&str] =
    &["abs", "avg", "ceil", "coalesce", "count", "floor", "max", "min", "round", "sum"];
