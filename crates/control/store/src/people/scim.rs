//! What organisations' providers push (SCIM): their tokens, the people they provision, groups.
//!
//! A provisioned person is a user like any other with a row beside it; the row stays when the provider removes the person,
//! so that the same person can come back. Grants name the organisation: nothing of another one is written.

mod groups;
mod tokens;

use cloister_authz::{Granted, actions::ProvisionUsers};
use cloister_model::{Email, OrgId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use groups::{ScimGroupRow, group_by_id, group_keys, groups_of, how_many_groups, members_of};
pub use tokens::{ScimTokenRow, live_scim_token, scim_tokens_of};

use super::{NewUser, Switch, USER_COLUMNS, UserRow, parsed, sso::json, user};
use crate::{Query, Row, StoreError, Tx};

/// What a provider says of a person beside its name and state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attributes {
    /// Parts of the name.
    #[serde(default)]
    pub name: PersonName,
    /// What it is called on screens.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Its addresses.
    #[serde(default)]
    pub emails: Vec<MailAddress>,
}

/// Parts of a person's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    /// All of it.
    #[serde(default)]
    pub formatted: Option<String>,
    /// Family name.
    #[serde(default)]
    pub family_name: Option<String>,
    /// Given name.
    #[serde(default)]
    pub given_name: Option<String>,
}

/// One of a person's addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailAddress {
    /// The address.
    pub value: String,
    /// `work`, or what the provider calls it.
    #[serde(default)]
    pub kind: Option<String>,
    /// What it is called on screens.
    #[serde(default)]
    pub display: Option<String>,
    /// Whether it is the one to use.
    #[serde(default)]
    pub primary: Option<bool>,
}

/// What is kept of a provisioned person.
#[derive(Clone, Debug)]
pub struct ProvisionedRow {
    /// Who.
    pub owner: UserId,
    /// By which provider.
    pub provider: Uuid,
    /// The name there, as written: the account's address.
    pub user_name: String,
    /// The provider's own id.
    pub external_id: Option<String>,
    /// What else it says.
    pub attributes: Attributes,
    /// Whether the provider switched the account off.
    pub suspended: bool,
    /// Since when.
    pub created: Timestamp,
    /// Last changed by the provider.
    pub modified: Timestamp,
    /// When the provider removed it.
    pub deleted: Option<Timestamp>,
}

/// A provisioned person with its account.
#[derive(Clone, Debug)]
pub struct Provisioned {
    /// The account.
    pub user: UserRow,
    /// What the provider says.
    pub row: ProvisionedRow,
}

/// Which provisioned people.
#[derive(Clone, Debug)]
pub enum Narrow {
    /// All of them.
    All,
    /// The one of this id.
    Id(UserId),
    /// The one of this address.
    Name(String),
    /// Those of this id at the provider.
    External(String),
}

fn provisioned_sql(condition: &str) -> String {
    format!(
        "SELECT {USER_COLUMNS}, s.provider AS pushed_by, s.user_name, s.external_id, s.attributes, s.suspended,
         s.created AS pushed, s.modified, s.deleted FROM scim_users s JOIN users u ON u.id = s.owner
         JOIN organisations o ON o.id = u.org WHERE {condition}"
    )
}

fn provisioned(row: &Row) -> Result<Provisioned, StoreError> {
    let user = user(row)?;
    let moment = |column: &str| -> Result<Timestamp, StoreError> {
        Ok(Timestamp::from_micros(row.try_get("", column)?))
    };
    let deleted: Option<i64> = row.try_get("", "deleted")?;
    Ok(Provisioned {
        row: ProvisionedRow {
            owner: user.id,
            provider: parsed(row, "pushed_by")?,
            user_name: row.try_get("", "user_name")?,
            external_id: row.try_get("", "external_id")?,
            attributes: json(row, "attributes")?,
            suspended: row.try_get::<i64>("", "suspended")? != 0,
            created: moment("pushed")?,
            modified: moment("modified")?,
            deleted: deleted.map(Timestamp::from_micros),
        },
        user,
    })
}

/// What any provider says or said of a user.
pub async fn provisioned_user(db: &dyn Query, id: UserId) -> Result<Option<Provisioned>, StoreError> {
    let sql = provisioned_sql("s.owner = $1");
    db.one(&sql, vec![id.to_string().into()]).await?.as_ref().map(provisioned).transpose()
}

