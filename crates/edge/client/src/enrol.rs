//! Signing in, and the life of a member's certificate: first, renewal, revocation, recovery, backup.

use cloister_api::{
    InForce,
    people::{CertificateInfo, CertificateRequestBody, Me, SignInRequest, SignedIn, StatementBody},
};
use cloister_model::{Digest, Email};
use cloister_statement::{
    Envelope, MemberKeys, Predicate, Signer,
    keys::{Backup, BackupCost},
    predicate::{CertificateRequest, CertificateRevocation, Channel, Recovery},
    sign,
};

use crate::{
    Ambient, Api, Client, ClientError, Profile,
    client::{Signatory, to_api},
    people::{Person, fingerprint},
    preview::Facts,
    profile::Config,
};

/// What signing in left behind.
#[derive(Debug)]
pub struct Enrolled {
    /// The account.
    pub me: Me,
    /// The live certificate.
    pub person: Person,
    /// Whether keys and certificate were made now.
    pub fresh: bool,
    /// Whether this profile holds the certificate's key.
    pub key_here: bool,
}

impl Client {
    /// Signs in with a local account and remembers the session. The person's keys are untouched.
    pub async fn sign_in(
        server: &str,
        request: &SignInRequest,
        profile: Profile,
        ambient: Ambient,
    ) -> Result<Self, ClientError> {
        let signed: SignedIn = Api::new(server, None)?.post("/sessions", request).await?.value;
        Self::remember(server, &signed, profile, ambient)
    }

    /// Remembers a session in the profile.
    pub fn remember(
        server: &str,
        signed: &SignedIn,
        profile: Profile,
        ambient: Ambient,
    ) -> Result<Self, ClientError> {
        let before = profile.config()?;
        if let Some(before) = &before
            && before.email != signed.user.email
        {
            return Err(ClientError::Input(format!(
                "this profile belongs to `{}`: give `{}` a folder of its own with CLOISTER_HOME",
                before.email, signed.user.email
            )));
        }
        let config = Config {
            server: server.trim_end_matches('/').to_owned(),
            token: signed.token.clone(),
            email: signed.user.email.clone(),
            pending_request: before.and_then(|config| config.pending_request),
        };
        profile.save_config(&config)?;
        Ok(Self::with(Api::new(server, Some(&signed.token))?, profile, ambient))
    }

    /// Makes keys and a certificate when the person has none. Where one is live, keys are never replaced.
    pub async fn enrol(&self) -> Result<Enrolled, ClientError> {
        self.prove_broker().await?;
        let me = self.me().await?;
        if let Some(info) = &me.certificate {
            let person = self.verify_certificate(&info.certificate).await?;
            let key_here = self.profile.keys(&person.certificate.signing_key)?.is_some();
            return Ok(Enrolled { me, person, fresh: false, key_here });
        }
        let keys = MemberKeys::generate(self.ambient.rng.as_ref());
        self.profile.save_keys(&keys)?;
        let request = self.own_request(&me, &keys, None)?;
        let person = self.request_certificate(&request, &keys, Vec::new()).await?;
        Ok(Enrolled { me: self.me().await?, person, fresh: true, key_here: true })
    }

    /// A request signed by the new key itself.
    /// Signed by the new key itself: a first certificate, or one that recoverers must support.
    fn own_request(
        &self,
        me: &Me,
        keys: &MemberKeys,
        replaces: Option<Digest>,
    ) -> Result<Envelope, ClientError> {
        let body = request_of(me, keys, replaces);
        let signer = Signer::Key(keys.signing.public());
        let predicate = Predicate { issued_at: self.now(), signer, workspace: None, body };
        sign(&keys.signing, &predicate).map_err(|e| ClientError::Failed(e.to_string()))
    }

    async fn request_certificate(
        &self,
        request: &Envelope,
        keys: &MemberKeys,
        recoveries: Vec<cloister_api::Envelope>,
    ) -> Result<Person, ClientError> {
        let body = CertificateRequestBody { request: to_api(request), recoveries };
        let info: CertificateInfo = self.api.post("/certificates", &body).await?.value;
        let person = self.verify_certificate(&info.certificate).await?;
        let got = &person.certificate;
        let mine = got.signing_key == keys.signing.public() && got.age_recipient == keys.age.recipient();
        if mine && got.request == request.digest() {
            Ok(person)
        } else {
            Err(ClientError::refused("certificate", "the certificate issued is not the one asked for"))
        }
    }

