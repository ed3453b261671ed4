//! Sessions, tokens, one-time secrets, failures to sign in. Only hashes of secrets come here.

use cloister_authz::{
    Granted,
    actions::{ManageSessions, ManageTokens},
};
use cloister_model::{SessionId, Timestamp, UserId};
use uuid::Uuid;

use super::{USER_COLUMNS, UserRow, parsed, user};
use crate::{Query, Row, StoreError, Tx};

/// How somebody signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By making the first account.
    SetUp,
    /// By password.
    Password,
    /// By this passkey.
    Passkey(Uuid),
    /// By the organisation's provider.
    Provider,
    /// By another device, on which somebody was signed in.
    Device,
}

impl Method {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
            Self::Password => "password",
            Self::Passkey(_) => "passkey",
            Self::Provider => "provider",
            Self::Device => "device",
        }
    }

    fn read(row: &Row) -> Result<Option<Self>, StoreError> {
        let word: Option<String> = row.try_get("", "method")?;
        Ok(match word.as_deref() {
            None => None,
            Some("set_up") => Some(Self::SetUp),
            Some("password") => Some(Self::Password),
            Some("passkey") => Some(Self::Passkey(parsed(row, "passkey")?)),
            Some("provider") => Some(Self::Provider),
            Some("device") => Some(Self::Device),
            Some(other) => return Err(StoreError::corrupt(format!("a session by `{other}`"))),
        })
    }
}

/// A session.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub owner: UserId,
    /// When it began.
    pub created: Timestamp,
    /// When it was last used, to the minute.
    pub last_used: Timestamp,
    /// Until when.
    pub expires: Timestamp,
    /// How it began; unknown of those that are older than this being kept.
    pub method: Option<Method>,
}

/// A personal token.
#[derive(Clone, Debug)]
pub struct TokenRow {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub owner: UserId,
    /// What it is for.
    pub label: Option<String>,
    /// Its first characters.
    pub prefix: String,
    /// Scopes' words, with commas.
    pub scopes: String,
    /// When it was made.
    pub created: Timestamp,
    /// Until when.
    pub expires: Timestamp,
}

/// A token to store.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// The row.
    pub row: TokenRow,
    /// SHA-256 of the secret, hexadecimal.
    pub hash: String,
}

const SESSION: &str =
    "SELECT id AS credential, owner, created, last_used, expires, method, passkey FROM sessions";
const TOKEN: &str = "SELECT id AS credential, owner, label, prefix, scopes, created, expires FROM tokens";
/// The same with whose it is.
const SESSION_AND_USER: &str = "SELECT c.id AS credential, c.owner, c.created, c.last_used, c.expires, c.method, c.passkey, {USER} FROM sessions c";
const TOKEN_AND_USER: &str = "SELECT c.id AS credential, c.owner, c.label, c.prefix, c.scopes, c.created, c.expires, {USER} FROM tokens c";

fn moment(row: &Row, column: &str) -> Result<Timestamp, StoreError> {
    Ok(Timestamp::from_micros(row.try_get("", column)?))
}

fn session(row: &Row) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        id: parsed(row, "credential")?,
        owner: parsed(row, "owner")?,
        created: moment(row, "created")?,
        last_used: moment(row, "last_used")?,
        expires: moment(row, "expires")?,
        method: Method::read(row)?,
    })
}

fn token(row: &Row) -> Result<TokenRow, StoreError> {
    Ok(TokenRow {
        id: parsed(row, "credential")?,
        owner: parsed(row, "owner")?,
        label: row.try_get("", "label")?,
        prefix: row.try_get("", "prefix")?,
        scopes: row.try_get("", "scopes")?,
        created: moment(row, "created")?,
        expires: moment(row, "expires")?,
    })
}

fn with_user(credential: &str) -> String {
    let sql = credential.replace("{USER}", USER_COLUMNS);
    format!(
        "{sql} JOIN users u ON u.id = c.owner JOIN organisations o ON o.id = u.org WHERE c.hash = $1 AND c.expires > $2"
    )
}

