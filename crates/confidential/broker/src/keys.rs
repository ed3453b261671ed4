//! After the release record: keys once it is logged, leases, the receipt.

use std::collections::BTreeMap;

use cloister_api::broker::{Closing, Keys, KeysRequest, Renewal};
use cloister_audit::{Included, Outcome};
use cloister_model::{Digest, Duration, RunId};
use cloister_statement::{
    binary::length_prefixed,
    keys::verify,
    predicate::Receipt,
    seal::{release_aad, release_data_key},
};
use cloister_verify::{Check, Marks};

use crate::{
    Broker, BrokerError, Result,
    people::{envelope, wire},
    state::{RunRow, Tx},
};

/// How long keys may be held without a renewal: workers wipe after it.
pub(crate) const LEASE: Duration = Duration::seconds(120);

impl Broker {
    /// Gives the data keys, sealed to the attested key, once the release record is shown to be in the log. Asked again
    /// it seals the same keys to the same worker again.
    pub fn keys(&self, session: Digest, request: &KeysRequest) -> Result<Keys> {
        self.serving()?;
        let none = || BrokerError::Absent("no release waits in this session".into());
        let (run, record) =
            self.sessions.waiting(session, |w| (w.run, w.record.digest())).ok_or_else(none)?;
        self.logged(record, request)?;
        self.state.write(|tx| {
            let now = tx.now()?;
            let mut row = held(tx, run, session)?;
            unrestricted(&row, tx.marks())?;
            row.lease = Some(now.plus(LEASE));
            tx.put_run(run, &row)
        })?;
        self.sessions
            .waiting(session, |waiting| {
                let mut keys = BTreeMap::new();
                for (manifest, key) in &waiting.keys {
                    let aad = release_aad(&waiting.report_data, &waiting.record.digest(), manifest);
                    let sealed = release_data_key(&waiting.sealing_key, &aad, key, self.rng.as_ref())
                        .map_err(|e| BrokerError::refused("session", e.to_string()))?;
                    keys.insert(*manifest, serde_json::to_value(sealed).map_err(BrokerError::internal)?);
                }
                Ok(Keys { keys })
            })
            .ok_or_else(none)?
    }

    fn logged(&self, record: Digest, request: &KeysRequest) -> Result<()> {
        let refused = |reason: String| BrokerError::refused(Check::Inclusion.as_str(), reason);
        let included: Included =
            serde_json::from_value(request.inclusion.clone()).map_err(BrokerError::malformed)?;
        let (entry, _) = included
            .verify(&self.configuration.log_origin, self.configuration.log_key.as_bytes())
            .map_err(|e| refused(e.to_string()))?;
        if entry.statement.as_deref() != Some(record.to_string().as_str()) || entry.outcome != Outcome::Done {
            return Err(refused("the entry is not that of the release record".into()));
        }
        Ok(())
    }

    /// Whether the keys may still be held; extends the lease.
    pub fn renew(&self, run: RunId, renewal: &Renewal) -> Result<()> {
        self.serving()?;
        let signature = signature(&renewal.signature)?;
        let message = length_prefixed(&[
            b"cloister/renew/v1",
            run.to_string().as_bytes(),
            renewal.session.as_bytes(),
            &renewal.counter.to_be_bytes(),
        ]);
        self.state.write(|tx| {
            let now = tx.now()?;
            let mut row = held(tx, run, renewal.session)?;
            if !verify(&row.worker, &message, &signature) {
                return Err(BrokerError::refused(
                    "session",
                    "the renewal is not signed by the worker released to",
                ));
            }
            if renewal.counter <= row.renewals {
                return Err(BrokerError::refused("session", "the renewal's counter was used before"));
            }
            if row.lease.is_none_or(|until| until < now) {
                return Err(BrokerError::refused("session", "the lease has run out"));
            }
            unrestricted(&row, tx.marks())?;
            row.renewals = renewal.counter;
            row.lease = Some(now.plus(LEASE));
            tx.put_run(run, &row)
        })
    }

