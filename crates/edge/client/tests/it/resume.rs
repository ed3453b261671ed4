//! Uploads cut in the middle, and the next process.

use std::sync::{Arc, Mutex};

use cloister_client::{
    Api,
    datasets::{Added, Addition, Prepared},
    upload::{OnProgress, send},
};
use cloister_dataset::{FileIdentity, FileInfo, read::ReadOptions};
use cloister_model::{Assurance, DatasetId, Digest};
use cloister_verify::testing::World;
use serde_json::{Value, json};

use crate::{
    lies::{bytes, me},
    scene,
    stub::Stub,
};

/// What the stub's server has, and what it was asked.
#[derive(Default)]
struct Held {
    received: u64,
    finished: bool,
    offsets: Vec<u64>,
    /// Takes no part beyond this byte.
    wall: u64,
    /// The last finish request.
    finish: Value,
}

impl Held {
    fn shown(&self) -> Value {
        json!({ "id": uuid::Uuid::nil(), "received": self.received, "finished": self.finished })
    }

    fn answer(&mut self, line: &str, body: &Value) -> Option<Vec<u8>> {
        if let Some(offset) = line.split_once("/parts/").and_then(|(_, offset)| offset.parse().ok()) {
            self.offsets.push(offset);
            let end = offset + body.as_u64()?;
            if offset != self.received || end > self.wall {
                // An answer that is none: the client tries again.
                return Some(Vec::new());
            }
            self.received = end;
        } else if line.ends_with("/finish") {
            (self.finished, self.finish) = (true, body.clone());
        } else if !line.contains("/uploads") {
            return None;
        }
        bytes(&self.shown())
    }
}

fn silent() -> OnProgress {
    Arc::new(|_| {})
}

#[tokio::test]
async fn an_upload_whose_process_ended_goes_on_from_the_byte_where_the_server_stands() {
    let held = Arc::new(Mutex::new(Held { wall: 40, ..Held::default() }));
    let seen = Arc::clone(&held);
    let stub = Stub::start(move |line, body| seen.lock().unwrap().answer(line, body));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ciphertext");
    // Not JSON, whatever part is cut out of it.
    std::fs::write(&path, [b'x'; 95]).unwrap();
    let info = FileInfo { name: "part".into(), size: 95, sha256: Digest([7; 32]) };
    let identity = FileIdentity { dataset: DatasetId(uuid::Uuid::nil()), version: 1, object: "part".into() };
    let api = Api::new(&stub.url, None).unwrap();
    let quiet = silent();
    let sending = send(&api, &identity, (&path, &info, 10), &quiet);
    // The process ends while the fifth part is tried.
    assert!(tokio::time::timeout(std::time::Duration::from_millis(300), sending).await.is_err());
    {
        let mut held = held.lock().unwrap();
        assert_eq!(held.received, 40);
        held.wall = u64::MAX;
        held.offsets.clear();
    }
    assert_eq!(send(&api, &identity, (&path, &info, 10), &quiet).await.unwrap(), 40);
    let held = held.lock().unwrap();
    assert_eq!(held.offsets, [40, 50, 60, 70, 80, 90]);
    assert_eq!((held.received, &held.finish["size"]), (95, &json!(95)));
}

#[tokio::test]
async fn adding_the_same_file_again_goes_on_with_the_ciphertext_that_is_there() {
    let world = World::new();
    let held = Arc::new(Mutex::new(Held { wall: u64::MAX, ..Held::default() }));
    let (seen, account) = (Arc::clone(&held), me(&world));
    let manifests = Arc::new(Mutex::new(Vec::new()));
    let posted = Arc::clone(&manifests);
    let certificate = json!(world.ana.certificate);
    let stub = Stub::start(move |line, body| match line {
        "GET /me" => bytes(&account),
        "POST /datasets" => {
            let mut posted = posted.lock().unwrap();
            posted.push(body.clone());
            // The first time the cable is cut.
            (posted.len() > 1).then(|| bytes(&dataset(body, &certificate)))?
        }
        _ if line.starts_with("GET /datasets/") => None,
        // A list, whatever page of it.
        _ if line.starts_with("GET /datasets") => bytes(&json!({ "items": [], "next": null })),
        _ => seen.lock().unwrap().answer(line, body),
    });
    let scene = scene(&world, &world.ana, &stub.url, false);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    std::fs::write(&path, "patient,charge\n1,2\n3,4\n").unwrap();
    let add = async |name: &str| {
        let prepared = Prepared::read(&path, &ReadOptions::default(), None).unwrap();
        let addition = Addition { name: name.parse().unwrap(), floor: Assurance::Simulated };
        scene.client.add_dataset(prepared, &addition, silent()).await
    };
    assert!(add("rows").await.is_err());
    let first = held.lock().unwrap().finish.clone();
    let kept = || std::fs::read_dir(scene.client.profile().folder().join("uploads")).unwrap().count();
    assert_eq!(kept(), 3, "ciphertext, record, lock");
    let Added { resumed_at, .. } = add("rows").await.unwrap();
    assert_eq!(Some(resumed_at), first["size"].as_u64());
    assert_eq!(held.lock().unwrap().finish, first, "the same ciphertext");
    assert_eq!(held.lock().unwrap().offsets, [0], "uploaded once");
    let key = |n: usize| manifests.lock().unwrap()[n]["manifest"]["payload"].clone();
    assert_ne!(key(0), Value::Null);
    assert_eq!(key(0), key(1), "the same key, file and dataset");
    assert_eq!(kept(), 0, "nothing is left behind");
}

fn dataset(body: &Value, certificate: &Value) -> Value {
    json!({
        "id": uuid::Uuid::nil(), "name": "rows", "owner": "ana@example.org", "organisation": "ana hospital",
        "own": true, "state": "ready", "manifest": Digest([0; 32]), "statement": body["manifest"],
        "certificate": certificate, "owner_key": body["owner_key"], "shares": [],
        "created": cloister_verify::testing::NOW,
    })
}
