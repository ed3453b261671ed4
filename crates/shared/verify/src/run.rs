//! All checks of a run, in the order of the threat model. The first failure refuses.

use std::collections::BTreeSet;

use cloister_model::{Assurance, Digest, RunId, Timestamp};
use cloister_statement::{
    PublicKey, Verified,
    predicate::{BrokerIdentity, Grant, Manifest, RunRequest, Spec},
};

use crate::{
    Check, Dossier, InForce, Marks, Person, Refused, approvals, certificates, charters,
    check::ensure,
    counter::{self, Count},
    exchange::{self, Appraiser, Session, Worker},
    grants, ingests, inputs, limits, manifests, run_policy,
};

/// What the verifier knows by itself.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The run that the worker named in its hello.
    pub run: RunId,
    /// The spec that the worker named in its hello.
    pub spec: Digest,
    /// What became of the session.
    pub session: &'a Session,
    /// The worker.
    pub worker: &'a Worker,
    /// The verifying broker itself, or the one that a bundle's charter names.
    pub broker: &'a BrokerIdentity,
    /// What evidence is appraised with.
    pub appraiser: &'a Appraiser,
    /// The moment for the dates of evidence.
    pub evidence_at: Timestamp,
    /// The moment for everything else.
    pub now: Timestamp,
}

/// A dataset whose key may be released.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ClearedManifest {
    /// The manifest.
    pub manifest: Digest,
    /// What it says.
    pub body: Manifest,
    /// Its owner.
    pub owner: Person,
    /// The grant that counts.
    pub grant: Digest,
    /// What the data key is sealed under: `wrap_info(allowed)`.
    pub allowed: Assurance,
}

/// A run that every check cleared. Only [`check`] makes one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Cleared {
    /// The workspace.
    pub workspace: Digest,
    /// The charter in force.
    pub charter: Digest,
    /// The run.
    pub run: RunId,
    /// The spec.
    pub spec: Digest,
    /// The run request.
    pub request: Digest,
    /// Every statement the checks used, those three included; the challenge is not among them.
    pub statements: BTreeSet<Digest>,
    /// The datasets, by manifest.
    pub manifests: Vec<ClearedManifest>,
    /// The challenge answered.
    pub challenge: Digest,
    /// SHA-256 of the transcript.
    pub transcript: Digest,
    /// SHA-512 of the transcript: all of the evidence's report data.
    pub report_data: [u8; 64],
    /// SHA-256 of the evidence.
    pub evidence: Digest,
    /// The worker's signing key.
    pub worker: PublicKey,
    /// The worker's HPKE key.
    pub sealing_key: PublicKey,
    /// The worker's measurement, hexadecimal.
    pub measurement: String,
    /// What the evidence proves.
    pub assurance: Assurance,
    /// Which use of the spec, which release of the run.
    pub count: Count,
}

/// Makes every check.
pub fn check(dossier: &Dossier, marks: &Marks, facts: &Facts<'_>) -> Result<Cleared, Refused> {
    check_tracing(dossier, marks, facts, &mut Vec::new())
}

struct Ground<'a> {
    force: InForce,
    spec: &'a Verified<Spec>,
    request: &'a Verified<RunRequest>,
    used: BTreeSet<Digest>,
}

/// Makes every check and notes in `passed` those that hold.
pub fn check_tracing(
    dossier: &Dossier,
    marks: &Marks,
    facts: &Facts<'_>,
    passed: &mut Vec<Check>,
) -> Result<Cleared, Refused> {
    let (run, now, worker) = (facts.run, facts.now, facts.worker);
    let challenge = exchange::session(facts.session, &facts.broker.signing_key, run, &facts.spec, now)?;
    passed.push(Check::Session);
    let missing = || Refused::new(Check::Transcript, format!("the spec `{}` is missing", facts.spec));
    let spec = dossier.specs().get(&facts.spec).ok_or_else(missing)?;
    let envelope = match facts.session {
        Session::Live(envelope) => envelope,
        Session::Unknown | Session::Consumed => return Err(missing()),
    };
    let transcript = exchange::transcript(envelope, run, spec, worker);
    let report_data = transcript.report_data();
    let proven = facts.appraiser.appraise(&worker.evidence, &report_data, facts.evidence_at)?;
    passed.extend([Check::Transcript, Check::Chain, Check::Platform, Check::Measurement]);
    let mut ground = ground(spec, dossier, marks, facts)?;
    passed.push(Check::Charter);
    membership(&mut ground, dossier, marks, now)?;
    passed.push(Check::Membership);
    let manifests = datasets(&mut ground, dossier, marks, now, passed)?;
    let approved = approvals::approved(spec, &ground.force, dossier, marks, now)?;
    ground.used.extend(approved.by.into_iter().flat_map(|(member, statement)| [member, statement]));
    passed.push(Check::Approval);
    run_policy::permitted(ground.request, run, spec, &ground.force, dossier, now)?;
    passed.push(Check::RunPolicy);
    inputs::complete(spec.body(), &ground.request.body().inputs)?;
    ingests::program(spec.body(), manifests.iter().map(|(m, _, _)| m.body()))?;
    passed.push(Check::Inputs);
    limits::assurance(
        proven.assurance(),
        &ground.force,
        manifests.iter().map(|(m, _, g)| (m.body(), g.body())),
    )?;
    passed.push(Check::Assurance);
    limits::archive(&ground.force)?;
    passed.push(Check::Archive);
    limits::budget(manifests.iter().map(|(m, _, _)| m.body()))?;
    passed.push(Check::Budget);
    let count = counter::next(run, &facts.spec, spec.body().max_runs, &ground.used, marks)?;
    passed.push(Check::Counter);
    Ok(Cleared {
        workspace: ground.force.workspace(),
        charter: ground.force.digest(),
        run,
        spec: facts.spec,
        request: ground.request.digest(),
        statements: ground.used,
        manifests: manifests.into_iter().map(cleared).collect(),
        challenge: challenge.digest(),
        transcript: transcript.digest(),
        report_data,
        evidence: worker.evidence.digest(),
        worker: worker.signing_key,
        sealing_key: worker.sealing_key,
        measurement: proven.measurement().to_owned(),
        assurance: proven.assurance(),
        count,
    })
}

