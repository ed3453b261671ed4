//! A broker that was started (again) serves once it saw its newest record in the log: this brings it, whenever it asks.

use std::{sync::Arc, time::Duration};

use cloister_store::{Query as _, StoreError};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{App, AppError};

/// How often the broker is looked at; the longest that a restarted one waits for its record.
const EVERY: Duration = Duration::from_millis(500);
/// How often one that refuses is asked.
const REFUSED: Duration = Duration::from_secs(10);

/// Keeps the broker anchored until told to stop.
pub struct Anchoring(pub Arc<App>);

impl Anchoring {
    /// Looks, anchors, waits, again.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut said = None;
        while !*stop.borrow() {
            let (why, pause) = match self.0.keep_anchored().await {
                Ok(()) => (None, EVERY),
                Err(error @ AppError::Refused { .. }) => (Some(error.to_string()), REFUSED),
                Err(error) => (Some(error.to_string()), EVERY),
            };
            if let (Some(why), true) = (&why, why != said) {
                tracing::warn!(why, "the broker does not serve");
            }
            said = why;
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = stop.changed() => {}
            }
        }
    }
}

impl App {
    /// Whether the broker answers and serves.
    pub async fn broker_serves(&self) -> bool {
        let identity = self.broker.get("/v1/identity").await;
        identity.is_ok_and(|identity| identity["anchored"] == true)
    }

    /// Carries the broker's newest record to it when it waits for that.
    pub async fn keep_anchored(&self) -> Result<(), AppError> {
        let identity = self.broker.get("/v1/identity").await?;
        if identity["anchored"] == true {
            return Ok(());
        }
        let body = self.newest_record().await?.map_or(json!({}), |record| json!({ "record": record }));
        let _ = self.broker.post("/v1/anchor", body).await?;
        tracing::info!("the broker is anchored");
        Ok(())
    }

    async fn newest_record(&self) -> Result<Option<Value>, AppError> {
        let sql = "SELECT envelope FROM statements WHERE kind IN ('release-record', 'acknowledgement', 'certificate')
                   ORDER BY place DESC LIMIT 1";
        let Some(row) = self.store.read().one(sql, vec![]).await? else { return Ok(None) };
        let text: String = row.try_get("", "envelope").map_err(StoreError::from)?;
        serde_json::from_str(&text).map(Some).map_err(AppError::internal)
    }
}
