//! Sealing what came out: the result and the log, to the readers only.

use cloister_api::runs::OutputInfo;
use cloister_model::{RunId, Timestamp};
use cloister_statement::{binary::sha256, predicate::Output, seal};

use crate::RunError;

/// A sealed output and its description.
pub(crate) struct Sealed {
    /// What the receipt says of it.
    pub(crate) output: Output,
    /// The ciphertext; none when the server has it already.
    pub(crate) bytes: Option<Vec<u8>>,
}

impl Sealed {
    /// What the server is told of it.
    pub(crate) fn info(&self) -> OutputInfo {
        OutputInfo { name: self.output.name.clone(), size: self.output.size, sha256: self.output.sha256 }
    }
}

/// Seals `plaintext` to age recipients, padded so that its size tells little.
pub(crate) fn seal_to(name: &str, plaintext: &[u8], recipients: &[String]) -> Result<Sealed, RunError> {
    let bytes = seal::age_encrypt(recipients, plaintext).map_err(|e| RunError::broken("seal", e))?;
    let output = Output { name: name.into(), size: bytes.len() as u64, sha256: sha256(&bytes) };
    Ok(Sealed { output, bytes: Some(bytes) })
}

/// What the readers, and nobody else, learn of how a run went.
pub(crate) struct Log {
    lines: Vec<String>,
}

impl Log {
    /// A log that begins with the run.
    pub(crate) fn new(run: RunId, at: Timestamp) -> Self {
        Self { lines: vec![format!("{at} run {run} begins (worker's clock)")] }
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, at: Timestamp, text: impl std::fmt::Display) {
        self.lines.push(format!("{at} {text}"));
    }

    /// The text.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut text = self.lines.join("\n");
        text.push('\n');
        text.into_bytes()
    }
}
