//! The device grant (RFC 8628): a command line is signed in by whoever is signed in to a browser and types its code.

use cloister_authz::{
    Actor, Resource,
    actions::{ApproveDevice, SignIn},
    authorize,
};
use cloister_model::{Duration, Timestamp};
use cloister_store::{
    EntryDraft,
    people::{
        self,
        credentials::Method,
        devices::{self, DeviceAnswer, DeviceBy, DeviceRow},
    },
};

use crate::{
    App, AppError,
    people::{
        secrets,
        sessions::{Identity, SignedIn},
    },
};

/// How long a code is good.
const LIFE: Duration = Duration::seconds(600);
/// How often a device may ask.
const INTERVAL: Duration = Duration::seconds(2);
/// No vowels, which make words, and nothing that looks like something else.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// What a device was given.
pub struct Asked {
    /// Its secret.
    pub device: String,
    /// What a person types: `BCDF-GHJK`.
    pub code: String,
    /// Seconds it is good.
    pub expires_in: i64,
    /// Seconds between two questions.
    pub interval: i64,
}

/// How a device's request stands.
pub enum DeviceState {
    /// Nobody has answered yet.
    Pending,
    /// Nobody has, and the device asks too often.
    SlowDown,
    /// Somebody refused it.
    Denied,
    /// Unknown, used, or too late.
    Expired,
    /// Signed in.
    SignedIn(Box<SignedIn>),
}

/// As typed: case, spaces and the hyphen do not matter.
fn normal(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase()).take(9).collect()
}

impl App {
    /// A device asks to be signed in.
    pub async fn ask_device(&self) -> Result<Asked, AppError> {
        authorize(&Actor::Anonymous, SignIn, &Resource::deployment())?;
        let device = self.new_secret("cldev_");
        let code: String = self.code();
        let now = self.now();
        let row = DeviceRow {
            device: secrets::hash(&device),
            state: "pending".into(),
            owner: None,
            polled: Timestamp::from_micros(0),
            expires: now.plus(LIFE),
        };
        let tx = self.store.write().await?;
        tx.add_device(&code, &row, now).await?;
        tx.commit().await?;
        let (first, last) = code.split_at(4);
        let [expires_in, interval] = [LIFE, INTERVAL].map(|time| time.micros() / 1_000_000);
        Ok(Asked { device, code: format!("{first}-{last}"), expires_in, interval })
    }

    /// Eight letters, each of the twenty with the same chance: bytes of 240 and more are drawn again.
    fn code(&self) -> String {
        let mut code = String::new();
        while code.len() < 8 {
            let [byte] = self.random::<1>();
            if byte < 240 {
                code.push(char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
            }
        }
        code
    }

    /// Whether a device waits under this code.
    pub async fn device_waits(&self, code: &str) -> Result<bool, AppError> {
        let found = devices::device(&self.store.read(), DeviceBy::Code(&normal(code)), self.now()).await?;
        Ok(found.is_some_and(|row| row.state == "pending"))
    }

    /// The caller lets the device sign in as itself, or refuses it.
    pub async fn answer_device(&self, who: &Identity, code: &str, approve: Approve) -> Result<(), AppError> {
        let _ = self.permit(&who.actor, ApproveDevice, &Resource::deployment(), "device").await?;
        let answer = match approve {
            Approve::Yes => DeviceAnswer::Approved(who.user.id),
            Approve::No => DeviceAnswer::Denied,
        };
        let tx = self.store.write().await?;
        if devices::device(&tx, DeviceBy::Code(&normal(code)), self.now()).await?.is_none()
            || !tx.answer_device(&normal(code), answer).await?
        {
            return Err(AppError::Absent("waiting device with this code"));
        }
        let action = match approve {
            Approve::Yes => "device.approve",
            Approve::No => "device.deny",
        };
        tx.audit(EntryDraft::done(self.now(), &who.actor, action).target(who.user.id)).await?;
        Ok(tx.commit().await?)
    }

    /// A device asks how its request stands; signed in once.
    pub async fn poll_device(&self, device: &str) -> Result<DeviceState, AppError> {
        let now = self.now();
        let hash = secrets::hash(device);
        let tx = self.store.write().await?;
        let Some(row) = devices::device(&tx, DeviceBy::Secret(&hash), now).await? else {
            return Ok(DeviceState::Expired);
        };
        let state = match (row.state.as_str(), row.owner) {
            ("approved", Some(owner)) if tx.take_device(&hash).await? => {
                let user = people::user_by_id(&tx, owner).await?.filter(|user| !user.disabled);
                match user {
                    Some(user) => {
                        DeviceState::SignedIn(Box::new(self.open_session(&tx, user, Method::Device).await?))
                    }
                    None => DeviceState::Denied,
                }
            }
            ("denied", _) if tx.take_device(&hash).await? => DeviceState::Denied,
            ("pending", _) => {
                tx.touch_device(&hash, now).await?;
                if now.since(row.polled).micros() < INTERVAL.micros() {
                    DeviceState::SlowDown
                } else {
                    DeviceState::Pending
                }
            }
            _taken => DeviceState::Expired,
        };
        tx.commit().await?;
        Ok(state)
    }
}

/// What the person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approve {
    /// It is mine.
    Yes,
    /// I did not ask for this.
    No,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for typed in ["BCDF-GHJK", "bcdfghjk", " bcdf ghjk ", "BCDF\u{2013}GHJK"] {
            assert_eq!(normal(typed), "BCDFGHJK");
        }
    }
}
