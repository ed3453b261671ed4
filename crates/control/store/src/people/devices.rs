//! Devices that ask to be signed in (RFC 8628). Only hashes of their secrets come here.

use cloister_model::{Timestamp, UserId};

use crate::{Query, StoreError, Tx};

/// A device that asks to be signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRow {
    /// The hash of its secret.
    pub device: String,
    /// `pending`, `approved` or `denied`.
    pub state: String,
    /// Who approved.
    pub owner: Option<UserId>,
    /// When it asked last.
    pub polled: Timestamp,
    /// Until when.
    pub expires: Timestamp,
}

/// A device by the hash of its secret, or by the code that people type.
pub async fn device(
    db: &dyn Query,
    by: DeviceBy<'_>,
    now: Timestamp,
) -> Result<Option<DeviceRow>, StoreError> {
    let (column, value) = match by {
        DeviceBy::Secret(hash) => ("device", hash),
        DeviceBy::Code(code) => ("code", code),
    };
    let sql = format!(
        "SELECT device, state, owner, polled, expires FROM device_grants WHERE {column} = $1 AND expires > $2"
    );
    let Some(row) = db.one(&sql, vec![value.into(), now.micros().into()]).await? else { return Ok(None) };
    let owner: Option<String> = row.try_get("", "owner")?;
    Ok(Some(DeviceRow {
        device: row.try_get("", "device")?,
        state: row.try_get("", "state")?,
        owner: owner.map(|owner| owner.parse()).transpose().map_err(StoreError::corrupt)?,
        polled: Timestamp::from_micros(row.try_get("", "polled")?),
        expires: Timestamp::from_micros(row.try_get("", "expires")?),
    }))
}

/// What a device is known by.
#[derive(Clone, Copy, Debug)]
pub enum DeviceBy<'a> {
    /// The hash of its secret.
    Secret(&'a str),
    /// The code that people type.
    Code(&'a str),
}

impl Tx {
    /// A device begins to ask; what has expired goes.
    pub async fn add_device(&self, code: &str, row: &DeviceRow, now: Timestamp) -> Result<(), StoreError> {
        self.exec("DELETE FROM device_grants WHERE expires <= $1", vec![now.micros().into()]).await?;
        let sql = "INSERT INTO device_grants (device, code, state, polled, expires)
            VALUES ($1, $2, 'pending', $3, $4)";
        let values = vec![
            row.device.clone().into(),
            code.into(),
            row.polled.micros().into(),
            row.expires.micros().into(),
        ];
        self.exec(sql, values).await.map(|_| ())
    }

    /// A person answers a device that waits. Says whether one did.
    pub async fn answer_device(&self, code: &str, answer: DeviceAnswer) -> Result<bool, StoreError> {
        let (state, owner) = match answer {
            DeviceAnswer::Approved(user) => ("approved", Some(user.to_string())),
            DeviceAnswer::Denied => ("denied", None),
        };
        let sql = "UPDATE device_grants SET state = $1, owner = $2 WHERE code = $3 AND state = 'pending'";
        Ok(self.exec(sql, vec![state.into(), owner.into(), code.into()]).await? == 1)
    }

    /// Notes that a device asked again.
    pub async fn touch_device(&self, device: &str, now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE device_grants SET polled = $1 WHERE device = $2";
        self.exec(sql, vec![now.micros().into(), device.into()]).await.map(|_| ())
    }

    /// Takes an answered device away: its secret is good once. Says whether this was the time.
    pub async fn take_device(&self, device: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM device_grants WHERE device = $1 AND state <> 'pending'";
        Ok(self.exec(sql, vec![device.into()]).await? == 1)
    }
}

/// What a person says to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceAnswer {
    /// It may act for this user.
    Approved(UserId),
    /// It may not.
    Denied,
}
