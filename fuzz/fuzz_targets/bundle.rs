//! A bundle that parses has one encoding.
#![no_main]

use cloister_statement::bundle::Bundle;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(bundle) = Bundle::parse(bytes) else { return };
    let encoded = bundle.encode().expect("what was parsed can be encoded");
    assert_eq!(encoded, bytes.strip_suffix(b"\n").unwrap_or(bytes));
});
