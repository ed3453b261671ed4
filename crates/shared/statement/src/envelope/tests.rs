use cloister_model::{Digest, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::{
    predicate::{Acceptance, Grant, Pin, Refusal},
    testing::CountingRng,
};

fn key() -> SigningKey {
    SigningKey::generate(&CountingRng::new(1))
}

fn acceptance(workspace: Option<Digest>) -> Predicate<Acceptance> {
    Predicate {
        issued_at: Timestamp::from_micros(1_800_000_000_000_000),
        signer: Signer::Certificate(Digest([3; 32])),
        workspace,
        body: Acceptance { charter: Digest([4; 32]) },
    }
}

fn envelope() -> Envelope {
    sign(&key(), &acceptance(Some(Digest([5; 32])))).unwrap()
}

/// A well-signed envelope over any payload text.
fn forged(payload: String) -> Result<Envelope, CodecError> {
    let signature = key().sign(&pre_authentication(payload.as_bytes()));
    Envelope::new(payload.into_bytes(), key().public(), signature)
}

fn with_predicate(predicate: &str) -> Envelope {
    forged(format!("{}{predicate}}}", head(Kind::Acceptance, sha256(predicate.as_bytes())))).unwrap()
}

#[test]
fn a_statement_round_trips_and_verifies_under_its_key_only() {
    let envelope = envelope();
    let again = Envelope::parse(&envelope.to_json()).unwrap();
    assert_eq!(again, envelope);
    assert_eq!(again.kind(), Kind::Acceptance);
    assert_eq!(again.header().unwrap().workspace, Some(Digest([5; 32])));
    let verified = again.open::<Acceptance>().unwrap().verify(&key().public()).unwrap();
    assert_eq!(verified.predicate(), &acceptance(Some(Digest([5; 32]))));
    assert_eq!(verified.digest(), sha256(envelope.payload()));
    let other = SigningKey::generate(&CountingRng::new(2)).public();
    assert!(again.open::<Acceptance>().unwrap().verify(&other).is_err());
}

#[test]
fn the_kind_is_compared_before_anything_is_decoded() {
    let error = envelope().open::<Refusal>().unwrap_err();
    assert!(matches!(error, CodecError::Kind { expected: "refusal", got: "acceptance" }), "{error}");
}

#[test]
fn a_named_key_must_be_the_key_that_signs() {
    let mut predicate = acceptance(Some(Digest([5; 32])));
    predicate.signer = Signer::Key(Digest([9; 32]));
    assert!(matches!(sign(&key(), &predicate), Err(CodecError::Signer)));
}

#[test]
fn a_workspace_is_named_where_it_belongs() {
    assert!(matches!(sign(&key(), &acceptance(None)), Err(CodecError::Belonging("acceptance"))));
}

#[test]
fn deviations_from_the_one_encoding_are_refused_though_well_signed() {
    let good = String::from_utf8(json::encode(&acceptance(Some(Digest([5; 32])))).unwrap()).unwrap();
    assert!(with_predicate(&good).open::<Acceptance>().is_ok());
    let charter = format!("\"charter\":\"{}\"", Digest([4; 32]));
    let cases = [
        ("duplicate key", good.replace(&charter, &format!("{charter},{charter}"))),
        ("unknown field", good.replace(&charter, &format!("{charter},\"more\":1"))),
        ("space", good.replace(':', ": ")),
        ("missing field", good.replace(&charter, "")),
        ("other time form", good.replace("Z\"", "+00:00\"")),
        ("trailing", format!("{good} ")),
        ("no JSON", "{".into()),
        ("deep", "[".repeat(10_000)),
        ("workspace missing", good.replace(&format!(",\"workspace\":\"{}\"", Digest([5; 32])), "")),
    ];
    for (what, predicate) in cases {
        assert!(with_predicate(&predicate).open::<Acceptance>().is_err(), "{what}: {predicate}");
    }
}

#[test]
fn heads_other_than_the_one_form_are_refused_though_well_signed() {
    let good = String::from_utf8(envelope().payload().to_vec()).unwrap();
    assert!(forged(good.clone()).is_ok());
    let cases = [
        ("unknown kind", good.replace("\"name\":\"acceptance\"", "\"name\":\"blessing\"")),
        ("kind and type differ", good.replace("\"name\":\"acceptance\"", "\"name\":\"refusal\"")),
        ("unknown version", good.replace("acceptance/v1", "acceptance/v2")),
        ("other subject", good.replacen("\"sha256\":\"", "\"sha256\":\"00", 1)),
        ("trailing", format!("{good}}}")),
        ("spaces", good.replace(",\"predicateType\"", ", \"predicateType\"")),
        ("empty", String::new()),
    ];
    for (what, payload) in cases {
        assert!(forged(payload).is_err(), "{what}");
    }
}

#[test]
fn oversize_is_refused() {
    assert!(Envelope::parse(&vec![b' '; MAX_ENVELOPE + 1]).is_err());
    assert!(matches!(forged("x".repeat(MAX_PAYLOAD + 1)), Err(CodecError::Json(JsonError::Size { .. }))));
}

proptest! {
    #[test]
    fn grants_round_trip(micros in 0_i64..4_000_000_000_000_000, simulated: bool, manifest: [u8; 32],
                         renew in proptest::option::of(any::<u64>()), pinned: bool) {
        let predicate = Predicate {
            issued_at: Timestamp::from_micros(micros),
            signer: Signer::Certificate(Digest([3; 32])),
            workspace: Some(Digest([1; 32])),
            body: Grant {
                manifest: Digest(manifest),
                pin: if pinned { Pin::Charter(Digest(manifest)) } else { Pin::Follows },
                allow_simulated: simulated,
                expires: Some(Timestamp::from_micros(micros)),
                renew_within: renew,
            },
        };
        let envelope = sign(&key(), &predicate).unwrap();
        let again = Envelope::parse(&envelope.to_json()).unwrap();
        let verified = again.open::<Grant>().unwrap().verify(&key().public()).unwrap();
        prop_assert_eq!(verified.predicate(), &predicate);
    }

    #[test]
    fn any_bit_flipped_in_the_text_is_refused(at: prop::sample::Index, bit in 0_u8..8) {
        let mut text = envelope().to_json();
        let at = at.index(text.len());
        text[at] ^= 1 << bit;
        let read = Envelope::parse(&text).ok().and_then(|e| e.open::<Acceptance>().ok());
        prop_assert!(read.is_none_or(|u| u.verify(&key().public()).is_err()));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), cut: prop::sample::Index) {
        let _ = Envelope::parse(&bytes);
        let good = envelope();
        let mut payload = good.payload().to_vec();
        payload.truncate(cut.index(payload.len()));
        payload.extend_from_slice(&bytes);
        let _ = Envelope::new(payload, key().public(), [0; 64]).map(|e| (e.header().is_ok(), e.open::<Acceptance>().is_ok()));
        let _ = crate::bundle::Bundle::parse(&bytes);
        let _ = crate::configuration::BrokerConfiguration::parse(&bytes);
    }
}
