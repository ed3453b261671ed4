//! From a plaintext file to ciphertext at the server, resumable in the middle by another process.
//!
//! A thread reads, converts and encrypts into a file of ciphertext in the profile; no plaintext touches disk, memory stays
//! flat. From there parts of [`PART`] bytes go out, each until the server has it: after a cut the upload asks how far it
//! came and goes on.

pub(crate) mod shelf;

use std::{
    io::{BufWriter, Write},
    path::Path,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use cloister_api::datasets::{FinishUpload, Upload, UploadRequest};
use cloister_dataset::{DataKey, FileIdentity, FileInfo, encrypt, read};
use cloister_model::Rng;
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::{Api, ClientError};

/// Bytes of a part.
pub const PART: usize = 8 << 20;
/// How often a part is tried.
const ATTEMPTS: u32 = 6;

/// How far adding a dataset is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows encrypted.
    pub rows: u64,
    /// Rows in all.
    pub total_rows: u64,
    /// Bytes of ciphertext the server has.
    pub uploaded: u64,
    /// Bytes of ciphertext in all; 0 until everything is encrypted.
    pub total_bytes: u64,
}

/// Is told how far it is.
pub type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

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

/// Encrypts into a file, durably.
pub fn encrypt_into(
    job: Encryption,
    target: std::fs::File,
    progress: &OnProgress,
) -> Result<FileInfo, ClientError> {
    let Encryption { source, inspection, key, identity, rng } = job;
    let input = |e: &dyn std::fmt::Display| ClientError::Input(e.to_string());
    let failed = |e: std::io::Error| ClientError::Failed(format!("the ciphertext cannot be kept: {e}"));
    let batches = read::batches(source, &inspection).map_err(|e| input(&e))?;
    let mut sink = BufWriter::with_capacity(1 << 20, target);
    let total_rows = inspection.rows;
    let mut tell = |written: encrypt::Written| {
        progress(Progress { rows: written.rows, total_rows, ..Progress::default() });
    };
    let info =
        encrypt::encrypt(batches, &inspection.schema, &key, &identity, rng.as_ref(), &mut sink, &mut tell)
            .map_err(|e| input(&e))?;
    sink.flush().map_err(failed)?;
    sink.get_ref().sync_all().map_err(failed)?;
    Ok(info)
}

/// Uploads a file of ciphertext from where the server stands, in parts of `part` bytes, and lets the server compare size
/// and digest. Gives the byte from which it went on.
pub async fn send(
    api: &Api,
    identity: &FileIdentity,
    (path, info, part): (&Path, &FileInfo, usize),
    progress: &OnProgress,
) -> Result<u64, ClientError> {
    let request =
        UploadRequest { dataset: identity.dataset, version: identity.version, name: identity.object.clone() };
    let upload: Upload = api.post("/uploads", &request).await?.value;
    if upload.received > info.size {
        return Err(ClientError::Protocol("the server has more of the file than there is".into()));
    }
    let tell = |uploaded| progress(Progress { uploaded, total_bytes: info.size, ..Progress::default() });
    tell(upload.received);
    let mut file = tokio::fs::File::open(path).await.map_err(|e| ClientError::file(path, e))?;
    let mut at = upload.received;
    file.seek(std::io::SeekFrom::Start(at)).await.map_err(|e| ClientError::file(path, e))?;
    while at < info.size {
        let length = usize::try_from(info.size - at).unwrap_or(part).min(part);
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes).await.map_err(|e| ClientError::file(path, e))?;
        put(api, &upload, at, bytes.into()).await?;
        at += length as u64;
        tell(at);
    }
    let finish = FinishUpload { size: info.size, sha256: info.sha256 };
    api.post::<Upload>(&format!("/uploads/{}/finish", upload.id), &finish).await?;
    Ok(upload.received)
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
