//! The tokens by which providers push: one at a time a provider, and the one before while it is being replaced.

use cloister_authz::{Actor, Resource, actions::ManageScim};
use cloister_model::Duration;
use cloister_store::{
    EntryDraft,
    people::{
        scim::{self, ScimTokenRow},
        sso,
    },
};
use uuid::Uuid;

use super::Provisioner;
use crate::{
    App, AppError,
    people::{secrets, sessions::Identity},
};

/// How many characters of a secret stay visible.
const PREFIX: usize = 15;
/// How often a use is noted.
const NOTED: Duration = Duration::seconds(60);

impl App {
    /// Live tokens of the caller's organisation.
    pub async fn scim_tokens(&self, who: &Identity) -> Result<Vec<ScimTokenRow>, AppError> {
        let org = Resource::organisation(who.user.org);
        let _ = self.permit(&who.actor, ManageScim, &org, "organisation").await?;
        Ok(scim::scim_tokens_of(&self.store.read(), who.user.org, self.now()).await?)
    }

    /// A new token for a provider of the caller's organisation, shown once; the one before is good for some hours more.
    pub async fn make_scim_token(
        &self,
        who: &Identity,
        provider: Uuid,
        hours: u32,
    ) -> Result<(ScimTokenRow, String), AppError> {
        let org = Resource::organisation(who.user.org);
        let grant = self.permit(&who.actor, ManageScim, &org, "organisation").await?;
        if hours > 168 {
            return Err(AppError::Invalid("the old token is good for at most 168 hours more".into()));
        }
        let (secret, now) = (self.new_secret(secrets::SCIM), self.now());
        let row = ScimTokenRow {
            id: self.new_id(),
            provider,
            prefix: secret.chars().take(PREFIX).collect(),
            created: now,
            last_used: None,
            expires: None,
        };
        let tx = self.store.write().await?;
        self.own_provider(&tx, who, provider).await?;
        let until = now.plus(Duration::hours(i64::from(hours)));
        tx.add_scim_token(&grant, (&row, &secrets::hash(&secret)), until).await?;
        let entry = EntryDraft::done(now, &who.actor, "scim.token").target(provider);
        tx.audit(entry.fact("token", row.id)).await?;
        tx.commit().await?;
        Ok((row, secret))
    }

    /// Ends all tokens of a provider of the caller's organisation at once. Whom it provisioned stays.
    pub async fn end_scim(&self, who: &Identity, provider: Uuid) -> Result<(), AppError> {
        let org = Resource::organisation(who.user.org);
        let grant = self.permit(&who.actor, ManageScim, &org, "organisation").await?;
        let tx = self.store.write().await?;
        self.own_provider(&tx, who, provider).await?;
        let ended = tx.end_scim_tokens(&grant, provider).await?;
        tx.audit(EntryDraft::done(self.now(), &who.actor, "scim.end").target(provider).fact("ended", ended))
            .await?;
        Ok(tx.commit().await?)
    }

    async fn own_provider(
        &self,
        tx: &cloister_store::Tx,
        who: &Identity,
        provider: Uuid,
    ) -> Result<(), AppError> {
        match sso::provider_by_id(tx, provider).await? {
            Some(row) if row.org == who.user.org => Ok(()),
            Some(_) | None => Err(AppError::Absent("provider")),
        }
    }

    /// Which provider the bearer secret is of; `None` for what is unknown, ended or another kind of secret.
    pub async fn provisioner(&self, secret: &str) -> Result<Option<Provisioner>, AppError> {
        if !secret.starts_with(secrets::SCIM) {
            return Ok(None);
        }
        let now = self.now();
        let found = scim::live_scim_token(&self.store.read(), &secrets::hash(secret), now).await?;
        let Some((token, provider)) = found else { return Ok(None) };
        if token.last_used.is_none_or(|last| now.since(last).micros() > NOTED.micros()) {
            let tx = self.store.write().await?;
            tx.touch_scim_token(token.id, now).await?;
            tx.commit().await?;
        }
        Ok(Some(Provisioner { actor: Actor::Scim { org: provider.org }, provider }))
    }
}
