//! Adding a passkey: by the account's person, who proves just then to be it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cloister_authz::{Granted, Kind, actions::ManagePasskeys};
use cloister_store::{
    EntryDraft, Query,
    people::passkeys::{self, Ceremony, PasskeyRow},
};
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    CreationChallengeResponse, Passkey, PasskeyRegistration, RegisterPublicKeyCredential,
};

use super::{Begun, LONGEST_ID, MOST, answer, refusal, stored};
use crate::{
    App, AppError,
    people::sessions::{Identity, local_check, own},
};

const ADD: &str = "passkey.add";

/// The name as kept.
pub(super) fn name_of(text: &str) -> Result<String, AppError> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(AppError::Invalid(
            "a passkey's name has 1 to 100 characters, none of them control".into(),
        ));
    }
    Ok(name.to_owned())
}

async fn room_for_one(db: &dyn Query, who: &Identity) -> Result<Vec<PasskeyRow>, AppError> {
    let rows = passkeys::of_user(db, who.user.id, "", MOST).await?;
    if rows.len() as u64 >= MOST {
        return Err(AppError::Conflict(format!("an account has at most {MOST} passkeys")));
    }
    Ok(rows)
}

/// The authenticator keeps it itself, so that signing in needs no address.
fn discoverable(options: &CreationChallengeResponse) -> Result<Value, AppError> {
    let mut options = serde_json::to_value(options).map_err(AppError::internal)?;
    options["publicKey"]["authenticatorSelection"]["residentKey"] = json!("required");
    options["publicKey"]["authenticatorSelection"]["requireResidentKey"] = json!(true);
    Ok(options)
}

impl App {
    /// Begins to add a passkey; `password` proves who asks where the session is not fresh.
    pub async fn begin_passkey(&self, who: &Identity, password: Option<String>) -> Result<Begun, AppError> {
        let _ = self.permit(&who.actor, ManagePasskeys, &own(Kind::Passkey, "", true), "passkey").await?;
        let site = self.passkey_site()?;
        let db = self.store.read();
        let rows = room_for_one(&db, who).await?;
        let local = who.user.password.is_some() || !rows.is_empty();
        let allowed = if local { local_check(&db, &who.user).await } else { Err(provided()) };
        self.noting(&who.actor, ADD, who.user.id, allowed).await?;
        self.prove_presence(who, password, ADD).await?;
        let known =
            rows.iter().map(|row| Ok(stored(row)?.cred_id().clone())).collect::<Result<_, AppError>>()?;
        let (id, email) = (who.user.id.0, who.user.email.as_str());
        let (options, state) =
            site.start_passkey_registration(id, email, email, Some(known)).map_err(AppError::internal)?;
        self.begin_ceremony(Ceremony::Registration(who.user.id), &state, discoverable(&options)?).await
    }

    /// Adds the passkey that the authenticator made.
    pub async fn add_passkey(
        &self,
        who: &Identity,
        (ceremony, name): (&str, &str),
        credential: Value,
    ) -> Result<PasskeyRow, AppError> {
        let id = self.new_id();
        let thing = own(Kind::Passkey, &id.to_string(), true);
        let grant = self.permit(&who.actor, ManagePasskeys, &thing, "passkey").await?;
        let name = name_of(name)?;
        let sent: RegisterPublicKeyCredential = answer(credential)?;
        let made = self.made(who, ceremony, &sent).await;
        let made = self.noting(&who.actor, ADD, who.user.id, made).await?;
        let row = PasskeyRow {
            id,
            owner: who.user.id,
            credential: URL_SAFE_NO_PAD.encode(made.cred_id()),
            name,
            passkey: serde_json::to_string(&made).map_err(AppError::internal)?,
            created: self.now(),
            last_used: None,
        };
        self.keep_passkey(who, &grant, &row).await?;
        Ok(row)
    }

    /// The passkey, verified.
    async fn made(
        &self,
        who: &Identity,
        ceremony: &str,
        sent: &RegisterPublicKeyCredential,
    ) -> Result<Passkey, AppError> {
        let site = self.passkey_site()?;
        let state = self.take_ceremony(ceremony, Ceremony::Registration(who.user.id)).await?;
        let state: PasskeyRegistration = state.ok_or_else(|| AppError::Refused {
            check: "challenge".into(),
            reason: "the ceremony is used, unknown, too old or somebody else's: begin again".into(),
        })?;
        let made = site.finish_passkey_registration(sent, &state).map_err(|error| refusal(&error))?;
        if made.cred_id().len() > LONGEST_ID {
            return Err(AppError::Invalid(format!("a credential's id has at most {LONGEST_ID} bytes")));
        }
        Ok(made)
    }

    async fn keep_passkey(
        &self,
        who: &Identity,
        grant: &Granted<ManagePasskeys>,
        row: &PasskeyRow,
    ) -> Result<(), AppError> {
        let tx = self.store.write().await?;
        room_for_one(&tx, who).await?;
        if passkeys::by_credential(&tx, &row.credential).await?.is_some() {
            return Err(AppError::Conflict("this passkey is registered here already".into()));
        }
        tx.add_passkey(grant, row).await?;
        tx.audit(EntryDraft::done(row.created, &who.actor, ADD).target(row.id)).await?;
        Ok(tx.commit().await?)
    }
}

fn provided() -> AppError {
    AppError::Refused {
        check: "local_account".into(),
        reason: "the account is entered through its organisation's provider; passkeys are for local accounts"
            .into(),
    }
}
