use std::{collections::BTreeMap, io::Write, sync::Mutex};

use cloister_dataset::{decrypt::check_magic, raw};
use cloister_model::{DatasetId, Digest, ingest::Target};
use cloister_statement::{binary::sha256, testing::CountingRng};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::hold;

/// A server that holds one raw file and takes one output.
#[derive(Default)]
struct House {
    raw: Vec<u8>,
    output: Mutex<Vec<u8>>,
    finished: Mutex<Vec<u8>>,
    /// Statuses to answer with instead, first come first served.
    instead: Mutex<Vec<&'static str>>,
}

impl House {
    fn answer(&self, head: &str, body: &[u8]) -> (&'static str, Vec<u8>) {
        let (line, path) = (head.lines().next().unwrap(), head.split(' ').nth(1).unwrap());
        if path.contains("/progress") {
            return ("200 OK", br#"{"cancelled":false}"#.to_vec());
        }
        if let Some(status) = self.instead.lock().unwrap().pop() {
            return (status, b"{}".to_vec());
        }
        if line.starts_with("GET") {
            let range =
                head.lines().find_map(|l| l.to_lowercase().strip_prefix("range: bytes=").map(String::from));
            let (first, last) = range.as_deref().unwrap().split_once('-').unwrap();
            let (first, last): (usize, usize) = (first.parse().unwrap(), last.trim().parse().unwrap());
            return ("206 Partial Content", self.raw[first..=last].to_vec());
        }
        let path = path.split('?').next().unwrap();
        if let Some(offset) = path.split("/parts/").nth(1) {
            let mut output = self.output.lock().unwrap();
            output.truncate(offset.parse().unwrap());
            output.extend_from_slice(body);
        } else {
            *self.finished.lock().unwrap() = body.to_vec();
        }
        ("204 No Content", Vec::new())
    }

    async fn one(&self, mut stream: TcpStream) {
        let (mut taken, mut buffer) = (Vec::new(), vec![0; 64 << 10]);
        loop {
            let read = stream.read(&mut buffer).await.unwrap_or_default();
            taken.extend_from_slice(&buffer[..read]);
            let Some(end) = taken.windows(4).position(|w| w == b"\r\n\r\n") else {
                if read == 0 {
                    return;
                }
                continue;
            };
            let head = String::from_utf8_lossy(&taken[..end]).into_owned();
            let length = head.to_lowercase();
            let length = length.lines().find_map(|l| l.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |l| l.trim().parse().unwrap());
            if taken.len() >= end + 4 + length {
                let (status, body) = self.answer(&head, &taken[end + 4..]);
                let head = format!(
                    "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(head.as_bytes()).await;
                let _ = stream.write_all(&body).await;
                return;
            }
        }
    }
}

const KEY: [u8; 32] = [9; 32];

fn identity(object: &str, version: u32) -> FileIdentity {
    FileIdentity { dataset: DatasetId(uuid::Uuid::from_u128(7)), version, object: object.into() }
}

fn sealed(plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = raw::seal(&DataKey::from_bytes(KEY), &identity(RAW_OBJECT, 1), &mut out).unwrap();
    writer.write_all(plain).unwrap();
    writer.finish().unwrap();
    out
}

/// More than two blocks of ciphertext, and one row that does not fit.
fn csv() -> Vec<u8> {
    let rows = (0..420_000).map(|n| format!("p{n:06},{}\n", n % 97));
    format!("patient,charge\n{}oops\n", rows.collect::<String>()).into_bytes()
}

async fn work(house: &Arc<House>, skip_bad_rows: bool) -> Work {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = house.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let house = serving.clone();
            tokio::spawn(async move { house.one(stream).await });
        }
    });
    let api = Arc::new(WorkerApi::new(&url, "token").unwrap());
    let run = RunId(uuid::Uuid::from_u128(1));
    let (hold, _heartbeat) = hold::lease(&api, run, 1);
    let table = LeasedTable {
        sql_name: "t".parse().unwrap(),
        manifest: Digest([1; 32]),
        dataset: DatasetId(uuid::Uuid::from_u128(7)),
        sealed_key: None,
    };
    let size = house.raw.len() as u64;
    Work {
        remote: Arc::new(RemoteFile::new(&api, (run, 1), &table, 1, RAW_OBJECT)),
        raw: FileInfo { name: RAW_OBJECT.into(), size, sha256: sha256(&house.raw) },
        identity: identity(RAW_OBJECT, 1),
        key: DataKey::from_bytes(KEY),
        ingest: Ingest {
            version: 1,
            header: true,
            skip_bad_rows,
            schema: None,
            target: Target { dataset: table.dataset, version: 2, object: PARQUET_OBJECT.into() },
        },
        api,
        lease: (run, 1),
        rng: Arc::new(CountingRng::new(3)),
        runtime: Handle::current(),
        line: Arc::default(),
        share: hold.share(),
    }
}

