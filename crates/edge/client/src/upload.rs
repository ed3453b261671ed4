//! Encryption straight into a resumable upload: no plaintext touches disk, memory stays flat.
//!
//! A thread reads, converts and encrypts; its ciphertext leaves it in parts of [`PART`] bytes through a channel that
//! holds one. A part stays here until the server has it: after a cut the upload asks how far it came and goes on.

use std::{
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use cloister_api::datasets::{FinishUpload, Upload, UploadRequest};
use cloister_dataset::{DataKey, FileIdentity, FileInfo, encrypt, read};
use cloister_model::Rng;
use reqwest::Method;
use tokio::sync::mpsc;

use crate::{Api, ClientError};

/// Bytes of a part.
pub const PART: usize = 8 << 20;
/// How often a part is tried.
const ATTEMPTS: u32 = 6;

/// How far adding a dataset is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    /// Rows encrypted.
    pub rows: u64,
    /// Rows in all.
    pub total_rows: u64,
    /// Bytes of ciphertext the server has.
    pub uploaded: u64,
}

/// Is told how far it is.
pub type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// Collects bytes into parts and hands them on, waiting for the upload.
struct PartSink {
    part: Vec<u8>,
    out: mpsc::Sender<Bytes>,
}

impl PartSink {
    fn hand_on(&mut self) -> io::Result<()> {
        if self.part.is_empty() {
            return Ok(());
        }
        let part = std::mem::replace(&mut self.part, Vec::with_capacity(PART));
        self.out.blocking_send(part.into()).map_err(|_| io::Error::other("the upload stopped"))
    }
}

impl Write for PartSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(PART - self.part.len());
        self.part.extend_from_slice(&bytes[..taken]);
        if self.part.len() == PART {
            self.hand_on()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is encrypted, as what, under which key.
pub struct Encryption {
    /// The plaintext file, opened.
    pub source: std::fs::File,
    /// What the first pass found.
    pub inspection: read::Inspection,
    /// The data key.
    pub key: DataKey,
    /// What the ciphertext is.
    pub identity: FileIdentity,
    /// Randomness.
    pub rng: Arc<dyn Rng>,
}

/// Encrypts and uploads. Returns the ciphertext's name, size and digest once the server has compared them.
pub async fn encrypt_and_upload(
    api: &Api,
    job: Encryption,
    progress: OnProgress,
) -> Result<FileInfo, ClientError> {
    let identity = job.identity.clone();
    let request =
        UploadRequest { dataset: identity.dataset, version: identity.version, name: identity.object.clone() };
    let upload: Upload = api.post("/uploads", &request).await?.value;
    if upload.received != 0 {
        return Err(ClientError::Failed("the upload of this file has already begun elsewhere".into()));
    }
    let (out, mut parts) = mpsc::channel::<Bytes>(1);
    let (rows, mut seen) = tokio::sync::watch::channel(0_u64);
    let total_rows = job.inspection.rows;
    let worker = tokio::task::spawn_blocking(move || encrypt_into(job, out, &rows));
    let mut uploaded = 0;
    let mut failure = None;
    while let Some(part) = parts.recv().await {
        let length = part.len() as u64;
        if let Err(error) = put(api, &upload, uploaded, part).await {
            failure = Some(error);
            break;
        }
        uploaded += length;
        progress(Progress { rows: *seen.borrow_and_update(), total_rows, uploaded });
    }
    drop(parts);
    let outcome = worker.await.map_err(|e| ClientError::Failed(format!("the encryption stopped: {e}")))?;
    if let Some(error) = failure {
        return Err(error);
    }
    let info = outcome?;
    let finish = FinishUpload { size: info.size, sha256: info.sha256 };
    api.post::<Upload>(&format!("/uploads/{}/finish", upload.id), &finish).await?;
    progress(Progress { rows: total_rows, total_rows, uploaded });
    Ok(info)
}

fn encrypt_into(
    job: Encryption,
    out: mpsc::Sender<Bytes>,
    rows: &tokio::sync::watch::Sender<u64>,
) -> Result<FileInfo, ClientError> {
    let Encryption { source, inspection, key, identity, rng } = job;
    let input = |e: &dyn std::fmt::Display| ClientError::Input(e.to_string());
    let batches = read::batches(source, &inspection).map_err(|e| input(&e))?;
    let mut sink = PartSink { part: Vec::with_capacity(PART), out };
    let mut tell = |written: encrypt::Written| {
        rows.send_replace(written.rows);
    };
    let info =
        encrypt::encrypt(batches, &inspection.schema, &key, &identity, rng.as_ref(), &mut sink, &mut tell)
            .map_err(|e| input(&e))?;
    sink.hand_on().map_err(|e| ClientError::Failed(e.to_string()))?;
    Ok(info)
}

/// Puts one part, again after a cut, from where the server stands.
async fn put(api: &Api, upload: &Upload, offset: u64, part: Bytes) -> Result<(), ClientError> {
    let end = offset + part.len() as u64;
    let mut at = offset;
    let mut attempt = 0;
    loop {
        let from = usize::try_from(at - offset).unwrap_or(part.len());
        let path = format!("/uploads/{}/parts/{at}", upload.id);
        let request = api.request(Method::PUT, &path).body(part.slice(from..));
        let error = match api.ask::<Upload>(request).await {
            Ok(answer) if answer.value.received == end => return Ok(()),
            Ok(answer) => {
                ClientError::Protocol(format!("the upload stands at byte {}", answer.value.received))
            }
            Err(error) => error,
        };
        attempt += 1;
        if attempt == ATTEMPTS || !worth_trying_again(&error) {
            return Err(error);
        }
        tokio::time::sleep(Duration::from_millis(200 << attempt)).await;
        if let Ok(state) = api.get::<Upload>(&format!("/uploads/{}", upload.id)).await {
            match state.received {
                received if received == end => return Ok(()),
                received if (offset..end).contains(&received) => at = received,
                received => {
                    return Err(ClientError::Failed(format!("the upload went back to byte {received}")));
                }
            }
        }
    }
}

fn worth_trying_again(error: &ClientError) -> bool {
    match error {
        ClientError::Unreachable(_) | ClientError::Protocol(_) => true,
        ClientError::Problem(problem) => matches!(problem.status, 409 | 429 | 500..=599),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_full_but_the_last_and_nothing_is_lost() {
        let (out, mut parts) = mpsc::channel(8);
        let mut sink = PartSink { part: Vec::new(), out };
        let data: Vec<u8> = (0..PART * 2 + 5).map(|n| u8::try_from(n % 251).unwrap()).collect();
        sink.write_all(&data).unwrap();
        sink.hand_on().unwrap();
        drop(sink);
        let mut got = Vec::new();
        let mut sizes = Vec::new();
        while let Some(part) = parts.blocking_recv() {
            sizes.push(part.len());
            got.extend_from_slice(&part);
        }
        assert_eq!(sizes, [PART, PART, 5]);
        assert!(got == data);
    }

    #[test]
    fn a_sink_whose_upload_stopped_fails_instead_of_filling_memory() {
        let (out, parts) = mpsc::channel(1);
        drop(parts);
        let mut sink = PartSink { part: Vec::new(), out };
        assert!(sink.write_all(&vec![0; PART + 1]).is_err());
    }
}