/// The session whose token has this hash, unless it has expired, and whose it is.
pub async fn live_session(
    db: &dyn Query,
    hash: &str,
    now: Timestamp,
) -> Result<Option<(SessionRow, UserRow)>, StoreError> {
    let row = db.one(&with_user(SESSION_AND_USER), vec![hash.into(), now.micros().into()]).await?;
    row.map(|row| Ok((session(&row)?, user(&row)?))).transpose()
}

/// Whether the hash is that of a token or session that has expired. One that was ended is not kept.
pub async fn was_live(db: &dyn Query, hash: &str) -> Result<bool, StoreError> {
    let sql =
        "SELECT 1 AS one FROM tokens WHERE hash = $1 UNION SELECT 1 AS one FROM sessions WHERE hash = $1";
    Ok(db.one(sql, vec![hash.into()]).await?.is_some())
}

/// The token of this hash, unless it has expired, and whose it is.
pub async fn live_token(
    db: &dyn Query,
    hash: &str,
    now: Timestamp,
) -> Result<Option<(TokenRow, UserRow)>, StoreError> {
    let row = db.one(&with_user(TOKEN_AND_USER), vec![hash.into(), now.micros().into()]).await?;
    row.map(|row| Ok((token(&row)?, user(&row)?))).transpose()
}

/// A user's live sessions after id `after`.
pub async fn sessions_of(
    db: &dyn Query,
    owner: UserId,
    now: Timestamp,
    after: &str,
    limit: u64,
) -> Result<Vec<SessionRow>, StoreError> {
    let sql = format!("{SESSION} WHERE owner = $1 AND expires > $2 AND id > $3 ORDER BY id LIMIT {limit}");
    let values = vec![owner.to_string().into(), now.micros().into(), after.into()];
    db.all(&sql, values).await?.iter().map(session).collect()
}

/// The session of this id.
pub async fn session_by_id(db: &dyn Query, id: SessionId) -> Result<Option<SessionRow>, StoreError> {
    let row = db.one(&format!("{SESSION} WHERE id = $1"), vec![id.to_string().into()]).await?;
    row.as_ref().map(session).transpose()
}

/// A user's live tokens after id `after`.
pub async fn tokens_of(
    db: &dyn Query,
    owner: UserId,
    now: Timestamp,
    after: &str,
    limit: u64,
) -> Result<Vec<TokenRow>, StoreError> {
    let sql = format!("{TOKEN} WHERE owner = $1 AND expires > $2 AND id > $3 ORDER BY id LIMIT {limit}");
    let values = vec![owner.to_string().into(), now.micros().into(), after.into()];
    db.all(&sql, values).await?.iter().map(token).collect()
}

/// Failures to sign in as `who` since `since`.
pub async fn failures(db: &dyn Query, who: &str, since: Timestamp) -> Result<i64, StoreError> {
    let sql = "SELECT failures FROM sign_in_failures WHERE who = $1 AND since > $2";
    match db.one(sql, vec![who.into(), since.micros().into()]).await? {
        Some(row) => Ok(row.try_get("", "failures")?),
        None => Ok(0),
    }
}

