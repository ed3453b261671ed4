//! Well-signed envelopes that are refused all the same, because their payload is not the one encoding.

use base64::{Engine, prelude::BASE64_STANDARD};
use cloister_model::Digest;
use cloister_statement::{
    Envelope,
    binary::sha256,
    envelope::PAYLOAD_TYPE,
    predicate::{Acceptance, Kind},
};
use serde_json::{Value, json};

use crate::{Made, people::People};

fn signed(people: &People, payload: &[u8]) -> Value {
    let mut message = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len()).into_bytes();
    message.extend_from_slice(payload);
    let signature = people.ana.key.sign(&message);
    json!({
        "payloadType": PAYLOAD_TYPE, "payload": BASE64_STANDARD.encode(payload),
        "signatures": [{ "keyid": people.ana.key.public(), "sig": BASE64_STANDARD.encode(signature) }],
    })
}

fn opens(envelope: &Value) -> Made<bool> {
    let read = Envelope::parse(&serde_json::to_vec(envelope)?);
    Ok(read.is_ok_and(|envelope| envelope.open::<Acceptance>().is_ok()))
}

/// A payload around the text of a predicate, with the right subject.
fn around(predicate: &str) -> String {
    let (kind, digest) = (Kind::Acceptance, sha256(predicate.as_bytes()));
    let (name, predicate_type) = (kind.as_str(), kind.predicate_type());
    format!(
        r#"{{"_type":"https://in-toto.io/Statement/v1","subject":[{{"name":"{name}","digest":{{"sha256":"{digest}"}}}}],"predicateType":"{predicate_type}","predicate":{predicate}}}"#
    )
}

pub(crate) fn vectors(people: &People) -> Made<Vec<Value>> {
    let good = people.ana.sign(Some(Digest([5; 32])), Acceptance { charter: Digest([4; 32]) })?;
    let payload = String::from_utf8(good.payload().to_vec())?;
    let (_, predicate) = payload.split_once(r#""predicate":"#).ok_or("no predicate")?;
    let predicate = predicate.strip_suffix('}').ok_or("no end")?.to_owned();
    let charter = format!("\"charter\":\"{}\"", Digest([4; 32]));
    let workspace = format!(",\"workspace\":\"{}\"", Digest([5; 32]));
    let cases = [
        ("duplicate key", around(&predicate.replace(&charter, &format!("{charter},{charter}")))),
        ("unknown field", around(&predicate.replace(&charter, &format!("{charter},\"more\":1")))),
        ("space", around(&predicate.replace(':', ": "))),
        ("missing field", around(&predicate.replace(&charter, ""))),
        ("null field", around(&predicate.replace(&workspace, ",\"workspace\":null"))),
        ("other time form", around(&predicate.replace("Z\"", "+00:00\""))),
        ("escaped letter", around(&predicate.replace("\"charter\"", "\"\\u0063harter\""))),
        ("upper-case digest", around(&predicate.replace("0404", "0A04"))),
        ("trailing", around(&format!("{predicate} "))),
        ("no JSON", around("{")),
        ("deep", around(&"[".repeat(10_000))),
        ("workspace missing", around(&predicate.replace(&workspace, ""))),
        ("unknown kind", payload.replace("\"name\":\"acceptance\"", "\"name\":\"blessing\"")),
        ("kind and type differ", payload.replace("\"name\":\"acceptance\"", "\"name\":\"refusal\"")),
        ("unknown version", payload.replace("acceptance/v1", "acceptance/v2")),
        ("other subject", payload.replacen("\"sha256\":\"", "\"sha256\":\"00", 1)),
        ("head with spaces", payload.replace(",\"predicateType\"", ", \"predicateType\"")),
        ("trailing brace", format!("{payload}}}")),
        ("empty", String::new()),
    ];
    let mut found = Vec::new();
    for (what, payload) in cases {
        let envelope = signed(people, payload.as_bytes());
        if opens(&envelope)? {
            return Err(format!("{what}: is not refused").into());
        }
        found.push(json!({ "what": what, "envelope": envelope }));
    }
    found.extend(bent_envelopes(&signed(people, payload.as_bytes()))?);
    Ok(found)
}

/// The same good payload in envelopes that are none.
fn bent_envelopes(good: &Value) -> Made<Vec<Value>> {
    if !opens(good)? {
        return Err("the good envelope is refused".into());
    }
    let mut two = good.clone();
    let one = good["signatures"][0].clone();
    two["signatures"] = json!([one, one]);
    let mut none = good.clone();
    none["signatures"] = json!([]);
    let mut more = good.clone();
    more["note"] = json!("x");
    let mut other = good.clone();
    other["payloadType"] = json!("text/plain");
    let mut padded = good.clone();
    padded["payload"] = json!(format!("{}=", good["payload"].as_str().unwrap_or_default()));
    let bent = [
        ("two signatures", two),
        ("no signature", none),
        ("more fields", more),
        ("other type", other),
        ("base64", padded),
    ];
    let mut found = Vec::new();
    for (what, envelope) in bent {
        if opens(&envelope)? {
            return Err(format!("{what}: is not refused").into());
        }
        found.push(json!({ "what": what, "envelope": envelope }));
    }
    Ok(found)
}
