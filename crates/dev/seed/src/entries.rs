//! The bulk of the log, in batches; then waiting until the server's sequencer has all of it under a signed checkpoint.

use std::time::Duration;

use cloister_store::EntryDraft;

use crate::{Person, SeedError, Seeding, Study, failed};

/// Entries written in one transaction.
const BATCH: usize = 5_000;
/// Longer than this the log never stands still while it has something to do.
const PATIENCE: u32 = 120;
const LOOK: Duration = Duration::from_millis(250);
/// Acts that leave nothing but their entry.
const ACTS: [&str; 5] = ["session.create", "session.end", "token.create", "job.update", "run.output"];

pub(crate) async fn seed(
    seeding: &Seeding<'_>,
    people: &[Person],
    studies: &[Study],
) -> Result<i64, SeedError> {
    let mut last = seeding.store.read().last_entry().await?;
    let mut turns = people.iter().zip(studies.iter().cycle()).cycle().zip(ACTS.iter().cycle());
    while last < seeding.plan.entries {
        let missing = usize::try_from(seeding.plan.entries - last).map_err(failed)?;
        let now = seeding.ambient.clock.now();
        let entry = |((person, study), act): ((&Person, &Study), &&str)| {
            let entry = EntryDraft::done(now, &person.actor(), act).target(study.job).workspace(study.id);
            entry.fact("seeded", "entry")
        };
        let batch = turns.by_ref().take(missing.min(BATCH)).map(entry).collect();
        let tx = seeding.store.write().await?;
        last = tx.audit_all(batch).await?;
        tx.commit().await?;
    }
    integrated(seeding, last).await
}

/// Waits while the log grows.
async fn integrated(seeding: &Seeding<'_>, last: i64) -> Result<i64, SeedError> {
    let (mut seen, mut still) = (0, 0);
    while still < PATIENCE {
        let size = seeding.store.read().log_state().await?.map_or(0, |state| state.size);
        if size >= last {
            return Ok(size);
        }
        still = if size > seen { 0 } else { still + 1 };
        seen = size;
        tokio::time::sleep(LOOK).await;
    }
    Err(failed(format!("the log stands still at {seen} of {last} entries: is the server running?")))
}
