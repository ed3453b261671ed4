//! The process's TLS provider.

/// Makes aws-lc-rs the provider of TLS. Does nothing when the process has one already.
pub(crate) fn install() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
