//! Restricting statements: what each does, once its signer is found entitled.

use std::collections::BTreeSet;

use cloister_model::{Digest, Timestamp};
use cloister_statement::{
    Envelope, Kind, Verified,
    predicate::{
        Archive, CertificateRevocation, Decision, Manifest, Refusal, Review, Revocation, Suspension,
        Withdrawal, WithdrawalTarget,
    },
};

use super::{Effect, by_member, find, may_review};
use crate::{Check, Dossier, Marks, Refused, approvals, certificates, charters, check::ensure, manifests};

/// What a restricting statement does, if its signer may make it. An acceptance is asked about as its charter. The
/// dossier holds what the statement refers to; the statement itself is added here.
pub fn effect(
    statement: &Envelope,
    dossier: &Dossier,
    marks: &Marks,
    now: Timestamp,
) -> Result<Effect, Refused> {
    let mut dossier = dossier.clone();
    dossier.add(statement)?;
    let (digest, d, format) = (statement.digest(), &dossier, Check::Format);
    match statement.kind() {
        Kind::Charter => charter(&digest, d, marks, now),
        Kind::Acceptance => charter(&find(d.acceptances(), &digest, format)?.body().charter, d, marks, now),
        Kind::Refusal => refusal(find(d.refusals(), &digest, format)?, d, marks),
        Kind::Suspension => suspension(find(d.suspensions(), &digest, format)?, d, marks, now),
        Kind::Archive => archive(find(d.archives(), &digest, format)?, d, marks, now),
        Kind::Manifest => manifest(find(d.manifests(), &digest, format)?, d, marks),
        Kind::DatasetDeletion => {
            let deletion = find(d.deletions(), &digest, format)?;
            let missing = || Refused::new(Check::Manifest, "the owner's certificate is missing");
            let owner = d.signer(deletion).ok_or_else(missing)?;
            let last = find(d.manifests(), &deletion.body().manifest, Check::Manifest)?;
            let own =
                d.signer(last).as_ref() == Some(&owner) && last.body().dataset == deletion.body().dataset;
            ensure(own, Check::Manifest, || "only the owner deletes a dataset".into())?;
            Ok(Effect::Deleted { owner, dataset: deletion.body().dataset })
        }
        Kind::Revocation => revocation(find(d.revocations(), &digest, format)?, d),
        Kind::Withdrawal => withdrawal(find(d.withdrawals(), &digest, format)?, d, marks, now),
        Kind::Review => rejection(find(d.reviews(), &digest, format)?, d, marks, now),
        Kind::CertificateRevocation => {
            certificate_revocation(find(d.certificate_revocations(), &digest, format)?, d, marks)
        }
        Kind::Grant
        | Kind::Spec
        | Kind::RunRequest
        | Kind::ReleaseRecord
        | Kind::Receipt
        | Kind::Challenge
        | Kind::Acknowledgement
        | Kind::CertificateRequest
        | Kind::Vouch
        | Kind::Certificate
        | Kind::Recovery => {
            Err(Refused::new(format, format!("a {} restricts nothing", statement.kind().as_str())))
        }
    }
}

fn charter(digest: &Digest, dossier: &Dossier, marks: &Marks, now: Timestamp) -> Result<Effect, Refused> {
    let statement = find(dossier.charters(), digest, Check::Charter)?;
    let missing = || Refused::new(Check::Charter, "the charter names no workspace");
    let workspace = statement.workspace().ok_or_else(missing)?;
    if charters::forked(workspace, dossier, marks) {
        return Ok(Effect::CharterForked { workspace });
    }
    if statement.body().version == 1 && !charters::first_complete(statement, dossier) {
        charters::validate_charter(statement.body()).map_err(|why| Refused::new(Check::Charter, why))?;
        let signer = statement.certificate();
        let named = signer.is_some_and(|s| statement.body().administrators.contains(&s));
        ensure(named, Check::Charter, || {
            "the first charter is not signed by an administrator it names".into()
        })?;
        return Ok(Effect::CharterPending { charter: *digest });
    }
    let force = charters::establish(workspace, dossier, marks)?;
    if force.version_of(digest).is_some() {
        let before = statement.body().previous.and_then(|p| force.past(&p)).map(|c| &c.members);
        for member in statement.body().members.iter().filter(|m| before.is_none_or(|b| !b.contains(*m))) {
            let found = find(dossier.certificates(), member, Check::Membership)?;
            certificates::live(found, dossier, marks, now)?;
        }
        let (version, charter) = (force.version(), force.digest());
        return Ok(Effect::CharterInForce { workspace, version, charter });
    }
    let waits = force.pending().is_some_and(|p| p.digest() == *digest);
    ensure(waits, Check::Charter, || {
        format!(
            "version {} is void, or not by an administrator of the charter in force",
            statement.body().version
        )
    })?;
    Ok(Effect::CharterPending { charter: *digest })
}

