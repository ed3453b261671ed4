//! The reference manifest of a build: which worker is the genuine one.

use cloister_attest::measure;
use cloister_statement::SigningKey;
use serde_json::json;

use crate::{
    args::Reference,
    context::Context,
    outcome::{Failure, Reply},
    serve::manifest::ReferenceManifest,
};

pub(super) fn run(context: &Context, args: &Reference) -> Result<Reply, Failure> {
    let failed =
        |path: &std::path::Path, e: std::io::Error| Failure::Failed(format!("`{}`: {e}", path.display()));
    let worker = args.bin_dir.join("cloister-worker");
    let executable = std::fs::read(&worker).map_err(|e| failed(&worker, e))?;
    let key = signing_key(context, &args.key)?;
    let manifest = ReferenceManifest::sign(hex::encode(measure(&executable)), &key);
    let path = args.bin_dir.join(ReferenceManifest::FILE);
    let bytes = serde_json::to_vec_pretty(&manifest).map_err(|e| Failure::Failed(e.to_string()))?;
    std::fs::write(&path, bytes).map_err(|e| failed(&path, e))?;
    let text = format!("{} measures {}", worker.display(), manifest.measurement);
    Ok(Reply::new(json!({ "file": path, "measurement": manifest.measurement, "key": manifest.key }), text))
}

/// The key of this checkout, made once: 32 bytes in hexadecimal digits, 0600.
fn signing_key(context: &Context, path: &std::path::Path) -> Result<SigningKey, Failure> {
    if let Ok(text) = std::fs::read_to_string(path) {
        let mut seed = zeroize::Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim(), seed.as_mut())
            .map_err(|_| Failure::Failed(format!("`{}` is not a key", path.display())))?;
        return Ok(SigningKey::from_seed(&seed));
    }
    let key = SigningKey::generate(context.rng.as_ref());
    let text = zeroize::Zeroizing::new(hex::encode(key.seed().as_ref()));
    cloister_client::profile::write(path, text.as_bytes())?;
    Ok(key)
}
