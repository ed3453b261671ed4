//! What the broker keeps beside the marks of the checks, and where.

use std::collections::BTreeSet;

use cloister_model::{DatasetId, Digest, RunId, Timestamp};
use cloister_statement::Envelope;
use serde::{Deserialize, Serialize};

use super::Tx;
use crate::error::Result;

/// A person: SHA-256 of (issuer, subject).
pub(crate) type PersonDigest = Digest;

/// A person's live certificate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PersonMark {
    pub(crate) live: Digest,
}

/// A recovery that waits for its 24 hours.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) since: Timestamp,
}

/// A run that was reserved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RunRow {
    pub(crate) workspace: Digest,
    pub(crate) spec: Digest,
    /// Every statement the checks used.
    pub(crate) statements: BTreeSet<Digest>,
    /// Certificates of those who signed what the run rests on.
    pub(crate) suspendable: BTreeSet<Digest>,
    /// Datasets by owner (issuer, subject), with the manifest released.
    pub(crate) datasets: Vec<((String, String), DatasetId, Digest)>,
    pub(crate) count: u32,
    pub(crate) releases: u32,
    /// The session that may get keys.
    pub(crate) session: Digest,
    /// The worker's key of that session.
    pub(crate) worker: Digest,
    /// Every release record of the run.
    pub(crate) records: Vec<Digest>,
    /// Until when the keys given may be held; absent while none were given.
    pub(crate) lease: Option<Timestamp>,
    /// Highest counter of a renewal.
    pub(crate) renewals: u64,
    pub(crate) receipt: Option<Envelope>,
}

macro_rules! places {
    ($($get:ident, $put:ident, $value:ty, |$($arg:ident: $kind:ty),+| $place:expr;)+) => {
        impl Tx<'_> {$(
            pub(crate) fn $get(&self, $($arg: $kind),+) -> Result<Option<$value>> {
                self.get(&$place)
            }
            pub(crate) fn $put(&mut self, $($arg: $kind),+, value: &$value) -> Result<()> {
                self.put(&$place, value)
            }
        )+}
    };
}

places! {
    person, put_person, PersonMark, |person: PersonDigest| format!("person/{person}");
    certificate, put_certificate, Envelope, |digest: Digest| format!("certificate/{digest}");
    request, put_request, Digest, |digest: Digest| format!("request/{digest}");
    key_holder, put_key_holder, PersonDigest, |key: Digest| format!("signing-key/{key}");
    recovery, put_recovery, Pending, |certificate: Digest, request: Digest| format!("recovery/{certificate}/{request}");
    acknowledged, put_acknowledged, Envelope, |statement: Digest| format!("acknowledged/{statement}");
    consumed, put_consumed, Timestamp, |session: Digest| format!("session/{session}");
    row, put_row, RunRow, |run: RunId| format!("run/{run}");
}
