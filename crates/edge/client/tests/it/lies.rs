//! One lie a test, and the check that refuses it.

use base64::{Engine, prelude::BASE64_STANDARD};
use cloister_client::{ClientError, datasets::ShareOptions};
use cloister_model::{Assurance, Digest};
use cloister_statement::{
    Envelope, Signer, SigningKey,
    binary::sha256,
    data_key::key_id,
    predicate::{Output, Receipt, ReleaseRecord},
    seal::{Sealed, age_encrypt, unwrap_data_key},
    transcript::broker_report_data,
};
use cloister_verify::testing::{BROKER_CODE, Edits, NOW, World, root, signed};
use serde_json::{Value, json};

use crate::{scene, stub::Stub};

fn workspace(world: &World) -> Value {
    json!({
        "id": world.charter.digest(), "name": "Study", "description": "", "kind": "analytics", "state": "active",
        "version": 1, "charter": world.charter.digest(), "members": [], "templates": [],
        "created": NOW,
    })
}

fn statements(world: &World) -> Value {
    json!({
        "statements": [world.charter, world.acceptance],
        "certificates": [world.ana.certificate, world.ben.certificate],
        "acknowledgements": [],
    })
}

#[expect(clippy::unnecessary_wraps, reason = "the stub's answer is an option")]
pub(crate) fn bytes(value: &Value) -> Option<Vec<u8>> {
    Some(serde_json::to_vec(value).unwrap())
}

/// Ana's account.
pub(crate) fn me(world: &World) -> Value {
    let user = uuid::Uuid::nil();
    json!({
        "user": { "id": user, "organisation": user, "organisation_name": "ana hospital", "email": "ana@example.org",
            "roles": [], "disabled": false, "joined": NOW },
        "certificate": { "digest": world.ana.id(), "certificate": world.ana.certificate },
        "log_origin": "o", "log_key": Digest([1; 32]), "notices": [],
    })
}

fn serve_workspace(world: &World, statements: Value) -> Stub {
    let (workspace, id) = (workspace(world), world.charter.digest());
    Stub::start(move |line, _| match line {
        "GET /workspaces" => bytes(&json!({ "items": [workspace] })),
        _ if line == format!("GET /workspaces/{id}/statements") => bytes(&statements),
        _ => None,
    })
}

async fn in_force(world: &World, statements: Value, pinned: bool) -> Result<Digest, ClientError> {
    let stub = serve_workspace(world, statements);
    let scene = scene(world, &world.ana, &stub.url, pinned);
    let held = scene.client.held_workspace("Study").await?;
    held.in_force().map(|now| now.digest)
}

fn check<T>(outcome: Result<T, ClientError>) -> String {
    match outcome {
        Ok(_) => "holds".into(),
        Err(error) => error.check().map_or_else(|| error.to_string(), str::to_owned),
    }
}

#[tokio::test]
async fn a_workspace_is_in_force_only_as_its_own_statements_say() {
    let world = World::new();
    let good = statements(&world);
    assert_eq!(in_force(&world, good.clone(), true).await.unwrap(), world.charter.digest());
    assert_eq!(check(in_force(&world, good.clone(), false).await), "genesis", "not pinned");
    let mut withheld = good.clone();
    withheld["statements"] = json!([world.charter]);
    assert_eq!(check(in_force(&world, withheld, true).await), "charter", "acceptance withheld");
    let mut other = good.clone();
    other["statements"] = json!([world.acceptance]);
    assert_eq!(check(in_force(&world, other, true).await), "genesis", "first charter withheld");
    let mut forged = good.clone();
    let mallory = SigningKey::from_seed(&[66; 32]);
    let signer = Signer::Certificate(world.ben.id());
    let body = cloister_statement::predicate::Acceptance { charter: world.charter.digest() };
    forged["statements"][1] = json!(signed(&mallory, signer, world.workspace(), NOW, body));
    assert_eq!(check(in_force(&world, forged, true).await), "signature", "acceptance forged");
    let mut strange = good;
    let certificate = cloister_verify::testing::member(&mallory, &world.rng, "mallory", |_| {}).certificate;
    strange["certificates"] = json!([world.ana.certificate, world.ben.certificate, certificate]);
    assert_eq!(check(in_force(&world, strange, true).await), "signature", "certificate of another broker");
}

