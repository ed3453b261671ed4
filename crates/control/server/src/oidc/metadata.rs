//! What providers say of themselves, with their keys: kept an hour, asked again when a key is unknown.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use cloister_store::people::sso::ProviderRow;
use openidconnect::{
    AdditionalProviderMetadata, IssuerUrl, ProviderMetadata,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
        CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};

use super::{
    lent::{self, Lent},
    unavailable,
};
use crate::{problem::Failure, reach::Reach};

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

/// An issuer, and whether the operator named it: what one client may ask is not another's to see.
type Place = (String, bool);

/// The providers' metadata.
pub struct Providers {
    /// For providers that the operator named.
    operators: Lent,
    /// For those that an organisation's admin named.
    admins: Lent,
    known: Mutex<HashMap<Place, (Instant, Arc<Metadata>)>>,
}

impl Providers {
    /// Nothing is asked yet. With `private`, providers that admins name may be on this host and in private networks.
    pub fn new(private: bool) -> Result<Self, reqwest::Error> {
        let reach = if private { Reach::Anywhere } else { Reach::Public };
        let (operators, admins) = (Lent::new(Reach::Anywhere)?, Lent::new(reach)?);
        Ok(Self { operators, admins, known: Mutex::default() })
    }

    /// Whether an admin may name this issuer. A name that resolves to a private address is found out when it is asked.
    pub(crate) fn admits(&self, issuer: &str) -> Result<(), String> {
        // What is no URL at all is told better by the use case.
        let Ok(url) = reqwest::Url::parse(issuer) else { return Ok(()) };
        self.admins.reach.admits(&url).map_err(|why| {
            format!(
                "{why}: the operator sets such a provider in the server's file of providers, or allows them by \
                 `--private-providers`"
            )
        })
    }

    /// What asks this provider.
    pub(super) fn lent(&self, provider: &ProviderRow) -> &Lent {
        if provider.is_operators() { &self.operators } else { &self.admins }
    }

    /// The metadata of a provider, at most as old as given.
    async fn younger_than(&self, provider: &ProviderRow, age: Duration) -> Result<Arc<Metadata>, Failure> {
        let place = (provider.issuer.clone(), provider.is_operators());
        let kept = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&place).cloned();
        if let Some((since, metadata)) = kept
            && since.elapsed() < age
        {
            return Ok(metadata);
        }
        let failed = unavailable("the identity provider does not answer as it should");
        let url = IssuerUrl::new(provider.issuer.clone()).map_err(|e| failed(e.into()))?;
        let http = |request| lent::carry(self.lent(provider).clone(), request);
        let found = Metadata::discover_async(url, &http).await.map_err(|e| failed(e.to_string().into()))?;
        let found = Arc::new(found);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(place, (Instant::now(), found.clone()));
        Ok(found)
    }

    /// The metadata of a provider.
    pub(super) async fn metadata(&self, provider: &ProviderRow) -> Result<Arc<Metadata>, Failure> {
        self.younger_than(provider, LIFE).await
    }

    /// The same after a signature by a key that is not in it: the provider may have changed its keys.
    pub(super) async fn renewed(&self, provider: &ProviderRow) -> Result<Arc<Metadata>, Failure> {
        self.younger_than(provider, PAUSE).await
    }

    /// Whether the provider answers, for the page on which an admin tries it.
    pub(crate) async fn answers(&self, provider: &ProviderRow) -> Result<(), Failure> {
        self.renewed(provider).await.map(|_| ())
    }
}
