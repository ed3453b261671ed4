//! One statement of every kind and form: what it says, and the bytes, digest and signature that follow.

use cloister_model::{
    ApprovalGroup, ApprovalPolicy, Assurance, DatasetId, Digest, Duration, IdentityStrength, OrgId, RunId,
    RunPolicy, Timestamp, WorkspaceKind,
    rules::Rules,
    schema::{Column, ColumnType, Schema},
    variables::Value as Input,
};
use cloister_statement::{
    Body, Predicate, Signer, SigningKey,
    predicate::{
        Acceptance, Acknowledgement, Archive, CertificateRequest, CertificateRevocation, Challenge, Channel,
        Charter, CiphertextFile, DatasetDeletion, Decision, EnvironmentKind, FileFormat, Grant, Manifest,
        Output, Pin, Receipt, Recovery, Refusal, ReleaseRecord, Review, Revocation, RunRequest, Spec,
        Suspension, Vouch, Withdrawal, WithdrawalTarget,
    },
    sign,
    transcript::environment_of,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Made,
    people::{NOW, People, certificate, identity},
    refusals,
    values::{moments, numbers, strict_rules, variables},
};

/// Collects statements.
struct Vectors {
    people: People,
    made: Vec<Value>,
}

const WORKSPACE: Digest = Digest([0x77; 32]);
const CHARTER: Digest = Digest([0x66; 32]);
const SPEC: Digest = Digest([0x55; 32]);

impl Vectors {
    fn add<B: Body>(
        &mut self,
        name: &str,
        key: &SigningKey,
        signer: Signer,
        workspace: Option<Digest>,
        body: B,
    ) -> Made<()> {
        let shown = json!({ "issued_at": NOW, "signer": signer, "workspace": workspace, "body": body });
        let envelope = sign(key, &Predicate { issued_at: NOW, signer, workspace, body })?;
        let json = serde_json::to_value(&envelope)?;
        self.made.push(json!({
            "name": name, "kind": B::KIND.as_str(), "seed": hex::encode(*key.seed()), "predicate": shown,
            "payload": String::from_utf8(envelope.payload().to_vec())?, "digest": envelope.digest(),
            "envelope": json,
        }));
        Ok(())
    }

    /// Signed by Ana, as a member of the workspace.
    fn ana<B: Body>(&mut self, name: &str, workspace: Option<Digest>, body: B) -> Made<()> {
        let (key, signer) = (self.people.ana.key.clone(), Signer::Certificate(self.people.ana.id()));
        self.add(name, &key, signer, workspace, body)
    }

    /// Signed by the broker, by its key.
    fn broker<B: Body>(&mut self, name: &str, workspace: Option<Digest>, body: B) -> Made<()> {
        let key = self.people.broker.clone();
        self.add(name, &key, Signer::Key(key.public()), workspace, body)
    }

    fn charters(&mut self) -> Made<()> {
        let (ana, ben, cat) = (self.people.ana.id(), self.people.ben.id(), self.people.cat.id());
        let first = Charter {
            version: 1,
            previous: None,
            nonce: "0123456789abcdef".repeat(2),
            name: "Étude 2027_a".parse()?,
            kind: WorkspaceKind::Analytics,
            floor: Assurance::Simulated,
            broker: self.people.broker_identity()?,
            minimum_identity: IdentityStrength::Local,
            console_allowed: true,
            members: [ana, ben].into(),
            administrators: [ana].into(),
            approval: ApprovalPolicy::AllMembers,
            run: RunPolicy::CreatorOnly,
            recoverers: [].into(),
        };
        let group = |name: &str, threshold, members: &[Digest]| ApprovalGroup {
            name: name.into(),
            threshold,
            members: members.iter().copied().collect(),
        };
        let groups = vec![group("Ärzte \"A\"", 2, &[ben, ana]), group("law\n\u{1}", 1, &[cat])];
        let second = Charter {
            version: 2,
            previous: Some(CHARTER),
            floor: Assurance::Hardware,
            kind: WorkspaceKind::Agentic,
            minimum_identity: IdentityStrength::Sso,
            console_allowed: false,
            members: [ana, ben, cat].into(),
            approval: ApprovalPolicy::Groups { groups },
            run: RunPolicy::Named { members: [cat, ben].into() },
            recoverers: [ana, cat].into(),
            ..first.clone()
        };
        self.ana("charter, first", None, first)?;
        self.ana("charter, later", Some(WORKSPACE), second)?;
        self.ana("acceptance", Some(WORKSPACE), Acceptance { charter: CHARTER })?;
        self.ana("refusal", Some(WORKSPACE), Refusal { charter: CHARTER })?;
        self.ana("suspension", Some(WORKSPACE), Suspension { member: ben, charter: CHARTER })?;
        self.ana("archive", Some(WORKSPACE), Archive { charter: CHARTER })
    }

