//! The people of the vectors: fixed keys, certificates by a fixed broker.

use cloister_model::{Digest, Duration, IdentityStrength, OrgId, Timestamp};
use cloister_statement::{
    AgeIdentity, Body, Envelope, Predicate, Signer, SigningKey,
    predicate::{BrokerIdentity, Certificate, Channel},
    seal::SealingKey,
    sign,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Made;

/// 2027-01-15T08:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

/// A member.
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) key: SigningKey,
    pub(crate) certificate: Envelope,
}

/// Everyone.
pub(crate) struct People {
    pub(crate) broker: SigningKey,
    pub(crate) sealing: SealingKey,
    pub(crate) ana: Member,
    pub(crate) ben: Member,
    pub(crate) cat: Member,
}

const RECIPIENT: &str = "AGE-SECRET-KEY-1QYPQXPQ9QCRSSZG2PVXQ6RS0ZQG3YYC5Z5TPWXQERGD3C8G7RUSQGPQYEE";

pub(crate) fn seed(n: u8) -> SigningKey {
    SigningKey::from_seed(&[n; 32])
}

impl Member {
    pub(crate) fn id(&self) -> Digest {
        self.certificate.digest()
    }

    pub(crate) fn sign<B: Body>(&self, workspace: Option<Digest>, body: B) -> Made<Envelope> {
        let signer = Signer::Certificate(self.id());
        Ok(sign(&self.key, &Predicate { issued_at: NOW, signer, workspace, body })?)
    }
}

pub(crate) fn certificate(name: &str, key: &SigningKey) -> Made<Certificate> {
    Ok(Certificate {
        organisation: OrgId(Uuid::from_u128(7)),
        organisation_name: "Nord Klinik".parse()?,
        issuer: "local".into(),
        subject: format!("user-{name}"),
        email: format!("{name}@example.org").parse()?,
        signing_key: key.public(),
        age_recipient: identity()?.recipient(),
        channel: Channel::Console,
        identity: IdentityStrength::Local,
        not_before: NOW.plus(Duration::days(-1)),
        not_after: NOW.plus(Duration::days(364)),
        request: Digest([7; 32]),
        replaces: None,
    })
}

pub(crate) fn identity() -> Made<AgeIdentity> {
    Ok(AgeIdentity::from_secret(RECIPIENT)?)
}

fn member(broker: &SigningKey, name: &'static str, n: u8) -> Made<Member> {
    let key = seed(n);
    let (issued_at, signer) = (NOW.plus(Duration::days(-1)), Signer::Key(broker.public()));
    let body = certificate(name, &key)?;
    let certificate = sign(broker, &Predicate { issued_at, signer, workspace: None, body })?;
    Ok(Member { name, key, certificate })
}

impl People {
    pub(crate) fn new() -> Made<Self> {
        let broker = seed(1);
        Ok(Self {
            ana: member(&broker, "ana", 11)?,
            ben: member(&broker, "ben", 12)?,
            cat: member(&broker, "cat", 13)?,
            sealing: SealingKey::from_seed([2; 32]),
            broker,
        })
    }

    pub(crate) fn broker_identity(&self) -> Made<BrokerIdentity> {
        Ok(BrokerIdentity {
            signing_key: self.broker.public(),
            sealing_key: self.sealing.public()?,
            measurement: "ab".repeat(48),
            configuration: Digest([5; 32]),
        })
    }

    /// The seeds and certificates, for the vectors.
    pub(crate) fn shown(&self) -> Made<Value> {
        let one = |member: &Member| {
            json!({ "name": member.name, "seed": hex::encode(*member.key.seed()),
                    "public": member.key.public(), "certificate": member.certificate })
        };
        Ok(json!({
            "broker": { "seed": hex::encode(*self.broker.seed()), "public": self.broker.public(),
                        "sealing_seed": hex::encode(*self.sealing.seed()), "sealing_public": self.sealing.public()? },
            "members": [one(&self.ana), one(&self.ben), one(&self.cat)],
        }))
    }
}
