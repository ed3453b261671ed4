//! Single statements: whether their signer may make them, and what they do to a broker's marks.
//!
//! The server asks before it stores ([`admit`]); the broker asks before it acknowledges ([`effect`]). Both go by the same
//! dossier: the statement, certificates, charters with acceptances, and what the statement refers to.

use cloister_model::{ApprovalPolicy, Assurance, DatasetId, Digest, Timestamp};
use cloister_statement::{
    Body, Envelope, Kind, Verified,
    predicate::{Acceptance, Charter, Grant, Review, RunRequest, Spec},
    transcript::environment_of,
};

use crate::{
    Check, Dossier, InForce, Marks, Person, Refused, approvals, certificates, charters, check::ensure,
    ingests, inputs, manifests, run_policy,
};

mod restricting;
pub use restricting::effect;

/// What an admitted restricting statement does. Brokers keep it, so that it is never forgotten.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// A charter is in force.
    CharterInForce {
        /// The workspace.
        workspace: Digest,
        /// The version.
        version: u64,
        /// The charter.
        charter: Digest,
    },
    /// A charter waits for acceptances.
    CharterPending {
        /// The charter.
        charter: Digest,
    },
    /// Two charters of one version: the workspace stops.
    CharterForked {
        /// The workspace.
        workspace: Digest,
    },
    /// A refusal voids a charter.
    CharterVoid {
        /// The charter.
        charter: Digest,
    },
    /// A member is suspended.
    Suspended {
        /// The workspace.
        workspace: Digest,
        /// The member's certificate.
        member: Digest,
        /// The charter version in force.
        version: u64,
    },
    /// A workspace is archived.
    Archived {
        /// The workspace.
        workspace: Digest,
    },
    /// A manifest is its dataset's newest.
    Manifest {
        /// The owner.
        owner: Person,
        /// The dataset.
        dataset: DatasetId,
        /// The sequence number.
        sequence: u64,
        /// The manifest.
        manifest: Digest,
    },
    /// A dataset is deleted.
    Deleted {
        /// The owner.
        owner: Person,
        /// The dataset.
        dataset: DatasetId,
    },
    /// A grant is revoked.
    GrantRevoked {
        /// The grant.
        grant: Digest,
    },
    /// A spec is withdrawn.
    SpecWithdrawn {
        /// The spec.
        digest: Digest,
    },
    /// A review is withdrawn.
    ReviewWithdrawn {
        /// The review.
        review: Digest,
    },
    /// A spec is rejected.
    Rejected {
        /// The spec.
        spec: Digest,
        /// The rejection.
        review: Digest,
    },
    /// A certificate is revoked.
    CertificateRevoked {
        /// The certificate.
        certificate: Digest,
    },
    /// One recoverer revoked a certificate; a second is needed.
    CertificateHalfRevoked {
        /// The certificate.
        certificate: Digest,
        /// The recoverer's certificate.
        recoverer: Digest,
    },
}

/// Whether a kind of statement restricts what is released and so needs the broker's acknowledgement. A review does only
/// when it rejects: see [`is_restricting`].
const fn restricts(kind: Kind) -> bool {
    match kind {
        Kind::Charter
        | Kind::Refusal
        | Kind::Suspension
        | Kind::Archive
        | Kind::Manifest
        | Kind::DatasetDeletion
        | Kind::Revocation
        | Kind::Withdrawal
        | Kind::CertificateRevocation => true,
        Kind::Review
        | Kind::Acceptance
        | Kind::Grant
        | Kind::Spec
        | Kind::RunRequest
        | Kind::ReleaseRecord
        | Kind::Receipt
        | Kind::Challenge
        | Kind::Acknowledgement
        | Kind::CertificateRequest
        | Kind::Vouch
        | Kind::Certificate
        | Kind::Recovery => false,
    }
}

/// Whether a statement counts only with the broker's acknowledgement.
pub fn is_restricting(statement: &Envelope) -> bool {
    let rejects = || {
        statement
            .open::<Review>()
            .is_ok_and(|r| r.predicate().body.decision == cloister_statement::predicate::Decision::Reject)
    };
    restricts(statement.kind()) || (statement.kind() == Kind::Review && rejects())
}

/// The statement with this digest, or a refusal by `check`.
fn find<'a, B: Body>(
    all: &'a std::collections::BTreeMap<Digest, Verified<B>>,
    digest: &Digest,
    check: Check,
) -> Result<&'a Verified<B>, Refused> {
    all.get(digest)
        .ok_or_else(|| Refused::new(check, format!("the {} `{digest}` is missing", B::KIND.as_str())))
}

/// The charter in force of a statement's workspace, its signer a member now.
fn by_member<B: Body>(
    statement: &Verified<B>,
    dossier: &Dossier,
    marks: &Marks,
    now: Timestamp,
) -> Result<(InForce, Digest), Refused> {
    let unsigned = || Refused::new(Check::Membership, "no member signed");
    let workspace = statement.workspace().ok_or_else(unsigned)?;
    let force = charters::establish(workspace, dossier, marks)?;
    let signer = statement.certificate().ok_or_else(unsigned)?;
    certificates::member(&signer, &force, dossier, marks, now)?;
    Ok((force, signer))
}

