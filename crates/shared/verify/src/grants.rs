//! Check `grant`: the owner lets the workspace use the dataset, now.

use cloister_model::{Digest, Duration, Timestamp};
use cloister_statement::{
    Verified,
    predicate::{Grant, Pin},
};

use crate::{Check, Dossier, InForce, Marks, Person, Refused, certificates, check::ensure};

/// The newest grant of a manifest to the workspace that holds now; its owner must be a member.
pub fn holding<'a>(
    manifest: &Digest,
    owner: &Person,
    force: &InForce,
    dossier: &'a Dossier,
    marks: &Marks,
    now: Timestamp,
) -> Result<&'a Verified<Grant>, Refused> {
    certificates::member_person(owner, force, dossier, marks, now)
        .map_err(|r| Refused::new(Check::Grant, format!("the owner's grant does not count: {}", r.reason)))?;
    let mut grants: Vec<_> = dossier
        .grants()
        .values()
        .filter(|g| g.body().manifest == *manifest && g.workspace() == Some(force.workspace()))
        .filter(|g| dossier.signer(g).as_ref() == Some(owner))
        .collect();
    grants.sort_by_key(|g| (g.issued_at(), g.digest()));
    let mut why = Refused::new(
        Check::Grant,
        format!("no grant of the manifest `{manifest}` to this workspace by its owner"),
    );
    for grant in grants.into_iter().rev() {
        match holds(grant, owner, force, dossier, marks, now) {
            Ok(()) => return Ok(grant),
            // Of several grants the newest one's reason is told.
            Err(refused) if why.reason.starts_with("no grant") => why = refused,
            Err(_) => {}
        }
    }
    Err(why)
}

/// Whether one grant is unrevoked, unexpired and pinned to the charter in force.
fn holds(
    grant: &Verified<Grant>,
    owner: &Person,
    force: &InForce,
    dossier: &Dossier,
    marks: &Marks,
    now: Timestamp,
) -> Result<(), Refused> {
    let (digest, body) = (grant.digest(), grant.body());
    let refuse = |holds, why: &str| ensure(holds, Check::Grant, || format!("the grant `{digest}` {why}"));
    let revoked = marks.revoked_grants.contains(&digest)
        || dossier
            .revocations()
            .values()
            .any(|r| r.body().grant == digest && dossier.signer(r).as_ref() == Some(owner));
    refuse(!revoked, "is revoked")?;
    refuse(body.expires.is_none_or(|end| now < end), "has expired")?;
    let renewed = body.renew_within.is_none_or(|seconds| {
        let seconds = i64::try_from(seconds.min(100 * 365 * 86_400)).unwrap_or(i64::MAX);
        now < grant.issued_at().plus(Duration::seconds(seconds))
    });
    refuse(renewed, "was not renewed in time")?;
    let pinned = match body.pin {
        Pin::Follows => true,
        Pin::Charter(charter) => charter == force.digest(),
    };
    refuse(pinned, "is pinned to another charter than the one in force")
}
