//! What a broker remembers beyond the statements brought to it. Whoever brings statements can withhold some: a mark
//! cannot be withheld.

use std::collections::{BTreeMap, BTreeSet};

use cloister_model::{DatasetId, Digest, RunId};

use crate::{acts::Effect, certificates::Person};

/// The highest version seen of something that is versioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Highest {
    /// Version or sequence number.
    pub version: u64,
    /// The statement.
    pub digest: Digest,
}

/// A run id that was reserved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunMark {
    /// The spec it was reserved for.
    pub spec: Digest,
    /// The statements the checks used.
    pub statements: BTreeSet<Digest>,
    /// Which use of the spec it is.
    pub count: u32,
    /// Releases so far: 1 or 2.
    pub releases: u32,
    /// Whether the worker closed it with its receipt.
    pub closed: bool,
}

/// All marks that concern a check. Empty marks are right for a first look (a client, an offline verifier), which then
/// believes that nothing was withheld.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The charter in force, by workspace.
    pub charters: BTreeMap<Digest, Highest>,
    /// Charters voided by a refusal.
    pub void_charters: BTreeSet<Digest>,
    /// Workspaces stopped by two charters of one version.
    pub forked: BTreeSet<Digest>,
    /// The newest manifest, by owner and dataset.
    pub manifests: BTreeMap<(Person, DatasetId), Highest>,
    /// Datasets deleted for good.
    pub deleted: BTreeSet<(Person, DatasetId)>,
    /// Grants revoked.
    pub revoked_grants: BTreeSet<Digest>,
    /// Specs and reviews withdrawn.
    pub withdrawn: BTreeSet<Digest>,
    /// Rejections that stand: (spec, review).
    pub rejections: BTreeSet<(Digest, Digest)>,
    /// Suspended members: (workspace, certificate), with the charter version in force then.
    pub suspended: BTreeMap<(Digest, Digest), u64>,
    /// Archived workspaces.
    pub archived: BTreeSet<Digest>,
    /// Revoked certificates.
    pub revoked_certificates: BTreeSet<Digest>,
    /// Certificates with one revocation by a recoverer: (certificate, recoverer's certificate).
    pub half_revoked: BTreeSet<(Digest, Digest)>,
    /// Runs reserved.
    pub runs: BTreeMap<RunId, RunMark>,
    /// Runs counted, by spec.
    pub counts: BTreeMap<Digest, u32>,
}

impl Marks {
    /// Takes the effect of an admitted statement into account. Never lowers a mark.
    pub fn apply(&mut self, effect: &Effect) {
        match effect.clone() {
            Effect::CharterInForce { workspace, version, charter } => {
                raise(&mut self.charters, workspace, Highest { version, digest: charter });
            }
            Effect::CharterForked { workspace } => {
                self.forked.insert(workspace);
            }
            Effect::CharterPending { .. } => {}
            Effect::CharterVoid { charter } => {
                self.void_charters.insert(charter);
            }
            Effect::Suspended { workspace, member, version } => {
                self.suspended.entry((workspace, member)).or_insert(version);
            }
            Effect::Archived { workspace } => {
                self.archived.insert(workspace);
            }
            Effect::Manifest { owner, dataset, sequence, manifest } => {
                raise(&mut self.manifests, (owner, dataset), Highest { version: sequence, digest: manifest });
            }
            Effect::Deleted { owner, dataset } => {
                self.deleted.insert((owner, dataset));
            }
            Effect::GrantRevoked { grant } => {
                self.revoked_grants.insert(grant);
            }
            Effect::SpecWithdrawn { digest } => {
                self.withdrawn.insert(digest);
            }
            Effect::ReviewWithdrawn { review } => {
                self.rejections.retain(|(_, rejection)| *rejection != review);
                self.withdrawn.insert(review);
            }
            Effect::Rejected { spec, review } => {
                self.rejections.insert((spec, review));
            }
            Effect::CertificateRevoked { certificate } => {
                self.revoked_certificates.insert(certificate);
            }
            Effect::CertificateHalfRevoked { certificate, recoverer } => {
                self.half_revoked.insert((certificate, recoverer));
            }
        }
    }
}

fn raise<K: Ord>(marks: &mut BTreeMap<K, Highest>, key: K, to: Highest) {
    let mark = marks.entry(key).or_insert(to);
    if to.version > mark.version {
        *mark = to;
    }
}