    /// New keys and a new certificate, signed for by the old key. The old keys stay, to open what was sealed to them.
    pub async fn renew_keys(&self) -> Result<Person, ClientError> {
        let old = self.signatory().await?;
        let keys = MemberKeys::generate(self.ambient.rng.as_ref());
        self.profile.save_keys(&keys)?;
        let facts = Facts::new()
            .fact("new signing key", fingerprint(&keys.signing.public()))
            .fact("replaces certificate", old.person.digest);
        let request = self.sign(&old, None, request_of(&old.me, &keys, Some(old.person.digest)), facts)?;
        self.request_certificate(&request, &keys, Vec::new()).await
    }

    /// Ends the live certificate.
    pub async fn revoke_certificate(&self) -> Result<InForce, ClientError> {
        let signatory = self.signatory().await?;
        let certificate = signatory.person.digest;
        let facts = Facts::new().fact("ends certificate", certificate);
        let statement = self.sign(&signatory, None, CertificateRevocation { certificate }, facts)?;
        self.restrict(&format!("/certificates/{certificate}/revocations"), &statement).await
    }

    /// Revokes somebody's live certificate, as one of two recoverers.
    pub async fn revoke_certificate_of(&self, email: &Email) -> Result<InForce, ClientError> {
        let signatory = self.signatory().await?;
        let person = self
            .find_person(email)
            .await?
            .ok_or_else(|| ClientError::Unknown { what: "certificate of", name: email.to_string() })?;
        let certificate = person.digest;
        let facts = Facts::new().person("ends the certificate of", &person);
        let statement = self.sign(&signatory, None, CertificateRevocation { certificate }, facts)?;
        self.restrict(&format!("/certificates/{certificate}/revocations"), &statement).await
    }

    /// Posts a restricting statement: done only with the broker's acknowledgement.
    pub(crate) async fn restrict(&self, path: &str, statement: &Envelope) -> Result<InForce, ClientError> {
        let body = StatementBody { statement: to_api(statement) };
        let answer = self.api.post::<InForce>(path, &body).await?;
        self.acknowledged(statement.digest(), answer.value).await
    }

    /// Checks the acknowledgement of a restricting statement.
    pub(crate) async fn acknowledged(
        &self,
        statement: Digest,
        answer: InForce,
    ) -> Result<InForce, ClientError> {
        let Some(envelope) = &answer.acknowledgement else {
            return Err(ClientError::NotInForce(statement));
        };
        let opened = crate::client::from_api(envelope)?
            .open::<cloister_statement::predicate::Acknowledgement>()
            .map_err(|e| ClientError::refused("acknowledgement", e.to_string()))?;
        let key = opened.predicate().signer;
        let expected = self.acknowledging_keys().await?;
        let Signer::Key(key) = key else {
            return Err(ClientError::refused("acknowledgement", "a member signed it, not the broker"));
        };
        if !expected.contains(&key) {
            return Err(ClientError::refused(
                "acknowledgement",
                "another key than the pinned broker's signed it",
            ));
        }
        let verified =
            opened.verify(&key).map_err(|e| ClientError::refused("acknowledgement", e.to_string()))?;
        if verified.body().statement == statement {
            Ok(answer)
        } else {
            Err(ClientError::refused("acknowledgement", "it acknowledges another statement"))
        }
    }

    async fn acknowledging_keys(&self) -> Result<Vec<Digest>, ClientError> {
        Ok(vec![self.broker_key().await?])
    }

    /// Backs up the live keys under a generated passphrase.
    pub async fn backup_keys(&self, cost: BackupCost) -> Result<Backup, ClientError> {
        let signatory = self.signatory().await?;
        signatory
            .keys
            .to_backup(self.ambient.rng.as_ref(), cost)
            .map_err(|e| ClientError::Failed(e.to_string()))
    }

