//! Check `charter`: which charter of a workspace is in force.
//!
//! Version 1 is named by its digest (the genesis) and in force when every member accepted it. Version n+1 is signed by an
//! administrator of n, keeps name, type and floor, and takes over when every member it lists accepted it; if it only adds
//! members under `all_members`, the newcomers alone. A refusal voids it, a member's or its proposer's. Two charters of one version stop the workspace.
//! A suspended member's signature does not count for any charter after the one in force when it was suspended.

use std::collections::{BTreeMap, BTreeSet};

use cloister_model::{ApprovalPolicy, Digest};
use cloister_statement::{Verified, predicate::Charter};

use crate::{Check, Dossier, Marks, Person, Refused, check::ensure, marks::Highest};

mod shape;
pub use shape::validate_charter;

/// The most versions of one workspace.
const MAX_VERSIONS: usize = 10_000;

/// The charter in force, with the chain that leads to it. Made only by [`establish`].
#[derive(Clone, Debug)]
pub struct InForce {
    genesis: Digest,
    chain: Vec<Verified<Charter>>,
    used: BTreeSet<Digest>,
    suspended: BTreeMap<Digest, u64>,
    archived: Option<Digest>,
    pending: Option<Waiting>,
}

/// A version that waits, and the members whose acceptance it still needs.
#[derive(Clone, Debug)]
struct Waiting {
    charter: Verified<Charter>,
    lacks: BTreeSet<Digest>,
}

impl InForce {
    /// The workspace.
    pub fn workspace(&self) -> Digest {
        self.genesis
    }
    /// The charter statement in force.
    pub fn statement(&self) -> &Verified<Charter> {
        // A chain is never empty: `establish` starts it with version 1.
        &self.chain[self.chain.len() - 1]
    }
    /// What it says.
    pub fn charter(&self) -> &Charter {
        self.statement().body()
    }
    /// Its digest.
    pub fn digest(&self) -> Digest {
        self.statement().digest()
    }
    /// Its version.
    pub fn version(&self) -> u64 {
        self.charter().version
    }
    /// The version of a charter of the chain.
    pub fn version_of(&self, charter: &Digest) -> Option<u64> {
        self.chain.iter().find(|c| c.digest() == *charter).map(|c| c.body().version)
    }
    /// A charter of the chain.
    pub fn past(&self, charter: &Digest) -> Option<&Charter> {
        self.chain.iter().find(|c| c.digest() == *charter).map(Verified::body)
    }
    /// Whether a member is suspended now.
    pub fn suspended(&self, certificate: &Digest) -> bool {
        self.suspended.contains_key(certificate)
    }
    /// Whether an administrator archived the workspace.
    pub fn archived(&self) -> bool {
        self.archived.is_some()
    }
    /// The next version, waiting for acceptances.
    pub fn pending(&self) -> Option<&Verified<Charter>> {
        self.pending.as_ref().map(|waiting| &waiting.charter)
    }
    /// The members whose acceptance the next version still needs; nobody while none waits.
    pub fn awaited(&self) -> impl Iterator<Item = &Digest> {
        self.pending.iter().flat_map(|waiting| &waiting.lacks)
    }
    /// The charters and acceptances that put it in force, and the certificates of who signed them.
    pub fn used(&self) -> &BTreeSet<Digest> {
        &self.used
    }
}

/// Finds the charter in force of the workspace `genesis`.
pub fn establish(genesis: Digest, dossier: &Dossier, marks: &Marks) -> Result<InForce, Refused> {
    let refuse =
        |holds, why: &str| ensure(holds, Check::Charter, || format!("{why} (workspace `{genesis}`)"));
    refuse(!marks.forked.contains(&genesis), "two charters of one version stop the workspace")?;
    let missing = || Refused::new(Check::Charter, format!("the first charter `{genesis}` is missing"));
    let first = dossier.charters().get(&genesis).ok_or_else(missing)?;
    let mut force = first_in_force(first, dossier)?;
    collect_suspensions(&mut force, dossier, marks);
    while force.chain.len() < MAX_VERSIONS {
        match successor(&force, dossier, marks)? {
            Some(next) if next.lacks.is_empty() => {
                take(&mut force, next.charter, dossier);
                collect_suspensions(&mut force, dossier, marks);
            }
            Some(next) => {
                force.pending = Some(next);
                break;
            }
            None => break,
        }
    }
    if let Some(Highest { version, digest }) = marks.charters.get(&genesis) {
        refuse(force.version() >= *version, "a higher charter is in force than the one brought")?;
        refuse(force.version_of(digest) == Some(*version), "another charter of that version is in force")?;
    }
    collect_archives(&mut force, dossier, marks);
    Ok(force)
}

