//! Up to the run: form, genesis, signatures, broker; then every check of the run.

use std::collections::{BTreeMap, BTreeSet};

use cloister_attest::Evidence;
use cloister_model::{Assurance, Digest, Timestamp};
use cloister_statement::{
    Envelope, Kind, PublicKey, Verified,
    binary::sha256,
    bundle::Bundle,
    configuration::BrokerConfiguration,
    predicate::{Acknowledgement, BrokerIdentity, Charter, Manifest, Receipt, ReleaseRecord},
    transcript::{broker_report_data, claimed_keys},
};

use crate::{
    Check, Dossier, InForce, Marks, Refused, acts, charters,
    check::ensure,
    exchange::{Appraiser, Session, Worker},
    marks::RunMark,
    run::{self, Cleared, Facts},
};

/// What the checks after the run go by.
pub(crate) struct Grounds {
    /// Every statement of the bundle.
    pub(crate) everything: Dossier,
    /// Those that counted when the keys were released.
    counted: Dossier,
    /// The charters up to the one in force at the release.
    force: InForce,
    /// Brokers whose word counts, and restricting statements with the sequence number of their acknowledgement.
    pub(crate) word: Word,
    /// The release that the receipt names.
    pub(crate) release: Verified<ReleaseRecord>,
    /// The receipt.
    pub(crate) receipt: Verified<Receipt>,
    /// The broker that the charter in force names.
    broker: BrokerIdentity,
    /// Its configuration.
    pub(crate) configuration: BrokerConfiguration,
    /// Whether the broker's own evidence is simulated.
    pub(crate) simulated: bool,
    evidence_at: Timestamp,
}

/// Every envelope of a bundle.
fn envelopes(bundle: &Bundle) -> impl Iterator<Item = &Envelope> {
    let charters = bundle.charters.iter().flat_map(|c| std::iter::once(&c.charter).chain(&c.acceptances));
    let single = [&bundle.spec, &bundle.request, &bundle.challenge, &bundle.receipt];
    charters
        .chain(single)
        .chain(&bundle.certificates)
        .chain(&bundle.revoked_certificates)
        .chain(&bundle.suspensions)
        .chain(&bundle.manifests)
        .chain(&bundle.grants)
        .chain(&bundle.reviews)
        .chain(&bundle.withdrawals)
        .chain(&bundle.releases)
        .chain(&bundle.acknowledgements)
}

/// The keys of the brokers that the bundle's charters name. A charter that is not in the chain adds nothing: members are
/// named by certificate digest in charters that earlier members signed.
fn issuers(bundle: &Bundle) -> Vec<PublicKey> {
    let opened = bundle.charters.iter().filter_map(|c| c.charter.open::<Charter>().ok());
    opened.map(|c| c.predicate().body.broker.signing_key).collect()
}

pub(crate) fn establish(
    bundle: &Bundle,
    genesis: Option<Digest>,
    at: Option<Timestamp>,
    passed: &mut Vec<Check>,
) -> Result<Grounds, Refused> {
    ensure(bundle.format == Bundle::FORMAT, Check::Format, || {
        format!("bundles of format {} are not known", bundle.format)
    })?;
    let twice =
        envelopes(bundle).count() != envelopes(bundle).map(Envelope::digest).collect::<BTreeSet<_>>().len();
    ensure(!twice, Check::Format, || "a statement stands in the bundle twice".into())?;
    passed.push(Check::Format);
    let first = bundle.charters.first().map(|c| c.charter.digest());
    ensure(first == Some(bundle.genesis), Check::Genesis, || {
        "the first charter is not the genesis named".into()
    })?;
    ensure(genesis.is_none_or(|g| g == bundle.genesis), Check::Genesis, || {
        format!("the bundle is of the workspace `{}`, not of the one expected", bundle.genesis)
    })?;
    passed.push(Check::Genesis);
    let everything = Dossier::read(envelopes(bundle), issuers(bundle))?;
    passed.push(Check::Signature);
    let missing = |check, what: &str| Refused::new(check, format!("the {what} is missing"));
    let receipt = everything
        .receipts()
        .get(&bundle.receipt.digest())
        .ok_or_else(|| missing(Check::Receipt, "receipt"))?;
    let release = everything.releases().get(&receipt.body().release);
    let release =
        release.ok_or_else(|| missing(Check::Release, "release record that the receipt names"))?.clone();
    let word = Word::of(bundle.genesis, &everything);
    let counted = Dossier::read(counting(bundle, &word, &release), issuers(bundle))?;
    let force = charters::establish(bundle.genesis, &counted, &Marks::default())?;
    let broker = force.charter().broker.clone();
    let evidence_at = at.unwrap_or(release.issued_at());
    let (configuration, simulated) = broker_itself(bundle, &broker, evidence_at)?;
    passed.push(Check::Broker);
    let receipt = receipt.clone();
    Ok(Grounds {
        everything,
        counted,
        force,
        word,
        release,
        receipt,
        broker,
        configuration,
        simulated,
        evidence_at,
    })
}

/// What the brokers of the workspace said of restricting statements.
pub(crate) struct Word {
    brokers: BTreeSet<PublicKey>,
    acknowledged: BTreeMap<Digest, u64>,
}