    fn datasets(&mut self) -> Made<()> {
        let column = |name: &str, kind, nullable| Column { name: name.into(), kind, nullable };
        let schema = Schema::try_from(vec![
            column("patient", ColumnType::Integer, false),
            column("größe \u{2028}", ColumnType::Float, true),
            column("when", ColumnType::Datetime, true),
        ])?;
        let open = Manifest {
            dataset: DatasetId(Uuid::from_u128(0x1234_5678_9abc_4def_8123_4567_89ab_cdef)),
            sequence: 1,
            previous: None,
            version: 1,
            name: "Lab values".parse()?,
            schema,
            rules: Rules::open(),
            floor: Assurance::Simulated,
            files: vec![CiphertextFile {
                name: "part-00000.parquet".into(),
                size: (1 << 40) + 7,
                sha256: Digest([8; 32]),
            }],
            format: FileFormat::Parquet,
            key_id: Digest([9; 32]),
        };
        let raw = Manifest { format: FileFormat::Raw, ..open.clone() };
        let strict = Manifest {
            sequence: 2,
            previous: Some(Digest([3; 32])),
            version: 2,
            rules: strict_rules(),
            floor: Assurance::Hardware,
            ..open.clone()
        };
        let (manifest, grant) = (Digest([3; 32]), Digest([4; 32]));
        let deletion = DatasetDeletion { dataset: open.dataset, manifest };
        self.ana("manifest, open", None, open)?;
        self.ana("manifest, protecting", None, strict)?;
        self.ana("manifest, raw", None, raw)?;
        self.ana("deletion", None, deletion)?;
        let pinned = Grant {
            manifest,
            pin: Pin::Charter(CHARTER),
            allow_simulated: true,
            expires: None,
            renew_within: None,
        };
        let follows = Grant {
            pin: Pin::Follows,
            allow_simulated: false,
            expires: Some(NOW.plus(Duration::days(30))),
            renew_within: Some(604_800),
            ..pinned.clone()
        };
        self.ana("grant, pinned", Some(WORKSPACE), pinned)?;
        self.ana("grant, following", Some(WORKSPACE), follows)?;
        self.ana("revocation", Some(WORKSPACE), Revocation { grant })
    }

