//! Arguments of commands about attestation.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use cloister_attest::TeeKind;
use cloister_model::Timestamp;

/// Attestation evidence.
#[derive(Debug, Subcommand)]
pub(crate) enum AttestCommand {
    /// Appraise evidence offline: 0 accepted, 1 refused, 2 wrong usage or unreadable input.
    Verify(AttestVerify),
    /// Ask this machine's TEE for evidence, and write it to a file.
    Capture {
        /// The file.
        #[arg(long)]
        out: PathBuf,
        /// 64 bytes that the evidence is over, as 128 hexadecimal digits; zeros by default.
        #[arg(long, value_parser = report_data)]
        report_data: Option<[u8; 64]>,
        /// Folder with certificates, revocation lists and collateral that travel with it.
        #[arg(long, value_name = "FOLDER")]
        attestation: Option<PathBuf>,
    },
    /// Measurements of workers that the broker of a deployment accepts.
    #[command(subcommand)]
    Reference(ReferenceCommand),
}

/// `cloister attest verify`.
#[derive(Debug, Args)]
pub(crate) struct AttestVerify {
    /// The evidence: a report, quote or document, raw or hexadecimal, or what `capture` wrote.
    #[arg(long)]
    pub(crate) evidence: PathBuf,
    /// Of which TEE.
    #[arg(long)]
    pub(crate) kind: KindWord,
    /// Collateral: a file or a folder of files. Intel: JSON in the form of `dcap-qvl`. AMD: revocation lists, DER.
    #[arg(long)]
    pub(crate) collateral: Option<PathBuf>,
    /// AMD: certificates, PEM or DER, in any order: the chip's, the intermediate's, the root's.
    #[arg(long, num_args = 1..)]
    pub(crate) certs: Vec<PathBuf>,
    /// JSON file: what a platform must fulfil, and `measurements` that are accepted.
    #[arg(long)]
    pub(crate) policy: Option<PathBuf>,
    /// The moment to judge by, RFC 3339; now by default.
    #[arg(long)]
    pub(crate) at: Option<Timestamp>,
    /// The report data expected, 128 hexadecimal digits.
    #[arg(long, value_parser = report_data)]
    pub(crate) report_data: Option<[u8; 64]>,
}

/// A kind of TEE on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindWord {
    /// AMD SEV-SNP.
    Snp,
    /// Intel TDX.
    Tdx,
    /// Intel SGX.
    Sgx,
    /// AWS Nitro Enclaves.
    Nitro,
}

impl From<KindWord> for TeeKind {
    fn from(word: KindWord) -> Self {
        match word {
            KindWord::Snp => Self::Snp,
            KindWord::Tdx => Self::Tdx,
            KindWord::Sgx => Self::Sgx,
            KindWord::Nitro => Self::Nitro,
        }
    }
}

/// Accepted measurements of a deployment.
#[derive(Debug, Subcommand)]
pub(crate) enum ReferenceCommand {
    /// Accept one more. It counts from the next start of `serve`; workspaces then need a charter that names the changed
    /// configuration.
    Add {
        /// The deployment's data folder.
        #[arg(long)]
        data: PathBuf,
        /// 96 hexadecimal digits, as `attest verify` prints them.
        #[arg(value_parser = measurement)]
        measurement: String,
    },
    /// Accept one no longer.
    Remove {
        /// The deployment's data folder.
        #[arg(long)]
        data: PathBuf,
        /// 96 hexadecimal digits.
        #[arg(value_parser = measurement)]
        measurement: String,
    },
    /// Those that were added.
    List {
        /// The deployment's data folder.
        #[arg(long)]
        data: PathBuf,
    },
}

fn report_data(text: &str) -> Result<[u8; 64], String> {
    let mut data = [0; 64];
    hex::decode_to_slice(text.trim(), &mut data).map_err(|_| "expected 128 hexadecimal digits".to_owned())?;
    Ok(data)
}

fn measurement(text: &str) -> Result<String, String> {
    let text = text.trim().to_lowercase();
    if cloister_statement::configuration::is_measurement(&text) {
        Ok(text)
    } else {
        Err("expected 96 hexadecimal digits".into())
    }
}
