//! Member certificates as the broker issued them.

use std::collections::BTreeMap;

use cloister_authz::{Granted, actions::RequestCertificate};
use cloister_model::{Digest, Email, OrgId, Timestamp, UserId};

use super::parsed;
use crate::{Query, Row, StoreError, Tx};

/// A stored certificate.
#[derive(Clone, Debug)]
pub struct CertificateRow {
    /// Its digest.
    pub digest: Digest,
    /// Whose.
    pub owner: UserId,
    /// The envelope's JSON.
    pub envelope: String,
    /// When it was revoked or replaced.
    pub ended: Option<Timestamp>,
    /// Not valid from then on.
    pub not_after: Timestamp,
}

/// A certificate to store.
#[derive(Clone, Debug)]
pub struct NewCertificate {
    /// The row.
    pub row: CertificateRow,
    /// The address in it.
    pub email: Email,
    /// The request's JSON.
    pub request: String,
    /// The certificate it replaces.
    pub replaces: Option<Digest>,
    /// Now.
    pub now: Timestamp,
}

const COLUMNS: &str = "SELECT digest, owner, envelope, ended, not_after FROM certificates";

fn certificate(row: &Row) -> Result<CertificateRow, StoreError> {
    let ended: Option<i64> = row.try_get("", "ended")?;
    Ok(CertificateRow {
        digest: parsed(row, "digest")?,
        owner: parsed(row, "owner")?,
        envelope: row.try_get("", "envelope")?,
        ended: ended.map(Timestamp::from_micros),
        not_after: Timestamp::from_micros(row.try_get("", "not_after")?),
    })
}

/// The certificate of this digest.
pub async fn by_digest(db: &dyn Query, digest: Digest) -> Result<Option<CertificateRow>, StoreError> {
    let sql = format!("{COLUMNS} WHERE digest = $1");
    db.one(&sql, vec![digest.to_string().into()]).await?.as_ref().map(certificate).transpose()
}

/// The certificates of this exact address, newest first.
pub async fn by_email(db: &dyn Query, email: &Email) -> Result<Vec<CertificateRow>, StoreError> {
    let sql = format!("{COLUMNS} WHERE email = $1 ORDER BY created DESC LIMIT 200");
    db.all(&sql, vec![email.as_str().into()]).await?.iter().map(certificate).collect()
}

/// The user's live certificate.
pub async fn live_of(
    db: &dyn Query,
    owner: UserId,
    now: Timestamp,
) -> Result<Option<CertificateRow>, StoreError> {
    let sql = format!(
        "{COLUMNS} WHERE owner = $1 AND ended IS NULL AND not_after > $2 ORDER BY created DESC LIMIT 1"
    );
    let values = vec![owner.to_string().into(), now.micros().into()];
    db.one(&sql, values).await?.as_ref().map(certificate).transpose()
}

/// Live certificates of an organisation's people.
pub async fn live_in(
    db: &dyn Query,
    org: OrgId,
    now: Timestamp,
) -> Result<BTreeMap<UserId, Digest>, StoreError> {
    let sql = "SELECT c.owner AS owner, c.digest AS digest FROM certificates c JOIN users u ON u.id = c.owner
               WHERE u.org = $1 AND c.ended IS NULL AND c.not_after > $2 ORDER BY c.created";
    let rows = db.all(sql, vec![org.to_string().into(), now.micros().into()]).await?;
    rows.iter().map(|row| Ok((parsed(row, "owner")?, parsed(row, "digest")?))).collect()
}

impl Tx {
    /// Stores what the broker issued; every certificate of the person before it ends. Stored before, it stays (false).
    pub async fn add_certificate(
        &self,
        _grant: &Granted<RequestCertificate>,
        new: &NewCertificate,
    ) -> Result<bool, StoreError> {
        let owner = new.row.owner.to_string();
        if by_digest(self, new.row.digest).await?.is_some() {
            return Ok(false);
        }
        let sql = "UPDATE certificates SET ended = $1 WHERE owner = $2 AND ended IS NULL";
        self.exec(sql, vec![new.now.micros().into(), owner.clone().into()]).await?;
        self.exec(
            "INSERT INTO certificates (digest, owner, email, envelope, request, created, not_after)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            vec![
                new.row.digest.to_string().into(),
                owner.into(),
                new.email.as_str().into(),
                new.row.envelope.clone().into(),
                new.request.clone().into(),
                new.now.micros().into(),
                new.row.not_after.micros().into(),
            ],
        )
        .await?;
        Ok(true)
    }

    /// The certificate was revoked with the broker's acknowledgement.
    pub async fn end_certificate(&self, digest: Digest, now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE certificates SET ended = $1 WHERE digest = $2 AND ended IS NULL";
        self.exec(sql, vec![now.micros().into(), digest.to_string().into()]).await.map(|_| ())
    }
}
