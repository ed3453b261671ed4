//! Binary `cloister-worker`.
fn main() {}
