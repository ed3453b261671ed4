//! Where captured evidence lies: in the folder beside the project, else in what the vendors' libraries ship.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

/// A prefix of names in the shared folder, and where a library ships the same files.
const SHIPPED: [(&str, &str, &str); 4] = [
    ("sev-snp/sev-crate/", "sev", "tests/certs_data"),
    ("tdx/dcap-qvl/", "dcap-qvl", "sample"),
    ("sgx/dcap-qvl/", "dcap-qvl", "sample"),
    ("nitro/library/", "nitro_attest", "tests/fixtures"),
];

/// The sources of the libraries of this build.
static PACKAGES: LazyLock<serde_json::Value> = LazyLock::new(|| {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    // Of other platforms' packages nothing may be downloaded.
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .args(["--filter-platform", &platform, "--manifest-path"])
        .arg(manifest)
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
});

fn library(name: &str) -> PathBuf {
    let packages = PACKAGES["packages"].as_array().unwrap();
    let found = packages.iter().find(|package| package["name"] == name).unwrap();
    Path::new(found["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned()
}

/// A captured file; nothing, and said, where neither the folder nor a library has it.
pub(crate) fn file(name: &str) -> Option<Vec<u8>> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/vectors").join(name);
    if shared.is_file() {
        return Some(fs::read(shared).unwrap());
    }
    if let Some((prefix, package, folder)) = SHIPPED.iter().find(|(prefix, ..)| name.starts_with(prefix)) {
        return Some(fs::read(library(package).join(folder).join(&name[prefix.len()..])).unwrap());
    }
    eprintln!("SKIPPED: no captured {name} beside the project");
    None
}
