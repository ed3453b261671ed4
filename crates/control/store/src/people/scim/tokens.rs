//! Tokens by which providers push.

use cloister_authz::{Granted, actions::ManageScim};
use cloister_model::{OrgId, Timestamp};
use uuid::Uuid;

use crate::{
    Query, Row, StoreError, Tx,
    people::{
        parsed,
        sso::{ProviderRow, provider_by_id},
    },
};

/// A provider's token.
#[derive(Clone, Debug)]
pub struct ScimTokenRow {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub provider: Uuid,
    /// Its first characters.
    pub prefix: String,
    /// Since when.
    pub created: Timestamp,
    /// When it was last used, to the minute.
    pub last_used: Option<Timestamp>,
    /// When it ends, once it was replaced.
    pub expires: Option<Timestamp>,
}

const TOKEN: &str = "SELECT t.id, t.provider, t.prefix, t.created, t.last_used, t.expires FROM scim_tokens t";

fn token(row: &Row) -> Result<ScimTokenRow, StoreError> {
    let moment = |column: &str| -> Result<Option<Timestamp>, StoreError> {
        Ok(row.try_get::<Option<i64>>("", column)?.map(Timestamp::from_micros))
    };
    Ok(ScimTokenRow {
        id: parsed(row, "id")?,
        provider: parsed(row, "provider")?,
        prefix: row.try_get("", "prefix")?,
        created: Timestamp::from_micros(row.try_get("", "created")?),
        last_used: moment("last_used")?,
        expires: moment("expires")?,
    })
}

/// The live token of this hash, and whose it is.
pub async fn live_scim_token(
    db: &dyn Query,
    hash: &str,
    now: Timestamp,
) -> Result<Option<(ScimTokenRow, ProviderRow)>, StoreError> {
    let sql = format!("{TOKEN} WHERE t.hash = $1 AND (t.expires IS NULL OR t.expires > $2)");
    let Some(row) = db.one(&sql, vec![hash.into(), now.micros().into()]).await? else { return Ok(None) };
    let token = token(&row)?;
    let provider = provider_by_id(db, token.provider).await?.ok_or(StoreError::NotFound)?;
    Ok(Some((token, provider)))
}

/// Live tokens of an organisation's providers, oldest first.
pub async fn scim_tokens_of(
    db: &dyn Query,
    org: OrgId,
    now: Timestamp,
) -> Result<Vec<ScimTokenRow>, StoreError> {
    let sql = format!(
        "{TOKEN} JOIN providers p ON p.id = t.provider WHERE p.org = $1 AND (t.expires IS NULL OR t.expires > $2)
         ORDER BY t.created, t.id"
    );
    db.all(&sql, vec![org.to_string().into(), now.micros().into()]).await?.iter().map(token).collect()
}

impl Tx {
    /// Adds a token of a provider of the organisation of the grant; the ones before end at `others_until`.
    pub async fn add_scim_token(
        &self,
        grant: &Granted<ManageScim>,
        (row, hash): (&ScimTokenRow, &str),
        others_until: Timestamp,
    ) -> Result<(), StoreError> {
        let provider = self.provider_of_grant(grant, row.provider).await?;
        let sql = "DELETE FROM scim_tokens WHERE provider = $1 AND expires <= $2";
        self.exec(sql, vec![provider.clone().into(), row.created.micros().into()]).await?;
        let sql =
            "UPDATE scim_tokens SET expires = $1 WHERE provider = $2 AND (expires IS NULL OR expires > $1)";
        self.exec(sql, vec![others_until.micros().into(), provider.clone().into()]).await?;
        let sql = "INSERT INTO scim_tokens (id, provider, prefix, hash, created) VALUES ($1, $2, $3, $4, $5)";
        let values = vec![
            row.id.to_string().into(),
            provider.into(),
            row.prefix.clone().into(),
            hash.into(),
            row.created.micros().into(),
        ];
        self.exec(sql, values).await.map(|_| ())
    }

    /// Ends all tokens of a provider of the organisation of the grant. Says how many.
    pub async fn end_scim_tokens(
        &self,
        grant: &Granted<ManageScim>,
        provider: Uuid,
    ) -> Result<u64, StoreError> {
        let provider = self.provider_of_grant(grant, provider).await?;
        self.exec("DELETE FROM scim_tokens WHERE provider = $1", vec![provider.into()]).await
    }

    /// Notes that a token was used.
    pub async fn touch_scim_token(&self, id: Uuid, now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE scim_tokens SET last_used = $1 WHERE id = $2";
        self.exec(sql, vec![now.micros().into(), id.to_string().into()]).await.map(|_| ())
    }

    async fn provider_of_grant(&self, grant: &Granted<ManageScim>, id: Uuid) -> Result<String, StoreError> {
        match provider_by_id(self, id).await? {
            Some(row) if row.org.to_string() == grant.id() => Ok(row.id.to_string()),
            Some(_) | None => Err(StoreError::NotFound),
        }
    }
}
