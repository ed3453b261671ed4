//! Groups that providers push, and who is in them.

use std::collections::BTreeSet;

use cloister_authz::{Granted, actions::ProvisionGroups};
use cloister_model::{Role, Roles, Timestamp, UserId};
use uuid::Uuid;

use crate::{
    Query, Row, StoreError, Tx,
    people::{parsed, sso::provider_by_id, user_by_id},
    tx::{AT_ONCE, places},
};

/// A group.
#[derive(Clone, Debug)]
pub struct ScimGroupRow {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub provider: Uuid,
    /// Its name.
    pub name: String,
    /// The provider's own id.
    pub external_id: Option<String>,
    /// Since when.
    pub created: Timestamp,
    /// Last changed.
    pub modified: Timestamp,
}

const GROUP: &str =
    "SELECT g.id, g.provider, g.name, g.external_id, g.created, g.modified FROM scim_groups g";

fn group(row: &Row) -> Result<ScimGroupRow, StoreError> {
    Ok(ScimGroupRow {
        id: parsed(row, "id")?,
        provider: parsed(row, "provider")?,
        name: row.try_get("", "name")?,
        external_id: row.try_get("", "external_id")?,
        created: Timestamp::from_micros(row.try_get("", "created")?),
        modified: Timestamp::from_micros(row.try_get("", "modified")?),
    })
}

/// A provider's group.
pub async fn group_by_id(
    db: &dyn Query,
    provider: Uuid,
    id: Uuid,
) -> Result<Option<ScimGroupRow>, StoreError> {
    let sql = format!("{GROUP} WHERE g.id = $1 AND g.provider = $2");
    db.one(&sql, vec![id.to_string().into(), provider.to_string().into()])
        .await?
        .as_ref()
        .map(group)
        .transpose()
}

/// A provider's groups in order of id, or the one of a name.
pub async fn groups_of(
    db: &dyn Query,
    provider: Uuid,
    name: Option<&str>,
    (skip, limit): (u64, u64),
) -> Result<Vec<ScimGroupRow>, StoreError> {
    let more = if name.is_some() { "AND g.name = $2" } else { "" };
    let sql = format!("{GROUP} WHERE g.provider = $1 {more} ORDER BY g.id LIMIT {limit} OFFSET {skip}");
    let values = std::iter::once(provider.to_string()).chain(name.map(str::to_owned)).map(Into::into);
    db.all(&sql, values.collect()).await?.iter().map(group).collect()
}

/// How many groups a provider has.
pub async fn how_many_groups(db: &dyn Query, provider: Uuid) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM scim_groups WHERE provider = $1";
    let row = db.one(sql, vec![provider.to_string().into()]).await?.ok_or(StoreError::NotFound)?;
    Ok(row.try_get("", "n")?)
}

/// Who is in a group.
pub async fn members_of(db: &dyn Query, place: Uuid) -> Result<BTreeSet<UserId>, StoreError> {
    let sql = "SELECT owner FROM scim_members WHERE place = $1";
    db.all(sql, vec![place.to_string().into()]).await?.iter().map(|row| parsed(row, "owner")).collect()
}

/// By what the rules of a provider name the groups it pushes, or those of them in which a user is: names and its own ids.
pub async fn group_keys(
    db: &dyn Query,
    provider: Uuid,
    member: Option<UserId>,
) -> Result<BTreeSet<String>, StoreError> {
    let more =
        if member.is_some() { "AND g.id IN (SELECT place FROM scim_members WHERE owner = $2)" } else { "" };
    let sql = format!("{GROUP} WHERE g.provider = $1 {more}");
    let values = std::iter::once(provider.to_string()).chain(member.map(|id| id.to_string()));
    let mut keys = BTreeSet::new();
    for row in db.all(&sql, values.map(Into::into).collect()).await? {
        let found = group(&row)?;
        keys.insert(found.name);
        keys.extend(found.external_id);
    }
    Ok(keys)
}

