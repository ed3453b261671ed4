//! Up to the run: form, genesis, signatures, broker; then every check of the run.

use std::collections::{BTreeMap, BTreeSet};

use cloister_attest::Evidence;
use cloister_model::{Assurance, Digest, Timestamp};
use cloister_statement::{
    Envelope, PublicKey, Verified,
    binary::sha256,
    bundle::Bundle,
    configuration::BrokerConfiguration,
    predicate::{BrokerIdentity, Charter, Receipt, ReleaseRecord},
    transcript::{broker_report_data, claimed_keys},
};

use crate::{
    Check, Dossier, Marks, Refused, acts, charters,
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
    let counted = Dossier::read(counting(bundle, &everything, &release), issuers(bundle))?;
    let force = charters::establish(bundle.genesis, &counted, &Marks::default())?;
    let broker = force.charter().broker.clone();
    let evidence_at = at.unwrap_or(release.issued_at());
    let (configuration, simulated) = broker_itself(bundle, &broker, evidence_at)?;
    passed.push(Check::Broker);
    let receipt = receipt.clone();
    Ok(Grounds { everything, counted, release, receipt, broker, configuration, simulated, evidence_at })
}

/// The statements that counted at the release: all but restricting ones acknowledged later.
fn counting<'a>(
    bundle: &'a Bundle,
    everything: &Dossier,
    release: &Verified<ReleaseRecord>,
) -> Vec<&'a Envelope> {
    let acknowledged: BTreeMap<Digest, u64> =
        everything.acknowledgements().values().map(|a| (a.body().statement, a.body().sequence)).collect();
    let later = |e: &Envelope| {
        acts::is_restricting(e) && acknowledged.get(&e.digest()).is_some_and(|s| *s > release.body().sequence)
    };
    envelopes(bundle).filter(|e| !later(e)).collect()
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
