//! What people read of the log.

use cloister_authz::{
    Actor, Kind, Relation, Resource,
    actions::{ReadAudit, ReadLog, ReadLogEntries, ReadWorkspaceAudit},
    authorize,
};
use cloister_model::OrgId;
use cloister_store::{
    EntryDraft,
    log::{Filter, StoredEntry},
};

use crate::{App, AppError, people::sessions::Identity};

impl App {
    /// Entries of the caller's organisation that match, newest first. `membership` tells whether the caller is in the
    /// workspace asked for. Only the first page is logged, with its filter.
    pub async fn audit(
        &self,
        who: &Identity,
        mut filter: Filter,
        member: Option<Relation>,
        limit: u64,
    ) -> Result<Vec<StoredEntry>, AppError> {
        let org = who.user.org;
        let first = filter.before.is_none();
        match &filter.workspace {
            Some(workspace) => {
                let thing = Resource::new(Kind::Workspace, workspace.clone()).of(org);
                let thing = match member {
                    Some(relation) => thing.with(relation, true),
                    None => thing,
                };
                authorize(&who.actor, ReadWorkspaceAudit, &thing)?;
            }
            None => {
                authorize(&who.actor, ReadAudit, &Resource::organisation(org))?;
            }
        }
        filter.org = Some(org);
        if first {
            self.log_reading(&who.actor, "audit.read", &filter).await?;
        }
        Ok(self.store.read().find_entries(&filter, limit).await?)
    }

    async fn log_reading(&self, actor: &Actor, action: &str, filter: &Filter) -> Result<(), AppError> {
        let mut entry = EntryDraft::done(self.now(), actor, action);
        for (key, value) in [
            ("workspace", filter.workspace.clone()),
            ("action", filter.action.clone().map(|a| a.chars().take(100).collect())),
            ("from", filter.from.map(|t| t.to_string())),
            ("to", filter.to.map(|t| t.to_string())),
        ] {
            if let Some(value) = value {
                entry = entry.fact(key, value);
            }
        }
        let tx = self.store.write().await?;
        tx.audit(entry).await?;
        Ok(tx.commit().await?)
    }

    /// How many entries the log holds.
    pub async fn log_size(&self) -> Result<i64, AppError> {
        Ok(self.store.read().log_state().await?.map_or(0, |state| state.size))
    }

    /// A tile. Hashes are public; entries are for organisation admins and auditors.
    pub async fn tile(&self, actor: &Actor, path: &str) -> Result<Vec<u8>, AppError> {
        let entries = path.starts_with("entries/");
        if entries {
            authorize(actor, ReadLogEntries, &Resource::deployment())?;
        } else {
            authorize(actor, ReadLog, &Resource::deployment())?;
        }
        let shape = |part: &str| {
            !part.is_empty()
                && part.len() <= 8
                && part.chars().all(|c| c.is_ascii_digit() || matches!(c, 'x' | '.' | 'p'))
        };
        let rest = path.strip_prefix("entries/").unwrap_or(path);
        if path.contains("..") || !rest.split('/').all(shape) {
            return Err(AppError::Absent("tile"));
        }
        let found = self.log.tile(path).await?.ok_or(AppError::Absent("tile"))?;
        if entries && path.ends_with("/000") {
            self.log_reading(actor, "log.entries", &Filter::default()).await?;
        }
        Ok(found)
    }

    /// Addresses of actors in an organisation's view: its own people only.
    pub async fn actor_names(
        &self,
        org: OrgId,
    ) -> Result<std::collections::BTreeMap<String, String>, AppError> {
        let users = cloister_store::people::users_of(&self.store.read(), org, "", 100_000).await?;
        Ok(users.into_iter().map(|user| (user.id.to_string(), user.email.to_string())).collect())
    }
}