    fn jobs(&mut self) -> Made<()> {
        let (ana, ben) = (self.people.ana.id(), self.people.ben.id());
        let plain = Spec {
            charter: CHARTER,
            name: "Count".parse()?,
            kind: EnvironmentKind::Sql,
            source: "select count(*)\nfrom lab -- größer\t\"x\" \\ \u{7f}\u{1f600}".into(),
            tables: [("lab".parse()?, Digest([3; 32])), ("a".parse()?, Digest([4; 32]))].into(),
            variables: Vec::new(),
            readers: [ben, ana].into(),
            environment: environment_of(EnvironmentKind::Sql),
            max_runs: 1,
            valid_until: None,
            schedule: None,
            test: true,
        };
        let full = Spec {
            variables: variables()?,
            max_runs: 4_000_000_000,
            valid_until: Some(Timestamp::from_micros(1_800_000_000_250_000)),
            schedule: Some("0 6 * * 1".into()),
            test: false,
            ..plain.clone()
        };
        let ingest = Spec {
            kind: EnvironmentKind::Ingest,
            environment: environment_of(EnvironmentKind::Ingest),
            test: false,
            ..plain.clone()
        };
        self.ana("spec, test", Some(WORKSPACE), plain)?;
        self.ana("spec, ingest", Some(WORKSPACE), ingest)?;
        self.ana("spec, with variables", Some(WORKSPACE), full)?;
        let approve = Review {
            spec: SPEC,
            charter: CHARTER,
            decision: Decision::Approve,
            comment: None,
            expires: None,
        };
        let reject = Review {
            decision: Decision::Reject,
            comment: Some("groups of\n5 are too small".into()),
            expires: Some(Timestamp::from_micros(1_800_000_000_000_001)),
            ..approve.clone()
        };
        self.ana("review, approve", Some(WORKSPACE), approve)?;
        self.ana("review, reject", Some(WORKSPACE), reject)?;
        let spec = Withdrawal { target: WithdrawalTarget::Spec(SPEC) };
        self.ana("withdrawal, spec", Some(WORKSPACE), spec)?;
        let review = Withdrawal { target: WithdrawalTarget::Review(Digest([6; 32])) };
        self.ana("withdrawal, review", Some(WORKSPACE), review)?;
        let inputs = [
            ("low", Input::Integer(-7)),
            ("rate", Input::Float(5.0)),
            ("word", Input::Text("x".into())),
            ("yes", Input::Boolean(true)),
        ];
        let request = RunRequest {
            run: RunId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001)),
            spec: SPEC,
            charter: CHARTER,
            inputs: inputs
                .into_iter()
                .map(|(name, value)| Ok((name.parse()?, value)))
                .collect::<Made<_>>()?,
            not_after: NOW.plus(Duration::hours(12)),
        };
        self.ana("run request", Some(WORKSPACE), request)
    }

    fn certificates(&mut self) -> Made<()> {
        let key = self.people.ana.key.clone();
        let request = CertificateRequest {
            organisation: OrgId(Uuid::from_u128(7)),
            issuer: "local".into(),
            subject: "user-ana".into(),
            email: "ana+x@example.org".parse()?,
            signing_key: key.public(),
            age_recipient: identity()?.recipient(),
            channel: Channel::Console,
            replaces: None,
        };
        self.add("certificate request", &key, Signer::Key(key.public()), None, request.clone())?;
        let renewal = CertificateRequest { replaces: Some(self.people.ana.id()), ..request.clone() };
        self.ana("certificate renewal", None, renewal)?;
        let vouch = Vouch {
            organisation: request.organisation,
            organisation_name: "Nord Klinik".parse()?,
            subject: request.subject,
            email: request.email,
            signing_key: request.signing_key,
            age_recipient: request.age_recipient,
        };
        self.broker("vouch", None, vouch)?;
        self.broker("certificate", None, certificate("ana", &key)?)?;
        let id = self.people.ana.id();
        self.ana("certificate revocation", None, CertificateRevocation { certificate: id })?;
        let recovery = Recovery { certificate: id, request: Digest([1; 32]), charter: CHARTER };
        self.ana("recovery", Some(WORKSPACE), recovery)
    }

    fn broker_statements(&mut self) -> Made<()> {
        let run = RunId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));
        let broker = self.people.broker.public();
        let challenge = Challenge {
            broker,
            session: Digest([3; 32]),
            nonce: Digest([12; 32]),
            run,
            spec: SPEC,
            expires: NOW.plus(Duration::seconds(60)),
        };
        self.broker("challenge", None, challenge)?;
        let acknowledgement =
            Acknowledgement { statement: SPEC, sequence: u64::from(u32::MAX) + 9, state: Digest([2; 32]) };
        self.broker("acknowledgement", None, acknowledgement)?;
        let worker = crate::people::seed(31);
        let record = ReleaseRecord {
            run,
            spec: SPEC,
            charter: CHARTER,
            request: Digest([1; 32]),
            statements: [SPEC, CHARTER, Digest([1; 32])].into(),
            manifests: [Digest([3; 32])].into(),
            challenge: Digest([4; 32]),
            evidence: Digest([5; 32]),
            transcript: Digest([6; 32]),
            worker: worker.public(),
            measurement: "cd".repeat(48),
            assurance: Assurance::Simulated,
            count: 1,
            attempt: 2,
            configuration: Digest([5; 32]),
            sequence: 12,
            state: Digest([2; 32]),
        };
        self.broker("release record", Some(WORKSPACE), record)?;
        let receipt = Receipt {
            run,
            release: Digest([0x22; 32]),
            outputs: vec![Output { name: "result".into(), size: 512, sha256: Digest([0x33; 32]) }],
            outcome: "succeeded".into(),
            started: NOW,
            finished: NOW.plus(Duration::seconds(2)),
            assurance: Assurance::Simulated,
            worker: worker.public(),
        };
        self.add("receipt", &worker, Signer::Key(worker.public()), Some(WORKSPACE), receipt)
    }
}

/// The environment of every job of a kind in this release.
pub(crate) fn environments() -> Value {
    json!({ "sql": environment_of(EnvironmentKind::Sql), "ingest": environment_of(EnvironmentKind::Ingest) })
}

pub(crate) fn vectors() -> Made<Value> {
    let mut vectors = Vectors { people: People::new()?, made: Vec::new() };
    vectors.charters()?;
    vectors.datasets()?;
    vectors.jobs()?;
    vectors.certificates()?;
    vectors.broker_statements()?;
    let refused = refusals::vectors(&vectors.people)?;
    Ok(json!({
        "people": vectors.people.shown()?, "statements": vectors.made, "refused": refused, "numbers": numbers()?,
        "moments": moments(), "environments": environments(),
    }))
}
