//! Organisations, users, sessions, tokens, one-time secrets, certificates. Secrets are stored as hashes only.

pub mod certificates;
pub mod credentials;
pub mod devices;
pub mod invitations;
pub mod key_backups;
pub mod passkeys;
pub mod scim;
pub mod sso;

use cloister_authz::{
    Granted,
    actions::{AddOrganisation, AddUser, GrantOrgAdmin, SetRoles, SwitchUser},
};
use cloister_model::{Email, OrgId, OrgName, Role, Roles, Timestamp, UserId};

use std::collections::BTreeMap;

use crate::{Query, Row, StoreError, Tx, tx::AT_ONCE, tx::places};

/// An organisation.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// Its id.
    pub id: OrgId,
    /// Its name.
    pub name: OrgName,
}

/// A user.
#[derive(Clone, Debug)]
pub struct UserRow {
    /// The id.
    pub id: UserId,
    /// The organisation.
    pub org: OrgId,
    /// Its name.
    pub org_name: OrgName,
    /// The address.
    pub email: Email,
    /// Roles beyond member.
    pub roles: Roles,
    /// Switched off.
    pub disabled: bool,
    /// The password's hash in PHC form, once one is set.
    pub password: Option<String>,
    /// Salt of commitments to the address in the log.
    pub salt: String,
    /// When the user joined.
    pub joined: Timestamp,
    /// When the user last signed in.
    pub last_sign_in: Option<Timestamp>,
}

/// A user to add.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The id.
    pub id: UserId,
    /// The organisation.
    pub org: OrgId,
    /// The address.
    pub email: Email,
    /// Roles beyond member.
    pub roles: Roles,
    /// The password's hash, if there is one yet.
    pub password: Option<String>,
    /// 32 hexadecimal digits.
    pub salt: String,
    /// Now.
    pub joined: Timestamp,
}

const USER: &str =
    "SELECT u.id, u.org, o.name AS org_name, u.email, u.roles, u.disabled, u.password, u.salt, u.joined,
    u.last_sign_in FROM users u JOIN organisations o ON o.id = u.org";
/// What [`USER`] selects.
pub(crate) const USER_COLUMNS: &str =
    "u.id, u.org, o.name AS org_name, u.email, u.roles, u.disabled, u.password, u.salt,
    u.joined, u.last_sign_in";

fn roles_json(roles: &Roles) -> Result<String, StoreError> {
    serde_json::to_string(roles).map_err(StoreError::corrupt)
}

pub(crate) fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    row: &Row,
    column: &str,
) -> Result<T, StoreError> {
    let text: String = row.try_get("", column)?;
    text.parse().map_err(StoreError::corrupt)
}

pub(crate) fn user(row: &Row) -> Result<UserRow, StoreError> {
    let roles: String = row.try_get("", "roles")?;
    let last: Option<i64> = row.try_get("", "last_sign_in")?;
    Ok(UserRow {
        id: parsed(row, "id")?,
        org: parsed(row, "org")?,
        org_name: parsed(row, "org_name")?,
        email: parsed(row, "email")?,
        roles: serde_json::from_str(&roles).map_err(StoreError::corrupt)?,
        disabled: row.try_get::<i64>("", "disabled")? != 0,
        password: row.try_get("", "password")?,
        salt: row.try_get("", "salt")?,
        joined: Timestamp::from_micros(row.try_get("", "joined")?),
        last_sign_in: last.map(Timestamp::from_micros),
    })
}

/// The user of this id.
pub async fn user_by_id(db: &dyn Query, id: UserId) -> Result<Option<UserRow>, StoreError> {
    let row = db.one(&format!("{USER} WHERE u.id = $1"), vec![id.to_string().into()]).await?;
    row.as_ref().map(user).transpose()
}

/// The addresses of some users.
pub async fn emails(db: &dyn Query, users: &[UserId]) -> Result<BTreeMap<UserId, Email>, StoreError> {
    let mut found = BTreeMap::new();
    for some in users.chunks(AT_ONCE) {
        let sql = format!("SELECT id, email FROM users WHERE id IN ({})", places(some.len()));
        for row in db.all(&sql, some.iter().map(|id| id.to_string().into()).collect()).await? {
            found.insert(parsed(&row, "id")?, parsed(&row, "email")?);
        }
    }
    Ok(found)
}

/// The user of this address.
pub async fn user_by_email(db: &dyn Query, email: &Email) -> Result<Option<UserRow>, StoreError> {
    let row = db.one(&format!("{USER} WHERE u.email = $1"), vec![email.as_str().into()]).await?;
    row.as_ref().map(user).transpose()
}

/// Users of an organisation with addresses after `after`, in order of address.
pub async fn users_of(
    db: &dyn Query,
    org: OrgId,
    after: &str,
    limit: u64,
) -> Result<Vec<UserRow>, StoreError> {
    let sql = format!("{USER} WHERE u.org = $1 AND u.email > $2 ORDER BY u.email LIMIT {limit}");
    db.all(&sql, vec![org.to_string().into(), after.into()]).await?.iter().map(user).collect()
}

