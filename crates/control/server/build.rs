//! Builds the server anew when another console lies in `web/dist`; the folder is there without a console too.
#![expect(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]

fn main() {
    println!("cargo::rerun-if-changed=../../../web/dist");
}