fn refusal(refusal: &Verified<Refusal>, dossier: &Dossier, marks: &Marks) -> Result<Effect, Refused> {
    let charter = find(dossier.charters(), &refusal.body().charter, Check::Charter)?;
    let digest = charter.digest();
    let entitled = charters::may_refuse(charter, refusal.certificate());
    let same = refusal.workspace() == charter.workspace();
    ensure(entitled && same, Check::Membership, || {
        "only a listed member or its proposer refuses a charter".into()
    })?;
    let mark = charter.workspace().and_then(|w| marks.charters.get(&w));
    let late =
        mark.is_some_and(|m| m.version >= charter.body().version && !marks.void_charters.contains(&digest));
    ensure(!late, Check::Charter, || "the charter is in force: it can no longer be refused".into())?;
    Ok(Effect::CharterVoid { charter: digest })
}

fn suspension(
    s: &Verified<Suspension>,
    dossier: &Dossier,
    marks: &Marks,
    now: Timestamp,
) -> Result<Effect, Refused> {
    // The suspension itself stands in the dossier: an administrator may suspend itself, so its own membership is judged
    // by the marks and by the statement's charter alone.
    let workspace = s.workspace().ok_or_else(|| Refused::new(Check::Charter, "no workspace is named"))?;
    let force = charters::establish(workspace, dossier, marks)?;
    let (charter, body) = (force.charter(), s.body());
    let signer = s.certificate();
    let refuse = |holds, why: &str| ensure(holds, Check::Membership, || why.to_owned());
    ensure(body.charter == force.digest(), Check::Charter, || {
        "it names another charter than the one in force".into()
    })?;
    let entitled = signer.is_some_and(|c| {
        charter.administrators.contains(&c)
            && !marks.suspended.contains_key(&(workspace, c))
            && dossier
                .certificates()
                .get(&c)
                .is_some_and(|c| certificates::live(c, dossier, marks, now).is_ok())
    });
    refuse(entitled, "only an administrator suspends a member")?;
    refuse(charter.members.contains(&body.member), "only a member is suspended")?;
    Ok(Effect::Suspended { workspace, member: body.member, version: force.version() })
}

fn archive(
    archive: &Verified<Archive>,
    dossier: &Dossier,
    marks: &Marks,
    now: Timestamp,
) -> Result<Effect, Refused> {
    let (force, signer) = by_member(archive, dossier, marks, now)?;
    ensure(archive.body().charter == force.digest(), Check::Charter, || {
        "it names another charter than the one in force".into()
    })?;
    ensure(force.charter().administrators.contains(&signer), Check::Membership, || {
        "only an administrator archives a workspace".into()
    })?;
    Ok(Effect::Archived { workspace: force.workspace() })
}

fn manifest(manifest: &Verified<Manifest>, dossier: &Dossier, marks: &Marks) -> Result<Effect, Refused> {
    let (_, owner) = manifests::newest(&manifest.digest(), dossier, marks)?;
    let (body, refuse) = (manifest.body(), |why: &str| Refused::new(Check::Manifest, why));
    if let Some(mark) = marks.manifests.get(&(owner.clone(), body.dataset)) {
        let again = mark.digest == manifest.digest();
        let next = body.sequence == mark.version + 1 && body.previous == Some(mark.digest);
        if !again && !next {
            return Err(refuse("the manifest does not follow the newest one"));
        }
    }
    if let Some(previous) = body.previous.and_then(|p| dossier.manifests().get(&p)) {
        let follows = previous.body().dataset == body.dataset
            && previous.body().sequence + 1 == body.sequence
            && dossier.signer(previous).as_ref() == Some(&owner);
        if !follows {
            return Err(refuse("the manifest does not follow the one it names"));
        }
    }
    Ok(Effect::Manifest {
        owner,
        dataset: body.dataset,
        sequence: body.sequence,
        manifest: manifest.digest(),
    })
}

