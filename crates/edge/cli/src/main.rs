//! Binary `cloister`.
fn main() {}
