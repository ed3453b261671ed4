//! At start: is this state as new as the newest record of this broker in the log?

use std::sync::atomic::Ordering;

use cloister_api::broker::Anchor;
use cloister_model::Digest;
use cloister_statement::{
    Body, Envelope, Kind, Verified,
    predicate::{Acknowledgement, Certificate, ReleaseRecord},
};

use crate::{Broker, BrokerError, Result, people::envelope, state::history};

const CHECK: &str = "anchor";

impl Broker {
    /// Serves from now on, unless the record shows that this state is an old one, or another one. Each record of the
    /// broker's own key counts, logged or not: it could not exist if this state were the newest.
    pub fn anchor(&self, anchor: &Anchor) -> Result<()> {
        if let Some(record) = &anchor.record {
            self.known(&envelope(record)?)?;
        }
        self.anchored.store(true, Ordering::Release);
        Ok(())
    }

    fn stop(&self, reason: String) -> Result<()> {
        self.anchored.store(false, Ordering::Release);
        tracing::error!(reason, "the state is not the newest one: service is refused");
        Err(BrokerError::refused(CHECK, reason))
    }

    /// Whether a record of this broker is in this state's chain.
    fn known(&self, record: &Envelope) -> Result<()> {
        match record.kind() {
            Kind::Acknowledgement => {
                let body = self.own::<Acknowledgement>(record)?;
                self.at(body.body().sequence, body.body().state)
            }
            Kind::ReleaseRecord => {
                let body = self.own::<ReleaseRecord>(record)?;
                self.at(body.body().sequence, body.body().state)
            }
            Kind::Certificate => {
                let certificate = self.own::<Certificate>(record)?.digest();
                match self.state.read::<Envelope>(&format!("certificate/{certificate}"))? {
                    Some(_) => Ok(()),
                    None => self.stop(format!(
                        "the state does not know the certificate `{certificate}` that it issued"
                    )),
                }
            }
            other => Err(BrokerError::Malformed(format!("a {} anchors nothing", other.as_str()))),
        }
    }

    fn at(&self, sequence: u64, state: Digest) -> Result<()> {
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
        Ok(())
    }

    fn own<B: Body>(&self, record: &Envelope) -> Result<Verified<B>> {
        let read = record.open::<B>().map_err(BrokerError::malformed)?;
        read.verify(&self.identity.signing_key).map_err(|e| BrokerError::refused(CHECK, e.to_string()))
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
