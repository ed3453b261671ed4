//! The client: a server, a profile, the time, randomness, and who watches what is signed.

use std::sync::Arc;

use cloister_api::people::Me;
use cloister_model::{Clock, Digest, Rng, Timestamp};
use cloister_statement::{
    Body, Envelope, MemberKeys, Predicate, Signer,
    predicate::{Certificate, Kind},
    sign,
};

use crate::{
    Api, ClientError, Profile,
    error::malformed,
    people::Person,
    preview::{Facts, Preview, Witness},
    profile::Config,
};

/// Time, randomness and the watcher, as parameters.
#[derive(Clone)]
pub struct Ambient {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness of cryptographic quality.
    pub rng: Arc<dyn Rng>,
    /// Is shown what is signed.
    pub witness: Arc<dyn Witness>,
}

/// A member's client.
#[derive(Clone)]
pub struct Client {
    pub(crate) api: Api,
    pub(crate) profile: Profile,
    pub(crate) ambient: Ambient,
}

/// The person who acts: account, certificate and the keys that go with it.
#[derive(Debug)]
pub struct Signatory {
    /// The account.
    pub me: Me,
    /// The live certificate, verified.
    pub person: Person,
    /// Its keys.
    pub keys: MemberKeys,
}

impl Client {
    /// A client of the server at which the profile is signed in.
    pub fn of(profile: Profile, ambient: Ambient) -> Result<Self, ClientError> {
        let config = profile.config()?.ok_or(ClientError::NotSignedIn)?;
        let api = Api::new(&config.server, Some(&config.token))?;
        Ok(Self { api, profile, ambient })
    }

    /// A client of another server address or token than the profile's.
    pub fn with(api: Api, profile: Profile, ambient: Ambient) -> Self {
        Self { api, profile, ambient }
    }

    /// The REST API.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// The profile.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.ambient.clock.now()
    }

    pub(crate) fn config(&self) -> Result<Config, ClientError> {
        self.profile.config()?.ok_or(ClientError::NotSignedIn)
    }

    /// 32 random bytes.
    pub(crate) fn random(&self) -> Digest {
        let mut out = [0; 32];
        self.ambient.rng.fill(&mut out);
        Digest(out)
    }

    /// Who is signed in, as the server sees it. The log's key is pinned on the way.
    pub async fn me(&self) -> Result<Me, ClientError> {
        let me: Me = self.api.get("/me").await?;
        let mut pins = self.profile.pins()?;
        let before = pins.clone();
        pins.log(&me.log_origin, me.log_key)?;
        if pins != before {
            self.profile.save_pins(&pins)?;
        }
        Ok(me)
    }

    /// Who can sign here: the live certificate, verified, and its key in this profile.
    pub async fn signatory(&self) -> Result<Signatory, ClientError> {
        let me = self.me().await?;
        let info = me.certificate.clone().ok_or(ClientError::NoCertificate)?;
        let person = self.verify_certificate(&info.certificate).await?;
        let key = person.certificate.signing_key;
        let keys = self.profile.keys(&key)?.ok_or(ClientError::KeyMissing(key))?;
        if person.certificate.age_recipient != keys.age.recipient() {
            return Err(ClientError::refused(
                "certificate",
                "your certificate names another age recipient than your key file",
            ));
        }
        Ok(Signatory { me, person, keys })
    }

    /// Signs a member's statement and shows it. The envelope leaves the device only with the caller.
    pub(crate) fn sign<B: Body>(
        &self,
        signatory: &Signatory,
        workspace: Option<Digest>,
        body: B,
        facts: Facts,
    ) -> Result<Envelope, ClientError> {
        let predicate = Predicate {
            issued_at: self.now(),
            signer: Signer::Certificate(signatory.person.digest),
            workspace,
            body,
        };
        let envelope = sign(&signatory.keys.signing, &predicate)
            .map_err(|e| ClientError::Input(format!("the statement cannot be signed: {e}")))?;
        let facts = facts.person("signed by", &signatory.person);
        self.show(B::KIND, envelope.digest(), facts)?;
        Ok(envelope)
    }

    pub(crate) fn show(&self, kind: Kind, digest: Digest, facts: Facts) -> Result<(), ClientError> {
        let Facts { facts, people } = facts;
        self.ambient.witness.show(&Preview { kind, digest, facts, people })
    }
}

/// The API's form of an envelope.
pub fn to_api(envelope: &Envelope) -> cloister_api::Envelope {
    cloister_api::Envelope(serde_json::to_value(envelope).unwrap_or_default())
}

/// An envelope of the API, read.
pub fn from_api(envelope: &cloister_api::Envelope) -> Result<Envelope, ClientError> {
    let bytes = serde_json::to_vec(&envelope.0).map_err(|e| ClientError::Protocol(e.to_string()))?;
    Envelope::parse(&bytes).map_err(|e| malformed("statement")(&e))
}

/// Opens a certificate under the broker's key.
pub(crate) fn open_certificate(envelope: &Envelope, broker: &Digest) -> Result<Person, ClientError> {
    let opened = envelope.open::<Certificate>().map_err(|e| malformed("certificate")(&e))?;
    let verified = opened.verify(broker).map_err(|e| malformed("certificate")(&e))?;
    Ok(Person { digest: verified.digest(), certificate: verified.body().clone(), envelope: envelope.clone() })
}
