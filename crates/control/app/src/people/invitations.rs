//! Invitations to the organisation: a fresh link, and taking one back.

use std::collections::BTreeMap;

use cloister_authz::{
    Resource,
    actions::{ListUsers, ManageInvitation},
};
use cloister_model::{Duration, Timestamp, UserId};
use cloister_store::{
    EntryDraft, Tx,
    people::{
        self,
        invitations::{self, Entry},
    },
};

use super::{secrets, sessions::Identity};
use crate::{App, AppError};

/// How long a link works.
pub(super) const LIFE: Duration = Duration::days(7);

/// When a link was made, and until when it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// When it was made.
    pub sent: Timestamp,
    /// Until when it works; it may be past.
    pub expires: Timestamp,
}

impl Invitation {
    fn until(expires: Timestamp) -> Self {
        Self { sent: expires.minus(LIFE), expires }
    }
}

impl App {
    /// Links into accounts of the caller's organisation that nobody has entered.
    pub async fn invitations(&self, who: &Identity) -> Result<BTreeMap<UserId, Invitation>, AppError> {
        let organisation = Resource::organisation(who.user.org);
        let _ = self.permit(&who.actor, ListUsers, &organisation, "organisation").await?;
        let expiries = invitations::expiries(&self.store.read(), who.user.org).await?;
        Ok(expiries.into_iter().map(|(user, expires)| (user, Invitation::until(expires))).collect())
    }

    /// A fresh one-time secret that sets the password of an account nobody has entered; the one before is void.
    pub async fn invite_again(&self, who: &Identity, id: UserId) -> Result<(String, Invitation), AppError> {
        let grant =
            self.permit(&who.actor, ManageInvitation, &self.colleague(who, id).await?, "user").await?;
        let secret = self.new_secret(secrets::ONE_TIME);
        let (now, tx) = (self.now(), self.store.write().await?);
        self.open_to(&tx, id).await?;
        let invitation = Invitation { sent: now, expires: now.plus(LIFE) };
        tx.invite_again(&grant, &secrets::hash(&secret), invitation.expires).await?;
        tx.audit(EntryDraft::done(now, &who.actor, "user.invite-again").target(id)).await?;
        tx.commit().await?;
        Ok((secret, invitation))
    }

    /// Takes an invitation back: its link opens nothing. An account that was never anybody's goes with it.
    pub async fn withdraw_invitation(&self, who: &Identity, id: UserId) -> Result<(), AppError> {
        let grant =
            self.permit(&who.actor, ManageInvitation, &self.colleague(who, id).await?, "user").await?;
        let tx = self.store.write().await?;
        self.open_to(&tx, id).await?;
        let gone = tx.withdraw_invitation(&grant).await?;
        let entry = EntryDraft::done(self.now(), &who.actor, "user.invite-withdraw").target(id);
        tx.audit(entry.fact("account", if gone { "removed" } else { "kept" })).await?;
        Ok(tx.commit().await?)
    }

    /// Refuses where no link may open the account.
    async fn open_to(&self, tx: &Tx, id: UserId) -> Result<(), AppError> {
        let user = people::user_by_id(tx, id).await?.ok_or(AppError::Absent("user"))?;
        if user.disabled {
            return Err(AppError::State(format!(
                "`{}` is deactivated: activate the account first",
                user.email
            )));
        }
        match invitations::entry_of(tx, &user).await? {
            Entry::Open => Ok(()),
            Entry::ByProvider => Err(AppError::State(format!(
                "`{}` comes by the organisation's provider, which invites and removes its people",
                user.email
            ))),
            Entry::Entered => Err(AppError::State(format!(
                "`{}` has entered the account: no invitation is open. A password that was lost is ended first",
                user.email
            ))),
        }
    }
}