/// People whom a provider has not removed, in order of id.
pub async fn provisioned_by(
    db: &dyn Query,
    provider: Uuid,
    narrow: &Narrow,
    (skip, limit): (u64, u64),
) -> Result<Vec<Provisioned>, StoreError> {
    let (more, value) = match narrow {
        Narrow::All => ("", None),
        Narrow::Id(id) => ("AND s.owner = $2", Some(id.to_string())),
        Narrow::Name(name) => ("AND u.email = $2", Some(name.clone())),
        Narrow::External(id) => ("AND s.external_id = $2", Some(id.clone())),
    };
    let condition = format!("s.provider = $1 AND s.deleted IS NULL {more}");
    let sql = format!("{} ORDER BY s.owner LIMIT {limit} OFFSET {skip}", provisioned_sql(&condition));
    let values = std::iter::once(provider.to_string()).chain(value).map(Into::into).collect();
    db.all(&sql, values).await?.iter().map(provisioned).collect()
}

/// How many people a provider has not removed.
pub async fn how_many_provisioned(db: &dyn Query, provider: Uuid) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM scim_users WHERE provider = $1 AND deleted IS NULL";
    let row = db.one(sql, vec![provider.to_string().into()]).await?.ok_or(StoreError::NotFound)?;
    Ok(row.try_get("", "n")?)
}

impl Tx {
    /// Adds a person to the organisation of the grant, without a password.
    pub async fn add_provisioned(
        &self,
        grant: &Granted<ProvisionUsers>,
        new: &NewUser,
    ) -> Result<(), StoreError> {
        if grant.id() != new.org.to_string() || new.password.is_some() {
            return Err(StoreError::NotFound);
        }
        self.insert_user(new).await
    }

    /// Writes what a provider says of a person of the organisation of the grant. An open invitation is used up: nobody
    /// sets a password with its link any more.
    pub async fn put_provisioned(
        &self,
        grant: &Granted<ProvisionUsers>,
        row: &ProvisionedRow,
    ) -> Result<(), StoreError> {
        let owner = self.of_grant(grant, row.owner).await?;
        let attributes = serde_json::to_string(&row.attributes).map_err(StoreError::corrupt)?;
        self.exec(
            "INSERT INTO scim_users (owner, provider, user_name, external_id, attributes, suspended, created, modified, deleted)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (owner) DO UPDATE SET provider = $2, user_name = $3, external_id = $4, attributes = $5,
             suspended = $6, created = $7, modified = $8, deleted = $9",
            vec![
                owner.clone().into(),
                row.provider.to_string().into(),
                row.user_name.clone().into(),
                row.external_id.clone().into(),
                attributes.into(),
                i64::from(row.suspended).into(),
                row.created.micros().into(),
                row.modified.micros().into(),
                row.deleted.map(Timestamp::micros).into(),
            ],
        )
        .await?;
        self.exec("DELETE FROM one_time WHERE owner = $1", vec![owner.into()]).await.map(|_| ())
    }

    /// Gives a person of the organisation of the grant another address.
    pub async fn rename_provisioned(
        &self,
        grant: &Granted<ProvisionUsers>,
        id: UserId,
        email: &Email,
    ) -> Result<(), StoreError> {
        let owner = self.of_grant(grant, id).await?;
        let sql = "UPDATE users SET email = $1 WHERE id = $2";
        self.exec(sql, vec![email.as_str().into(), owner.into()]).await.map(|_| ())
    }

    /// Switches a person of the organisation of the grant off (all sessions and tokens end) or on.
    pub async fn switch_provisioned(
        &self,
        grant: &Granted<ProvisionUsers>,
        id: UserId,
        switch: Switch,
    ) -> Result<(), StoreError> {
        let owner = self.of_grant(grant, id).await?;
        let off = i64::from(switch == Switch::Off);
        let sql = "UPDATE users SET disabled = $1 WHERE id = $2";
        self.exec(sql, vec![off.into(), owner.clone().into()]).await?;
        match switch {
            Switch::Off => self.end_credentials(&owner).await,
            Switch::On => Ok(()),
        }
    }

    /// The user's id, if it is one of the grant's organisation that no password enters.
    async fn of_grant(&self, grant: &Granted<ProvisionUsers>, id: UserId) -> Result<String, StoreError> {
        let org: OrgId = grant.id().parse().map_err(StoreError::corrupt)?;
        let found = super::user_by_id(self, id).await?;
        match found.filter(|user| user.org == org && user.password.is_none()) {
            Some(user) => Ok(user.id.to_string()),
            None => Err(StoreError::NotFound),
        }
    }
}