    /// Restores keys from a backup into the profile; returns the signing key.
    pub fn restore_keys(&self, backup: &[u8], passphrase: &str) -> Result<Digest, ClientError> {
        restore(&self.profile, backup, passphrase)
    }

    /// Starts the recovery of one's own lost certificate: new keys and a request that two recoverers must support.
    /// Called again it returns the same request and asks the broker.
    pub async fn recover_self(&self, recoveries: Vec<Envelope>) -> Result<Recovering, ClientError> {
        let me = self.me().await?;
        let lost = me.certificate.clone().ok_or(ClientError::NoCertificate)?;
        let mut config = self.config()?;
        let request = if let Some(request) = &config.pending_request {
            request.clone()
        } else {
            let keys = MemberKeys::generate(self.ambient.rng.as_ref());
            self.profile.save_keys(&keys)?;
            let request = self.own_request(&me, &keys, Some(lost.digest))?;
            config.pending_request = Some(request.clone());
            self.profile.save_config(&config)?;
            request
        };
        let keys = self.profile.keys(&request.key())?.ok_or(ClientError::KeyMissing(request.key()))?;
        let waiting = Recovering {
            request: request.digest(),
            certificate: lost.digest,
            key: request.key(),
            issued: None,
            waits: None,
        };
        let supporting = recoveries.iter().map(to_api).collect();
        match self.request_certificate(&request, &keys, supporting).await {
            Ok(person) => {
                config.pending_request = None;
                self.profile.save_config(&config)?;
                Ok(Recovering { issued: Some(person), ..waiting })
            }
            // The broker says what is missing: supporters, or the rest of the day.
            Err(ClientError::Problem(problem)) if recoveries.is_empty() => {
                Ok(Recovering { waits: problem.detail, ..waiting })
            }
            Err(error) => Err(error),
        }
    }

    /// Supports someone's recovery, as a recoverer of the charter in force.
    pub async fn support_recovery(
        &self,
        email: &Email,
        request: Digest,
        workspace: &str,
    ) -> Result<Envelope, ClientError> {
        let signatory: Signatory = self.signatory().await?;
        let lost = self
            .find_person(email)
            .await?
            .ok_or_else(|| ClientError::Unknown { what: "certificate of", name: email.to_string() })?;
        let held = self.held_workspace(workspace).await?;
        let charter = held.in_force()?.digest;
        let facts = Facts::new()
            .person("gives way", &lost)
            .fact("new request", request)
            .fact("compare", "the request's digest with the person, by another channel, before you go on");
        let body = Recovery { certificate: lost.digest, request, charter };
        let statement = self.sign(&signatory, Some(held.genesis()), body, facts)?;
        let body = StatementBody { statement: to_api(&statement) };
        self.api.tell(reqwest::Method::POST, "/certificates/recoveries", Some(&body)).await?;
        Ok(statement)
    }
}

/// A recovery on its way.
#[derive(Debug)]
pub struct Recovering {
    /// The request that recoverers must name.
    pub request: Digest,
    /// The lost certificate.
    pub certificate: Digest,
    /// The new signing key.
    pub key: Digest,
    /// The new certificate, once issued.
    pub issued: Option<Person>,
    /// What it waits for, in the broker's words.
    pub waits: Option<String>,
}

/// Restores keys from a backup into a profile; returns the signing key.
pub fn restore(profile: &Profile, backup: &[u8], passphrase: &str) -> Result<Digest, ClientError> {
    let keys = MemberKeys::from_backup(backup, passphrase).map_err(|e| ClientError::Input(e.to_string()))?;
    profile.save_keys(&keys)?;
    Ok(keys.signing.public())
}

fn request_of(me: &Me, keys: &MemberKeys, replaces: Option<Digest>) -> CertificateRequest {
    CertificateRequest {
        organisation: me.user.organisation,
        issuer: "local".into(),
        subject: me.user.id.to_string(),
        email: me.user.email.clone(),
        signing_key: keys.signing.public(),
        age_recipient: keys.age.recipient(),
        channel: Channel::Native,
        replaces,
    }
}
