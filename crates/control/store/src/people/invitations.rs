//! Invitations to an organisation: one-time links into accounts that nobody has entered.

use std::collections::BTreeMap;

use cloister_authz::{Granted, actions::ManageInvitation};
use cloister_model::{OrgId, Timestamp, UserId};

use super::{UserRow, parsed, sso::is_entered, user_by_id};
use crate::{Query, StoreError, Tx};

/// How an account stands to whoever may invite its person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Nobody has entered it: a link may open it.
    Open,
    /// Its person comes by the organisation's provider.
    ByProvider,
    /// Its person has entered it.
    Entered,
}

/// How an account stands.
pub async fn entry_of(db: &dyn Query, user: &UserRow) -> Result<Entry, StoreError> {
    let sql = "SELECT 1 AS one FROM scim_users WHERE owner = $1 AND deleted IS NULL";
    if db.one(sql, vec![user.id.to_string().into()]).await?.is_some() {
        return Ok(Entry::ByProvider);
    }
    let entered = user.password.is_some() || is_entered(db, user.id).await?;
    Ok(if entered { Entry::Entered } else { Entry::Open })
}

/// Until when the links into an organisation's accounts work, past ones too.
pub async fn expiries(db: &dyn Query, org: OrgId) -> Result<BTreeMap<UserId, Timestamp>, StoreError> {
    let sql = "SELECT o.owner AS owner, o.expires AS expires FROM one_time o JOIN users u ON u.id = o.owner
               WHERE o.purpose = 'password' AND u.org = $1 AND u.password IS NULL";
    let rows = db.all(sql, vec![org.to_string().into()]).await?;
    let of =
        |row: &crate::Row| Ok((parsed(row, "owner")?, Timestamp::from_micros(row.try_get("", "expires")?)));
    rows.iter().map(of).collect()
}

impl Tx {
    /// Makes a fresh link into the account of the grant; the one before is void.
    pub async fn invite_again(
        &self,
        grant: &Granted<ManageInvitation>,
        hash: &str,
        expires: Timestamp,
    ) -> Result<(), StoreError> {
        let owner = grant.id().parse().map_err(StoreError::corrupt)?;
        self.add_one_time("password", Some(owner), hash, expires).await
    }

    /// Voids the link into the account of the grant. An account that was never anybody's goes with it, and its address
    /// is free again (true); one that somebody used stays, for the sake of what points at it.
    pub async fn withdraw_invitation(&self, grant: &Granted<ManageInvitation>) -> Result<bool, StoreError> {
        let id = grant.id();
        self.exec("DELETE FROM one_time WHERE owner = $1", vec![id.into()]).await?;
        let found = user_by_id(self, id.parse().map_err(StoreError::corrupt)?).await?;
        if found.ok_or(StoreError::NotFound)?.last_sign_in.is_some() {
            return Ok(false);
        }
        for table in ["notices", "notice_settings", "scim_users"] {
            self.exec(&format!("DELETE FROM {table} WHERE owner = $1"), vec![id.into()]).await?;
        }
        Ok(self.exec("DELETE FROM users WHERE id = $1", vec![id.into()]).await? == 1)
    }
}
