//! Every action and what it needs. One marker type an action, so that a grant for one is no grant for another.

/// What a credential must allow for an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Power {
    /// Reading.
    Read,
    /// Acting.
    Write,
    /// Administration of the organisation.
    Admin,
    /// Sessions, tokens and passkeys: a signed-in session only.
    Session,
}

impl Power {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Read, Self::Write, Self::Admin, Self::Session];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
            Self::Session => "session",
        }
    }
}

/// What opens an action; one suffices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Nothing, not even signing in.
    Nothing,
    /// Signed in.
    SignedIn,
    /// A member: anyone signed in who is not only an auditor.
    Member,
    /// Workspace admin, by role.
    WorkspaceAdmin,
    /// Organisation admin of any organisation.
    AnyOrgAdmin,
    /// Auditor of any organisation.
    AnyAuditor,
    /// Organisation admin of the organisation the thing belongs to.
    OrgAdmin,
    /// Auditor of the organisation the thing belongs to.
    Auditor,
    /// A relation to the thing, by a member.
    Is(crate::Relation),
    /// A worker.
    Worker,
    /// The operator of the host.
    HostOperator,
    /// The provider that provisions the organisation the thing belongs to.
    Provisioner,
}

impl Need {
    /// In words, for refusals: who could do it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Nothing => "anyone",
            Self::SignedIn => "anyone signed in",
            Self::Member => "a member",
            Self::WorkspaceAdmin => "a workspace admin",
            Self::AnyOrgAdmin => "any organisation admin",
            Self::AnyAuditor => "any auditor",
            Self::OrgAdmin => "an organisation admin of its organisation",
            Self::Auditor => "an auditor of its organisation",
            Self::Is(relation) => relation.word(),
            Self::Worker => "a worker",
            Self::HostOperator => "the operator of the host",
            Self::Provisioner => "its organisation's provider by SCIM",
        }
    }
}

/// An action: its name in policies and log, the power a credential must allow, and what opens it.
pub trait Action: Copy + Send + Sync + 'static {
    /// Name, `noun.verb`.
    const NAME: &'static str;
    /// Power the credential must allow.
    const POWER: Power;
    /// One of these suffices.
    const NEEDS: &'static [Need];
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $power:ident, [$($need:expr),+];)+) => {
        $($(#[$doc])* #[derive(Clone, Copy, Debug)] pub struct $name;
        impl Action for $name {
            const NAME: &'static str = $text;
            const POWER: Power = Power::$power;
            const NEEDS: &'static [Need] = &[$($need),+];
        })+
    };
}

use crate::Relation as R;
use Need::{
    AnyAuditor, AnyOrgAdmin, Auditor, HostOperator, Is, Member, Nothing, OrgAdmin, Provisioner, SignedIn,
    Worker, WorkspaceAdmin,
};

// People.
actions! {
    /// Make the first organisation and its admin with the printed link.
    SetUp = "deployment.setup", Session, [Nothing];
    /// Sign in.
    SignIn = "session.create", Session, [Nothing];
    /// Set a password with a one-time token.
    SetPassword = "password.set", Session, [Nothing];
    /// List or end the caller's sessions.
    ManageSessions = "session.manage", Session, [Is(R::Own)];
    /// Make, list or end the caller's tokens.
    ManageTokens = "token.manage", Session, [Is(R::Own)];
    /// Add, list, rename or remove the caller's passkeys.
    ManagePasskeys = "passkey.manage", Session, [Is(R::Own)];
    /// See who one is.
    ReadMe = "me.read", Read, [SignedIn];
    /// Watch what happens to what one may see.
    ReadEvents = "event.read", Read, [SignedIn];
    /// Read one's inbox, and what one is sent mail of.
    ReadNotices = "notice.read", Read, [SignedIn];
    /// Mark notices of one's inbox as read.
    MarkNotices = "notice.mark", Write, [SignedIn];
    /// Say what one wants no mail of.
    SetNotices = "notice.settings", Write, [SignedIn];
    /// Fetch the encrypted backups of one's own keys: in a session only, a lost token opens nothing.
    ReadKeyBackups = "key-backup.read", Session, [Member];
    /// Store the encrypted backup of one's own keys.
    StoreKeyBackup = "key-backup.store", Session, [Member];
    /// List an organisation's users.
    ListUsers = "user.list", Read, [OrgAdmin];
    /// Add a user to an organisation.
    AddUser = "user.add", Admin, [OrgAdmin, HostOperator];
    /// Make a fresh link of an invitation to the organisation, or withdraw it.
    ManageInvitation = "user.invitation", Admin, [OrgAdmin];
    /// Grant or revoke workspace admin and auditor.
    SetRoles = "user.roles", Admin, [OrgAdmin];
    /// Switch signing in off or on.
    SwitchUser = "user.switch", Admin, [OrgAdmin];
    /// See how an organisation's people sign in.
    ReadSignIn = "sign-in.read", Admin, [OrgAdmin];
    /// Add, change or remove an organisation's identity provider.
    SetProvider = "provider.set", Admin, [OrgAdmin, HostOperator];
    /// Say who of an organisation may sign in with a password.
    SetLocalSignIn = "sign-in.local", Admin, [OrgAdmin, HostOperator];
    /// Make or end the token by which an organisation's provider provisions its people.
    ManageScim = "scim.manage", Admin, [OrgAdmin];
    /// See what a provider provisioned.
    ReadProvisioned = "scim.read", Read, [Provisioner];
    /// Add, change, suspend or remove an organisation's people, as their provider says.
    ProvisionUsers = "scim.users", Write, [Provisioner];
    /// Add, change or remove the groups that a provider pushes; they give roles as its rules say.
    ProvisionGroups = "scim.groups", Write, [Provisioner];
    /// Let a device sign in as oneself.
    ApproveDevice = "device.approve", Session, [SignedIn];
    /// Add an organisation.
    AddOrganisation = "organisation.add", Admin, [HostOperator];
    /// Make someone organisation admin.
    GrantOrgAdmin = "user.grant-org-admin", Admin, [HostOperator];
    /// List an organisation's webhooks.
    ListWebhooks = "webhook.list", Read, [OrgAdmin];
    /// Add, change, try or remove an organisation's webhook.
    ManageWebhooks = "webhook.manage", Admin, [OrgAdmin];
    /// Ask for a certificate for one's own keys.
    RequestCertificate = "certificate.request", Write, [Member];
    /// Look a certificate up by exact e-mail or digest.
    LookUpCertificate = "certificate.look-up", Read, [Member];
    /// End a certificate, or agree to a recovery, by a signed statement.
    EndCertificate = "certificate.end", Write, [Member];
    /// See the broker prove itself.
    ReadBroker = "broker.read", Read, [SignedIn];
    /// See the workers.
    ListWorkers = "worker.list", Read, [SignedIn];
    /// Read the log's key, checkpoint and hash tiles.
    ReadLog = "log.read", Read, [Nothing];
    /// Read the log's entries.
    ReadLogEntries = "log.entries", Read, [AnyOrgAdmin, AnyAuditor];
    /// Read an organisation's view of the audit log.
    ReadAudit = "audit.read", Read, [OrgAdmin, Auditor];
    /// Read the audit log of a workspace.
    ReadWorkspaceAudit = "workspace.audit", Read, [Is(R::Member), OrgAdmin, Auditor];
}