fn cleared((manifest, owner, grant): (&Verified<Manifest>, Person, &Verified<Grant>)) -> ClearedManifest {
    ClearedManifest {
        manifest: manifest.digest(),
        body: manifest.body().clone(),
        owner,
        grant: grant.digest(),
        allowed: limits::allowed(grant.body()),
    }
}

/// Check `charter`: in force, highest seen, and it names the verifying broker as it is.
fn ground<'a>(
    spec: &'a Verified<Spec>,
    dossier: &'a Dossier,
    marks: &Marks,
    facts: &Facts<'_>,
) -> Result<Ground<'a>, Refused> {
    let refuse = |why: &str| Refused::new(Check::Charter, why);
    let workspace = spec.workspace().ok_or_else(|| refuse("the spec names no workspace"))?;
    let force = charters::establish(workspace, dossier, marks)?;
    ensure(force.charter().broker == *facts.broker, Check::Charter, || {
        "the charter in force names another broker, or another configuration of it".into()
    })?;
    let request =
        dossier.requests().values().find(|r| r.body().run == facts.run && r.body().spec == facts.spec);
    let request = request.ok_or_else(|| {
        Refused::new(Check::RunPolicy, format!("no request of the run `{}` for this spec", facts.run))
    })?;
    let mut used = force.used().clone();
    used.extend([spec.digest(), request.digest()]);
    used.extend(spec.certificate());
    used.extend(request.certificate());
    Ok(Ground { force, spec, request, used })
}

/// Check `membership`: author, runner and readers. Owners are looked at with their grants, reviewers with their reviews.
fn membership(
    ground: &mut Ground<'_>,
    dossier: &Dossier,
    marks: &Marks,
    now: Timestamp,
) -> Result<(), Refused> {
    let readers = ground.spec.body().readers.iter().copied();
    for certificate in readers.chain(ground.spec.certificate()).chain(ground.request.certificate()) {
        certificates::member(&certificate, &ground.force, dossier, marks, now)?;
        ground.used.insert(certificate);
    }
    Ok(())
}

type Dataset<'a> = (&'a Verified<Manifest>, Person, &'a Verified<Grant>);

/// Checks `manifest` and `grant`, for every dataset of the spec.
fn datasets<'a>(
    ground: &mut Ground<'_>,
    dossier: &'a Dossier,
    marks: &Marks,
    now: Timestamp,
    passed: &mut Vec<Check>,
) -> Result<Vec<Dataset<'a>>, Refused> {
    let wanted: BTreeSet<Digest> = ground.spec.body().tables.values().copied().collect();
    let mut found = Vec::new();
    for digest in wanted {
        let (manifest, owner) = manifests::newest(&digest, dossier, marks)?;
        manifests::allows(manifest.body(), ground.spec.body().kind, now)?;
        ingests::readable(ground.spec, manifest.body(), &owner, &ground.force, dossier)?;
        found.push((manifest, owner));
    }
    passed.push(Check::Manifest);
    let mut out = Vec::new();
    for (manifest, owner) in found {
        let grant = grants::holding(&manifest.digest(), &owner, &ground.force, dossier, marks, now)?;
        ground.used.extend([manifest.digest(), grant.digest()]);
        ground.used.extend(manifest.certificate());
        ground.used.extend(grant.certificate());
        out.push((manifest, owner, grant));
    }
    passed.push(Check::Grant);
    Ok(out)
}