impl Tx {
    /// Adds a group of a provider of the organisation of the grant, or changes it.
    pub async fn put_group(
        &self,
        grant: &Granted<ProvisionGroups>,
        row: &ScimGroupRow,
    ) -> Result<(), StoreError> {
        self.provisioner_of_grant(grant, row.provider).await?;
        self.exec(
            "INSERT INTO scim_groups (id, provider, name, external_id, created, modified)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (id) DO UPDATE SET name = $3, external_id = $4, modified = $6",
            vec![
                row.id.to_string().into(),
                row.provider.to_string().into(),
                row.name.clone().into(),
                row.external_id.clone().into(),
                row.created.micros().into(),
                row.modified.micros().into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Puts people into a group of the grant's organisation. Each is one whom the group's provider has not removed, or
    /// the row is not there.
    pub async fn join_group(
        &self,
        grant: &Granted<ProvisionGroups>,
        group: &ScimGroupRow,
        users: &[UserId],
    ) -> Result<(), StoreError> {
        self.provisioner_of_grant(grant, group.provider).await?;
        for user in users {
            let sql = "INSERT INTO scim_members (place, owner) SELECT $1, owner FROM scim_users
                WHERE owner = $2 AND provider = $3 AND deleted IS NULL";
            let values =
                vec![group.id.to_string().into(), user.to_string().into(), group.provider.to_string().into()];
            if self.exec(sql, values).await? == 0 {
                return Err(StoreError::NotFound);
            }
        }
        Ok(())
    }

    /// Takes people out of a group of the grant's organisation.
    pub async fn leave_group(
        &self,
        grant: &Granted<ProvisionGroups>,
        group: &ScimGroupRow,
        users: &[UserId],
    ) -> Result<(), StoreError> {
        self.provisioner_of_grant(grant, group.provider).await?;
        for some in users.chunks(AT_ONCE) {
            let list = places(some.len());
            let sql =
                format!("DELETE FROM scim_members WHERE owner IN ({list}) AND place = ${}", some.len() + 1);
            let values = some.iter().map(ToString::to_string).chain([group.id.to_string()]);
            self.exec(&sql, values.map(Into::into).collect()).await?;
        }
        Ok(())
    }

    /// Takes a person out of all groups of a provider of the grant's organisation.
    pub async fn leave_groups(
        &self,
        grant: &Granted<ProvisionGroups>,
        provider: Uuid,
        user: UserId,
    ) -> Result<(), StoreError> {
        self.provisioner_of_grant(grant, provider).await?;
        let sql = "DELETE FROM scim_members WHERE owner = $1 AND place IN
            (SELECT id FROM scim_groups WHERE provider = $2)";
        self.exec(sql, vec![user.to_string().into(), provider.to_string().into()]).await.map(|_| ())
    }

    /// Removes a group of the grant's organisation.
    pub async fn remove_group(
        &self,
        grant: &Granted<ProvisionGroups>,
        group: &ScimGroupRow,
    ) -> Result<(), StoreError> {
        self.provisioner_of_grant(grant, group.provider).await?;
        for sql in ["DELETE FROM scim_members WHERE place = $1", "DELETE FROM scim_groups WHERE id = $1"] {
            self.exec(sql, vec![group.id.to_string().into()]).await?;
        }
        Ok(())
    }

    /// The roles that pushed groups give a person of the grant's organisation; organisation admin stays as it is.
    pub async fn map_provisioned_roles(
        &self,
        grant: &Granted<ProvisionGroups>,
        id: UserId,
        wanted: &Roles,
    ) -> Result<(), StoreError> {
        let now = user_by_id(self, id).await?.filter(|user| user.org.to_string() == grant.id());
        let now = now.ok_or(StoreError::NotFound)?;
        let mut roles = wanted.clone();
        roles.0.remove(&Role::OrganizationAdmin);
        if now.roles.has(Role::OrganizationAdmin) {
            roles.0.insert(Role::OrganizationAdmin);
        }
        self.write_roles(&id.to_string(), &roles).await
    }

    async fn provisioner_of_grant(
        &self,
        grant: &Granted<ProvisionGroups>,
        provider: Uuid,
    ) -> Result<(), StoreError> {
        match provider_by_id(self, provider).await? {
            Some(row) if row.org.to_string() == grant.id() => Ok(()),
            Some(_) | None => Err(StoreError::NotFound),
        }
    }
}
