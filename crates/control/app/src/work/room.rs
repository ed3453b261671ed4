//! What a workspace's rows and statements say to every request, kept while nothing of it changes.
//!
//! Invariant: the stamp of a workspace is read from the database at each request, and every write to what is kept here
//! (statements, charter and state, invitations, suspensions, shares) changes the stamp in its own transaction. So an act
//! or a revocation holds from the next request on, whoever wrote it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use cloister_authz::{Actor, Kind, Resource};
use cloister_model::{Digest, UserId, states::WorkspaceState};
use cloister_statement::{Envelope, Signer, predicate::Charter};
use cloister_store::{
    Query, datasets::ShareRow, statements, workspaces, workspaces::InvitationRow, workspaces::WorkspaceRow,
};
use cloister_verify::InForce;

use super::{grounds::Grounds, jobs::live_shares, workspaces::relation_of};
use crate::{App, AppError};

/// A workspace as requests see it. The description may be older: nothing is decided by it.
pub(crate) struct Room {
    /// Statements with verified signatures.
    pub(crate) grounds: Arc<Grounds>,
    /// Its row.
    pub(crate) row: WorkspaceRow,
    /// Whom the charter in force, or the first one, lists.
    pub(crate) now: Vec<InvitationRow>,
    /// Whom a later charter lists that waits.
    pub(crate) next: Vec<InvitationRow>,
    /// What is shared to it now.
    pub(crate) shares: Vec<ShareRow>,
    /// Kinds of statements that wait for the broker.
    pub(crate) awaiting: Vec<String>,
    /// The charter in force, where there is one.
    force: Option<InForce>,
}

impl Room {
    async fn of(db: &dyn Query, row: WorkspaceRow, stamp: i64) -> Result<Self, AppError> {
        let id = row.id;
        let grounds = Grounds { stamp, ..Grounds::of(db, Some(id), &[]).await? };
        let next = match row.pending {
            Some(pending) => workspaces::invited_by(db, pending).await?,
            None => Vec::new(),
        };
        Ok(Self {
            now: workspaces::invited_by(db, row.charter).await?,
            next,
            shares: live_shares(db, id).await?,
            awaiting: statements::awaiting_broker(db, id).await?,
            force: grounds.in_force(id).ok(),
            grounds: Arc::new(grounds),
            row,
        })
    }

    /// The charter in force, or the check that says why there is none.
    pub(crate) fn in_force(&self) -> Result<InForce, AppError> {
        match &self.force {
            Some(force) => Ok(force.clone()),
            None => self.grounds.in_force(self.row.id),
        }
    }

    /// The charter that the row names.
    pub(crate) fn charter(&self) -> Result<&Charter, AppError> {
        let found = self.grounds.dossier.charters().get(&self.row.charter);
        Ok(found.ok_or(AppError::Absent("charter"))?.body())
    }

    /// The charter that waits for its members' answers.
    pub(crate) fn waiting(&self) -> Option<Digest> {
        let first = (self.row.state == WorkspaceState::Pending.as_str()).then_some(self.row.charter);
        self.row.pending.or(first)
    }

    /// The members whose acceptance it still needs.
    pub(crate) fn awaited(&self) -> BTreeSet<Digest> {
        match (self.row.pending, &self.force) {
            (Some(_), Some(force)) => force.awaited().copied().collect(),
            (Some(_), None) => BTreeSet::new(),
            (None, _) if self.waiting().is_none() => BTreeSet::new(),
            (None, _) => {
                let unanswered = self.now.iter().filter(|row| row.answer == "pending");
                unanswered.map(|row| row.certificate).collect()
            }
        }
    }

    /// The actor's relations to a thing in it.
    pub(crate) fn relations(&self, actor: &Actor, kind: Kind, id: String) -> Resource {
        relation_of(actor, &self.row, (&self.now, &self.next), (kind, id))
    }

    /// Certificates of the actor's that the charter lists.
    pub(crate) fn certificates_of(&self, actor: &Actor) -> Vec<Digest> {
        let own = self.now.iter().filter(|row| actor.user() == Some(row.member));
        own.map(|row| row.certificate).collect()
    }

    /// Whose a certificate is, where the charter lists it.
    pub(crate) fn owner_of(&self, certificate: Digest) -> Option<UserId> {
        self.now.iter().find(|row| row.certificate == certificate).map(|row| row.member)
    }
}

/// Rooms by workspace.
#[derive(Default)]
pub struct Rooms(Mutex<BTreeMap<Digest, Arc<Room>>>);

impl Rooms {
    /// Workspaces kept; one more, and the others are verified again when they are asked for.
    const MOST: usize = 256;

    fn kept(&self, workspace: Digest, stamp: i64) -> Option<Arc<Room>> {
        let kept = self.0.lock().ok()?.get(&workspace).cloned();
        kept.filter(|room| room.grounds.stamp == stamp)
    }

    fn keep(&self, workspace: Digest, room: &Arc<Room>) {
        // A poisoned lock costs the memory of what was verified, nothing else.
        let Ok(mut kept) = self.0.lock() else { return };
        if kept.len() >= Self::MOST && !kept.contains_key(&workspace) {
            kept.clear();
        }
        kept.insert(workspace, Arc::clone(room));
    }
}

impl App {
    /// A workspace as committed. The stamp is read first: what comes in between is looked at again next time.
    pub(crate) async fn room(&self, workspace: Digest) -> Result<Arc<Room>, AppError> {
        let stamp = statements::stamp(&self.store.read(), workspace).await?;
        self.room_at(workspace, stamp).await
    }

    /// Several workspaces, whose stamps are asked for at once.
    pub(crate) async fn rooms(&self, wanted: &[Digest]) -> Result<BTreeMap<Digest, Arc<Room>>, AppError> {
        let mut rooms = BTreeMap::new();
        for (workspace, stamp) in statements::stamps(&self.store.read(), wanted).await? {
            rooms.insert(workspace, self.room_at(workspace, stamp).await?);
        }
        Ok(rooms)
    }

    /// A workspace whose stamp was read before.
    pub(crate) async fn room_at(&self, workspace: Digest, stamp: i64) -> Result<Arc<Room>, AppError> {
        if let Some(kept) = self.judged.kept(workspace, stamp) {
            return Ok(kept);
        }
        let db = self.store.read();
        let row = workspaces::by_id(&db, workspace).await?.ok_or(AppError::Absent("workspace"))?;
        let fresh = Arc::new(Room::of(&db, row, stamp).await?);
        self.judged.keep(workspace, &fresh);
        Ok(fresh)
    }

    /// What is committed of a workspace.
    pub(crate) async fn grounds(&self, workspace: Digest) -> Result<Arc<Grounds>, AppError> {
        Ok(Arc::clone(&self.room(workspace).await?.grounds))
    }

    /// Whether the actor signed a statement of the room, its signature having been verified with the others.
    pub(crate) async fn signed_in_room(&self, actor: &Actor, statement: &Envelope, room: &Room) -> bool {
        match statement.header().map(|header| header.signer) {
            Ok(Signer::Certificate(certificate)) => match room.owner_of(certificate) {
                Some(owner) => actor.user() == Some(owner),
                None => self.signed_by_caller(actor, statement).await.is_ok(),
            },
            Ok(Signer::Key(_)) | Err(_) => false,
        }
    }
}