fn first_in_force(first: &Verified<Charter>, dossier: &Dossier) -> Result<InForce, Refused> {
    let charter = first.body();
    let refuse = |holds, why: String| ensure(holds, Check::Charter, || why);
    refuse(charter.version == 1, "the first charter is not version 1".into())?;
    validate_charter(charter).map_err(|why| Refused::new(Check::Charter, why))?;
    one_certificate_a_person(charter, dossier)?;
    let signer = first.certificate();
    refuse(
        signer.is_some_and(|s| charter.administrators.contains(&s)),
        "the first charter is not signed by an administrator it names".into(),
    )?;
    let accepted = acceptances(first, dossier, &BTreeMap::new());
    let missing = charter.members.iter().find(|m| !accepted.contains_key(*m));
    refuse(
        missing.is_none(),
        format!("member `{}` has not accepted version 1", missing.copied().unwrap_or(first.digest())),
    )?;
    let refused = dossier
        .refusals()
        .values()
        .any(|r| r.body().charter == first.digest() && may_refuse(first, r.certificate()));
    refuse(!refused, "a member refused version 1".into())?;
    let mut force = InForce {
        genesis: first.digest(),
        chain: Vec::new(),
        used: BTreeSet::new(),
        suspended: BTreeMap::new(),
        archived: None,
        pending: None,
    };
    take(&mut force, first.clone(), dossier);
    Ok(force)
}

fn take(force: &mut InForce, next: Verified<Charter>, dossier: &Dossier) {
    force.used.insert(next.digest());
    force.used.extend(next.certificate());
    for (member, acceptance) in acceptances(&next, dossier, &force.suspended) {
        force.used.insert(member);
        force.used.insert(acceptance);
    }
    force.chain.push(next);
}

fn listed(charter: &Verified<Charter>, certificate: Option<Digest>) -> bool {
    certificate.is_some_and(|c| charter.body().members.contains(&c))
}

/// Whether a refusal by this certificate voids a charter: a listed member's, and its proposer's, who takes it back.
pub(crate) fn may_refuse(charter: &Verified<Charter>, certificate: Option<Digest>) -> bool {
    listed(charter, certificate) || (certificate.is_some() && certificate == charter.certificate())
}

/// Who accepted a charter, and by which statement; the signature of a listed signer is an acceptance.
fn acceptances(
    charter: &Verified<Charter>,
    dossier: &Dossier,
    suspended: &BTreeMap<Digest, u64>,
) -> BTreeMap<Digest, Digest> {
    let own = charter.certificate().map(|signer| (signer, charter.digest()));
    let workspace = charter.workspace();
    let others = dossier
        .acceptances()
        .values()
        .filter(|a| a.body().charter == charter.digest() && a.workspace() == workspace)
        .filter_map(|a| a.certificate().map(|signer| (signer, a.digest())));
    others.chain(own).filter(|(s, _)| listed(charter, Some(*s)) && !suspended.contains_key(s)).collect()
}

/// Whether every member of a first charter accepted it.
pub(crate) fn first_complete(first: &Verified<Charter>, dossier: &Dossier) -> bool {
    let accepted = acceptances(first, dossier, &BTreeMap::new());
    first.body().members.iter().all(|m| accepted.contains_key(m))
}

/// Whether two charters of one version, both by administrators of the version before, stop the workspace.
pub(crate) fn forked(genesis: Digest, dossier: &Dossier, marks: &Marks) -> bool {
    establish(genesis, dossier, marks).is_err_and(|refused| refused.reason.starts_with(FORKED))
}

const FORKED: &str = "two charters of one version";

