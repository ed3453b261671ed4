//! Proof that the account's person is there just now: a session that was just begun here, or the password.

use cloister_model::Duration;
use cloister_store::{
    EntryDraft,
    people::{
        UserRow,
        credentials::{self, Method},
    },
};

use super::{
    passwords, secrets,
    sessions::{FAILURES, Identity, window},
};
use crate::{App, AppError};

/// How long a sign-in proves that its person is there.
const FRESH: Duration = Duration::seconds(600);

impl App {
    /// Refuses, under the name of the act, unless the caller proves to be the account's person.
    pub(super) async fn prove_presence(
        &self,
        who: &Identity,
        password: Option<String>,
        act: &'static str,
    ) -> Result<(), AppError> {
        if let Some(password) = password {
            return self.prove_password(who, password, act).await;
        }
        let fresh = if self.signed_in_just_now(who).await? {
            Ok(())
        } else {
            let reason =
                "send your password, or sign in again: only who just proved to be the account's person \
                          does this"
                    .into();
            Err(AppError::Refused { check: "fresh".into(), reason })
        };
        self.noting(&who.actor, act, who.user.id, fresh).await
    }

    /// A session by another device or by a provider was begun by what happened elsewhere, perhaps long ago.
    async fn signed_in_just_now(&self, who: &Identity) -> Result<bool, AppError> {
        let Some(id) = who.session else { return Ok(false) };
        let Some(session) = credentials::session_by_id(&self.store.read(), id).await? else {
            return Ok(false);
        };
        let here = match session.method {
            Some(Method::SetUp | Method::Password | Method::Passkey(_)) => true,
            Some(Method::Provider | Method::Device) | None => false,
        };
        Ok(here && self.now().since(session.created).micros() <= FRESH.micros())
    }

    /// Wrong ones count as failures to sign in: a stolen session is no way to try passwords.
    async fn prove_password(
        &self,
        who: &Identity,
        password: String,
        act: &'static str,
    ) -> Result<(), AppError> {
        let UserRow { id, email, password: stored, .. } = &who.user;
        let (now, tried) = (self.now(), secrets::hash(email.as_str()));
        if credentials::failures(&self.store.read(), &tried, window(now)).await? >= FAILURES {
            return Err(AppError::Throttled);
        }
        if passwords::verify(self.passwords, password, stored.clone()).await? {
            return Ok(());
        }
        let tx = self.store.write().await?;
        tx.count_failure(&tried, window(now), now).await?;
        tx.audit(EntryDraft::refused(now, &who.actor, act, "password").target(id)).await?;
        tx.commit().await?;
        Err(AppError::Refused { check: "password".into(), reason: "the password is wrong".into() })
    }
}