    /// Closes a run with its receipt. The same receipt again is the same answer; another one is a conflict.
    pub fn close(&self, run: RunId, closing: &Closing) -> Result<Closing> {
        self.serving()?;
        let receipt = envelope(&closing.receipt)?;
        let read = receipt.open::<Receipt>().map_err(BrokerError::malformed)?;
        let check = Check::Receipt.as_str();
        self.state.write(|tx| {
            let mut row =
                tx.row(run)?.ok_or_else(|| BrokerError::Absent(format!("no run `{run}` was released")))?;
            if let Some(kept) = &row.receipt {
                if kept.digest() == receipt.digest() {
                    return Ok(());
                }
                return Err(BrokerError::conflict(check, "the run was closed with another receipt"));
            }
            let body = read.predicate().body.clone();
            let record = row.records.last().copied();
            let signed = read.verify(&row.worker).map_err(|e| BrokerError::refused(check, e.to_string()))?;
            if body.run != run || Some(body.release) != record || body.worker != row.worker {
                return Err(BrokerError::refused(check, "the receipt is of another run, release or worker"));
            }
            if signed.workspace() != Some(row.workspace) {
                return Err(BrokerError::refused(check, "the receipt is of another workspace"));
            }
            tx.extend("close", &[run.0.as_bytes(), receipt.digest().as_bytes()])?;
            row.receipt = Some(receipt.clone());
            tx.put_run(run, &row)
        })?;
        self.sessions.forget(run);
        self.receipt(run)
    }

    /// The receipt with which a run was closed.
    pub fn receipt(&self, run: RunId) -> Result<Closing> {
        let row: Option<RunRow> = self.state.read(&format!("run/{run}"))?;
        let receipt = row.and_then(|row| row.receipt);
        let receipt =
            receipt.ok_or_else(|| BrokerError::Absent(format!("the run `{run}` was not closed")))?;
        Ok(Closing { receipt: wire(&receipt)? })
    }
}

/// The run, if this session may hold its keys.
fn held(tx: &Tx<'_>, run: RunId, session: Digest) -> Result<RunRow> {
    let row = tx.row(run)?.ok_or_else(|| BrokerError::Absent(format!("no run `{run}` was released")))?;
    if row.session != session {
        return Err(BrokerError::refused("session", "the run was released again, to another session"));
    }
    if row.receipt.is_some() {
        return Err(BrokerError::refused(Check::Counter.as_str(), "the run is closed"));
    }
    Ok(row)
}

/// Whether nothing that came after the release restricts the run. A charter that came into force since ends the lease
/// too: the run has to be asked for again under it.
fn unrestricted(row: &RunRow, marks: &Marks) -> Result<()> {
    let uses = |digest: &Digest| row.statements.contains(digest);
    let refuse = |check: Check, reason: &str| Err(BrokerError::refused(check.as_str(), reason));
    if marks.forked.contains(&row.workspace) {
        return refuse(Check::Charter, "two charters of one version stop the workspace");
    }
    if marks.charters.get(&row.workspace).is_none_or(|highest| !uses(&highest.digest)) {
        return refuse(Check::Charter, "another charter came into force");
    }
    if marks.revoked_certificates.iter().any(uses) {
        return refuse(Check::Membership, "a certificate was revoked");
    }
    if marks
        .suspended
        .keys()
        .any(|(workspace, member)| *workspace == row.workspace && row.suspendable.contains(member))
    {
        return refuse(Check::Membership, "a member was suspended");
    }
    for (owner, dataset, manifest) in &row.datasets {
        let key = (cloister_verify::Person { issuer: owner.0.clone(), subject: owner.1.clone() }, *dataset);
        if marks.deleted.contains(&key)
            || marks.manifests.get(&key).is_some_and(|highest| highest.digest != *manifest)
        {
            return refuse(Check::Manifest, "a dataset was deleted or has a newer manifest");
        }
    }
    if marks.revoked_grants.iter().any(uses) {
        return refuse(Check::Grant, "a grant was revoked");
    }
    if marks.withdrawn.iter().any(uses) || marks.rejections.iter().any(|(spec, _)| *spec == row.spec) {
        return refuse(Check::Approval, "the job was withdrawn or rejected");
    }
    if marks.archived.contains(&row.workspace) {
        return refuse(Check::Archive, "the workspace was archived");
    }
    Ok(())
}

fn signature(text: &str) -> Result<[u8; 64]> {
    let mut out = [0; 64];
    hex::decode_to_slice(text, &mut out)
        .map_err(|_| BrokerError::Malformed("a signature is 128 hexadecimal digits".into()))?;
    Ok(out)
}
