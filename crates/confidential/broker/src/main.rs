//! Binary `cloister-broker`.
fn main() {}