async fn convert(work: Work) -> Result<(Option<&'static str>, Report), RunError> {
    tokio::task::spawn_blocking(move || work.convert()).await.unwrap()
}

#[tokio::test]
async fn a_raw_file_goes_out_as_encrypted_parquet_although_the_server_is_away_for_a_moment() {
    let text = csv();
    let house = Arc::new(House { raw: sealed(&text), ..House::default() });
    assert!(house.raw.len() > 4 << 20, "more than two blocks");
    *house.instead.lock().unwrap() = vec!["503 Service Unavailable", "502 Bad Gateway"];
    let (code, report) = convert(work(&house, true).await).await.unwrap();
    assert_eq!((code, &report.problem), (None, &None));
    assert_eq!((report.rows, report.bad_row_count, report.bad_rows[0].line), (420_000, 1, 420_002));
    assert_eq!(report.plaintext.unwrap().sha256, sha256(&text));
    let (file, output) = (report.file.unwrap(), house.output.lock().unwrap());
    assert_eq!(
        (file.name.as_str(), file.size, file.sha256),
        (PARQUET_OBJECT, output.len() as u64, sha256(&output))
    );
    let ends = (*output.first_chunk().unwrap(), *output.last_chunk().unwrap());
    assert_eq!(check_magic(ends.0, ends.1), Ok(()));
    let finished: BTreeMap<String, serde_json::Value> =
        serde_json::from_slice(&house.finished.lock().unwrap()).unwrap();
    assert_eq!(finished["sha256"], file.sha256.to_string());
    assert!(!output.windows(7).any(|w| w == b"patient"), "plaintext went out");
    assert_ne!(report.data_key.unwrap(), DataKey::from_bytes(KEY), "the raw file's key again");
}

#[tokio::test]
async fn a_file_at_fault_is_told_to_the_owner_and_nothing_is_made_of_it() {
    let cases: [(&str, Vec<u8>, &str); 4] = [
        ("bad rows", b"a,b\n1,2\n3\n".to_vec(), BAD_ROWS),
        ("nothing", Vec::new(), UNREADABLE),
        ("a header alone", b"a,b\n".to_vec(), UNREADABLE),
        ("cut Parquet", b"PAR1 and no more".to_vec(), UNREADABLE),
    ];
    for (what, plain, expected) in cases {
        let house = Arc::new(House { raw: sealed(&plain), ..House::default() });
        let (code, report) = convert(work(&house, false).await).await.unwrap();
        assert_eq!(code, Some(expected), "{what}: {:?}", report.problem);
        assert!(report.problem.is_some() && report.file.is_none() && report.data_key.is_none(), "{what}");
        assert_eq!(report.plaintext.unwrap().size, plain.len() as u64, "{what}");
        assert!(house.finished.lock().unwrap().is_empty(), "{what}");
    }
}

#[tokio::test]
async fn other_bytes_than_the_manifests_are_not_read() {
    let house = Arc::new(House { raw: sealed(b"a,b\n1,2\n"), ..House::default() });
    type Edit = fn(&mut Work);
    let cases: [(&str, Edit); 4] = [
        ("another digest", |w| w.raw.sha256 = Digest([0; 32])),
        ("another key", |w| w.key = DataKey::from_bytes([8; 32])),
        ("another version", |w| w.identity.version = 2),
        ("cut", |w| w.raw.size -= 1),
    ];
    for (what, edit) in cases {
        let mut work = work(&house, false).await;
        edit(&mut work);
        let (code, report) = convert(work).await.unwrap();
        assert_eq!((code, report.plaintext), (Some(NOT_AUTHENTIC), None), "{what}");
    }
}

#[tokio::test]
async fn a_lost_lease_and_a_cancel_end_the_thread() {
    let house = Arc::new(House { raw: sealed(&csv()), ..House::default() });
    *house.instead.lock().unwrap() = vec!["409 Conflict"];
    let lost = convert(work(&house, true).await).await.unwrap_err();
    assert!(matches!(lost, RunError::LeaseLost(_)), "{lost}");
    let work = work(&house, true).await;
    work.line.stop();
    let cancelled = convert(work).await.unwrap_err();
    assert!(matches!(cancelled, RunError::Cancelled), "{cancelled}");
    assert!(house.output.lock().unwrap().is_empty());
}
