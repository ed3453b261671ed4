//! Signing in with a passkey: the authenticator says whose it is, so no address is asked for and none can be tried.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cloister_authz::{Actor, Resource, actions::SignIn, authorize};
use cloister_store::{
    EntryDraft,
    people::{
        self, UserRow,
        credentials::{self, Method},
        passkeys::{self, Ceremony, PasskeyRow},
    },
};
use serde_json::Value;
use webauthn_rs::prelude::{DiscoverableAuthentication, PublicKeyCredential, Webauthn, WebauthnError};

use super::{Begun, answer, refusal, stored};
use crate::{
    App, AppError,
    people::{
        secrets,
        sessions::{FAILURES, SignedIn, local_check, window},
    },
};

/// The same for a passkey that was never here, was removed, or names somebody else: whoever tries learns nothing.
const NOBODY: AppError = AppError::Unauthenticated("this passkey does not sign in here");

/// The answer, verified: the passkey as it is to be kept.
fn verified(
    site: &Webauthn,
    sent: &PublicKeyCredential,
    state: DiscoverableAuthentication,
    row: &PasskeyRow,
) -> Result<String, AppError> {
    let mut passkey = stored(row)?;
    let result =
        site.finish_discoverable_authentication_v2(sent, state, &passkey).map_err(|error| refusal(&error))?;
    passkey.update_credential(&result);
    serde_json::to_string(&passkey).map_err(AppError::internal)
}

impl App {
    /// Begins a sign-in; the same for everybody.
    pub async fn begin_passkey_sign_in(&self) -> Result<Begun, AppError> {
        authorize(&Actor::Anonymous, SignIn, &Resource::deployment())?;
        let (options, state) =
            self.passkey_site()?.start_discoverable_authentication().map_err(AppError::internal)?;
        let options = serde_json::to_value(&options).map_err(AppError::internal)?;
        self.begin_ceremony(Ceremony::SignIn, &state, options).await
    }

    /// Signs in whose passkey answered.
    pub async fn passkey_sign_in(&self, ceremony: &str, credential: Value) -> Result<SignedIn, AppError> {
        authorize(&Actor::Anonymous, SignIn, &Resource::deployment())?;
        let site = self.passkey_site()?;
        let sent: PublicKeyCredential = answer(credential)?;
        let credential = URL_SAFE_NO_PAD.encode(sent.get_credential_id());
        let tried = secrets::hash(&format!("passkey {credential}"));
        if credentials::failures(&self.store.read(), &tried, window(self.now())).await? >= FAILURES {
            return Err(AppError::Throttled);
        }
        let state: DiscoverableAuthentication = self
            .take_ceremony(ceremony, Ceremony::SignIn)
            .await?
            .ok_or(AppError::Unauthenticated("the sign-in is used, unknown or too old: begin again"))?;
        let row = passkeys::by_credential(&self.store.read(), &credential).await?.ok_or(NOBODY)?;
        let named = site.identify_discoverable_authentication(&sent).ok().map(|(user, _)| user);
        let user = people::user_by_id(&self.store.read(), row.owner).await?.ok_or(NOBODY)?;
        if named != Some(row.owner.0) {
            self.note_failed_passkey(&user, &tried, "user_handle").await?;
            return Err(NOBODY);
        }
        let checked = match verified(site, &sent, state, &row) {
            Ok(after) => self.may_enter(&user).await.map(|()| after),
            Err(error) => Err(error),
        };
        let entered = match checked {
            Ok(after) => self.enter_by_passkey(&row, user.clone(), &after).await,
            Err(error) => Err(error),
        };
        if let Err(AppError::Refused { check, .. }) = &entered {
            self.note_failed_passkey(&user, &tried, check).await?;
        }
        entered
    }

    /// Whether somebody who proved to be this user is let in. Told to who holds the passkey only.
    async fn may_enter(&self, user: &UserRow) -> Result<(), AppError> {
        if user.disabled {
            let reason = "an organisation admin has switched this account off".into();
            return Err(AppError::Refused { check: "disabled".into(), reason });
        }
        local_check(&self.store.read(), user).await
    }

    async fn enter_by_passkey(
        &self,
        row: &PasskeyRow,
        user: UserRow,
        after: &str,
    ) -> Result<SignedIn, AppError> {
        let tx = self.store.write().await?;
        if !tx.use_passkey(row, after, self.now()).await? {
            return Err(refusal(&WebauthnError::CredentialPossibleCompromise));
        }
        let done = self.open_session(&tx, user, Method::Passkey(row.id)).await?;
        tx.commit().await?;
        Ok(done)
    }

    async fn note_failed_passkey(&self, user: &UserRow, tried: &str, check: &str) -> Result<(), AppError> {
        let now = self.now();
        let tx = self.store.write().await?;
        tx.count_failure(tried, window(now), now).await?;
        let entry = EntryDraft::refused(now, &Actor::Anonymous, "session.create", check);
        tx.audit(entry.organisation(user.org).target(user.id).fact("method", "passkey")).await?;
        Ok(tx.commit().await?)
    }
}
