//! Passkeys (WebAuthn Level 3) of local accounts.
//!
//! Two ceremonies of two steps each: the server begins one and gives its `public_key`, which a browser's
//! `navigator.credentials` takes (`PublicKeyCredential.parseCreationOptionsFromJSON`, `parseRequestOptionsFromJSON`); the
//! credential that comes of it is sent back as its `toJSON()` gives it.

use cloister_model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// `POST /passkeys/registrations`: begins to add a passkey.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyRegistrationRequest {
    /// The account's password; may be absent within ten minutes of signing in with password or passkey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1024)]
    pub password: Option<String>,
}

/// `POST /passkeys/sign-ins`: begins to sign in with a passkey. Nothing is asked: the authenticator says whose it is.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeySignInRequest {}

/// A ceremony that was begun; good once, for five minutes.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct PasskeyCeremony {
    /// Send it back with the credential.
    pub ceremony: String,
    /// `publicKey` of `navigator.credentials.create()` or `.get()`, as WebAuthn's JSON.
    #[schema(value_type = Object)]
    pub public_key: serde_json::Value,
    /// Until when.
    #[schema(value_type = String)]
    pub expires: Timestamp,
}

/// `POST /passkeys`: adds the passkey that the authenticator made.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasskeyRequest {
    /// Of `POST /passkeys/registrations`.
    #[schema(max_length = 100)]
    pub ceremony: String,
    /// What its owner calls it, 1 to 100 characters.
    #[schema(max_length = 100)]
    pub name: String,
    /// The new credential, as its `toJSON()` gives it.
    #[schema(value_type = Object)]
    pub credential: serde_json::Value,
}

/// `POST /passkeys/sessions`: signs in with the passkey that answered.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeySessionRequest {
    /// Of `POST /passkeys/sign-ins`.
    #[schema(max_length = 100)]
    pub ceremony: String,
    /// The credential, as its `toJSON()` gives it.
    #[schema(value_type = Object)]
    pub credential: serde_json::Value,
}

/// `PATCH /passkeys/{id}`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenamePasskeyRequest {
    /// What its owner calls it, 1 to 100 characters.
    #[schema(max_length = 100)]
    pub name: String,
}

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Passkey {
    /// Its id.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// Since when.
    #[schema(value_type = String)]
    pub created: Timestamp,
    /// When somebody last signed in with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub last_used: Option<Timestamp>,
}
