//! Files that `age` seals with randomness of its own: made once, committed, and opened again by tests in both languages.

use base64::{Engine, prelude::BASE64_STANDARD};
use cloister_statement::{MemberKeys, keys::BackupCost, seal::age_encrypt, testing::CountingRng};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::{
    Made,
    people::{identity, seed},
};

pub(crate) fn vectors() -> Made<Value> {
    let recipient = identity()?.recipient();
    let mut files = Vec::new();
    for plaintext in [&b""[..], b"hello", &[7; 5000]] {
        let sealed = age_encrypt(std::slice::from_ref(&recipient), plaintext)?;
        files.push(json!({ "plaintext": hex::encode(plaintext), "sealed": BASE64_STANDARD.encode(sealed) }));
    }
    let keys = MemberKeys { signing: seed(11), age: identity()? };
    let backup = keys.to_backup(&CountingRng::new(3), BackupCost::MINIMUM)?;
    Ok(json!({
        "identity": identity()?.secret().expose_secret(), "recipient": recipient, "files": files,
        "backup": { "file": BASE64_STANDARD.encode(&backup.bytes), "passphrase": backup.passphrase.expose_secret(),
                    "text": keys.to_text().as_str() },
    }))
}