/// The next version, which takes over when it lacks nobody; `None` when nobody entitled proposed one.
fn successor(force: &InForce, dossier: &Dossier, marks: &Marks) -> Result<Option<Waiting>, Refused> {
    let current = force.charter();
    let entitled = |c: &&Verified<Charter>| {
        let signer = c.certificate();
        c.body().version == current.version + 1
            && c.workspace() == Some(force.genesis)
            && signer.is_some_and(|s| current.administrators.contains(&s) && !force.suspended(&s))
    };
    let candidates: Vec<_> =
        dossier.charters().values().filter(entitled).filter(|c| !void(c, force, dossier, marks)).collect();
    let next = match candidates.as_slice() {
        [] => return Ok(None),
        [one] => *one,
        [..] => {
            let why = format!("{FORKED} ({}) stop the workspace `{}`", current.version + 1, force.genesis);
            return Err(Refused::new(Check::Charter, why));
        }
    };
    validate_charter(next.body())
        .and_then(|()| shape::keeps(force.statement(), next.body()))
        .map_err(|why| Refused::new(Check::Charter, format!("version {}: {why}", next.body().version)))?;
    one_certificate_a_person(next.body(), dossier)?;
    let accepted = acceptances(next, dossier, &force.suspended);
    let only_adds =
        current.approval == ApprovalPolicy::AllMembers && shape::only_adds_members(current, next.body());
    let needed = |m: &&Digest| !(only_adds && current.members.contains(*m));
    let lacks = next.body().members.iter().filter(needed).filter(|m| !accepted.contains_key(*m)).copied();
    Ok(Some(Waiting { lacks: lacks.collect(), charter: next.clone() }))
}

/// Whether a refusal voids a charter. What a mark says is in force stays so.
fn void(charter: &Verified<Charter>, force: &InForce, dossier: &Dossier, marks: &Marks) -> bool {
    let (digest, version) = (charter.digest(), charter.body().version);
    let settled = marks
        .charters
        .get(&force.genesis)
        .is_some_and(|mark| mark.version > version || (mark.version == version && mark.digest == digest));
    let refused = || {
        dossier.refusals().values().any(|r| {
            let signer = r.certificate();
            r.body().charter == digest
                && may_refuse(charter, signer)
                && signer.is_some_and(|s| !force.suspended(&s))
        })
    };
    marks.void_charters.contains(&digest) || (!settled && refused())
}

fn one_certificate_a_person(charter: &Charter, dossier: &Dossier) -> Result<(), Refused> {
    let mut seen: BTreeSet<Person> = BTreeSet::new();
    for member in &charter.members {
        let missing =
            || Refused::new(Check::Charter, format!("the certificate `{member}` of a member is missing"));
        let person = dossier.person(member).ok_or_else(missing)?;
        let why = || format!("version {} lists two certificates of one person", charter.version);
        ensure(seen.insert(person), Check::Charter, why)?;
    }
    Ok(())
}

/// Whether `certificate` could act as administrator under the charter it names.
fn administrator_then(force: &InForce, charter: &Digest, certificate: Option<Digest>) -> Option<u64> {
    let then = force.past(charter)?;
    let signer = certificate.filter(|c| then.administrators.contains(c))?;
    let earlier = force.suspended.get(&signer).is_some_and(|version| *version <= then.version);
    (!earlier).then_some(then.version)
}

fn collect_suspensions(force: &mut InForce, dossier: &Dossier, marks: &Marks) {
    for ((workspace, member), version) in &marks.suspended {
        if *workspace == force.genesis && *version <= force.version() {
            force.suspended.insert(*member, *version);
        }
    }
    let (genesis, newest) = (force.genesis, force.digest());
    for suspension in dossier.suspensions().values().filter(|s| s.workspace() == Some(genesis)) {
        let body = suspension.body();
        let version = administrator_then(force, &body.charter, suspension.certificate());
        if let (Some(version), true) = (version, body.charter == newest) {
            force.suspended.entry(body.member).or_insert(version);
        }
    }
}

fn collect_archives(force: &mut InForce, dossier: &Dossier, marks: &Marks) {
    let genesis = force.genesis;
    let by = dossier
        .archives()
        .values()
        .filter(|a| a.workspace() == Some(genesis))
        .find(|a| administrator_then(force, &a.body().charter, a.certificate()).is_some());
    let statement = by.map(Verified::digest);
    force.archived = if marks.archived.contains(&genesis) { Some(genesis) } else { statement };
}