// Workspaces, datasets, jobs, runs.
actions! {
    /// Propose a workspace; of oneself alone, every member may.
    CreateWorkspace = "workspace.create", Write, [WorkspaceAdmin, Is(R::Own)];
    /// List the workspaces one is in or invited to.
    ListWorkspaces = "workspace.list", Read, [Member];
    /// See a workspace.
    ReadWorkspace = "workspace.read", Read, [Is(R::Member), Is(R::Invited)];
    /// See what is in a workspace: shared datasets, jobs, runs.
    ReadWorkspaceContents = "workspace.contents", Read, [Is(R::Member)];
    /// Change the description, and which templates are offered.
    DescribeWorkspace = "workspace.describe", Write, [Is(R::Administrator), OrgAdmin];
    /// Accept or refuse a charter.
    AnswerInvitation = "workspace.answer", Write, [Is(R::Invited), Is(R::Member)];
    /// Change members or policies by a new charter, suspend, archive.
    GovernWorkspace = "workspace.govern", Write, [Is(R::Administrator)];
    /// Propose a change of members to those who decide: for an organisation's admin whom the charter may not name.
    ProposeChange = "workspace.propose", Write, [OrgAdmin];
    /// See what is proposed.
    ReadProposals = "workspace.proposals", Read, [Is(R::Member), OrgAdmin];
    /// Be done with a proposal, or take one's own back.
    DismissProposal = "workspace.propose-dismiss", Write, [Is(R::Administrator), Is(R::Own)];
    /// Remind the invited.
    ResendInvitation = "workspace.resend", Write, [Is(R::Administrator), Is(R::Creator)];
    /// Upload ciphertext.
    CreateUpload = "upload.create", Write, [Member];
    /// Go on with an upload of one's own.
    WriteUpload = "upload.write", Write, [Is(R::Own)];
    /// See an upload of one's own.
    ReadUpload = "upload.read", Read, [Is(R::Own)];
    /// Add a dataset.
    AddDataset = "dataset.add", Write, [Member];
    /// List one's datasets and those shared to one.
    ListDatasets = "dataset.list", Read, [Member];
    /// See a dataset's schema and rules.
    ReadDataset = "dataset.read", Read, [Is(R::Owner), Is(R::Member)];
    /// Share, revoke, change rules of, delete a dataset.
    ManageDataset = "dataset.manage", Write, [Is(R::Owner)];
    /// Download the ciphertext.
    DownloadDataset = "dataset.download", Read, [Is(R::Owner)];
    /// List jobs over all one's workspaces.
    ListJobs = "job.list", Read, [Member];
    /// Make a job.
    CreateJob = "job.create", Write, [Is(R::Member)];
    /// See a job.
    ReadJob = "job.read", Read, [Is(R::Member)];
    /// Change or delete a draft.
    EditJob = "job.edit", Write, [Is(R::Creator), Is(R::Administrator)];
    /// Submit a signed spec.
    SubmitJob = "job.submit", Write, [Is(R::Member)];
    /// Approve or reject.
    ReviewJob = "job.review", Write, [Is(R::Reviewer)];
    /// Return a job to draft.
    WithdrawJob = "job.withdraw", Write, [Is(R::Author), Is(R::Reviewer)];
    /// Try a job on made-up rows.
    TestJob = "job.test", Write, [Is(R::Member)];
    /// Run a job.
    RunJob = "job.run", Write, [Is(R::Runner)];
    /// List runs over all one's workspaces.
    ListRuns = "run.list", Read, [Member];
    /// See a run.
    ReadRun = "run.read", Read, [Is(R::Member)];
    /// Stop a run.
    CancelRun = "run.cancel", Write, [Is(R::Creator), Is(R::Administrator)];
    /// Fetch a run's sealed outputs.
    ReadOutputs = "run.outputs", Read, [Is(R::Reader)];
    /// Lease work and report on it.
    Work = "worker.work", Write, [Worker];
}
