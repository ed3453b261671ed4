//! At start: is this state as new as the newest record of this broker in the log?

use std::sync::atomic::Ordering;

use cloister_api::broker::Anchor;
use cloister_model::Digest;
use cloister_statement::predicate::{Acknowledgement, Kind, ReleaseRecord};

use crate::{Broker, BrokerError, Result, people::envelope, state::history};

const CHECK: &str = "anchor";

impl Broker {
    /// Serves from now on, unless the record shows that this state is an old one, or another one. Each record of the
    /// broker's own key counts, logged or not: it could not exist if this state were the newest.
    pub fn anchor(&self, anchor: &Anchor) -> Result<()> {
        if let Some(record) = &anchor.record {
            let (sequence, state) = self.own_record(record)?;
            let head = self.state.head()?;
            if sequence > head.sequence {
                let reason = format!(
                    "the state stands at {}, the log holds record {sequence} of this broker",
                    head.sequence
                );
                return self.stop(reason);
            }
            if self.state.read::<Digest>(&history(sequence))? != Some(state) {
                return self.stop(format!("record {sequence} of the log is not in this state's chain"));
            }
        }
        self.anchored.store(true, Ordering::Release);
        Ok(())
    }

    fn stop(&self, reason: String) -> Result<()> {
        self.anchored.store(false, Ordering::Release);
        tracing::error!(reason, "the state is not the newest one: service is refused");
        Err(BrokerError::refused(CHECK, reason))
    }

    fn own_record(&self, record: &cloister_api::Envelope) -> Result<(u64, Digest)> {
        let record = envelope(record)?;
        let key = &self.identity.signing_key;
        let foreign = |e: &dyn std::fmt::Display| BrokerError::refused(CHECK, e.to_string());
        match record.kind() {
            Kind::Acknowledgement => {
                let read = record.open::<Acknowledgement>().map_err(BrokerError::malformed)?;
                let read = read.verify(key).map_err(|e| foreign(&e))?;
                Ok((read.body().sequence, read.body().state))
            }
            Kind::ReleaseRecord => {
                let read = record.open::<ReleaseRecord>().map_err(BrokerError::malformed)?;
                let read = read.verify(key).map_err(|e| foreign(&e))?;
                Ok((read.body().sequence, read.body().state))
            }
            other => Err(BrokerError::Malformed(format!("a {} anchors nothing", other.as_str()))),
        }
    }

    pub(crate) fn serving(&self) -> Result<()> {
        if self.anchored.load(Ordering::Acquire) {
            Ok(())
        } else {
            Err(BrokerError::Unavailable(
                "the broker waits for its newest logged record (`POST /v1/anchor`)".into(),
            ))
        }
    }
}
