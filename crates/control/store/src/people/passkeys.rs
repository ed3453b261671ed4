//! Passkeys, and the ceremonies that make and use them. What is kept of a passkey is public.

use cloister_authz::{
    Granted,
    actions::{ManagePasskeys, SwitchUser},
};
use cloister_model::{Timestamp, UserId};
use uuid::Uuid;

use super::parsed;
use crate::{Query, Row, StoreError, Tx};

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyRow {
    /// Its id here.
    pub id: Uuid,
    /// Whose.
    pub owner: UserId,
    /// The credential's id, base64url: no two passkeys of a deployment have the same.
    pub credential: String,
    /// What its owner calls it.
    pub name: String,
    /// Public key, counter and flags, JSON.
    pub passkey: String,
    /// Since when.
    pub created: Timestamp,
    /// When somebody last signed in with it.
    pub last_used: Option<Timestamp>,
}

/// What a ceremony is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ceremony {
    /// This user adds a passkey.
    Registration(UserId),
    /// Somebody signs in.
    SignIn,
}

impl Ceremony {
    fn columns(self) -> (&'static str, Option<String>) {
        match self {
            Self::Registration(owner) => ("registration", Some(owner.to_string())),
            Self::SignIn => ("sign_in", None),
        }
    }
}

const PASSKEY: &str = "SELECT id, owner, credential, name, passkey, created, last_used FROM passkeys";

fn passkey(row: &Row) -> Result<PasskeyRow, StoreError> {
    let last: Option<i64> = row.try_get("", "last_used")?;
    Ok(PasskeyRow {
        id: parsed(row, "id")?,
        owner: parsed(row, "owner")?,
        credential: row.try_get("", "credential")?,
        name: row.try_get("", "name")?,
        passkey: row.try_get("", "passkey")?,
        created: Timestamp::from_micros(row.try_get("", "created")?),
        last_used: last.map(Timestamp::from_micros),
    })
}

/// A user's passkeys after id `after`.
pub async fn of_user(
    db: &dyn Query,
    owner: UserId,
    after: &str,
    limit: u64,
) -> Result<Vec<PasskeyRow>, StoreError> {
    let sql = format!("{PASSKEY} WHERE owner = $1 AND id > $2 ORDER BY id LIMIT {limit}");
    db.all(&sql, vec![owner.to_string().into(), after.into()]).await?.iter().map(passkey).collect()
}

/// How many passkeys a user has.
pub async fn count_of(db: &dyn Query, owner: UserId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS many FROM passkeys WHERE owner = $1";
    match db.one(sql, vec![owner.to_string().into()]).await? {
        Some(row) => Ok(row.try_get("", "many")?),
        None => Ok(0),
    }
}

/// The passkey of this id.
pub async fn by_id(db: &dyn Query, id: Uuid) -> Result<Option<PasskeyRow>, StoreError> {
    let row = db.one(&format!("{PASSKEY} WHERE id = $1"), vec![id.to_string().into()]).await?;
    row.as_ref().map(passkey).transpose()
}

/// The passkey of this credential.
pub async fn by_credential(db: &dyn Query, credential: &str) -> Result<Option<PasskeyRow>, StoreError> {
    let row = db.one(&format!("{PASSKEY} WHERE credential = $1"), vec![credential.into()]).await?;
    row.as_ref().map(passkey).transpose()
}

impl Tx {
    /// A ceremony begins; what has expired goes.
    pub async fn add_ceremony(
        &self,
        hash: &str,
        ceremony: Ceremony,
        state: &str,
        (now, expires): (Timestamp, Timestamp),
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM passkey_ceremonies WHERE expires <= $1";
        self.exec(sql, vec![now.micros().into()]).await?;
        let (kind, owner) = ceremony.columns();
        let sql = "INSERT INTO passkey_ceremonies (ceremony, kind, owner, state, expires)
            VALUES ($1, $2, $3, $4, $5)";
        let values = vec![hash.into(), kind.into(), owner.into(), state.into(), expires.micros().into()];
        self.exec(sql, values).await.map(|_| ())
    }

    /// Takes a ceremony of this kind (and user), once; gives its state.
    pub async fn take_ceremony(
        &self,
        hash: &str,
        ceremony: Ceremony,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let (kind, owner) = ceremony.columns();
        // One statement: of two that bring the same ceremony at once, one gets it.
        let sql = "DELETE FROM passkey_ceremonies
            WHERE ceremony = $1 AND kind = $2 AND COALESCE(owner, '') = $3 AND expires > $4 RETURNING state";
        let values = vec![hash.into(), kind.into(), owner.unwrap_or_default().into(), now.micros().into()];
        self.one(sql, values).await?.map(|row| Ok(row.try_get("", "state")?)).transpose()
    }

    /// Stores the passkey of the grant.
    pub async fn add_passkey(
        &self,
        grant: &Granted<ManagePasskeys>,
        row: &PasskeyRow,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO passkeys (id, owner, credential, name, passkey, created)
            VALUES ($1, $2, $3, $4, $5, $6)";
        let values = vec![
            grant.id().into(),
            row.owner.to_string().into(),
            row.credential.clone().into(),
            row.name.clone().into(),
            row.passkey.clone().into(),
            row.created.micros().into(),
        ];
        self.exec(sql, values).await.map(|_| ())
    }

    /// Calls the passkey of the grant something else.
    pub async fn rename_passkey(
        &self,
        grant: &Granted<ManagePasskeys>,
        name: &str,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE passkeys SET name = $1 WHERE id = $2";
        match self.exec(sql, vec![name.into(), grant.id().into()]).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// Removes the passkey of the grant, and ends the sessions it began.
    pub async fn remove_passkey(&self, grant: &Granted<ManagePasskeys>) -> Result<(), StoreError> {
        self.exec("DELETE FROM sessions WHERE passkey = $1", vec![grant.id().into()]).await?;
        match self.exec("DELETE FROM passkeys WHERE id = $1", vec![grant.id().into()]).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// Notes that a passkey was used. Says whether it still is as it was read: of two copies of an authenticator that
    /// come at once with the same counter, one does not get in.
    pub async fn use_passkey(
        &self,
        before: &PasskeyRow,
        after: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE passkeys SET passkey = $1, last_used = $2 WHERE id = $3 AND passkey = $4";
        let values = vec![
            after.into(),
            now.micros().into(),
            before.id.to_string().into(),
            before.passkey.clone().into(),
        ];
        Ok(self.exec(sql, values).await? == 1)
    }

    /// Ends every passkey of the user of the grant.
    pub async fn end_passkeys(&self, grant: &Granted<SwitchUser>) -> Result<(), StoreError> {
        for sql in
            ["DELETE FROM passkey_ceremonies WHERE owner = $1", "DELETE FROM passkeys WHERE owner = $1"]
        {
            self.exec(sql, vec![grant.id().into()]).await?;
        }
        Ok(())
    }
}
