//! Groups as a provider pushes them, and the roles that its rules give to their members.

use std::collections::BTreeSet;

use cloister_authz::{
    Granted,
    actions::{ProvisionGroups, ReadProvisioned},
};
use cloister_model::UserId;
use cloister_store::{
    EntryDraft, StoreError, Tx,
    people::{
        self,
        scim::{self, ScimGroupRow},
    },
};
use uuid::Uuid;

use super::{
    Provisioner,
    roles::{Decided, mapped},
    short,
};
use crate::{App, AppError};

/// Groups of one provider, and members of one group, at most.
const MOST: usize = 20_000;

/// A group as its provider wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// The provider's own id.
    pub external_id: Option<String>,
    /// Who is in it.
    pub members: BTreeSet<UserId>,
}

/// A group with its members.
#[derive(Clone, Debug)]
pub struct ProvisionedGroup {
    /// The group.
    pub row: ScimGroupRow,
    /// Who is in it.
    pub members: BTreeSet<UserId>,
}

impl Team {
    fn check(&self) -> Result<(), AppError> {
        short("displayName", Some(&self.name))?;
        short("externalId", self.external_id.as_deref())?;
        if self.name.trim().is_empty() {
            return Err(AppError::Invalid("a group has a `displayName`".into()));
        }
        if self.members.len() > MOST {
            return Err(AppError::Invalid(format!("a group has at most {MOST} members")));
        }
        Ok(())
    }
}

fn unknown_member(error: StoreError) -> AppError {
    match error {
        StoreError::NotFound => {
            AppError::Invalid("a member is no user that this provider provisions here".into())
        }
        other => other.into(),
    }
}

impl App {
    /// Groups of the provider, some of them or the one of a name, and how many there are.
    pub async fn provisioned_groups(
        &self,
        who: &Provisioner,
        name: Option<&str>,
        some: (u64, u64),
    ) -> Result<(Vec<ProvisionedGroup>, i64), AppError> {
        let _ = self.permit(&who.actor, ReadProvisioned, &who.place(), "group").await?;
        let db = self.store.read();
        let mut all = Vec::new();
        for row in scim::groups_of(&db, who.provider.id, name, some).await? {
            let members = scim::members_of(&db, row.id).await?;
            all.push(ProvisionedGroup { row, members });
        }
        Ok((all, scim::how_many_groups(&db, who.provider.id).await?))
    }

    /// One of them.
    pub async fn provisioned_group(&self, who: &Provisioner, id: Uuid) -> Result<ProvisionedGroup, AppError> {
        let _ = self.permit(&who.actor, ReadProvisioned, &who.place(), "group").await?;
        let db = self.store.read();
        let row = scim::group_by_id(&db, who.provider.id, id).await?.ok_or(AppError::Absent("group"))?;
        let members = scim::members_of(&db, id).await?;
        Ok(ProvisionedGroup { row, members })
    }

    /// Adds a group.
    pub async fn provision_group(&self, who: &Provisioner, team: Team) -> Result<ProvisionedGroup, AppError> {
        let grant = self.permit(&who.actor, ProvisionGroups, &who.place(), "group").await?;
        team.check()?;
        let now = self.now();
        let row = ScimGroupRow {
            id: self.new_id(),
            provider: who.provider.id,
            name: team.name.clone(),
            external_id: team.external_id.clone(),
            created: now,
            modified: now,
        };
        let tx = self.store.write().await?;
        let many = usize::try_from(scim::how_many_groups(&tx, who.provider.id).await?);
        if many.is_ok_and(|many| many >= MOST) {
            return Err(AppError::Invalid(format!("a provider has at most {MOST} groups")));
        }
        self.name_is_free(&tx, who, &row).await?;
        tx.put_group(&grant, &row).await?;
        tx.audit(EntryDraft::done(now, &who.actor, "scim.group-add").target(row.id)).await?;
        let before = ProvisionedGroup { row: row.clone(), members: BTreeSet::new() };
        self.regroup(&tx, who, &grant, (&before, &row, &team.members)).await?;
        tx.commit().await?;
        Ok(ProvisionedGroup { row, members: team.members })
    }

    async fn name_is_free(&self, tx: &Tx, who: &Provisioner, row: &ScimGroupRow) -> Result<(), AppError> {
        let there = scim::groups_of(tx, who.provider.id, Some(&row.name), (0, 2)).await?;
        if there.iter().any(|other| other.id != row.id) {
            return Err(AppError::Conflict("there is a group of this `displayName` already".into()));
        }
        Ok(())
    }

    /// Changes a group. `edit` sees it as it is in the transaction that changes it.
    pub async fn change_group<E: From<AppError>>(
        &self,
        who: &Provisioner,
        id: Uuid,
        edit: impl FnOnce(&ProvisionedGroup) -> Result<Team, E> + Send,
    ) -> Result<ProvisionedGroup, E> {
        let grant = self.permit(&who.actor, ProvisionGroups, &who.place(), "group").await?;
        let tx = self.store.write().await.map_err(AppError::from)?;
        let before = self.group_there(&tx, who, id).await?;
        let wanted = edit(&before)?;
        let done = self.regroup_as(&tx, who, &grant, before, wanted).await?;
        tx.commit().await.map_err(AppError::from)?;
        Ok(done)
    }

