//! Bodies of the world's statements, before edits.

use cloister_model::{
    ApprovalPolicy, Assurance, DatasetId, Digest, Duration, IdentityStrength, Rng, RunId, RunPolicy,
    WorkspaceKind,
    rules::Rules,
    schema::{Column, ColumnType, Schema},
};
use cloister_statement::{
    Envelope, SigningKey,
    configuration::{BrokerConfiguration, TcbFloor},
    predicate::{
        BrokerIdentity, Challenge, Charter, CiphertextFile, Decision, EnvironmentKind, FileFormat, Grant,
        Manifest, Pin, Review, RunRequest, Spec,
    },
    seal::SealingKey,
    transcript::environment_of,
};

use super::{BROKER_CODE, Member, NOW, WORKER_CODE, root, uuid};

pub(super) fn configuration(log_seed: &[u8; 32]) -> BrokerConfiguration {
    BrokerConfiguration {
        version: 1,
        workers: vec![hex::encode(cloister_attest::measure(WORKER_CODE))],
        reference_key: Digest([1; 32]),
        development_root: Some(root().certificate().to_vec().into()),
        tcb_floor: TcbFloor::default(),
        vouching_key: Digest([2; 32]),
        log_origin: "cloister.test/log".into(),
        log_key: SigningKey::from_seed(log_seed).public(),
        allow_simulated: true,
        certificate_days: 365,
    }
}

pub(super) fn manifest(rng: &dyn Rng, name: &str) -> Manifest {
    #[expect(clippy::expect_used, reason = "test support")]
    let schema =
        Schema::try_from(vec![Column { name: "patient".into(), kind: ColumnType::Integer, nullable: false }])
            .expect("a schema");
    #[expect(clippy::expect_used, reason = "test support")]
    let name = name.parse().expect("a name");
    Manifest {
        dataset: DatasetId(uuid(rng)),
        sequence: 1,
        previous: None,
        version: 1,
        name,
        schema,
        rules: Rules::open(),
        floor: Assurance::Simulated,
        files: vec![CiphertextFile { name: "part-00000.parquet".into(), size: 10, sha256: Digest([8; 32]) }],
        format: FileFormat::Parquet,
        key_id: Digest([9; 32]),
    }
}

pub(super) fn first_charter(broker: &BrokerIdentity, ana: &Member, ben: &Member) -> Charter {
    #[expect(clippy::expect_used, reason = "test support")]
    let name = "Study".parse().expect("a name");
    Charter {
        version: 1,
        previous: None,
        nonce: "0".repeat(32),
        name,
        kind: WorkspaceKind::Analytics,
        floor: Assurance::Simulated,
        broker: broker.clone(),
        minimum_identity: IdentityStrength::Local,
        console_allowed: false,
        members: [ana.id(), ben.id()].into(),
        administrators: [ana.id()].into(),
        approval: ApprovalPolicy::AllMembers,
        run: RunPolicy::AllMembers,
        recoverers: [].into(),
    }
}

#[expect(clippy::expect_used, reason = "test support")]
pub(super) fn spec(charter: &Envelope, manifests: &[Envelope], author: &Member) -> Spec {
    let names = ["measurements", "diagnoses"].map(|n| n.parse().expect("a SQL name"));
    Spec {
        charter: charter.digest(),
        name: "Count".parse().expect("a name"),
        kind: EnvironmentKind::Sql,
        source: "select count(*) from measurements join diagnoses using (patient)".into(),
        tables: names.into_iter().zip(manifests.iter().map(Envelope::digest)).collect(),
        variables: Vec::new(),
        readers: [author.id()].into(),
        environment: environment_of(EnvironmentKind::Sql),
        max_runs: 1,
        valid_until: None,
        schedule: None,
        test: false,
    }
}

#[expect(clippy::expect_used, reason = "test support")]
pub(super) fn broker(
    key: &SigningKey,
    sealing: &SealingKey,
    configuration: &BrokerConfiguration,
) -> BrokerIdentity {
    BrokerIdentity {
        signing_key: key.public(),
        sealing_key: sealing.public().expect("a key"),
        measurement: hex::encode(cloister_attest::measure(BROKER_CODE)),
        configuration: BrokerConfiguration::digest_of(&configuration.encode().expect("a configuration")),
    }
}

pub(super) fn grant(manifest: &Envelope, charter: &Envelope) -> Grant {
    Grant {
        manifest: manifest.digest(),
        pin: Pin::Charter(charter.digest()),
        allow_simulated: true,
        expires: None,
        renew_within: None,
    }
}

pub(super) fn review(spec: &Envelope, charter: &Envelope) -> Review {
    Review {
        spec: spec.digest(),
        charter: charter.digest(),
        decision: Decision::Approve,
        comment: None,
        expires: None,
    }
}

pub(super) fn request(run: RunId, spec: &Envelope, charter: &Envelope) -> RunRequest {
    RunRequest {
        run,
        spec: spec.digest(),
        charter: charter.digest(),
        inputs: [].into(),
        not_after: NOW.plus(Duration::hours(1)),
    }
}

pub(super) fn challenge(broker: &BrokerIdentity, run: RunId, spec: &Envelope) -> Challenge {
    Challenge {
        broker: broker.signing_key,
        session: Digest([3; 32]),
        nonce: Digest([12; 32]),
        run,
        spec: spec.digest(),
        expires: NOW.plus(Duration::seconds(60)),
    }
}