impl Word {
    /// Only the brokers that the chain of charters names have a say: whoever assembles a bundle can add a charter, and
    /// with it a broker, of its own making.
    fn of(genesis: Digest, everything: &Dossier) -> Self {
        let mut brokers = BTreeSet::new();
        brokers.extend(everything.charters().get(&genesis).map(|c| c.body().broker.signing_key));
        // A later fork stops the workspace, not what was done before: then the first charter's broker has the word.
        if let Ok(force) = charters::establish(genesis, everything, &Marks::default()) {
            let charters = everything.charters().keys().filter_map(|digest| force.past(digest));
            brokers.extend(charters.map(|charter| charter.broker.signing_key));
        }
        let mut acknowledged = BTreeMap::new();
        for said in everything.acknowledgements().values().filter(|a| brokers.contains(&a.key())) {
            let sequence = acknowledged.entry(said.body().statement).or_insert(u64::MAX);
            *sequence = (*sequence).min(said.body().sequence);
        }
        Self { brokers, acknowledged }
    }

    /// Whether a broker of the workspace signed an acknowledgement.
    pub(crate) fn counts(&self, acknowledgement: &Verified<Acknowledgement>) -> bool {
        self.brokers.contains(&acknowledgement.key())
    }

    fn acknowledged(&self, statement: &Envelope) -> Option<u64> {
        self.acknowledged.get(&statement.digest()).copied()
    }
}

/// The statements that counted at the release. A restricting statement that was acknowledged later did not, nor does one
/// whose acknowledgement the bundle does not bring (which then is incomplete); charters and manifests are needed to look
/// at the run at all.
fn counting<'a>(bundle: &'a Bundle, word: &Word, release: &Verified<ReleaseRecord>) -> Vec<&'a Envelope> {
    let counts = |e: &Envelope| {
        let ground = matches!(e.kind(), Kind::Charter | Kind::Manifest);
        let acknowledged = word.acknowledged(e);
        !acts::is_restricting(e) || acknowledged.map_or(ground, |s| s <= release.body().sequence)
    };
    envelopes(bundle).filter(|e| counts(e)).collect()
}

/// Check `broker`: its configuration and evidence are those of the charter in force.
fn broker_itself(
    bundle: &Bundle,
    broker: &BrokerIdentity,
    at: Timestamp,
) -> Result<(BrokerConfiguration, bool), Refused> {
    let refuse = |why: String| Refused::new(Check::Broker, why);
    let bytes = &bundle.broker.configuration.0;
    let digest = BrokerConfiguration::digest_of(bytes);
    ensure(digest == broker.configuration, Check::Broker, || {
        "the configuration is not the one the charter names".into()
    })?;
    let configuration = BrokerConfiguration::parse(bytes).map_err(|e| refuse(e.to_string()))?;
    let evidence = Evidence::from_bytes(&bundle.broker.evidence.0).map_err(|e| refuse(e.to_string()))?;
    let expected =
        broker_report_data(&bundle.broker.nonce, &broker.signing_key, &broker.sealing_key, &digest);
    let proven = Appraiser::of(&configuration)
        .accepting(&broker.measurement)
        .appraise(&evidence, &expected, at)
        .map_err(|refused| refuse(format!("the broker's own evidence: {refused}")))?;
    Ok((configuration, proven.assurance() == Assurance::Simulated))
}

impl Grounds {
    /// The broker that the charter in force names.
    pub(crate) fn broker(&self) -> &BrokerIdentity {
        &self.broker
    }

    /// Why a restricting statement's acknowledgement is missing, if one is. A dataset's first manifest restricts nothing,
    /// nor does a charter that is not in the chain.
    pub(crate) fn unacknowledged(&self, bundle: &Bundle) -> Option<String> {
        let first = |e: &Envelope| e.open::<Manifest>().is_ok_and(|m| m.predicate().body.sequence == 1);
        let proposed =
            |e: &Envelope| e.kind() == Kind::Charter && self.force.version_of(&e.digest()).is_none();
        let needed = |e: &&Envelope| acts::is_restricting(e) && !first(e) && !proposed(e);
        let missing = envelopes(bundle).filter(needed).find(|e| self.word.acknowledged(e).is_none())?;
        let (kind, digest) = (missing.kind().as_str(), missing.digest());
        Some(format!("the broker's acknowledgement of the {kind} `{digest}` is missing"))
    }

    /// Every check of the run, as the broker made them.
    pub(crate) fn run(&self, bundle: &Bundle, passed: &mut Vec<Check>) -> Result<Cleared, Refused> {
        let no_keys = || Refused::new(Check::Transcript, "the transcript names no keys");
        let (signing_key, sealing_key) = claimed_keys(&bundle.transcript.0).ok_or_else(no_keys)?;
        let evidence = Evidence::from_bytes(&bundle.evidence.0)
            .map_err(|e| Refused::new(Check::Chain, format!("the worker's evidence: {e}")))?;
        let worker = Worker { signing_key, sealing_key, evidence };
        let record = self.release.body();
        let facts = Facts {
            run: record.run,
            spec: bundle.spec.digest(),
            session: &Session::Live(bundle.challenge.clone()),
            worker: &worker,
            broker: &self.broker,
            appraiser: &Appraiser::of(&self.configuration),
            evidence_at: self.evidence_at,
            now: self.release.issued_at(),
        };
        let cleared = run::check_tracing(&self.counted, &self.marks(), &facts, passed)?;
        let same = sha256(&bundle.transcript.0) == cleared.transcript;
        ensure(same, Check::Transcript, || {
            "the transcript is not the one rebuilt from the statements".into()
        })?;
        Ok(cleared)
    }

    /// What the broker remembered of counters, as its release record claims: compared with the other checks, not proven.
    fn marks(&self) -> Marks {
        let record = self.release.body();
        let mut marks = Marks::default();
        if record.attempt > 1 {
            let mark = RunMark {
                spec: record.spec,
                statements: record.statements.clone(),
                count: record.count,
                releases: record.attempt - 1,
                closed: false,
            };
            marks.runs.insert(record.run, mark);
        }
        marks.counts.insert(record.spec, record.count.saturating_sub(1));
        marks
    }
}
