//! What came of the run: release record, receipt, results, acknowledgements, log.

use std::collections::BTreeSet;

use cloister_audit::{Included, InclusionProof, Outcome};
use cloister_model::Digest;
use cloister_statement::bundle::{Bundle, InclusionDoc};

use super::grounds::Grounds;
use crate::{Check, Refused, check::ensure, run::Cleared};

/// What a bundle that is not broken does not bring.
pub(crate) struct Missing {
    /// Why an acknowledgement is missing, if one is.
    pub(crate) unacknowledged: Option<String>,
    /// Why the log's part is missing, if it is.
    pub(crate) unlogged: Option<String>,
}

/// Checks it; gives what is missing.
pub(crate) fn check(
    bundle: &Bundle,
    grounds: &Grounds,
    cleared: &Cleared,
    passed: &mut Vec<Check>,
) -> Result<Missing, Refused> {
    release(grounds, cleared)?;
    passed.push(Check::Release);
    receipt(grounds, cleared)?;
    passed.push(Check::Receipt);
    ensure(bundle.results == grounds.receipt.body().outputs, Check::Result, || {
        "the results are not the outputs of the receipt".into()
    })?;
    passed.push(Check::Result);
    acknowledgements(grounds)?;
    passed.push(Check::Acknowledgement);
    let logged = inclusions(bundle, grounds)?;
    passed.extend([Check::Inclusion, Check::Checkpoint]);
    let unlogged = (!logged.contains(&grounds.release.digest()))
        .then(|| "the bundle brings no proof that the log contains the release record".into());
    Ok(Missing { unacknowledged: grounds.unacknowledged(bundle), unlogged })
}

/// Check `release`: the record says what the checks found, and repeats of the run say the same.
fn release(grounds: &Grounds, cleared: &Cleared) -> Result<(), Refused> {
    let record = grounds.release.body();
    let same = |holds, what: &str| {
        ensure(holds, Check::Release, || {
            format!("the release record names another {what} than the checks find")
        })
    };
    let manifests: BTreeSet<Digest> = cleared.manifests.iter().map(|m| m.manifest).collect();
    same(grounds.release.workspace() == Some(cleared.workspace), "workspace")?;
    same(record.spec == cleared.spec && record.run == cleared.run, "run")?;
    same(record.charter == cleared.charter, "charter")?;
    same(record.request == cleared.request, "request")?;
    same(record.statements == cleared.statements, "set of statements")?;
    same(record.manifests == manifests, "set of manifests")?;
    same(record.challenge == cleared.challenge, "challenge")?;
    same(record.evidence == cleared.evidence, "evidence")?;
    same(record.transcript == cleared.transcript, "transcript")?;
    same(record.worker == cleared.worker, "worker")?;
    same(record.measurement == cleared.measurement, "measurement")?;
    same(record.assurance == cleared.assurance, "assurance")?;
    same(record.count == cleared.count.count && record.attempt == cleared.count.attempt, "count")?;
    let broker = grounds.broker();
    same(record.configuration == broker.configuration, "configuration")?;
    same(grounds.release.key() == broker.signing_key, "broker")?;
    let all = grounds.everything.releases();
    let attempts: BTreeSet<u32> = all.values().map(|r| r.body().attempt).collect();
    let alike = all.values().all(|r| {
        let other = r.body();
        other.run == record.run
            && other.spec == record.spec
            && other.count == record.count
            && other.statements == record.statements
            && (1..=2).contains(&other.attempt)
    });
    same(alike && attempts.len() == all.len(), "repeat")
}

/// Check `receipt`: by the worker released to, for this run and record.
fn receipt(grounds: &Grounds, cleared: &Cleared) -> Result<(), Refused> {
    let body = grounds.receipt.body();
    let same = |holds, what: &str| {
        ensure(holds, Check::Receipt, || format!("the receipt names another {what} than the release record"))
    };
    same(body.worker == cleared.worker && grounds.receipt.key() == cleared.worker, "worker")?;
    same(body.run == cleared.run, "run")?;
    same(grounds.receipt.workspace() == Some(cleared.workspace), "workspace")?;
    same(body.assurance == cleared.assurance, "assurance")?;
    ensure(body.started <= body.finished, Check::Receipt, || "the receipt ends before it starts".into())
}

/// Check `acknowledgement`: each is by a broker that the chain of charters names, of a statement in the bundle, and no two
/// have one sequence number.
fn acknowledgements(grounds: &Grounds) -> Result<(), Refused> {
    let d = &grounds.everything;
    let known = |digest: &Digest| {
        d.charters().contains_key(digest)
            || d.suspensions().contains_key(digest)
            || d.manifests().contains_key(digest)
            || d.withdrawals().contains_key(digest)
            || d.reviews().contains_key(digest)
            || d.certificate_revocations().contains_key(digest)
    };
    let mut sequences = BTreeSet::from([grounds.release.body().sequence]);
    for acknowledgement in d.acknowledgements().values() {
        let body = acknowledgement.body();
        let refuse = |holds, why: &str| ensure(holds, Check::Acknowledgement, || why.to_owned());
        refuse(
            grounds.word.counts(acknowledgement),
            "an acknowledgement is by a broker that no charter in force names",
        )?;
        refuse(
            known(&body.statement),
            "an acknowledgement is of a statement that the bundle does not bring",
        )?;
        refuse(sequences.insert(body.sequence), "two of the broker's statements have one sequence number")?;
    }
    Ok(())
}

/// Checks `inclusion` and `checkpoint`: every entry brought is in the log. Gives the statements they log.
fn inclusions(bundle: &Bundle, grounds: &Grounds) -> Result<BTreeSet<Digest>, Refused> {
    let mut logged = BTreeSet::new();
    for doc in &bundle.inclusions {
        logged.extend(inclusion(doc, grounds)?);
    }
    Ok(logged)
}

fn inclusion(doc: &InclusionDoc, grounds: &Grounds) -> Result<Option<Digest>, Refused> {
    let (origin, key) = (&grounds.configuration.log_origin, grounds.configuration.log_key);
    cloister_audit::checkpoint::verify(&doc.checkpoint, origin, key.as_bytes())
        .map_err(|e| Refused::new(Check::Checkpoint, e.to_string()))?;
    let hashes = doc.hashes.iter().map(|h| h.0).collect();
    let proof = InclusionProof { index: doc.index, size: doc.size, hashes };
    let (entry, _) = Included::new(&doc.entry.0, proof, doc.checkpoint.clone())
        .verify(origin, key.as_bytes())
        .map_err(|e| Refused::new(Check::Inclusion, e.to_string()))?;
    let statement = entry.statement.as_deref().and_then(|text| text.parse().ok());
    Ok(statement.filter(|_| entry.outcome == Outcome::Done))
}
