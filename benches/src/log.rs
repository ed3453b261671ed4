//! The audit log as the server keeps it: the store's outbox and the sequencer on SQLite, tiles and checkpoint on disk.
//!
//! Each append is a write transaction of its own, durable (`synchronous = FULL`) before the next begins, as each act of a
//! user is; the time ends when the last entry stands under a signed checkpoint on disk with its inclusion proof.

use std::{sync::Arc, time::Instant};

use cloister_app::log::Log;
use cloister_authz::Actor;
use cloister_model::Clock as _;
use cloister_store::{Store, log::EntryDraft};
use tokio::sync::watch;

use crate::{Failure, figures::per_second, world::HostClock};

/// One deployment's log from empty.
pub(crate) async fn bench(entries: usize) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite://{}", folder.path().join("bench.db").display());
    let store = Store::open(&url).await?;
    let opening = Log::open(store.clone(), folder.path().join("log"), "bench.local/log".into(), [7; 32]);
    let log = Arc::new(opening.await?);
    let (stop, stopped) = watch::channel(false);
    let sequencer = tokio::spawn(Arc::clone(&log).run(Arc::new(HostClock), "bench".into(), stopped));
    let begun = Instant::now();
    let mut last = 0;
    for n in 0..entries {
        let tx = store.write().await?;
        let draft = EntryDraft::done(HostClock.now(), &Actor::HostOperator, "bench.append").target(n);
        last = tx.audit(draft).await?;
        tx.commit().await?;
    }
    let committed = begun.elapsed();
    log.wait_for(last).await?;
    let integrated = begun.elapsed();
    println!(
        "log: {entries} appends, one durable transaction each, SQLite: {:.0}/s committed, {:.0}/s in the signed log \
         (goal 2000/s)",
        per_second(entries, committed),
        per_second(entries, integrated)
    );
    let _ = stop.send(true);
    Ok(sequencer.await?)
}
