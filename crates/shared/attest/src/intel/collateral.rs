//! Intel's collateral: TCB info, QE identity, revocation lists and the chains that sign them, as of a moment.

use cloister_model::Timestamp;
use dcap_qvl::{QuoteCollateralV3, quote::Quote};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use x509_cert::{Certificate, der::Encode};

use crate::{TrustRoots, x509::RevocationList};

/// The kind of certification data that is the chain of the platform's certificate, in PEM.
const PCK_CHAIN: u16 = 5;

/// The dates of a signed document of Intel's.
#[derive(Deserialize)]
struct Dated {
    #[serde(rename = "issueDate")]
    issued: Timestamp,
    #[serde(rename = "nextUpdate")]
    until: Timestamp,
}

/// Collateral of one platform, in the form of `dcap-qvl`.
pub(super) struct Collateral(QuoteCollateralV3);

impl Collateral {
    /// Reads the one part that evidence of Intel's brings. A quote that carries its platform's certificates is judged by
    /// those, whatever the collateral was fetched for.
    pub(super) fn read(parts: &[Vec<u8>], quote: &Quote) -> Result<Self, String> {
        match parts {
            [document] => {
                let mut read: QuoteCollateralV3 = serde_json::from_slice(document)
                    .map_err(|e| format!("the collateral cannot be read: {e}"))?;
                if quote.inner_cert_type() == PCK_CHAIN {
                    read.pck_certificate_chain = None;
                }
                Ok(Self(read))
            }
            [] => Err("the evidence brings no collateral".into()),
            [..] => Err("the evidence brings more than one part of collateral".into()),
        }
    }

    /// For the library.
    pub(super) fn document(&self) -> &QuoteCollateralV3 {
        &self.0
    }

    /// The root certificate, which travels with the chain that signs the TCB info and is pinned here.
    pub(super) fn root(&self, roots: &TrustRoots) -> Result<Vec<u8>, String> {
        let chain = Certificate::load_pem_chain(self.0.tcb_info_issuer_chain.as_bytes())
            .map_err(|e| format!("the chain of the TCB info cannot be read: {e}"))?;
        let pinned = chain
            .iter()
            .filter_map(|certificate| certificate.to_der().ok())
            .find(|der| roots.is_intel(Sha256::digest(der).into()));
        pinned.ok_or_else(|| "the root certificate is not Intel's".into())
    }

    /// Whether every dated part counts at a moment. Certificates are dated too: the library looks at those.
    pub(super) fn in_dates(&self, at: Timestamp) -> Result<(), String> {
        for (what, text) in [("the TCB info", &self.0.tcb_info), ("the QE identity", &self.0.qe_identity)] {
            let dated: Dated =
                serde_json::from_str(text).map_err(|e| format!("{what} cannot be read: {e}"))?;
            if at < dated.issued {
                return Err(format!("{what} is not valid before {}", dated.issued));
            }
            if at > dated.until {
                return Err(format!("{what} expired at {}", dated.until));
            }
        }
        [&self.0.root_ca_crl, &self.0.pck_crl]
            .into_iter()
            .try_for_each(|der| RevocationList::decode(der)?.in_dates(at))
    }
}