impl Tx {
    /// Begins a session.
    pub async fn add_session(&self, row: &SessionRow, hash: &str) -> Result<(), StoreError> {
        let passkey = match row.method {
            Some(Method::Passkey(id)) => Some(id.to_string()),
            Some(Method::SetUp | Method::Password | Method::Provider | Method::Device) | None => None,
        };
        self.exec(
            "INSERT INTO sessions (id, owner, hash, created, last_used, expires, method, passkey)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            vec![
                row.id.to_string().into(),
                row.owner.to_string().into(),
                hash.into(),
                row.created.micros().into(),
                row.last_used.micros().into(),
                row.expires.micros().into(),
                row.method.map(Method::word).into(),
                passkey.into(),
            ],
        )
        .await?;
        let sql = "UPDATE users SET last_sign_in = $1 WHERE id = $2";
        self.exec(sql, vec![row.created.micros().into(), row.owner.to_string().into()]).await.map(|_| ())
    }

    /// Notes that a session was used.
    pub async fn touch_session(&self, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE sessions SET last_used = $1 WHERE id = $2";
        self.exec(sql, vec![now.micros().into(), id.to_string().into()]).await.map(|_| ())
    }

    /// Ends the session of the grant.
    pub async fn end_session(&self, grant: &Granted<ManageSessions>) -> Result<bool, StoreError> {
        Ok(self.exec("DELETE FROM sessions WHERE id = $1", vec![grant.id().into()]).await? == 1)
    }

    /// Stores a token.
    pub async fn add_token(&self, _grant: &Granted<ManageTokens>, new: &NewToken) -> Result<(), StoreError> {
        let row = &new.row;
        self.exec(
            "INSERT INTO tokens (id, owner, label, prefix, hash, scopes, created, expires)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            vec![
                row.id.to_string().into(),
                row.owner.to_string().into(),
                row.label.clone().into(),
                row.prefix.clone().into(),
                new.hash.clone().into(),
                row.scopes.clone().into(),
                row.created.micros().into(),
                row.expires.micros().into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Ends the token of the grant.
    pub async fn end_token(&self, grant: &Granted<ManageTokens>) -> Result<bool, StoreError> {
        Ok(self.exec("DELETE FROM tokens WHERE id = $1", vec![grant.id().into()]).await? == 1)
    }

    pub(crate) async fn end_credentials(&self, owner: &str) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM sessions WHERE owner = $1",
            "DELETE FROM tokens WHERE owner = $1",
            "DELETE FROM one_time WHERE owner = $1",
        ] {
            self.exec(sql, vec![owner.into()]).await?;
        }
        Ok(())
    }

    /// Stores a one-time secret; one before it for the same purpose and owner is void.
    pub async fn add_one_time(
        &self,
        purpose: &str,
        owner: Option<UserId>,
        hash: &str,
        expires: Timestamp,
    ) -> Result<(), StoreError> {
        let owner = owner.map(|o| o.to_string());
        let sql = "DELETE FROM one_time WHERE purpose = $1 AND COALESCE(owner, '') = $2";
        self.exec(sql, vec![purpose.into(), owner.clone().unwrap_or_default().into()]).await?;
        let sql = "INSERT INTO one_time (hash, purpose, owner, expires) VALUES ($1, $2, $3, $4)";
        self.exec(sql, vec![hash.into(), purpose.into(), owner.into(), expires.micros().into()])
            .await
            .map(|_| ())
    }

    /// Uses a one-time secret up; `Some` with its owner when it was live.
    pub async fn use_one_time(
        &self,
        purpose: &str,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<Option<UserId>>, StoreError> {
        let sql = "SELECT owner FROM one_time WHERE hash = $1 AND purpose = $2 AND expires > $3";
        let row = self.one(sql, vec![hash.into(), purpose.into(), now.micros().into()]).await?;
        let Some(row) = row else { return Ok(None) };
        self.exec("DELETE FROM one_time WHERE hash = $1", vec![hash.into()]).await?;
        let owner: Option<String> = row.try_get("", "owner")?;
        Ok(Some(owner.map(|o| o.parse()).transpose().map_err(StoreError::corrupt)?))
    }

    /// Sets a password; every session and token made under the old one ends.
    pub async fn set_password(&self, owner: UserId, hash: &str) -> Result<(), StoreError> {
        self.end_credentials(&owner.to_string()).await?;
        let sql = "UPDATE users SET password = $1 WHERE id = $2";
        match self.exec(sql, vec![hash.into(), owner.to_string().into()]).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// Counts a failure to sign in; the count begins anew when the last began before `since`.
    pub async fn count_failure(&self, who: &str, since: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        self.exec("DELETE FROM sign_in_failures WHERE since <= $1", vec![since.micros().into()]).await?;
        self.exec(
            "INSERT INTO sign_in_failures (who, failures, since) VALUES ($1, 1, $2)
             ON CONFLICT (who) DO UPDATE SET failures = sign_in_failures.failures + 1",
            vec![who.into(), now.micros().into()],
        )
        .await
        .map(|_| ())
    }
}
