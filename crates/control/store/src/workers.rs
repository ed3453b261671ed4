//! Workers that asked for work. What they say of themselves is for showing and for sorting work: the broker judges.

use cloister_authz::{Granted, actions::Work};
use cloister_model::{Assurance, Duration, Timestamp};

use crate::{Query, Row, StoreError, Tx, people::parsed};

/// A worker is noted again after so long.
const AGAIN: Duration = Duration::seconds(5);
/// A worker not seen for a week is forgotten.
const FORGOTTEN: Duration = Duration::days(-7);

/// A worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerRow {
    /// The name it gave itself.
    pub name: String,
    /// What it says its evidence proves.
    pub assurance: Assurance,
    /// What it says it measures, hexadecimal.
    pub measurement: Option<String>,
    /// When it first asked for work.
    pub first_seen: Timestamp,
    /// When it last asked for work.
    pub last_seen: Timestamp,
}

/// The word of an assurance.
fn word(assurance: Assurance) -> &'static str {
    match assurance {
        Assurance::Simulated => "simulated",
        Assurance::Hardware => "hardware",
    }
}

fn worker(row: &Row) -> Result<WorkerRow, StoreError> {
    let assurance: String = row.try_get("", "assurance")?;
    Ok(WorkerRow {
        name: parsed(row, "name")?,
        assurance: match assurance.as_str() {
            "hardware" => Assurance::Hardware,
            "simulated" => Assurance::Simulated,
            other => return Err(StoreError::Corrupt(format!("no assurance `{other}`"))),
        },
        measurement: row.try_get("", "measurement")?,
        first_seen: Timestamp::from_micros(row.try_get("", "first_seen")?),
        last_seen: Timestamp::from_micros(row.try_get("", "last_seen")?),
    })
}

const WORKER: &str = "SELECT name, assurance, measurement, first_seen, last_seen FROM workers";

/// Workers seen; by name.
pub async fn list(db: &dyn Query, after: &str, limit: u64) -> Result<Vec<WorkerRow>, StoreError> {
    let sql = format!("{WORKER} WHERE name > $1 ORDER BY name LIMIT {limit}");
    db.all(&sql, vec![after.into()]).await?.iter().map(worker).collect()
}

/// The highest assurance of the workers seen since a moment.
pub async fn best_since(db: &dyn Query, since: Timestamp) -> Result<Option<Assurance>, StoreError> {
    for assurance in [Assurance::Hardware, Assurance::Simulated] {
        let sql = "SELECT 1 AS one FROM workers WHERE assurance = $1 AND last_seen >= $2 LIMIT 1";
        if db.one(sql, vec![word(assurance).into(), since.micros().into()]).await?.is_some() {
            return Ok(Some(assurance));
        }
    }
    Ok(None)
}

/// Whether a worker should be noted (again).
pub async fn stale(db: &dyn Query, seen: &WorkerRow) -> Result<bool, StoreError> {
    let sql = format!("{WORKER} WHERE name = $1");
    let known = db.one(&sql, vec![seen.name.clone().into()]).await?.as_ref().map(worker).transpose()?;
    Ok(known.is_none_or(|known| {
        known.last_seen.plus(AGAIN) <= seen.last_seen
            || known.assurance != seen.assurance
            || known.measurement != seen.measurement
    }))
}

impl Tx {
    /// Notes that a worker asked for work; those long gone are forgotten.
    pub async fn note_worker(&self, _grant: &Granted<Work>, seen: &WorkerRow) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO workers (name, assurance, measurement, first_seen, last_seen) VALUES ($1, $2, $3, $4, $4)
             ON CONFLICT (name) DO UPDATE SET assurance = excluded.assurance, measurement = excluded.measurement,
                 last_seen = excluded.last_seen",
            vec![
                seen.name.clone().into(),
                word(seen.assurance).into(),
                seen.measurement.clone().into(),
                seen.last_seen.micros().into(),
            ],
        )
        .await?;
        let gone = seen.last_seen.plus(FORGOTTEN).micros();
        self.exec("DELETE FROM workers WHERE last_seen < $1", vec![gone.into()]).await.map(|_| ())
    }
}
