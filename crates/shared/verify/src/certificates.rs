//! Check `membership`: whose signature counts in a workspace, now.

use cloister_model::{Digest, Timestamp};
use cloister_statement::{
    Verified,
    predicate::{Certificate, Channel},
};

use crate::{Check, Dossier, InForce, Marks, Refused, check::ensure};

/// A person: who they are at their issuer. Never an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Who says so: an OIDC issuer, or `local`.
    pub issuer: String,
    /// The person there.
    pub subject: String,
}

impl Person {
    /// The person whom a certificate certifies.
    pub fn of(certificate: &Certificate) -> Self {
        Self { issuer: certificate.issuer.clone(), subject: certificate.subject.clone() }
    }
}

/// Whether a certificate is within its dates and unrevoked, as far as marks and dossier tell.
pub fn live(
    certificate: &Verified<Certificate>,
    dossier: &Dossier,
    marks: &Marks,
    now: Timestamp,
) -> Result<(), Refused> {
    let (digest, body) = (certificate.digest(), certificate.body());
    let refuse = |holds, why: &str| {
        ensure(holds, Check::Membership, || format!("the certificate `{digest}` of {} {why}", body.email))
    };
    refuse(body.not_before <= now.plus(crate::run_policy::CLOCK_SKEW), "is not valid yet")?;
    refuse(now < body.not_after, "has expired")?;
    let revoked = marks.revoked_certificates.contains(&digest)
        || dossier
            .certificate_revocations()
            .values()
            .any(|r| r.body().certificate == digest && r.certificate() == Some(digest));
    refuse(!revoked, "is revoked")
}

/// Whether signatures of a certificate count in the workspace: live, listed, unsuspended, of the identity strength and
/// channel that the charter demands. Gives the certificate.
pub fn member<'a>(
    certificate: &Digest,
    force: &InForce,
    dossier: &'a Dossier,
    marks: &Marks,
    now: Timestamp,
) -> Result<&'a Verified<Certificate>, Refused> {
    let missing = || Refused::new(Check::Membership, format!("the certificate `{certificate}` is missing"));
    let found = dossier.certificates().get(certificate).ok_or_else(missing)?;
    let (charter, email) = (force.charter(), &found.body().email);
    let refuse = |holds, why: &str| ensure(holds, Check::Membership, || format!("{email} {why}"));
    refuse(charter.members.contains(certificate), "is not a member of the charter in force")?;
    refuse(!force.suspended(certificate), "is suspended")?;
    live(found, dossier, marks, now)?;
    refuse(
        found.body().identity >= charter.minimum_identity,
        "was identified less strongly than the charter demands",
    )?;
    let channel = match found.body().channel {
        Channel::Native => true,
        Channel::Console => charter.console_allowed,
    };
    refuse(channel, "enrolled through the console, which the charter refuses")?;
    Ok(found)
}

/// The certificate with which a person is a member now: renewed keys keep datasets and grants.
pub fn member_person(
    person: &Person,
    force: &InForce,
    dossier: &Dossier,
    marks: &Marks,
    now: Timestamp,
) -> Result<Digest, Refused> {
    let mut why = Refused::new(
        Check::Membership,
        format!(
            "nobody with the identity `{}` at `{}` is a member of the charter in force",
            person.subject, person.issuer
        ),
    );
    for digest in &force.charter().members {
        if dossier.person(digest).as_ref() == Some(person) {
            match member(digest, force, dossier, marks, now) {
                Ok(_) => return Ok(*digest),
                Err(refused) => why = refused,
            }
        }
    }
    Err(why)
}
