//! An authenticator in software (WebAuthn Level 3, ES256, attestation `none`), with its browser: honest unless told to
//! say something else.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// One passkey on one device.
pub struct Authenticator {
    key: EcdsaKeyPair,
    /// The credential's id.
    pub credential: Vec<u8>,
    /// Whose it is, once it was registered.
    pub user: Option<String>,
    /// How often it signed.
    pub counter: u32,
}

/// What browser and authenticator say of a ceremony.
#[derive(Clone, Debug)]
pub struct Says {
    /// The page's origin.
    pub origin: String,
    /// The site's name, to which a passkey is bound.
    pub rp_id: String,
    /// Whether the authenticator verified its user.
    pub verified: bool,
    /// In place of the challenge.
    pub challenge: Option<String>,
    /// In place of the kind of ceremony.
    pub kind: Option<String>,
}

impl Says {
    /// The truth of a page at `https://host`.
    pub fn at(host: &str) -> Self {
        Self {
            origin: format!("https://{host}"),
            rp_id: host.to_owned(),
            verified: true,
            challenge: None,
            kind: None,
        }
    }
}

fn text(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Authenticator {
    /// A fresh one; `seed` makes its credential's id.
    pub fn new(seed: u8) -> Self {
        let key =
            EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap_or_else(|e| panic!("a key: {e}"));
        Self { key, credential: vec![seed; 32], user: None, counter: 0 }
    }

    fn client_data(says: &Says, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = says.challenge.clone().unwrap_or_else(|| string(&options["challenge"]));
        let kind = says.kind.as_deref().unwrap_or(kind);
        json!({ "type": kind, "challenge": challenge, "origin": says.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    /// Site, flags and the counter, which grows where the device has one.
    fn data(&mut self, says: &Says, more: u8) -> Vec<u8> {
        let flags = USER_PRESENT | more | if says.verified { USER_VERIFIED } else { 0 };
        if self.counter > 0 {
            self.counter += 1;
        }
        let mut data = Sha256::digest(says.rp_id.as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// The public key as COSE has it: EC2, ES256, P-256.
    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        [&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20][..], x, &[0x22, 0x58, 0x20], y]
            .concat()
    }

    /// Answers `navigator.credentials.create()`, as `toJSON()` of what it gives.
    pub fn create(&mut self, options: &Value, says: &Says) -> Value {
        self.user = Some(string(&options["user"]["id"]));
        let client = Self::client_data(says, "webauthn.create", options);
        let mut data = self.data(says, ATTESTED);
        data.extend([0; 16]);
        let length = u16::try_from(self.credential.len()).unwrap_or_else(|e| panic!("an id: {e}"));
        data.extend(length.to_be_bytes());
        data.extend(&self.credential);
        data.extend(self.cose_key());
        // {"fmt": "none", "attStmt": {}, "authData": bytes}
        let length = u16::try_from(data.len()).unwrap_or_else(|e| panic!("the data: {e}"));
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt\x64none\x67attStmt\xa0\x68authData\x59");
        object.extend(length.to_be_bytes());
        object.extend(data);
        json!({
            "id": text(&self.credential), "rawId": text(&self.credential), "type": "public-key",
            "response": { "clientDataJSON": text(client), "attestationObject": text(object), "transports": ["internal"] },
            "authenticatorAttachment": "platform", "clientExtensionResults": { "credProps": { "rk": true } },
        })
    }

    /// Answers `navigator.credentials.get()`.
    pub fn get(&mut self, options: &Value, says: &Says) -> Value {
        let client = Self::client_data(says, "webauthn.get", options);
        let data = self.data(says, 0);
        let signed = [&data[..], &Sha256::digest(&client)].concat();
        let signature =
            self.key.sign(&SystemRandom::new(), &signed).unwrap_or_else(|e| panic!("a signature: {e}"));
        json!({
            "id": text(&self.credential), "rawId": text(&self.credential), "type": "public-key",
            "response": {
                "clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signature),
                "userHandle": self.user,
            },
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
        })
    }
}
