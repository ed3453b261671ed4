//! The attestation document: `COSE_Sign1` around a CBOR map (AWS, "Verifying the root of trust").

use std::collections::BTreeMap;

use cloister_model::Timestamp;
use coset::{CborSerializable, CoseSign1, TaggedCborSerializable, cbor::value::Value, iana};

/// The most bytes of a field that the enclave chose.
const MAX_OWN: usize = 1024;
const MAX_CHAIN: usize = 8;
const MAX_PCRS: u8 = 32;

/// The document within bytes that frame it: files and vsock messages put a few before and after it. It begins with an
/// array of four whose first is a byte string of four.
pub fn unframed(bytes: &[u8]) -> Option<&[u8]> {
    let from = bytes.windows(2).position(|two| two == [0x84, 0x44])?;
    let mut rest = bytes.get(from..)?;
    let whole = rest;
    coset::cbor::de::from_reader::<Value, _>(&mut rest).ok()?;
    whole.get(..whole.len() - rest.len())
}

/// A document, its signature not yet verified.
pub(super) struct Document {
    pub(super) module: String,
    pub(super) made: Timestamp,
    pub(super) pcrs: BTreeMap<u8, Vec<u8>>,
    pub(super) leaf: Vec<u8>,
    /// The root first.
    pub(super) chain: Vec<Vec<u8>>,
    pub(super) public_key: Option<Vec<u8>>,
    pub(super) user_data: Option<Vec<u8>>,
    pub(super) nonce: Option<Vec<u8>>,
    /// What the hypervisor signed.
    pub(super) signed: Vec<u8>,
    /// r and s, big-endian.
    pub(super) signature: [u8; 96],
}

fn bad(what: &str) -> String {
    format!("the document cannot be read: {what}")
}

fn bytes(value: Value, what: &str) -> Result<Vec<u8>, String> {
    value.into_bytes().map_err(|_| bad(&format!("`{what}` is no byte string")))
}

/// A field the enclave chose, or none.
fn own(value: Value, what: &str) -> Result<Option<Vec<u8>>, String> {
    match value {
        Value::Null => Ok(None),
        value => match bytes(value, what)? {
            long if long.len() > MAX_OWN => Err(bad(&format!("`{what}` is too long"))),
            fits => Ok(Some(fits)),
        },
    }
}

/// The map's fields; one that comes twice, or has another name, is refused by its absence or presence.
struct Fields(BTreeMap<String, Value>);

impl Fields {
    fn of(payload: &[u8]) -> Result<Self, String> {
        let value = Value::from_slice(payload).map_err(|e| bad(&e.to_string()))?;
        let pairs = value.into_map().map_err(|_| bad("the payload is no map"))?;
        let mut fields = BTreeMap::new();
        for (key, value) in pairs {
            let key = key.into_text().map_err(|_| bad("a key is no text"))?;
            if fields.insert(key.clone(), value).is_some() {
                return Err(bad(&format!("`{key}` comes twice")));
            }
        }
        Ok(Self(fields))
    }

    fn take(&mut self, name: &str) -> Result<Value, String> {
        self.0.remove(name).ok_or_else(|| bad(&format!("`{name}` is missing")))
    }

    fn optional(&mut self, name: &str) -> Result<Option<Vec<u8>>, String> {
        self.0.remove(name).map_or(Ok(None), |value| own(value, name))
    }
}

fn pcrs(value: Value) -> Result<BTreeMap<u8, Vec<u8>>, String> {
    let pairs = value.into_map().map_err(|_| bad("`pcrs` is no map"))?;
    let mut found = BTreeMap::new();
    for (at, pcr) in pairs {
        let at = at.into_integer().ok().and_then(|at| u8::try_from(at).ok()).filter(|at| *at < MAX_PCRS);
        let at = at.ok_or_else(|| bad("a register has no number below 32"))?;
        let pcr = bytes(pcr, "pcrs")?;
        if pcr.len() != 48 || found.insert(at, pcr).is_some() {
            return Err(bad(&format!("PCR{at} comes twice, or is no SHA-384")));
        }
    }
    Ok(found)
}

fn chain(value: Value) -> Result<Vec<Vec<u8>>, String> {
    let list = value.into_array().map_err(|_| bad("`cabundle` is no list"))?;
    if list.is_empty() || list.len() > MAX_CHAIN {
        return Err(bad("`cabundle` has 1 to 8 certificates"));
    }
    list.into_iter().map(|one| bytes(one, "cabundle")).collect()
}

impl Document {
    /// Reads a document, tagged or not; refuses another algorithm and anything it does not know.
    pub(super) fn parse(encoded: &[u8]) -> Result<Self, String> {
        let sign = CoseSign1::from_slice(encoded)
            .or_else(|_| CoseSign1::from_tagged_slice(encoded))
            .map_err(|e| bad(&e.to_string()))?;
        let es384 = coset::RegisteredLabelWithPrivate::Assigned(iana::Algorithm::ES384);
        if sign.protected.header.alg != Some(es384) {
            return Err(bad("it is not signed by ES384"));
        }
        let signature = sign.signature.as_slice().try_into();
        let signature = signature.map_err(|_| bad("its signature has another length than 96 bytes"))?;
        let signed = sign.tbs_data(&[]);
        let mut fields = Fields::of(sign.payload.as_deref().ok_or_else(|| bad("it has no payload"))?)?;
        if fields.take("digest")?.as_text() != Some("SHA384") {
            return Err(bad("its registers are not SHA-384"));
        }
        let made = fields.take("timestamp")?.into_integer().ok().and_then(|ms| i64::try_from(ms).ok());
        let made = made.and_then(|ms| ms.checked_mul(1000)).ok_or_else(|| bad("`timestamp` is no time"))?;
        let module = fields.take("module_id")?.into_text().map_err(|_| bad("`module_id` is no text"))?;
        let document = Self {
            module,
            made: Timestamp::from_micros(made),
            pcrs: pcrs(fields.take("pcrs")?)?,
            leaf: bytes(fields.take("certificate")?, "certificate")?,
            chain: chain(fields.take("cabundle")?)?,
            public_key: fields.optional("public_key")?,
            user_data: fields.optional("user_data")?,
            nonce: fields.optional("nonce")?,
            signed,
            signature,
        };
        match fields.0.keys().next() {
            Some(unknown) => Err(bad(&format!("`{unknown}` is not known"))),
            None => Ok(document),
        }
    }
}
