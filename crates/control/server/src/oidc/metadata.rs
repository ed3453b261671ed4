//! What providers say of themselves, with their keys: kept an hour, asked again when a key is unknown.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use openidconnect::{
    AdditionalProviderMetadata, IssuerUrl, ProviderMetadata,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
        CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};

use super::{lent, unavailable};
use crate::problem::Failure;

/// How long a discovery document is good.
const LIFE: Duration = Duration::from_hours(1);
/// How often an unknown key may make us ask: a stranger's tokens must not make us hammer a provider.
const PAUSE: Duration = Duration::from_secs(5);

/// What we read beyond the standard's first part.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct More {
    /// RFC 9207.
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

pub(super) type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// The providers' metadata, by issuer.
pub struct Providers {
    pub(super) http: reqwest::Client,
    known: Mutex<HashMap<String, (Instant, Arc<Metadata>)>>,
}

impl Providers {
    /// Nothing is asked yet.
    pub fn new() -> Result<Self, reqwest::Error> {
        Ok(Self { http: lent::client()?, known: Mutex::default() })
    }

    /// The metadata of an issuer, at most as old as given.
    async fn younger_than(&self, issuer: &str, age: Duration) -> Result<Arc<Metadata>, Failure> {
        let kept = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(issuer).cloned();
        if let Some((since, metadata)) = kept
            && since.elapsed() < age
        {
            return Ok(metadata);
        }
        let failed = unavailable("the identity provider does not answer as it should");
        let url = IssuerUrl::new(issuer.to_owned()).map_err(|e| failed(e.into()))?;
        let http = |request| lent::carry(self.http.clone(), request);
        let found = Metadata::discover_async(url, &http).await.map_err(|e| failed(e.to_string().into()))?;
        let found = Arc::new(found);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(issuer.to_owned(), (Instant::now(), found.clone()));
        Ok(found)
    }

    /// The metadata of an issuer.
    pub(super) async fn metadata(&self, issuer: &str) -> Result<Arc<Metadata>, Failure> {
        self.younger_than(issuer, LIFE).await
    }

    /// The same after a signature by a key that is not in it: the provider may have changed its keys.
    pub(super) async fn renewed(&self, issuer: &str) -> Result<Arc<Metadata>, Failure> {
        self.younger_than(issuer, PAUSE).await
    }

    /// Whether the provider answers, for the page on which an admin tries it.
    pub(crate) async fn answers(&self, issuer: &str) -> Result<(), Failure> {
        self.renewed(issuer).await.map(|_| ())
    }
}
