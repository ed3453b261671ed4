//! Runs: waiting, results, logs, bundles. Nothing is shown before its receipt held.

use std::time::Duration;

use cloister_api::runs::{OutputInfo, Run};
use cloister_dataset::results::result_to_csv;
use cloister_model::Digest;
use cloister_statement::{
    binary::sha256,
    bundle::Bundle,
    predicate::{Receipt, ReleaseRecord},
    seal::age_decrypt,
};
use zeroize::Zeroizing;

use crate::{Client, ClientError, client::from_api, error::malformed};

/// The largest sealed output that is taken into memory.
const MAX_OUTPUT: usize = 2 << 30;

/// How a result is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultFormat {
    /// As the worker sealed it.
    Parquet,
    /// Text, converted here.
    Csv,
}

impl ResultFormat {
    /// The format that a file's name asks for.
    pub fn of(path: &std::path::Path) -> Result<Self, ClientError> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("parquet") => Ok(Self::Parquet),
            Some("csv") => Ok(Self::Csv),
            Some(_) | None => {
                Err(ClientError::Input(format!("`{}` must end in .parquet or .csv", path.display())))
            }
        }
    }
}

/// An output that was opened.
pub struct Opened {
    /// The plaintext.
    pub plaintext: Zeroizing<Vec<u8>>,
    /// SHA-256 of the ciphertext, equal to the receipt's.
    pub sha256: Digest,
    /// The receipt's digest; none for a test on mock data.
    pub receipt: Option<Digest>,
}

impl Client {
    /// The run, again.
    pub async fn run(&self, run: &Run) -> Result<Run, ClientError> {
        self.api.get(&format!("/runs/{}", run.id)).await
    }

    /// Waits for the end of a run. A server that is away for a while does not end the wait.
    pub async fn wait_for(&self, run: Run, mut seen: impl FnMut(&Run)) -> Result<Run, ClientError> {
        let (mut run, mut pause, mut failures) = (run, 100, 0);
        loop {
            seen(&run);
            if !matches!(run.state.as_str(), "queued" | "running") {
                return Ok(run);
            }
            tokio::time::sleep(Duration::from_millis(pause)).await;
            pause = (pause * 3 / 2).min(1000);
            match self.run(&run).await {
                Ok(next) => (run, failures) = (next, 0),
                Err(ClientError::Unreachable(reason)) if failures >= 60 => {
                    return Err(ClientError::Unreachable(reason));
                }
                Err(ClientError::Unreachable(_)) => failures += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Verifies the receipt of a run: signed by the worker that the broker's release record names, for this run.
    pub(crate) async fn receipt(&self, run: &Run) -> Result<(Digest, Receipt), ClientError> {
        let missing = || ClientError::refused("receipt", "the run has no receipt");
        let held = self.hold(self.api.get(&format!("/workspaces/{}", run.workspace)).await?).await?;
        held.in_force()?;
        let record = from_api(run.release.as_ref().ok_or_else(missing)?)?;
        let record = record.open::<ReleaseRecord>().map_err(|e| malformed("release")(&e))?;
        let charter = record.predicate().body.charter;
        let broker = held
            .chain()
            .and_then(|chain| chain.past(&charter))
            .map(|charter| charter.broker.signing_key)
            .ok_or_else(|| {
                ClientError::refused("release", "the release names a charter outside the workspace's chain")
            })?;
        let record = record.verify(&broker).map_err(|e| malformed("release")(&e))?;
        let receipt = from_api(run.receipt.as_ref().ok_or_else(missing)?)?;
        let receipt = receipt.open::<Receipt>().map_err(|e| malformed("receipt")(&e))?;
        let receipt = receipt.verify(&record.body().worker).map_err(|e| malformed("receipt")(&e))?;
        let (said, released) = (receipt.body(), record.body());
        let genesis = Some(held.genesis());
        let holds = said.run == run.id
            && released.run == run.id
            && said.release == record.digest()
            && said.worker == released.worker
            && said.assurance == released.assurance
            && receipt.workspace() == genesis
            && record.workspace() == genesis;
        if holds {
            Ok((receipt.digest(), said.clone()))
        } else {
            Err(ClientError::refused("receipt", "the receipt is of another run, release or workspace"))
        }
    }

    /// Downloads an output, compares it with the receipt and opens it.
    pub async fn open_output(&self, run: &Run, name: &str) -> Result<Opened, ClientError> {
        let listed: &OutputInfo = run.outputs.iter().find(|output| output.name == name).ok_or_else(|| {
            let why = run.code.as_deref().unwrap_or("it has not ended");
            ClientError::Failed(format!("the run is {} and has no {name}: {why}", run.state))
        })?;
        let (receipt, expected) = if run.kind == "test" {
            (None, listed.sha256)
        } else {
            let (digest, receipt) = self.receipt(run).await?;
            let output = receipt.outputs.iter().find(|output| output.name == name);
            let output = output.ok_or_else(|| {
                ClientError::refused("result", format!("the receipt names no output `{name}`"))
            })?;
            (Some(digest), output.sha256)
        };
        let sealed = self.api.bytes(&format!("/runs/{}/outputs/{name}", run.id), MAX_OUTPUT).await?;
        if sha256(&sealed) != expected {
            return Err(ClientError::refused("result", "the bytes downloaded are not those of the receipt"));
        }
        for keys in self.profile.all_keys()? {
            if let Ok(plaintext) = age_decrypt(&keys.age, &sealed) {
                return Ok(Opened { plaintext, sha256: expected, receipt });
            }
        }
        Err(ClientError::Failed(format!(
            "no key of this profile opens the {name}: you may not be among its readers"
        )))
    }

    /// The result, verified, opened and in the format asked for.
    pub async fn result(&self, run: &Run, format: ResultFormat) -> Result<Opened, ClientError> {
        let opened = self.open_output(run, "result").await?;
        match format {
            ResultFormat::Parquet => Ok(opened),
            ResultFormat::Csv => {
                let csv = result_to_csv(&opened.plaintext).map_err(|e| ClientError::Failed(e.to_string()))?;
                Ok(Opened { plaintext: Zeroizing::new(csv), ..opened })
            }
        }
    }

    /// The bundle of a run in its one encoding.
    pub async fn bundle(&self, run: &Run) -> Result<Vec<u8>, ClientError> {
        let bytes = self.api.bytes(&format!("/runs/{}/bundle", run.id), Bundle::MAX + (1 << 20)).await?;
        let bundle: Bundle =
            serde_json::from_slice(&bytes).map_err(|e| ClientError::Protocol(format!("the bundle: {e}")))?;
        let mut encoded = bundle.encode().map_err(|e| ClientError::Protocol(e.to_string()))?;
        encoded.push(b'\n');
        Ok(encoded)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_name_of_the_file_decides_the_format() {
        assert_eq!(ResultFormat::of(Path::new("a/b.csv")).unwrap(), ResultFormat::Csv);
        assert_eq!(ResultFormat::of(Path::new("b.parquet")).unwrap(), ResultFormat::Parquet);
        for bad in ["b", "b.xlsx", "csv"] {
            assert!(matches!(ResultFormat::of(Path::new(bad)), Err(ClientError::Input(_))), "{bad}");
        }
    }
}
