//! Datasets on the owner's device: add, change, share, revoke, rekey, delete.
//!
//! The data key is made here, kept only as a file sealed to the owner, opened here for each share and sealed to the
//! broker that the workspace's verified charter names.

mod add;
mod by_worker;
mod ingest;
mod share;

use base64::{Engine, prelude::BASE64_STANDARD};
use cloister_api::{InForce, datasets::Dataset};
use cloister_dataset::DataKey;
use cloister_model::Digest;
use cloister_statement::{
    data_key::key_id,
    predicate::{DatasetDeletion, Manifest},
    seal::{age_decrypt, age_encrypt},
};

use crate::{
    Client, ClientError,
    client::{Signatory, from_api, open_certificate},
    error::malformed,
    people::Person,
    preview::Facts,
};

pub(crate) use add::word;
pub use add::{Added, Addition, Prepared};
pub use by_worker::Ingested;
pub use share::{ShareOptions, sql_name_of};

/// A dataset whose manifest's signature holds.
#[derive(Clone, Debug)]
pub struct HeldDataset {
    /// As the server shows it.
    pub dataset: Dataset,
    /// The manifest's digest.
    pub digest: Digest,
    /// The manifest.
    pub manifest: Manifest,
    /// Who signed it.
    pub owner: Person,
}

impl Client {
    /// Verifies the manifest of a dataset the server showed, under its owner's certificate.
    pub async fn hold_dataset(&self, dataset: Dataset) -> Result<HeldDataset, ClientError> {
        let owner = open_certificate(&from_api(&dataset.certificate)?, &self.broker_key().await?)?;
        let opened = from_api(&dataset.statement)?
            .open::<Manifest>()
            .map_err(|e| malformed("manifest")(&e))?
            .verify(&owner.certificate.signing_key)
            .map_err(|e| malformed("manifest")(&e))?;
        if opened.certificate() != Some(owner.digest) || opened.digest() != dataset.manifest {
            return Err(ClientError::refused("manifest", "the manifest is not the one the server names"));
        }
        if opened.body().dataset != dataset.id {
            return Err(ClientError::refused("manifest", "the manifest is of another dataset"));
        }
        Ok(HeldDataset { digest: opened.digest(), manifest: opened.body().clone(), owner, dataset })
    }

    /// A dataset of the caller's own, verified to be so.
    pub async fn own_dataset(&self, text: &str, me: &Signatory) -> Result<HeldDataset, ClientError> {
        let held = self.hold_dataset(self.find_own_dataset(text).await?).await?;
        let (own, mine) = (&held.owner.certificate, &me.person.certificate);
        if own.issuer == mine.issuer && own.subject == mine.subject {
            Ok(held)
        } else {
            Err(ClientError::refused("manifest", "the manifest is not signed by you"))
        }
    }

    /// Opens the data key with the profile's own identities and compares it with the manifest.
    pub(crate) fn open_key(&self, held: &HeldDataset) -> Result<DataKey, ClientError> {
        let sealed = held
            .dataset
            .owner_key
            .as_deref()
            .ok_or_else(|| ClientError::Protocol("the server keeps no key for the owner".into()))?;
        let key =
            self.open_sealed(sealed)?.ok_or(ClientError::KeyMissing(held.owner.certificate.signing_key))?;
        if key_id(key.expose()) == held.manifest.key_id {
            Ok(key)
        } else {
            Err(ClientError::refused("key", "the stored data key is not the manifest's"))
        }
    }

    /// Opens a data key that was sealed to its owner; `None` when no identity of the profile opens it.
    pub(crate) fn open_sealed(&self, sealed: &str) -> Result<Option<DataKey>, ClientError> {
        let sealed = BASE64_STANDARD.decode(sealed).map_err(|e| ClientError::Protocol(e.to_string()))?;
        for keys in self.profile.all_keys()? {
            let Ok(opened) = age_decrypt(&keys.age, &sealed) else { continue };
            let bytes: [u8; 32] = opened
                .as_slice()
                .try_into()
                .map_err(|_| ClientError::refused("key", "the stored data key has a wrong size"))?;
            return Ok(Some(DataKey::from_bytes(bytes)));
        }
        Ok(None)
    }

    /// Ends a dataset for good.
    pub async fn delete_dataset(&self, text: &str) -> Result<InForce, ClientError> {
        let me = self.signatory().await?;
        let held = self.own_dataset(text, &me).await?;
        let facts =
            Facts::new().fact("dataset", &held.manifest.name).fact("for good", "it becomes unreleasable");
        let body = DatasetDeletion { dataset: held.dataset.id, manifest: held.digest };
        let statement = self.sign(&me, None, body, facts)?;
        self.restrict(&format!("/datasets/{}/deletion", held.dataset.id), &statement).await
    }
}

/// The data key sealed to its owner, base64.
pub(crate) fn seal_to_owner(me: &Signatory, key: &DataKey) -> Result<String, ClientError> {
    let sealed = age_encrypt(&[me.keys.age.recipient()], key.expose())
        .map_err(|e| ClientError::Failed(e.to_string()))?;
    Ok(BASE64_STANDARD.encode(sealed))
}