/// Whether nobody was ever added.
pub async fn nobody_yet(db: &dyn Query) -> Result<bool, StoreError> {
    Ok(db.one("SELECT id FROM users LIMIT 1", vec![]).await?.is_none())
}

/// The organisation of this name.
pub async fn organisation_by_name(
    db: &dyn Query,
    name: &OrgName,
) -> Result<Option<Organisation>, StoreError> {
    let row =
        db.one("SELECT id, name FROM organisations WHERE name = $1", vec![name.as_str().into()]).await?;
    row.map(|row| Ok(Organisation { id: parsed(&row, "id")?, name: parsed(&row, "name")? })).transpose()
}

impl Tx {
    async fn insert_organisation(&self, id: OrgId, name: &OrgName, now: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO organisations (id, name, created) VALUES ($1, $2, $3)";
        self.exec(sql, vec![id.to_string().into(), name.as_str().into(), now.micros().into()])
            .await
            .map(|_| ())
    }

    async fn insert_user(&self, new: &NewUser) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO users (id, org, email, roles, password, salt, joined) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            vec![
                new.id.to_string().into(),
                new.org.to_string().into(),
                new.email.as_str().into(),
                roles_json(&new.roles)?.into(),
                new.password.clone().into(),
                new.salt.clone().into(),
                new.joined.micros().into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Adds an organisation.
    pub async fn add_organisation(
        &self,
        _grant: &Granted<AddOrganisation>,
        id: OrgId,
        name: &OrgName,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.insert_organisation(id, name, now).await
    }

    /// Adds a user to the organisation of the grant.
    pub async fn add_user(&self, grant: &Granted<AddUser>, new: &NewUser) -> Result<(), StoreError> {
        if grant.id() != new.org.to_string() {
            return Err(StoreError::NotFound);
        }
        self.insert_user(new).await
    }

    /// Makes the first organisation and its admin; the caller has used up the set-up token in this transaction.
    pub async fn set_up(
        &self,
        _grant: &Granted<cloister_authz::actions::SetUp>,
        name: &OrgName,
        admin: &NewUser,
    ) -> Result<(), StoreError> {
        self.insert_organisation(admin.org, name, admin.joined).await?;
        self.insert_user(admin).await
    }

    async fn write_roles(&self, id: &str, roles: &Roles) -> Result<(), StoreError> {
        let sql = "UPDATE users SET roles = $1 WHERE id = $2";
        match self.exec(sql, vec![roles_json(roles)?.into(), id.into()]).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// Sets workspace admin and auditor of the user of the grant; organisation admin stays as it is.
    pub async fn set_roles(&self, grant: &Granted<SetRoles>, wanted: &Roles) -> Result<(), StoreError> {
        let id = grant.id().parse().map_err(StoreError::corrupt)?;
        let now = user_by_id(self, id).await?.ok_or(StoreError::NotFound)?;
        let mut roles = wanted.clone();
        roles.0.remove(&Role::OrganizationAdmin);
        if now.roles.has(Role::OrganizationAdmin) {
            roles.0.insert(Role::OrganizationAdmin);
        }
        self.write_roles(grant.id(), &roles).await
    }

    /// Makes the user of the grant organisation admin.
    pub async fn grant_org_admin(&self, grant: &Granted<GrantOrgAdmin>) -> Result<(), StoreError> {
        let id = grant.id().parse().map_err(StoreError::corrupt)?;
        let mut roles = user_by_id(self, id).await?.ok_or(StoreError::NotFound)?.roles;
        roles.0.insert(Role::OrganizationAdmin);
        self.write_roles(grant.id(), &roles).await
    }

    /// Switches the user of the grant off (all sessions and tokens end) or on.
    pub async fn switch_user(&self, grant: &Granted<SwitchUser>, switch: Switch) -> Result<(), StoreError> {
        let off = match switch {
            Switch::Off => 1_i64,
            Switch::On => 0,
        };
        if self
            .exec("UPDATE users SET disabled = $1 WHERE id = $2", vec![off.into(), grant.id().into()])
            .await?
            == 0
        {
            return Err(StoreError::NotFound);
        }
        // What an organisation's admin says is no longer its provider's word.
        let sql = "UPDATE scim_users SET suspended = 0 WHERE owner = $1";
        self.exec(sql, vec![grant.id().into()]).await?;
        match switch {
            Switch::Off => self.end_credentials(grant.id()).await,
            Switch::On => Ok(()),
        }
    }
}

impl Tx {
    /// Ends the password of the user of the grant, and whatever was signed in with it.
    pub async fn end_password(&self, grant: &Granted<SwitchUser>) -> Result<(), StoreError> {
        let sql = "UPDATE users SET password = NULL WHERE id = $1";
        match self.exec(sql, vec![grant.id().into()]).await? {
            0 => Err(StoreError::NotFound),
            _ => self.end_credentials(grant.id()).await,
        }
    }
}

/// Whether signing in is possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Not any more.
    Off,
    /// Again.
    On,
}
