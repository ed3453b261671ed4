//! A fresh context a job: its tables, the allowed functions, a memory limit, no disk, no stores.

use std::sync::Arc;

use cloister_model::engine::FUNCTIONS;
use datafusion::{
    common::Result,
    execution::{
        SessionState, SessionStateBuilder, SessionStateDefaults,
        disk_manager::{DiskManagerBuilder, DiskManagerMode},
        object_store::ObjectStoreUrl,
        runtime_env::RuntimeEnvBuilder,
    },
    prelude::SessionConfig,
};

use crate::{Limits, scan::RuleTable};

const CATALOG: &str = "cloister";
const SCHEMA: &str = "job";

/// The context of one job.
pub(crate) fn context(tables: Vec<RuleTable>, limits: &Limits) -> Result<SessionState> {
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_limit(limits.memory_bytes, 1.0)
        .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled))
        .build()?;
    // The default registry knows the local file system; a job must not.
    runtime.deregister_object_store(ObjectStoreUrl::local_filesystem().as_ref())?;
    let config = SessionConfig::new()
        .with_information_schema(false)
        .with_default_catalog_and_schema(CATALOG, SCHEMA)
        .with_create_default_catalog_and_schema(true)
        .with_target_partitions(limits.threads.max(1));
    let allowed = |name: &str| FUNCTIONS.binary_search(&name).is_ok();
    let scalar = SessionStateDefaults::default_scalar_functions().into_iter().filter(|f| allowed(f.name()));
    let aggregate =
        SessionStateDefaults::default_aggregate_functions().into_iter().filter(|f| allowed(f.name()));
    let window = SessionStateDefaults::default_window_functions().into_iter().filter(|f| allowed(f.name()));
    let state = SessionStateBuilder::new()
        .with_session_id("job".to_owned())
        .with_config(config)
        .with_runtime_env(Arc::new(runtime))
        .with_expr_planners(SessionStateDefaults::default_expr_planners())
        .with_scalar_functions(scalar.collect())
        .with_aggregate_functions(aggregate.collect())
        .with_window_functions(window.collect())
        .build();
    for table in tables {
        let name = table.name.clone();
        state.schema_for_ref(name.as_str())?.register_table(name, Arc::new(table))?;
    }
    Ok(state)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_registered_functions_are_the_listed_ones() {
        let state = context(Vec::new(), &Limits::default()).unwrap();
        let names: BTreeSet<&str> = state
            .scalar_functions()
            .values()
            .map(|f| f.name())
            .chain(state.aggregate_functions().values().map(|f| f.name()))
            .chain(state.window_functions().values().map(|f| f.name()))
            .collect();
        assert_eq!(names.into_iter().collect::<Vec<_>>(), FUNCTIONS);
        assert!(state.table_functions().is_empty());
        let file = ObjectStoreUrl::local_filesystem();
        assert!(state.runtime_env().object_store(&file).is_err());
    }
}
