//! What is asked about, with the relations of the asker to it.

use std::collections::BTreeSet;

use cloister_model::OrgId;

/// Kinds of things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The installation as a whole: broker, log, workers, set-up.
    Deployment,
    /// An organisation.
    Organisation,
    /// A user.
    User,
    /// A session.
    Session,
    /// A personal token.
    Token,
    /// A passkey.
    Passkey,
    /// A member certificate.
    Certificate,
    /// A workspace.
    Workspace,
    /// An upload.
    Upload,
    /// A dataset.
    Dataset,
    /// A job.
    Job,
    /// A run.
    Run,
    /// A change of a workspace's members that an organisation's admin proposes.
    Proposal,
}

impl Kind {
    /// Each of them.
    pub(crate) const ALL: [Self; 13] = [
        Self::Deployment,
        Self::Organisation,
        Self::User,
        Self::Session,
        Self::Token,
        Self::Passkey,
        Self::Certificate,
        Self::Workspace,
        Self::Upload,
        Self::Dataset,
        Self::Job,
        Self::Run,
        Self::Proposal,
    ];

    /// Cedar's entity type.
    pub(crate) fn entity_type(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::Organisation => "Organisation",
            Self::User => "User",
            Self::Session => "Session",
            Self::Token => "Token",
            Self::Passkey => "Passkey",
            Self::Certificate => "Certificate",
            Self::Workspace => "Workspace",
            Self::Upload => "Upload",
            Self::Dataset => "Dataset",
            Self::Job => "Job",
            Self::Run => "Run",
            Self::Proposal => "Proposal",
        }
    }
}

/// How the asker stands to the thing, or to the workspace it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// Is it (a user), or it is the asker's own (session, token, passkey, certificate, upload, a workspace of
    /// the asker alone).
    Own,
    /// Owns the dataset.
    Owner,
    /// Made it.
    Creator,
    /// Listed in the charter in force of the workspace (or has accepted the pending first one).
    Member,
    /// Listed in a charter that waits for the asker's answer.
    Invited,
    /// Named administrator by the charter in force.
    Administrator,
    /// Signed the spec.
    Author,
    /// Named by the approval policy.
    Reviewer,
    /// Named by the run policy.
    Runner,
    /// May decrypt the result.
    Reader,
}

impl Relation {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Owner => "owner",
            Self::Creator => "creator",
            Self::Member => "workspace member",
            Self::Invited => "invited",
            Self::Administrator => "workspace administrator",
            Self::Author => "author",
            Self::Reviewer => "reviewer",
            Self::Runner => "runner",
            Self::Reader => "reader",
        }
    }
}

/// What is asked about.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// The organisation it belongs to, if it belongs to one.
    pub org: Option<OrgId>,
    /// How the asker stands to it.
    pub relations: BTreeSet<Relation>,
}

impl Resource {
    /// A thing of no organisation, to which the asker has no relation.
    pub fn new(kind: Kind, id: impl Into<String>) -> Self {
        Self { kind, id: id.into(), org: None, relations: BTreeSet::new() }
    }

    /// The installation.
    pub fn deployment() -> Self {
        Self::new(Kind::Deployment, "deployment")
    }

    /// An organisation.
    pub fn organisation(org: OrgId) -> Self {
        Self::new(Kind::Organisation, org.to_string()).of(org)
    }

    /// With the organisation it belongs to.
    #[must_use]
    pub fn of(mut self, org: OrgId) -> Self {
        self.org = Some(org);
        self
    }

    /// With a relation, if `holds`.
    #[must_use]
    pub fn with(mut self, relation: Relation, holds: bool) -> Self {
        if holds {
            self.relations.insert(relation);
        }
        self
    }
}
