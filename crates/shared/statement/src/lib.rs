//! Signed statements, member keys and certificates, sealing, receipts, bundles.
