//! What the console's TypeScript sealed and signed opens here, and what `age` sealed here once still does.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use base64::{Engine, prelude::BASE64_STANDARD};
use cloister_model::{Assurance, Digest};
use cloister_statement::{
    AgeIdentity, Envelope, MemberKeys,
    predicate::{CertificateRequest, Charter, Grant},
    seal::{Sealed, SealingKey, age_decrypt, unwrap_data_key},
};
use serde::{Deserialize, de::DeserializeOwned};

fn vectors<T: DeserializeOwned>(name: &str) -> T {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../web/vectors");
    serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

fn base64(text: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(text).unwrap()
}

#[derive(Deserialize)]
struct File {
    plaintext: String,
    sealed: String,
}

#[derive(Deserialize)]
struct Backup {
    file: String,
    passphrase: String,
    text: String,
}

#[derive(Deserialize)]
struct Wrapped {
    secret: String,
    assurance: Assurance,
    manifest: Digest,
    data_key: String,
    sealed: Sealed,
}

#[derive(Deserialize)]
struct Console {
    identity: String,
    files: Vec<File>,
    backup: Backup,
    wrapped: Vec<Wrapped>,
    request: Envelope,
    charter: Envelope,
    grant: Envelope,
}

#[derive(Deserialize)]
struct Age {
    identity: String,
    files: Vec<File>,
    backup: Backup,
}

fn opens(identity: &str, files: &[File], backup: &Backup) {
    let identity = AgeIdentity::from_secret(identity).unwrap();
    assert!(!files.is_empty());
    for file in files {
        let opened = age_decrypt(&identity, &base64(&file.sealed)).unwrap();
        assert_eq!(hex::encode(&*opened), file.plaintext);
    }
    let keys = MemberKeys::from_backup(&base64(&backup.file), &backup.passphrase).unwrap();
    assert_eq!(*keys.to_text(), backup.text);
}

#[test]
fn files_and_backups_of_the_console_open() {
    let console: Console = vectors("console.json");
    opens(&console.identity, &console.files, &console.backup);
    let age: Age = vectors("age.json");
    opens(&age.identity, &age.files, &age.backup);
}

#[test]
fn data_keys_that_the_console_wrapped_open_with_their_purpose_only() {
    let console: Console = vectors("console.json");
    assert_eq!(console.wrapped.len(), 2);
    for one in console.wrapped {
        let secret: [u8; 32] = hex::decode(&one.secret).unwrap().try_into().unwrap();
        let secret = SealingKey::from_seed(secret);
        let opened = unwrap_data_key(&secret, one.assurance, &one.manifest, &one.sealed).unwrap();
        assert_eq!(hex::encode(*opened), one.data_key);
        assert!(unwrap_data_key(&secret, one.assurance, &Digest([0; 32]), &one.sealed).is_err());
    }
}

#[test]
fn statements_that_the_console_signed_verify() {
    let console: Console = vectors("console.json");
    let request = console.request.open::<CertificateRequest>().unwrap();
    let key = request.predicate().body.signing_key;
    assert_eq!(request.verify(&key).unwrap().body().email.as_str(), "ana@example.org");
    let charter = console.charter.open::<Charter>().unwrap().verify(&key).unwrap();
    assert_eq!(charter.workspace(), Some(charter.digest()));
    let grant = console.grant.open::<Grant>().unwrap().verify(&key).unwrap();
    assert_eq!(grant.workspace(), Some(charter.digest()));
}
