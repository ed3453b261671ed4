//! Seals, padding and names of keys.

use cloister_model::{Assurance, Digest};
use cloister_statement::{
    data_key::key_id,
    seal::{padded_size, wrap_data_key, wrap_info},
    testing::CountingRng,
    transcript::broker_report_data,
};
use serde_json::{Value, json};

use crate::{Made, people::People};

pub(crate) fn vectors() -> Made<Value> {
    let people = People::new()?;
    let (manifest, key, rng) = (Digest([3; 32]), [0x2a; 32], CountingRng::new(1));
    let mut wrapped = Vec::new();
    for (word, allowed) in [("simulated", Assurance::Simulated), ("hardware", Assurance::Hardware)] {
        let sealed = wrap_data_key(&people.sealing.public()?, allowed, &manifest, &key, &rng)?;
        wrapped.push(json!({ "assurance": word, "info": hex::encode(wrap_info(allowed)), "sealed": sealed }));
    }
    let lengths = [0, 1, 255, 256, 257, 1000, 4097, 1 << 20, (1 << 30) + 1, 1 << 40];
    let padded: Vec<Value> =
        lengths.iter().map(|n: &u64| json!({ "length": n, "padded": padded_size(*n) })).collect();
    let nonce = Digest([4; 32]);
    let identity = people.broker_identity()?;
    let report =
        broker_report_data(&nonce, &identity.signing_key, &identity.sealing_key, &identity.configuration);
    Ok(json!({
        "broker": { "secret": hex::encode(*people.sealing.seed()), "public": people.sealing.public()? },
        "manifest": manifest, "data_key": hex::encode(key), "key_id": key_id(&key), "wrapped": wrapped,
        "padded": padded,
        "report": { "nonce": nonce, "identity": identity, "report_data": hex::encode(report) },
    }))
}
