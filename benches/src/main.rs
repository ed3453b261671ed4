//! `cargo xtask bench` starts this; see the library.

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    cloister_benches::run(std::env::args().skip(1).collect()).await
}