    async fn group_there(&self, tx: &Tx, who: &Provisioner, id: Uuid) -> Result<ProvisionedGroup, AppError> {
        let row = scim::group_by_id(tx, who.provider.id, id).await?.ok_or(AppError::Absent("group"))?;
        let members = scim::members_of(tx, id).await?;
        Ok(ProvisionedGroup { row, members })
    }

    async fn regroup_as(
        &self,
        tx: &Tx,
        who: &Provisioner,
        grant: &Granted<ProvisionGroups>,
        before: ProvisionedGroup,
        wanted: Team,
    ) -> Result<ProvisionedGroup, AppError> {
        wanted.check()?;
        let ProvisionedGroup { row, members } = &before;
        let named = (&row.name, &row.external_id) != (&wanted.name, &wanted.external_id);
        if !named && *members == wanted.members {
            return Ok(before);
        }
        let now = self.now();
        let Team { name, external_id, members: after } = wanted;
        let row = ScimGroupRow { name, external_id, modified: now, ..row.clone() };
        self.name_is_free(tx, who, &row).await?;
        let joined = after.difference(members).count();
        let left = members.difference(&after).count();
        let entry = EntryDraft::done(now, &who.actor, "scim.group-change").target(row.id);
        tx.audit(entry.fact("joined", joined).fact("left", left)).await?;
        self.regroup(tx, who, grant, (&before, &row, &after)).await?;
        Ok(ProvisionedGroup { row, members: after })
    }

    /// Writes a group with its members, and maps the roles of everyone whom that touches.
    async fn regroup(
        &self,
        tx: &Tx,
        who: &Provisioner,
        grant: &Granted<ProvisionGroups>,
        (before, row, after): (&ProvisionedGroup, &ScimGroupRow, &BTreeSet<UserId>),
    ) -> Result<(), AppError> {
        let mut pushed = scim::group_keys(tx, who.provider.id, None).await?;
        let left: Vec<UserId> = before.members.difference(after).copied().collect();
        let joined: Vec<UserId> = after.difference(&before.members).copied().collect();
        tx.leave_group(grant, row, &left).await?;
        tx.put_group(grant, row).await?;
        tx.join_group(grant, row, &joined).await.map_err(unknown_member)?;
        pushed.extend([row.name.clone()].into_iter().chain(row.external_id.clone()));
        let renamed = (&before.row.name, &before.row.external_id) != (&row.name, &row.external_id);
        let touched: BTreeSet<UserId> = if renamed {
            before.members.union(after).copied().collect()
        } else {
            left.into_iter().chain(joined).collect()
        };
        for user in touched {
            self.map_pushed(tx, who, grant, (user, &pushed)).await?;
        }
        Ok(())
    }

    /// Removes a group; its members lose the roles it gave.
    pub async fn remove_group(&self, who: &Provisioner, id: Uuid) -> Result<(), AppError> {
        let grant = self.permit(&who.actor, ProvisionGroups, &who.place(), "group").await?;
        let tx = self.store.write().await?;
        let ProvisionedGroup { row, members } = self.group_there(&tx, who, id).await?;
        let pushed = scim::group_keys(&tx, who.provider.id, None).await?;
        tx.remove_group(&grant, &row).await?;
        tx.audit(EntryDraft::done(self.now(), &who.actor, "scim.group-remove").target(id)).await?;
        for user in members {
            self.map_pushed(&tx, who, &grant, (user, &pushed)).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The roles of a person as the pushed groups are now; told to it like any change of roles. `pushed` names every group
    /// that was pushed until now: one that goes takes with it what it gave.
    pub(super) async fn map_pushed(
        &self,
        tx: &Tx,
        who: &Provisioner,
        grant: &Granted<ProvisionGroups>,
        (id, pushed): (UserId, &BTreeSet<String>),
    ) -> Result<(), AppError> {
        let mut user = people::user_by_id(tx, id).await?.ok_or(AppError::Absent("user"))?;
        let mine = scim::group_keys(tx, who.provider.id, Some(id)).await?;
        let roles = mapped(&who.provider.rules, &user.roles, &Decided { pushed, mine: &mine, told: None });
        if roles == user.roles {
            return Ok(());
        }
        tx.map_provisioned_roles(grant, id, &roles).await?;
        let words = serde_json::to_string(&roles).map_err(AppError::internal)?;
        let entry = EntryDraft::done(self.now(), &who.actor, "user.roles-mapped").target(id);
        tx.audit(entry.fact("roles", words)).await?;
        user.roles = roles;
        self.tell_roles(tx, &user, None).await
    }
}
