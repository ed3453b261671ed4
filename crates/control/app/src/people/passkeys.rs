//! Passkeys (WebAuthn) of local accounts: a way in beside the password, never beside an organisation's provider.
//!
//! Invariants: a ceremony is kept here, is good once and for five minutes; the authenticator verifies its user; a
//! counter that does not grow refuses; a passkey is let in where a password would be. Limits: no attestation is asked
//! for, so nothing is known of the make of an authenticator; challenges are drawn by the library.

mod manage;
mod register;
mod sign_in;

use cloister_model::{Duration, Timestamp};
use cloister_store::people::passkeys::{Ceremony, PasskeyRow};
use serde_json::Value;
use webauthn_rs::prelude::{Passkey, Url, Webauthn, WebauthnBuilder, WebauthnError};

use crate::{App, AppError, people::secrets};

/// How long somebody may take at the authenticator.
const PATIENCE: Duration = Duration::seconds(300);
/// Passkeys of one user, at most.
const MOST: u64 = 20;
/// Bytes of a credential's id, at most (WebAuthn, 6.1).
const LONGEST_ID: usize = 1023;

/// What passkeys are bound to: this deployment, by the name of its host.
#[derive(Clone, Debug)]
pub struct RelyingParty(Webauthn);

/// A ceremony that was begun.
pub struct Begun {
    /// Brings the answer to its ceremony; a secret of the browser's.
    pub ceremony: String,
    /// What `navigator.credentials` takes as `publicKey`, as WebAuthn's JSON.
    pub options: Value,
    /// Until when.
    pub expires: Timestamp,
}

impl RelyingParty {
    /// Of the URL at which browsers reach the server. `None` where browsers allow no passkeys: an address in place of a
    /// name, or plain HTTP from another host.
    pub fn of(public_url: &str) -> Option<Self> {
        let url = Url::parse(public_url).ok()?;
        let host = url.domain()?.to_owned();
        let local = host == "localhost" || host.ends_with(".localhost");
        if url.scheme() != "https" && !local {
            return None;
        }
        let built = WebauthnBuilder::new(&host, &url).and_then(|builder| {
            let patience = std::time::Duration::from_micros(PATIENCE.micros().unsigned_abs());
            builder.rp_name("Cloister").timeout(patience).build()
        });
        built.ok().map(Self)
    }
}

/// What refused, by name.
fn refusal(error: &WebauthnError) -> AppError {
    use WebauthnError as E;
    let (check, reason) = match error {
        E::MismatchedChallenge => ("challenge", "the authenticator answered another challenge"),
        E::InvalidRPOrigin | E::CredentialCrossOrigin => {
            ("origin", "it was asked for by another site's page")
        }
        E::InvalidRPIDHash => ("rp_id", "the passkey is of another site"),
        E::InvalidClientDataType => ("type", "the answer is to another kind of question"),
        E::UserNotPresent | E::UserNotVerified => {
            ("user_verification", "the authenticator did not verify its user by PIN, finger or face")
        }
        E::AuthenticationFailure => ("signature", "the signature is not the passkey's"),
        E::CredentialPossibleCompromise => (
            "counter",
            "the authenticator's counter did not grow: there may be a copy of it; remove the passkey",
        ),
        E::CredentialBackupEligibilityInconsistent | E::CredentialMayNotBeHardwareBound => {
            ("backup", "what the authenticator says of its backup changed")
        }
        E::CredentialAlteredAlgFromRequest | E::COSEKeyInvalidAlgorithm => (
            "algorithm",
            "the passkey's algorithm is not one that was offered, or the passkey is there already",
        ),
        E::ParseBase64Failure(_)
        | E::ParseCBORFailure(_)
        | E::ParseJSONFailure(_)
        | E::ParseNOMFailure
        | E::ParseInsufficientBytesAvailable => {
            return AppError::Invalid("the authenticator's answer cannot be read".into());
        }
        _other => ("passkey", "the authenticator's answer is not acceptable"),
    };
    AppError::Refused { check: check.into(), reason: reason.into() }
}

/// What a browser sent, read.
fn answer<T: serde::de::DeserializeOwned>(credential: Value) -> Result<T, AppError> {
    serde_json::from_value(credential)
        .map_err(|_| AppError::Invalid("`credential` is no `PublicKeyCredential` as JSON".into()))
}

fn stored(row: &PasskeyRow) -> Result<Passkey, AppError> {
    serde_json::from_str(&row.passkey).map_err(AppError::internal)
}

impl App {
    fn passkey_site(&self) -> Result<&Webauthn, AppError> {
        let text =
            "passkeys need a public URL with a host name and TLS: start the server with `--public-url`";
        self.relying_party.as_ref().map(|party| &party.0).ok_or_else(|| AppError::State(text.into()))
    }

    /// Keeps the state of a ceremony.
    async fn begin_ceremony(
        &self,
        kind: Ceremony,
        state: &impl serde::Serialize,
        mut options: Value,
    ) -> Result<Begun, AppError> {
        let state = serde_json::to_string(state).map_err(AppError::internal)?;
        let ceremony = self.new_secret("clcer_");
        let now = self.now();
        let expires = now.plus(PATIENCE);
        let tx = self.store.write().await?;
        tx.add_ceremony(&secrets::hash(&ceremony), kind, &state, (now, expires)).await?;
        tx.commit().await?;
        Ok(Begun { ceremony, options: options["publicKey"].take(), expires })
    }

    /// Takes a ceremony: it is over, whatever comes of it.
    async fn take_ceremony<T: serde::de::DeserializeOwned>(
        &self,
        ceremony: &str,
        kind: Ceremony,
    ) -> Result<Option<T>, AppError> {
        let tx = self.store.write().await?;
        let state = tx.take_ceremony(&secrets::hash(ceremony), kind, self.now()).await?;
        tx.commit().await?;
        state.map(|state| serde_json::from_str(&state)).transpose().map_err(AppError::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_are_offered_where_browsers_allow_them() {
        for (url, offered) in [
            ("https://cloister.example", true),
            ("https://cloister.example:8443", true),
            ("http://localhost:8400", true),
            ("http://127.0.0.1:8400", false),
            ("https://[::1]", false),
            ("http://cloister.example", false),
            ("nonsense", false),
        ] {
            assert_eq!(RelyingParty::of(url).is_some(), offered, "{url}");
        }
    }
}
