//! Check `approval`: the approval policy of the charter in force is met for exactly this spec.
//!
//! The author's signature on the spec is the author's approval; so a job on its author's own datasets in a workspace of
//! one member needs no other. A review counts while its reviewer is a member now and the charter it names lies in the
//! chain. One rejection by a member stops the spec until it is withdrawn.

use std::collections::{BTreeMap, BTreeSet};

use cloister_model::{ApprovalPolicy, Digest, Timestamp};
use cloister_statement::{
    Verified,
    predicate::{Decision, Review, Spec, WithdrawalTarget},
};

use crate::{Check, Dossier, InForce, Marks, Refused, certificates, check::ensure};

/// The most characters of a comment.
pub const MAX_COMMENT: usize = 2_000;

/// Whether a spec makes sense by itself.
pub fn validate_spec(spec: &Spec) -> Result<(), String> {
    let must = |holds: bool, why: &str| if holds { Ok(()) } else { Err(why.to_owned()) };
    must(!spec.source.trim().is_empty(), "a job has a program")?;
    must(!spec.readers.is_empty(), "a job has a reader")?;
    must(spec.max_runs >= 1, "a job may run at least once")?;
    must(spec.schedule.as_ref().is_none_or(|s| s.len() <= 100), "a schedule has at most 100 characters")?;
    crate::inputs::validate_variables(spec)
}

/// Whether a review makes sense by itself.
pub fn validate_review(review: &Review) -> Result<(), String> {
    let comment = review.comment.as_deref().unwrap_or_default();
    if comment.chars().count() > MAX_COMMENT {
        return Err(format!("a comment has at most {MAX_COMMENT} characters"));
    }
    match review.decision {
        Decision::Reject if comment.trim().is_empty() => Err("a rejection needs a comment".into()),
        Decision::Approve | Decision::Reject => Ok(()),
    }
}

/// Who approved, and by which statement. The policy is met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    /// Approvals by certificate: the author's spec and the reviews that counted.
    pub by: BTreeMap<Digest, Digest>,
}

/// Whether a spec or review was withdrawn by someone entitled: the spec by author or a reviewer of it, the review by its
/// reviewer.
fn withdrawn(target: WithdrawalTarget, by: &BTreeSet<Digest>, dossier: &Dossier, marks: &Marks) -> bool {
    let digest = match target {
        WithdrawalTarget::Spec(digest) | WithdrawalTarget::Review(digest) => digest,
    };
    marks.withdrawn.contains(&digest)
        || dossier
            .withdrawals()
            .values()
            .any(|w| w.body().target == target && w.certificate().is_some_and(|s| by.contains(&s)))
}

/// Whether the policy is met for `spec` now.
pub fn approved(
    spec: &Verified<Spec>,
    force: &InForce,
    dossier: &Dossier,
    marks: &Marks,
    now: Timestamp,
) -> Result<Approved, Refused> {
    let digest = spec.digest();
    let refuse = |holds, why: &str| ensure(holds, Check::Approval, || format!("the spec `{digest}` {why}"));
    let body = spec.body();
    validate_spec(body).map_err(|why| Refused::new(Check::Approval, why))?;
    refuse(spec.workspace() == Some(force.workspace()), "belongs to another workspace")?;
    refuse(force.version_of(&body.charter).is_some(), "names a charter outside the chain")?;
    refuse(!body.test, "is a test and never runs on real data")?;
    refuse(body.valid_until.is_none_or(|end| now < end), "is no longer valid")?;
    let counting =
        |certificate: &Digest| certificates::member(certificate, force, dossier, marks, now).is_ok();
    let reviews: Vec<_> = dossier.reviews().values().filter(|r| about(r, &digest, force)).collect();
    let mut may_withdraw: BTreeSet<Digest> = reviews.iter().filter_map(|r| r.certificate()).collect();
    may_withdraw.extend(spec.certificate());
    may_withdraw
        .extend(force.charter().members.iter().filter(|m| crate::acts::may_review(force.charter(), m)));
    refuse(!withdrawn(WithdrawalTarget::Spec(digest), &may_withdraw, dossier, marks), "is withdrawn")?;
    refuse(!marks.rejections.iter().any(|(spec, _)| *spec == digest), "is rejected")?;
    let mut by: BTreeMap<Digest, Digest> = BTreeMap::new();
    by.extend(spec.certificate().filter(counting).map(|author| (author, digest)));
    for review in reviews {
        let Some(reviewer) = review.certificate().filter(counting) else { continue };
        if withdrawn(WithdrawalTarget::Review(review.digest()), &[reviewer].into(), dossier, marks) {
            continue;
        }
        match review.body().decision {
            Decision::Reject => refuse(false, "is rejected")?,
            Decision::Approve if review.body().expires.is_some_and(|end| end <= now) => {}
            Decision::Approve => {
                by.entry(reviewer).or_insert(review.digest());
            }
        }
    }
    met(force, &by)?;
    Ok(Approved { by })
}

fn about(review: &Verified<Review>, spec: &Digest, force: &InForce) -> bool {
    review.body().spec == *spec
        && review.workspace() == Some(force.workspace())
        && force.version_of(&review.body().charter).is_some()
        && validate_review(review.body()).is_ok()
}

fn met(force: &InForce, by: &BTreeMap<Digest, Digest>) -> Result<(), Refused> {
    match &force.charter().approval {
        ApprovalPolicy::AllMembers => {
            let missing = force.charter().members.iter().find(|m| !by.contains_key(*m));
            ensure(missing.is_none(), Check::Approval, || {
                format!("the approval of member `{}` is missing", missing.copied().unwrap_or(force.digest()))
            })
        }
        ApprovalPolicy::Groups { groups } => groups.iter().try_for_each(|group| {
            let got = group.members.iter().filter(|m| by.contains_key(*m)).count();
            ensure(got >= group.threshold as usize, Check::Approval, || {
                format!("the group `{}` has {got} of {} approvals", group.name, group.threshold)
            })
        }),
    }
}