/// Whether the server may store a statement that arrives `now`: its signature holds and its signer may make it. The
/// dossier holds what the statement refers to; the statement itself is added here.
pub fn admit(statement: &Envelope, dossier: &Dossier, marks: &Marks, now: Timestamp) -> Result<(), Refused> {
    if is_restricting(statement) {
        return effect(statement, dossier, marks, now).map(drop);
    }
    let mut dossier = dossier.clone();
    dossier.add(statement)?;
    let (digest, dossier) = (statement.digest(), &dossier);
    match statement.kind() {
        Kind::Acceptance => acceptance(find(dossier.acceptances(), &digest, Check::Format)?, dossier),
        Kind::Grant => grant(find(dossier.grants(), &digest, Check::Format)?, dossier, marks, now),
        Kind::Spec => spec(find(dossier.specs(), &digest, Check::Format)?, dossier, marks, now),
        Kind::Review => review(find(dossier.reviews(), &digest, Check::Format)?, dossier, marks, now),
        Kind::RunRequest => request(find(dossier.requests(), &digest, Check::Format)?, dossier, marks, now),
        // Signed by who must sign them, which the dossier has checked; entitlement is decided where they are used.
        Kind::ReleaseRecord
        | Kind::Receipt
        | Kind::Challenge
        | Kind::Acknowledgement
        | Kind::CertificateRequest
        | Kind::Vouch
        | Kind::Certificate
        | Kind::Recovery => Ok(()),
        Kind::Charter
        | Kind::Refusal
        | Kind::Suspension
        | Kind::Archive
        | Kind::Manifest
        | Kind::DatasetDeletion
        | Kind::Revocation
        | Kind::Withdrawal
        | Kind::CertificateRevocation => Err(Refused::new(Check::Format, "a restricting statement")),
    }
}

fn acceptance(acceptance: &Verified<Acceptance>, dossier: &Dossier) -> Result<(), Refused> {
    let charter = find(dossier.charters(), &acceptance.body().charter, Check::Charter)?;
    let same = acceptance.workspace() == charter.workspace();
    let listed = acceptance.certificate().is_some_and(|c| charter.body().members.contains(&c));
    ensure(same, Check::Charter, || "the acceptance names another workspace than its charter".into())?;
    ensure(listed, Check::Membership, || "only a listed member accepts a charter".into())
}

fn grant(grant: &Verified<Grant>, dossier: &Dossier, marks: &Marks, now: Timestamp) -> Result<(), Refused> {
    let (force, _) = by_member(grant, dossier, marks, now)?;
    let (manifest, owner) = manifests::newest(&grant.body().manifest, dossier, marks)?;
    let refuse = |holds, why: &str| ensure(holds, Check::Grant, || why.to_owned());
    refuse(dossier.signer(grant).as_ref() == Some(&owner), "only the owner grants a dataset")?;
    ingests::grantable(manifest.body(), &owner, &force, dossier)?;
    let floor = manifest.body().floor;
    refuse(
        !(grant.body().allow_simulated && floor == Assurance::Hardware),
        "the manifest's floor is hardware: a grant cannot allow simulated workers",
    )?;
    let pinned = match grant.body().pin {
        cloister_statement::predicate::Pin::Follows => true,
        cloister_statement::predicate::Pin::Charter(charter) => charter == force.digest(),
    };
    refuse(pinned, "the grant is pinned to another charter than the one in force")?;
    refuse(grant.body().expires.is_none_or(|end| now < end), "the grant has expired already")
}

fn spec(spec: &Verified<Spec>, dossier: &Dossier, marks: &Marks, now: Timestamp) -> Result<(), Refused> {
    let (force, _) = by_member(spec, dossier, marks, now)?;
    let body = spec.body();
    let refuse = |holds, why: &str| ensure(holds, Check::Approval, || why.to_owned());
    approvals::validate_spec(body).map_err(|why| Refused::new(Check::Approval, why))?;
    refuse(body.charter == force.digest(), "the spec names another charter than the one in force")?;
    refuse(
        body.environment == environment_of(body.kind),
        "the spec names another environment than this release's",
    )?;
    for reader in &body.readers {
        certificates::member(reader, &force, dossier, marks, now)?;
    }
    let mut read = Vec::new();
    for manifest in body.tables.values() {
        let (manifest, owner) = manifests::newest(manifest, dossier, marks)?;
        ingests::readable(spec, manifest.body(), &owner, &force, dossier)?;
        read.push(manifest.body());
    }
    ingests::program(body, read)
}

fn review(
    review: &Verified<Review>,
    dossier: &Dossier,
    marks: &Marks,
    now: Timestamp,
) -> Result<(), Refused> {
    let (force, signer) = by_member(review, dossier, marks, now)?;
    let refuse = |holds, why: &str| ensure(holds, Check::Approval, || why.to_owned());
    approvals::validate_review(review.body()).map_err(|why| Refused::new(Check::Approval, why))?;
    let spec = find(dossier.specs(), &review.body().spec, Check::Approval)?;
    refuse(spec.workspace() == review.workspace(), "the spec belongs to another workspace")?;
    refuse(
        review.body().charter == force.digest(),
        "the review names another charter than the one in force",
    )?;
    refuse(may_review(force.charter(), &signer), "the approval policy does not name this reviewer")?;
    refuse(!marks.withdrawn.contains(&spec.digest()), "the spec is withdrawn")
}

fn request(
    request: &Verified<RunRequest>,
    dossier: &Dossier,
    marks: &Marks,
    now: Timestamp,
) -> Result<(), Refused> {
    let (force, _) = by_member(request, dossier, marks, now)?;
    let spec = find(dossier.specs(), &request.body().spec, Check::RunPolicy)?;
    approvals::approved(spec, &force, dossier, marks, now)?;
    run_policy::permitted(request, request.body().run, spec, &force, dossier, now)?;
    inputs::complete(spec.body(), &request.body().inputs).map(drop)
}

/// Whether the approval policy counts reviews of this member.
pub fn may_review(charter: &Charter, member: &Digest) -> bool {
    match &charter.approval {
        ApprovalPolicy::AllMembers => charter.members.contains(member),
        ApprovalPolicy::Groups { groups } => groups.iter().any(|g| g.members.contains(member)),
    }
}
