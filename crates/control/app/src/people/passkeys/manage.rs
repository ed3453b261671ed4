//! Listing, renaming and removing one's passkeys.

use cloister_authz::{Granted, Kind, actions::ManagePasskeys};
use cloister_store::{
    EntryDraft,
    people::{
        passkeys::{self, PasskeyRow},
        sso,
    },
};
use uuid::Uuid;

use super::register::name_of;
use crate::{
    App, AppError,
    people::sessions::{Identity, own},
    work::Paging,
};

impl App {
    /// The caller's passkeys.
    pub async fn passkeys(&self, who: &Identity, paging: &Paging) -> Result<Vec<PasskeyRow>, AppError> {
        let _ = self.permit(&who.actor, ManagePasskeys, &own(Kind::Passkey, "", true), "passkey").await?;
        Ok(passkeys::of_user(&self.store.read(), who.user.id, &paging.after, paging.limit).await?)
    }

    async fn own_passkey(
        &self,
        who: &Identity,
        id: Uuid,
    ) -> Result<(PasskeyRow, Granted<ManagePasskeys>), AppError> {
        let row = passkeys::by_id(&self.store.read(), id).await?.filter(|row| row.owner == who.user.id);
        let thing = own(Kind::Passkey, &id.to_string(), row.is_some());
        let grant = self.permit(&who.actor, ManagePasskeys, &thing, "passkey").await?;
        Ok((row.ok_or(AppError::Absent("passkey"))?, grant))
    }

    /// Calls a passkey of the caller something else.
    pub async fn rename_passkey(&self, who: &Identity, id: Uuid, name: &str) -> Result<PasskeyRow, AppError> {
        let (row, grant) = self.own_passkey(who, id).await?;
        let name = name_of(name)?;
        let tx = self.store.write().await?;
        tx.rename_passkey(&grant, &name).await?;
        tx.audit(EntryDraft::done(self.now(), &who.actor, "passkey.rename").target(id)).await?;
        tx.commit().await?;
        Ok(PasskeyRow { name, ..row })
    }

    /// Removes a passkey of the caller; the sessions it began end with it. The last way into an account stays.
    pub async fn remove_passkey(&self, who: &Identity, id: Uuid) -> Result<(), AppError> {
        const REMOVE: &str = "passkey.remove";
        let (_, grant) = self.own_passkey(who, id).await?;
        let now = self.now();
        let tx = self.store.write().await?;
        let other_way = who.user.password.is_some() || sso::is_linked(&tx, who.user.id).await?;
        if !other_way && passkeys::count_of(&tx, who.user.id).await? <= 1 {
            tx.audit(EntryDraft::refused(now, &who.actor, REMOVE, "last_way_in").target(id)).await?;
            tx.commit().await?;
            return Err(AppError::Refused {
                check: "last_way_in".into(),
                reason: "the account has no password and no provider: this passkey is the last way in".into(),
            });
        }
        tx.remove_passkey(&grant).await?;
        tx.audit(EntryDraft::done(now, &who.actor, REMOVE).target(id)).await?;
        Ok(tx.commit().await?)
    }
}