#[tokio::test]
async fn a_charter_of_another_broker_than_the_pinned_one_is_refused() {
    let world = World::edited(&Edits {
        charter: |charter| charter.broker.signing_key = Digest([3; 32]),
        ..Edits::default()
    });
    assert_eq!(check(in_force(&world, statements(&world), true).await), "broker");
}

fn evidence(world: &World, nonce: Digest, report: [u8; 64]) -> Value {
    let broker = &world.broker;
    let evidence = root().attest(cloister_attest::measure(BROKER_CODE), report, NOW).unwrap();
    json!({
        "nonce": nonce,
        "identity": {
            "signing_key": broker.signing_key, "sealing_key": broker.sealing_key,
            "measurement": broker.measurement, "configuration": broker.configuration,
            "sequence": 0, "state": Digest([0; 32]), "anchored": true,
        },
        "evidence": BASE64_STANDARD.encode(evidence.to_bytes()),
        "configuration": BASE64_STANDARD.encode(world.configuration.encode().unwrap()),
    })
}

#[tokio::test]
async fn a_broker_must_answer_this_devices_nonce_with_its_own_keys() {
    let prove = async |lie: fn(&World, Digest) -> Value| {
        let world = World::new();
        let told = World::new();
        let stub = Stub::start(move |line, body| {
            let nonce: Digest = serde_json::from_value(body["nonce"].clone()).ok()?;
            (line == "POST /broker/evidence").then(|| bytes(&lie(&told, nonce)))?
        });
        let scene = scene(&world, &world.ana, &stub.url, true);
        check(scene.client.prove_broker().await)
    };
    let honest = |world: &World, nonce: Digest| {
        let b = &world.broker;
        evidence(world, nonce, broker_report_data(&nonce, &b.signing_key, &b.sealing_key, &b.configuration))
    };
    assert_eq!(prove(honest).await, "holds");
    let replayed = |world: &World, nonce: Digest| {
        let (b, old) = (&world.broker, Digest([1; 32]));
        evidence(world, nonce, broker_report_data(&old, &b.signing_key, &b.sealing_key, &b.configuration))
    };
    assert_eq!(prove(replayed).await, "transcript");
    let other_nonce = |world: &World, _: Digest| evidence(world, Digest([1; 32]), [0; 64]);
    assert_eq!(prove(other_nonce).await, "broker");
    let swapped_key = |world: &World, nonce: Digest| {
        let b = &world.broker;
        let mut answer = evidence(
            world,
            nonce,
            broker_report_data(&nonce, &b.signing_key, &b.sealing_key, &b.configuration),
        );
        answer["identity"]["sealing_key"] = json!(Digest([4; 32]));
        answer
    };
    assert_eq!(prove(swapped_key).await, "transcript");
    let other_configuration = |world: &World, nonce: Digest| {
        let mut answer = evidence(world, nonce, [0; 64]);
        answer["configuration"] = json!(BASE64_STANDARD.encode(b"{}"));
        answer
    };
    assert_eq!(prove(other_configuration).await, "broker");
}

/// A finished run with a sealed result for Ana, after a lie.
fn run(world: &World, lie: &str) -> (Value, Vec<u8>) {
    let sealed = age_encrypt(&[world.ana.age.recipient()], b"rows").unwrap();
    let (genesis, charter) = (world.workspace(), world.charter.digest());
    let other = SigningKey::from_seed(&[77; 32]);
    let (broker, worker) = match lie {
        "broker" => (&other, &world.worker_key),
        "worker" => (&world.broker_key, &other),
        _ => (&world.broker_key, &world.worker_key),
    };
    let record = ReleaseRecord {
        run: world.run,
        spec: world.spec.digest(),
        charter,
        request: world.request.digest(),
        statements: [charter].into(),
        manifests: [].into(),
        challenge: world.challenge.digest(),
        evidence: Digest([0; 32]),
        transcript: world.transcript.digest(),
        worker: world.worker_key.public(),
        measurement: "00".repeat(48),
        assurance: Assurance::Simulated,
        count: 1,
        attempt: 1,
        configuration: world.broker.configuration,
        sequence: 1,
        state: Digest([0; 32]),
    };
    let record: Envelope = signed(broker, Signer::Key(broker.public()), genesis, NOW, record);
    let receipt = Receipt {
        run: if lie == "run" { cloister_model::RunId(uuid::Uuid::nil()) } else { world.run },
        release: if lie == "release" { Digest([5; 32]) } else { record.digest() },
        outputs: vec![Output { name: "result".into(), size: 1, sha256: sha256(&sealed) }],
        outcome: "succeeded".into(),
        started: NOW,
        finished: NOW,
        assurance: Assurance::Simulated,
        worker: world.worker_key.public(),
    };
    let receipt: Envelope = signed(worker, Signer::Key(worker.public()), genesis, NOW, receipt);
    let run = json!({
        "id": world.run, "workspace": charter, "job": uuid::Uuid::nil(), "spec": world.spec.digest(), "kind": "real",
        "state": "succeeded", "runner": "ana@example.org", "created": NOW, "release": record, "receipt": receipt,
        "outputs": [{ "name": "result", "size": sealed.len(), "sha256": sha256(&sealed) }],
    });
    let served =
        if lie == "bytes" { age_encrypt(&[world.ana.age.recipient()], b"lies").unwrap() } else { sealed };
    (run, served)
}

