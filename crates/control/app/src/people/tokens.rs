//! Personal API tokens: prefix, hash stored, scopes, expiry. Managed in a session, never with a token.

use cloister_authz::{Kind, actions::ManageTokens};
use cloister_model::Duration;
use cloister_store::{
    EntryDraft, Query, StoreError,
    people::credentials::{self, NewToken, TokenRow},
};
use uuid::Uuid;

use super::{
    secrets,
    sessions::{Identity, own},
};
use crate::{App, AppError};

/// How many characters of a secret stay visible.
const PREFIX: usize = 13;

impl App {
    /// Makes a token; its secret is shown once.
    pub async fn create_token(
        &self,
        who: &Identity,
        label: Option<String>,
        scopes: &[&str],
        days: u32,
    ) -> Result<(TokenRow, String), AppError> {
        let id = self.new_id();
        let grant =
            self.permit(&who.actor, ManageTokens, &own(Kind::Token, &id.to_string(), true), "token").await?;
        if scopes.is_empty() {
            return Err(AppError::Unprocessable("a token needs at least one scope".into()));
        }
        if !(1..=366).contains(&days) {
            return Err(AppError::Unprocessable("a token lives 1 to 366 days".into()));
        }
        if label.as_ref().is_some_and(|label| label.chars().count() > 100) {
            return Err(AppError::Unprocessable("a label has at most 100 characters".into()));
        }
        let now = self.now();
        let secret = self.new_secret(secrets::TOKEN);
        let row = TokenRow {
            id,
            owner: who.user.id,
            label,
            prefix: secret.chars().take(PREFIX).collect(),
            scopes: scopes.join(","),
            created: now,
            expires: now.plus(Duration::days(i64::from(days))),
        };
        let tx = self.store.write().await?;
        tx.add_token(&grant, &NewToken { row: row.clone(), hash: secrets::hash(&secret) }).await?;
        tx.audit(EntryDraft::done(now, &who.actor, "token.create").target(id).fact("scopes", &row.scopes))
            .await?;
        tx.commit().await?;
        Ok((row, secret))
    }

    /// The caller's live tokens.
    pub async fn tokens(&self, who: &Identity, after: &str, limit: u64) -> Result<Vec<TokenRow>, AppError> {
        let _ = self.permit(&who.actor, ManageTokens, &own(Kind::Token, "", true), "token").await?;
        Ok(credentials::tokens_of(&self.store.read(), who.user.id, self.now(), after, limit).await?)
    }

    /// Ends a token of the caller.
    pub async fn end_token(&self, who: &Identity, id: Uuid) -> Result<(), AppError> {
        let row = self
            .store
            .read()
            .one("SELECT owner FROM tokens WHERE id = $1", vec![id.to_string().into()])
            .await?;
        let owner: Option<String> =
            row.map(|row| row.try_get("", "owner")).transpose().map_err(StoreError::from)?;
        let its_own = owner.is_some_and(|owner| owner == who.user.id.to_string());
        let grant = self
            .permit(&who.actor, ManageTokens, &own(Kind::Token, &id.to_string(), its_own), "token")
            .await?;
        let tx = self.store.write().await?;
        tx.end_token(&grant).await?;
        tx.audit(EntryDraft::done(self.now(), &who.actor, "token.end").target(id)).await?;
        Ok(tx.commit().await?)
    }
}
