//! A release has the console inside, and is built anew when another lies in `web/dist`. What is built for tests reads it
//! there at run time, and needs no building.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if !cfg!(debug_assertions) {
        println!("cargo::rerun-if-changed=../../../web/dist");
    }
}