#[tokio::test]
async fn a_result_is_shown_only_when_its_receipt_holds() {
    for (lie, expected) in [
        ("none", "holds"),
        ("bytes", "result"),
        ("broker", "release"),
        ("worker", "receipt"),
        ("run", "receipt"),
        ("release", "receipt"),
    ] {
        let world = World::new();
        let (run, sealed) = run(&world, lie);
        let (workspace, statements) = (workspace(&world), statements(&world));
        let shown = run.clone();
        let stub = Stub::start(move |line, _| {
            let id = workspace["id"].as_str()?;
            match line.split_once(" /").map(|(_, path)| path)? {
                path if path == format!("workspaces/{id}") => bytes(&workspace),
                path if path == format!("workspaces/{id}/statements") => bytes(&statements),
                path if path.ends_with("/outputs/result") => Some(sealed.clone()),
                _ => bytes(&shown),
            }
        });
        let scene = scene(&world, &world.ana, &stub.url, true);
        let run = serde_json::from_value(run).unwrap();
        let opened = scene.client.open_output(&run, "result").await;
        if let Ok(opened) = &opened {
            assert_eq!(opened.plaintext.as_slice(), b"rows");
        }
        assert_eq!(check(opened), expected, "{lie}");
    }
}

#[tokio::test]
async fn sharing_seals_the_key_to_the_charters_broker_for_what_the_grant_allows() {
    const KEY: [u8; 32] = [9; 32];
    let world =
        World::edited(&Edits { manifest: |manifest| manifest.key_id = key_id(&[9; 32]), ..Edits::default() });
    let manifest = world.manifests[0].clone();
    let id = manifest.open::<cloister_statement::predicate::Manifest>().unwrap().predicate().body.dataset;
    let owner_key = BASE64_STANDARD.encode(age_encrypt(&[world.ana.age.recipient()], &KEY).unwrap());
    let dataset = json!({
        "id": id, "name": "measurements", "owner": "ana@example.org", "organisation": "ana hospital", "own": true,
        "state": "ready", "manifest": manifest.digest(), "statement": manifest, "certificate": world.ana.certificate,
        "owner_key": owner_key, "shares": [], "created": NOW,
    });
    let me = me(&world);
    let (workspace, statements, genesis) = (workspace(&world), statements(&world), world.charter.digest());
    let stub = Stub::start(move |line, _| match line {
        "GET /me" => bytes(&me),
        "GET /workspaces" => bytes(&json!({ "items": [workspace] })),
        "GET /datasets" => bytes(&json!({ "items": [dataset] })),
        _ if line == format!("GET /workspaces/{genesis}/statements") => bytes(&statements),
        _ if line.starts_with("GET /datasets/") || line.starts_with("POST /datasets/") => bytes(&dataset),
        _ => None,
    });
    let scene = scene(&world, &world.ana, &stub.url, true);
    let options = ShareOptions { allow_simulated: true, ..ShareOptions::default() };
    scene.client.share_dataset("measurements", "Study", &options).await.unwrap();
    let body = stub.asked(&format!("POST /datasets/{id}/shares"));
    let sealed: Sealed = serde_json::from_value(body["sealed_key"].clone()).unwrap();
    let open =
        |allowed| unwrap_data_key(&world.broker_sealing, allowed, &world.manifests[0].digest(), &sealed);
    assert_eq!(*open(Assurance::Simulated).unwrap(), KEY);
    assert!(open(Assurance::Hardware).is_err(), "the seal says what the grant allows");
    assert_eq!(body["sql_name"], "measurements");
    assert_eq!(*scene.watcher.0.lock().unwrap(), ["grant"], "the grant was shown before it was sent");
}
