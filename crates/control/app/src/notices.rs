//! The inbox: what somebody is told of, written by the act itself in its transaction, and sent by mail where the
//! server has a mail server. Each true event once: an act that does not commit tells nobody.

pub mod mail;
mod words;

use std::collections::BTreeSet;

use cloister_authz::{
    Resource,
    actions::{MarkNotices, ReadNotices, SetNotices},
};
use cloister_model::{Clock, Digest, Rng, UserId, notices::NoticeKind};
use cloister_store::{
    Query, Tx,
    notices::{self, NewNotice, NoticeRow},
    people::UserRow,
    queue::NewJob,
    workspaces,
};
use serde_json::json;
use uuid::Uuid;

use crate::{App, AppError, people::sessions::Identity, work::Paging};
pub use words::{headline, link};

/// What there is to tell of.
#[derive(Clone, Debug)]
pub(crate) struct News {
    pub(crate) kind: NoticeKind,
    pub(crate) actor: Option<UserId>,
    pub(crate) workspace: Option<Digest>,
    pub(crate) target: Option<String>,
    pub(crate) name: String,
    pub(crate) outcome: Option<&'static str>,
}

impl News {
    /// Of a workspace.
    pub(crate) fn of(kind: NoticeKind, workspace: Digest, name: impl std::fmt::Display) -> Self {
        Self {
            kind,
            actor: None,
            workspace: Some(workspace),
            target: None,
            name: name.to_string(),
            outcome: None,
        }
    }

    pub(crate) fn by(self, actor: Option<UserId>) -> Self {
        Self { actor, ..self }
    }

    pub(crate) fn about(self, target: impl std::fmt::Display) -> Self {
        Self { target: Some(target.to_string()), ..self }
    }

    pub(crate) fn ended(self, outcome: &'static str) -> Self {
        Self { outcome: Some(outcome), ..self }
    }
}

/// Writes a notice for each of `to`; nobody is told of what they did themselves.
pub(crate) async fn tell(
    tx: &Tx,
    (clock, rng, mailed): (&dyn Clock, &dyn Rng, bool),
    to: impl IntoIterator<Item = UserId>,
    news: &News,
) -> Result<(), AppError> {
    let to: BTreeSet<UserId> = to.into_iter().filter(|user| Some(*user) != news.actor).collect();
    for owner in to {
        let id = cloister_model::ambient::uuid_v7(clock, rng);
        tx.add_notice(&NewNotice {
            id,
            owner,
            kind: news.kind,
            actor: news.actor,
            workspace: news.workspace,
            target: news.target.clone(),
            name: news.name.clone(),
            outcome: news.outcome.map(Into::into),
            created: clock.now(),
        })
        .await?;
        if mailed {
            let (name, payload) = (format!("{}/{id}", mail::KIND), json!({ "notice": id }));
            tx.enqueue(&NewJob { name, kind: mail::KIND, payload, run_at: clock.now() }).await?;
        }
    }
    Ok(())
}

/// What somebody whose roles were changed is told.
pub(crate) fn roles_changed(user: &UserRow, by: Option<UserId>) -> News {
    let name = user.roles.0.iter().map(|role| role.title()).collect::<Vec<_>>().join(", ");
    let (kind, target) = (NoticeKind::RoleChanged, Some(user.id.to_string()));
    News { kind, actor: by, workspace: None, target, name, outcome: None }
}

/// Everyone whom a workspace's charter in force lists.
pub(crate) async fn members(db: &dyn Query, workspace: Digest) -> Result<Vec<UserId>, AppError> {
    let row = workspaces::by_id(db, workspace).await?.ok_or(AppError::Absent("workspace"))?;
    Ok(workspaces::invited_by(db, row.charter).await?.into_iter().map(|row| row.member).collect())
}

impl App {
    /// Tells people in the transaction of the act.
    pub(crate) async fn tell(
        &self,
        tx: &Tx,
        to: impl IntoIterator<Item = UserId>,
        news: &News,
    ) -> Result<(), AppError> {
        tell(tx, (self.clock.as_ref(), self.rng.as_ref(), self.mailer.is_some()), to, news).await
    }

    /// Tells somebody what its roles are now.
    pub(crate) async fn tell_roles(
        &self,
        tx: &Tx,
        user: &UserRow,
        by: Option<UserId>,
    ) -> Result<(), AppError> {
        self.tell(tx, [user.id], &roles_changed(user, by)).await
    }

    /// The caller's notices, newest first.
    pub async fn notices(
        &self,
        who: &Identity,
        unread: bool,
        paging: &Paging,
    ) -> Result<Vec<NoticeRow>, AppError> {
        let _ = self.permit(&who.actor, ReadNotices, &Resource::deployment(), "inbox").await?;
        let before = match paging.after.as_str() {
            "" => i64::MAX,
            place => place.parse().map_err(AppError::internal)?,
        };
        Ok(notices::of_user(&self.store.read(), who.user.id, unread, (before, paging.limit)).await?)
    }

    /// How many notices the caller has not read.
    pub async fn unread_notices(&self, who: &Identity) -> Result<i64, AppError> {
        let _ = self.permit(&who.actor, ReadNotices, &Resource::deployment(), "inbox").await?;
        Ok(notices::unread(&self.store.read(), who.user.id).await?)
    }

    /// The caller read a notice.
    pub async fn read_notice(&self, who: &Identity, id: Uuid) -> Result<(), AppError> {
        let grant = self.permit(&who.actor, MarkNotices, &Resource::deployment(), "inbox").await?;
        let tx = self.store.write().await?;
        if !tx.mark_read(&grant, who.user.id, id, self.now()).await? {
            return Err(AppError::Absent("notice"));
        }
        Ok(tx.commit().await?)
    }

    /// The caller read all notices up to one: what came after it was not seen.
    pub async fn read_notices(&self, who: &Identity, up_to: Uuid) -> Result<u64, AppError> {
        let grant = self.permit(&who.actor, MarkNotices, &Resource::deployment(), "inbox").await?;
        let tx = self.store.write().await?;
        let read = tx.mark_all_read(&grant, who.user.id, up_to, self.now()).await?;
        tx.commit().await?;
        Ok(read)
    }

    /// The kinds the caller wants no mail of.
    pub async fn muted_notices(&self, who: &Identity) -> Result<Vec<NoticeKind>, AppError> {
        let _ = self.permit(&who.actor, ReadNotices, &Resource::deployment(), "inbox").await?;
        Ok(notices::muted(&self.store.read(), who.user.id).await?)
    }

    /// Says which kinds the caller wants no mail of.
    pub async fn mute_notices(&self, who: &Identity, kinds: &BTreeSet<NoticeKind>) -> Result<(), AppError> {
        let grant = self.permit(&who.actor, SetNotices, &Resource::deployment(), "inbox").await?;
        let kinds: Vec<NoticeKind> = kinds.iter().copied().collect();
        let tx = self.store.write().await?;
        tx.mute(&grant, who.user.id, &kinds).await?;
        Ok(tx.commit().await?)
    }
}
