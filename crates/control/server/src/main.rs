//! Binary `cloister-server`.
fn main() {}