fn revocation(revocation: &Verified<Revocation>, dossier: &Dossier) -> Result<Effect, Refused> {
    let grant = find(dossier.grants(), &revocation.body().grant, Check::Grant)?;
    let owner = dossier.signer(grant);
    let own =
        owner.is_some() && owner == dossier.signer(revocation) && grant.workspace() == revocation.workspace();
    ensure(own, Check::Grant, || "only the owner revokes a grant".into())?;
    Ok(Effect::GrantRevoked { grant: grant.digest() })
}

fn withdrawal(
    w: &Verified<Withdrawal>,
    dossier: &Dossier,
    marks: &Marks,
    now: Timestamp,
) -> Result<Effect, Refused> {
    let (force, signer) = by_member(w, dossier, marks, now)?;
    let refuse = |holds, why: &str| ensure(holds, Check::Approval, || why.to_owned());
    match w.body().target {
        WithdrawalTarget::Spec(digest) => {
            let spec = find(dossier.specs(), &digest, Check::Approval)?;
            refuse(spec.workspace() == w.workspace(), "the spec belongs to another workspace")?;
            let own = spec.certificate() == Some(signer) || dossier.signer(spec) == dossier.signer(w);
            refuse(
                own || may_review(force.charter(), &signer),
                "only the author or a reviewer withdraws a spec",
            )?;
            Ok(Effect::SpecWithdrawn { digest })
        }
        WithdrawalTarget::Review(review) => {
            let found = find(dossier.reviews(), &review, Check::Approval)?;
            refuse(found.workspace() == w.workspace(), "the review belongs to another workspace")?;
            refuse(dossier.signer(found) == dossier.signer(w), "only its reviewer withdraws a review")?;
            Ok(Effect::ReviewWithdrawn { review })
        }
    }
}

fn rejection(
    review: &Verified<Review>,
    dossier: &Dossier,
    marks: &Marks,
    now: Timestamp,
) -> Result<Effect, Refused> {
    match review.body().decision {
        Decision::Approve => Err(Refused::new(Check::Format, "an approval restricts nothing")),
        Decision::Reject => {
            by_member(review, dossier, marks, now)?;
            approvals::validate_review(review.body()).map_err(|why| Refused::new(Check::Approval, why))?;
            let spec = find(dossier.specs(), &review.body().spec, Check::Approval)?;
            let same = spec.workspace() == review.workspace();
            ensure(same, Check::Approval, || "the spec belongs to another workspace".into())?;
            Ok(Effect::Rejected { spec: spec.digest(), review: review.digest() })
        }
    }
}

fn certificate_revocation(
    revocation: &Verified<CertificateRevocation>,
    dossier: &Dossier,
    marks: &Marks,
) -> Result<Effect, Refused> {
    let certificate = revocation.body().certificate;
    let target = find(dossier.certificates(), &certificate, Check::Membership)?;
    let missing = || Refused::new(Check::Membership, "no member signed");
    let signer = revocation.certificate().ok_or_else(missing)?;
    let holder = dossier.person(&certificate);
    if signer == certificate || (holder.is_some() && holder == dossier.person(&signer)) {
        return Ok(Effect::CertificateRevoked { certificate: target.digest() });
    }
    let workspaces: BTreeSet<Digest> = dossier.charters().values().filter_map(Verified::workspace).collect();
    let entitled = |recoverer: &Digest| {
        workspaces.iter().any(|w| {
            charters::establish(*w, dossier, marks).is_ok_and(|force| {
                force.charter().recoverers.contains(recoverer)
                    && force.charter().members.contains(&certificate)
                    && !force.suspended(recoverer)
            })
        })
    };
    ensure(entitled(&signer), Check::Membership, || {
        "only the holder or two recoverers revoke a certificate".into()
    })?;
    let others = dossier.certificate_revocations().values().filter(|r| r.body().certificate == certificate);
    let others: BTreeSet<Digest> =
        others.filter_map(Verified::certificate).filter(|c| *c != signer && entitled(c)).collect();
    let marked = marks.half_revoked.iter().any(|(c, r)| *c == certificate && *r != signer);
    if marked || !others.is_empty() {
        Ok(Effect::CertificateRevoked { certificate })
    } else {
        Ok(Effect::CertificateHalfRevoked { certificate, recoverer: signer })
    }
}
