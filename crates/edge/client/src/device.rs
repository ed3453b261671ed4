//! Signing in by the device grant (RFC 8628): the person signs in with a browser, wherever, and types a code there.

use std::time::Duration;

use cloister_api::people::{SignedIn, User};
use cloister_model::{SessionId, Timestamp};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{Ambient, Api, Client, ClientError, Profile};

const CLIENT: &str = "cloister-cli";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What the person needs to know.
#[derive(Debug, Deserialize)]
pub struct DeviceCode {
    #[serde(rename = "device_code")]
    secret: String,
    /// What to type.
    pub user_code: String,
    /// Where.
    pub verification_uri: String,
    /// Where, with the code in it.
    pub verification_uri_complete: String,
    expires_in: u64,
    interval: u64,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    session: SessionId,
    expires: Timestamp,
    user: User,
}

fn read<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, ClientError> {
    serde_json::from_value(value).map_err(|e| ClientError::Protocol(e.to_string()))
}

impl Client {
    /// Signs in by the device grant and remembers the session; `show` tells the person what to do.
    pub async fn sign_in_by_device(
        server: &str,
        show: impl FnOnce(&DeviceCode),
        profile: Profile,
        ambient: Ambient,
    ) -> Result<Self, ClientError> {
        let api = Api::new(server, None)?;
        let (status, asked) = api.form("/auth/device_authorization", &[("client_id", CLIENT)]).await?;
        if !status.is_success() {
            return Err(ClientError::Protocol(format!("the server offers no sign-in by device: {asked}")));
        }
        let code: DeviceCode = read(asked)?;
        show(&code);
        let signed = poll(&api, &code).await?;
        Self::remember(server, &signed, profile, ambient)
    }
}

async fn poll(api: &Api, code: &DeviceCode) -> Result<SignedIn, ClientError> {
    let fields = [("grant_type", GRANT), ("client_id", CLIENT), ("device_code", code.secret.as_str())];
    let (mut pause, mut waited) = (code.interval.max(1), 0);
    while waited <= code.expires_in {
        tokio::time::sleep(Duration::from_secs(pause)).await;
        waited += pause;
        let (status, answer) = api.form("/auth/token", &fields).await?;
        if status.is_success() {
            let granted: Granted = read(answer)?;
            let Granted { access_token: token, session, expires, user } = granted;
            return Ok(SignedIn { token, session, expires, user });
        }
        match answer["error"].as_str().unwrap_or_default() {
            "authorization_pending" => {}
            "slow_down" => pause += 5,
            "access_denied" => {
                return Err(ClientError::refused("device", "the sign-in was refused in the browser"));
            }
            "expired_token" => break,
            other => return Err(ClientError::Protocol(format!("the server answered `{other}`"))),
        }
    }
    Err(ClientError::refused("device", "nobody answered in time: run `cloister login URL --sso` again"))
}
