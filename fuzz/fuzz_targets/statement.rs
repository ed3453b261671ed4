//! An envelope that parses has one encoding and one digest; opening it as any kind never panics.
#![no_main]

use cloister_statement::Envelope;
use cloister_statement::predicate::{
    Acceptance, Acknowledgement, Certificate, Charter, Grant, Manifest, Receipt, ReleaseRecord, Review,
    RunRequest, Spec,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(envelope) = Envelope::parse(bytes) else { return };
    let again = Envelope::parse(&envelope.to_json()).expect("what was parsed is encoded so that it parses");
    assert_eq!(again.digest(), envelope.digest());
    let _ = envelope.header();
    let opened = [
        envelope.open::<Acceptance>().is_ok(),
        envelope.open::<Acknowledgement>().is_ok(),
        envelope.open::<Certificate>().is_ok(),
        envelope.open::<Charter>().is_ok(),
        envelope.open::<Grant>().is_ok(),
        envelope.open::<Manifest>().is_ok(),
        envelope.open::<Receipt>().is_ok(),
        envelope.open::<ReleaseRecord>().is_ok(),
        envelope.open::<Review>().is_ok(),
        envelope.open::<RunRequest>().is_ok(),
        envelope.open::<Spec>().is_ok(),
    ];
    assert!(opened.iter().filter(|opened| **opened).count() <= 1, "one envelope is of one kind");
});
