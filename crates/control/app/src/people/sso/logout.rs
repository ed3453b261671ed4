//! A provider ends its people's sessions here (`OpenID` Connect back-channel logout).

use cloister_authz::Actor;
use cloister_model::{Duration, Timestamp};
use cloister_store::{EntryDraft, people::sso::ProviderRow};

use crate::{App, AppError, people::secrets};

/// How long the id of a logout token is remembered after it has expired: clocks differ.
const SLACK: Duration = Duration::seconds(600);

impl App {
    /// Ends one session of the provider, or all of one of its people; a token is good once. Says how many ended.
    pub async fn end_by_provider(
        &self,
        provider: &ProviderRow,
        (token, expires): (&str, Timestamp),
        session: Option<&str>,
        subject: Option<&str>,
    ) -> Result<u64, AppError> {
        let now = self.now();
        let tx = self.store.write().await?;
        let id = secrets::hash(&format!("{} {token}", provider.issuer));
        if !tx.use_logout(&id, expires.plus(SLACK), now).await? {
            return Err(AppError::Invalid("this logout token was used before".into()));
        }
        let ended = tx.end_provider_sessions(provider, session, subject).await?;
        let entry =
            EntryDraft::done(now, &Actor::Anonymous, "session.end-by-provider").organisation(provider.org);
        tx.audit(entry.target(provider.id).fact("ended", ended.to_string())).await?;
        tx.commit().await?;
        Ok(ended)
    }
}
