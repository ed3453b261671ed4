//! What people read of the log.

use cloister_authz::{
    Actor, Kind, Resource,
    actions::{ReadAudit, ReadLog, ReadLogEntries, ReadWorkspaceAudit},
};
use cloister_model::{Email, OrgId};
use cloister_store::{
    EntryDraft,
    depths::{Depths, depths},
    log::{Filter, StoredEntry},
    people, workspaces,
};

use crate::{App, AppError, people::sessions::Identity, work::workspaces::relations};

impl App {
    /// Entries of the caller's organisation that match, newest first. Only the first page is logged, with its filter.
    pub async fn audit(
        &self,
        who: &Identity,
        filter: Filter,
        limit: u64,
    ) -> Result<Vec<StoredEntry>, AppError> {
        let filter = self.readable(who, filter).await?;
        if filter.before.is_none() {
            self.log_reading(&who.actor, "audit.read", &filter).await?;
        }
        Ok(self.store.read().find_entries(&filter, limit).await?)
    }

    /// The filter within what the caller may read: the view of its organisation.
    pub(super) async fn readable(&self, who: &Identity, filter: Filter) -> Result<Filter, AppError> {
        let org = who.user.org;
        match &filter.workspace {
            Some(workspace) => {
                let thing = self.audited(who, workspace).await?;
                let _ = self.permit(&who.actor, ReadWorkspaceAudit, &thing, "workspace").await?;
            }
            None => {
                let all = Resource::organisation(org);
                let _ = self.permit(&who.actor, ReadAudit, &all, "organisation").await?;
            }
        }
        let actor = match filter.actor {
            Some(actor) => Some(self.actor_of_view(org, actor).await?),
            None => None,
        };
        let text = filter.text.map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        Ok(Filter { org: Some(org), actor, text, ..filter })
    }

    /// What stands in entries for an actor as the view shows it: addresses of own people are shown instead of their ids.
    async fn actor_of_view(&self, org: OrgId, shown: String) -> Result<String, AppError> {
        let Ok(email) = shown.parse::<Email>() else { return Ok(shown) };
        let found = people::user_by_email(&self.store.read(), &email).await?;
        Ok(found.filter(|user| user.org == org).map_or(shown, |user| user.id.to_string()))
    }

    /// A workspace as its log's readers see it: it is also of each organisation that has somebody in it.
    async fn audited(&self, who: &Identity, workspace: &str) -> Result<Resource, AppError> {
        let id = workspace.parse().map_err(|_| AppError::Absent("workspace"))?;
        let row = self.workspace_row(id).await?;
        let db = self.store.read();
        let resource = relations(&db, &who.actor, &row, Kind::Workspace, id.to_string()).await?;
        let org = who.user.org;
        Ok(if workspaces::has_member_of(&db, &row, org).await? { resource.of(org) } else { resource })
    }

    pub(super) async fn log_reading(
        &self,
        actor: &Actor,
        action: &str,
        filter: &Filter,
    ) -> Result<(), AppError> {
        let mut entry = EntryDraft::done(self.now(), actor, action);
        for (key, value) in [
            ("workspace", filter.workspace.clone()),
            ("action", filter.action.clone().map(|a| a.chars().take(100).collect())),
            ("actor", filter.actor.as_ref().map(|a| a.chars().take(100).collect())),
            ("outcome", filter.outcome.map(|outcome| outcome.word().to_owned())),
            // Not which: people search for people, and the log forgets nobody.
            ("text", filter.text.as_ref().map(|_| "searched".to_owned())),
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

    /// How much waits.
    pub async fn depths(&self) -> Result<Depths, AppError> {
        Ok(depths(&self.store.read()).await?)
    }

    /// A tile. Hashes are public; entries are for organisation admins and auditors.
    pub async fn tile(&self, actor: &Actor, path: &str) -> Result<Vec<u8>, AppError> {
        let entries = path.starts_with("entries/");
        if entries {
            let _ = self.permit(actor, ReadLogEntries, &Resource::deployment(), "log").await?;
        } else {
            let _ = self.permit(actor, ReadLog, &Resource::deployment(), "log").await?;
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
