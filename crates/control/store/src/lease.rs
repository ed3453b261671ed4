//! Leases with fences: a name is held by one holder until a moment; each new holder gets a higher fence, and every later
//! write must match it.

use cloister_model::{Duration, Timestamp};

use crate::{Query, StoreError, Tx};

/// A lease held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What is leased.
    pub name: String,
    /// Orders the holders.
    pub fence: i64,
    /// Until when.
    pub until: Timestamp,
}

impl Tx {
    /// Takes the lease when it is free or lapsed; `None` when another holds it. One that ends later than any taken now
    /// could, with as much again for small corrections, was dated by a clock that has been set back since: it would stick,
    /// so it counts as lapsed. Two holders are told apart by their fences.
    pub async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        span: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        let until = now.plus(span);
        let row =
            self.one("SELECT until, fence, holder FROM leases WHERE name = $1", vec![name.into()]).await?;
        let fence = match row {
            None => 1,
            Some(row) => {
                let held: i64 = row.try_get("", "until")?;
                let by: String = row.try_get("", "holder")?;
                if (now.micros() + 1..=until.plus(span).micros()).contains(&held) && by != holder {
                    return Ok(None);
                }
                row.try_get::<i64>("", "fence")? + 1
            }
        };
        self.exec(
            "INSERT INTO leases (name, holder, until, fence) VALUES ($1, $2, $3, $4)
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until, fence = excluded.fence",
            vec![name.into(), holder.into(), until.micros().into(), fence.into()],
        )
        .await?;
        Ok(Some(Lease { name: name.into(), fence, until }))
    }

    /// Extends the lease; false when the fence is no longer the live one.
    pub async fn renew_lease(
        &self,
        lease: &Lease,
        now: Timestamp,
        span: Duration,
    ) -> Result<bool, StoreError> {
        let changed = self
            .exec(
                "UPDATE leases SET until = $1 WHERE name = $2 AND fence = $3",
                vec![now.plus(span).micros().into(), lease.name.clone().into(), lease.fence.into()],
            )
            .await?;
        Ok(changed == 1)
    }
}
