"""A bundle from its bytes to the verdict: form, genesis, signatures, broker, the run, and what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from . import evidence, kinds, log, run, strict
from .charters import MEASUREMENT, InForce, establish
from .dossier import Dossier
from .moments import micros
from .report import Found, Refused, Report, ensure, report
from .statements import Envelope, Verified, envelope
from .strict import Malformed

MAX_BYTES = 64 << 20
_ENVELOPES = (
    "certificates", "revoked_certificates", "suspensions", "manifests", "grants", "reviews", "withdrawals",
    "releases", "acknowledgements",
)
_RESTRICTING = frozenset(
    {
        "charter", "refusal", "suspension", "archive", "manifest", "dataset-deletion", "revocation", "withdrawal",
        "certificate-revocation",
    }
)


def _is_envelope(value: Any) -> None:
    envelope(value)


_MANY = strict.many(_is_envelope)
_FORM = strict.record(
    format=kinds.U32, genesis=strict.digest, certificates=_MANY, revoked_certificates=_MANY,
    charters=strict.many(strict.record(charter=_is_envelope, acceptances=_MANY)), suspensions=_MANY,
    manifests=_MANY, grants=_MANY, spec=_is_envelope, reviews=_MANY, withdrawals=_MANY, request=_is_envelope,
    challenge=_is_envelope, transcript=strict.base64_text, evidence=strict.base64_text,
    broker=strict.record(nonce=strict.digest, evidence=strict.base64_text, configuration=strict.base64_text),
    releases=_MANY, receipt=_is_envelope, acknowledgements=_MANY,
    inclusions=strict.many(
        strict.record(
            entry=strict.base64_text, index=kinds.U64, size=kinds.U64, hashes=strict.many(strict.digest),
            checkpoint=strict.text,
        )
    ),
    results=strict.many(kinds.OUTPUT),
)


@dataclass
class _Bundle:
    value: dict[str, Any]
    charters: list[Envelope]
    single: dict[str, Envelope]
    envelopes: list[Envelope]

    @classmethod
    def parse(cls, data: bytes) -> _Bundle:
        value = strict.decode(data.removesuffix(b"\n"), MAX_BYTES, 32, _FORM)
        single = {name: envelope(value[name]) for name in ("spec", "request", "challenge", "receipt")}
        charters, every = [], []
        for doc in value["charters"]:
            charters.append(envelope(doc["charter"]))
            every += [charters[-1], *map(envelope, doc["acceptances"])]
        every += single.values()
        for name in _ENVELOPES:
            every += map(envelope, value[name])
        return cls(value, charters, single, every)

    def issuers(self) -> Iterator[str]:
        for charter in self.charters:
            try:
                yield charter.open("charter")["body"]["broker"]["signing_key"]
            except Malformed:
                continue


def verify_bytes(data: bytes, genesis: str | None = None, at: int | None = None) -> Report:
    """Verifies a bundle. `genesis` is the digest that the caller pinned or got by another channel; `at` another moment
    for the dates of evidence, in microseconds since 1970."""
    found = Found()
    try:
        try:
            bundle = _Bundle.parse(data)
        except Malformed as error:
            raise Refused("format", str(error)) from error
        _verify(bundle, genesis, at, found)
    except Refused as refused:
        found.refused = refused
    return report(found, genesis)


def _verify(bundle: _Bundle, genesis: str | None, at: int | None, found: Found) -> None:
    passed, value = found.passed, bundle.value
    ensure(value["format"] == 1, "format", f"bundles of format {value['format']} are not known")
    digests = [e.digest for e in bundle.envelopes]
    ensure(len(set(digests)) == len(digests), "format", "a statement stands in the bundle twice")
    passed.add("format")
    named: str = value["genesis"]
    first = bundle.charters[0].digest if bundle.charters else None
    ensure(first == named, "genesis", "the first charter is not the genesis named")
    ensure(genesis in (None, named), "genesis", f"the bundle is of the workspace `{named}`, not of the one expected")
    passed.add("genesis")
    everything = Dossier.read(bundle.envelopes, bundle.issuers())
    passed.add("signature")
    receipt = everything.get("receipt", bundle.single["receipt"].digest)
    if receipt is None:
        raise Refused("receipt", "the receipt is missing")
    release = everything.get("release-record", receipt.body["release"])
    if release is None:
        raise Refused("release", "the release record that the receipt names is missing")
    word = _Word(named, everything)
    counting = [e for e in bundle.envelopes if _counts(e, word, release.body["sequence"])]
    counted = Dossier.read(counting, bundle.issuers())
    force = establish(named, counted)
    broker = force.charter["broker"]
    evidence_at = release.issued_at if at is None else at
    configuration, broker_simulated = _broker(value["broker"], broker, evidence_at)
    passed.add("broker")
    facts = _facts(bundle, broker, configuration, release, evidence_at)
    cleared = run.check(counted, facts, passed)
    transcript = strict.base64_bytes(value["transcript"])
    same = hashlib.sha256(transcript).hexdigest() == cleared.record["transcript"]
    ensure(same, "transcript", "the transcript is not the one rebuilt from the statements")
    _release(release, cleared, everything, broker)
    passed.add("release")
    _receipt(receipt, cleared)
    passed.add("receipt")
    ensure(value["results"] == receipt.body["outputs"], "result", "the results are not the outputs of the receipt")
    passed.add("result")
    _acknowledgements(everything, word, release)
    passed.add("acknowledgement")
    key = bytes.fromhex(configuration["log_key"])
    logged = {log.logged(doc, configuration["log_origin"], key) for doc in value["inclusions"]}
    passed |= {"inclusion", "checkpoint"}
    if release.digest not in logged:
        why = "the bundle brings no proof that the log contains the release record"
        found.missing |= {"inclusion": why, "checkpoint": why}
    unacknowledged = _unacknowledged(bundle, word, force)
    if unacknowledged is not None:
        found.missing["acknowledgement"] = unacknowledged
    found.simulated = cleared.assurance == "simulated" or broker_simulated


class _Word:
    """What the brokers of the workspace said: only those that the chain of charters names have a say."""

    def __init__(self, genesis: str, everything: Dossier) -> None:
        first = everything.get("charter", genesis)
        self.brokers = {first.body["broker"]["signing_key"]} if first else set()
        try:
            chain = establish(genesis, everything).chain
        except Refused:
            # A later fork stops the workspace, not what was done before: then the first charter's broker has the word.
            chain = []
        self.brokers |= {charter.body["broker"]["signing_key"] for charter in chain}
        self.acknowledged: dict[str, int] = {}
        for said in everything.all("acknowledgement"):
            if said.key in self.brokers:
                statement, sequence = said.body["statement"], said.body["sequence"]
                self.acknowledged[statement] = min(sequence, self.acknowledged.get(statement, sequence))


def _is_restricting(statement: Envelope) -> bool:
    if statement.kind != "review":
        return statement.kind in _RESTRICTING
    try:
        return bool(statement.open("review")["body"]["decision"] == "reject")
    except Malformed:
        return False


def _counts(statement: Envelope, word: _Word, sequence: int) -> bool:
    """Whether a statement counted at the release: not one that was acknowledged later, or never as far as known."""
    if not _is_restricting(statement):
        return True
    acknowledged = word.acknowledged.get(statement.digest)
    return statement.kind in ("charter", "manifest") if acknowledged is None else acknowledged <= sequence


def _broker(doc: dict[str, Any], broker: dict[str, Any], at: int) -> tuple[dict[str, Any], bool]:
    refuse = partial(Refused, "broker")
    data = strict.base64_bytes(doc["configuration"])
    digest = hashlib.sha256(data).hexdigest()
    ensure(digest == broker["configuration"], "broker", "the configuration is not the one the charter names")
    try:
        configuration = strict.decode(data, 256 << 10, 8, kinds.CONFIGURATION)
        own = evidence.Evidence.parse(strict.base64_bytes(doc["evidence"]))
    except Malformed as error:
        raise refuse(str(error)) from error
    ensure(configuration["version"] == 1, "broker", "broker configurations of another version than 1 are not known")
    good = all(MEASUREMENT.fullmatch(m) for m in configuration["workers"])
    ensure(good, "broker", "a measurement of the configuration is malformed")
    both = configuration["allow_simulated"] == ("development_root" in configuration)
    ensure(both, "broker", "simulated evidence needs `allow_simulated` and a development root, both or neither")
    expected = run.length_prefixed(
        b"cloister/broker/v1", *(bytes.fromhex(part) for part in (doc["nonce"], broker["signing_key"],
                                                                  broker["sealing_key"], digest))
    )
    try:
        proven = evidence.appraise(
            own, configuration, [broker["measurement"]], hashlib.sha512(expected).digest(), at
        )
    except Refused as refused:
        raise refuse(f"the broker's own evidence: {refused}") from refused
    return configuration, proven.assurance == "simulated"


def _facts(
    bundle: _Bundle, broker: dict[str, Any], configuration: dict[str, Any], release: Verified, at: int
) -> run.Facts:
    parts = run.split_length_prefixed(strict.base64_bytes(bundle.value["transcript"]))
    if parts is None or len(parts) != 7 or len(parts[5]) != 32 or len(parts[6]) != 32:
        raise Refused("transcript", "the transcript names no keys")
    try:
        own = evidence.Evidence.parse(strict.base64_bytes(bundle.value["evidence"]))
    except Malformed as error:
        raise Refused("chain", f"the worker's evidence: {error}") from error
    spec, challenge = bundle.single["spec"].digest, bundle.single["challenge"]
    return run.Facts(spec, challenge, parts[5], parts[6], own, broker, configuration, release, at)


def _release(release: Verified, cleared: run.Cleared, everything: Dossier, broker: dict[str, Any]) -> None:
    record = release.body
    ensure(release.workspace == cleared.workspace, "release", "the release record names another workspace")
    for name, wanted in cleared.record.items():
        why = f"the release record names another {name} than the checks find"
        ensure(record[name] == wanted, "release", why)
    ensure(release.key == broker["signing_key"], "release", "the release record is by another broker")
    every = [r.body for r in everything.all("release-record")]
    alike = all(
        all(other[name] == record[name] for name in ("run", "spec", "count", "statements"))
        and other["attempt"] in (1, 2)
        for other in every
    )
    distinct = len({other["attempt"] for other in every}) == len(every)
    ensure(alike and distinct, "release", "the releases of the run are not one and its repeat")


def _receipt(receipt: Verified, cleared: run.Cleared) -> None:
    body, record = receipt.body, cleared.record
    worker = body["worker"] == receipt.key == record["worker"]
    ensure(worker, "receipt", "the receipt names another worker than the release record")
    ensure(body["run"] == record["run"], "receipt", "the receipt names another run than the release record")
    ensure(receipt.workspace == cleared.workspace, "receipt", "the receipt names another workspace")
    ensure(body["assurance"] == record["assurance"], "receipt", "the receipt names another assurance")
    ordered = micros(body["started"]) <= micros(body["finished"])
    ensure(ordered, "receipt", "the receipt ends before it starts")


def _acknowledgements(everything: Dossier, word: _Word, release: Verified) -> None:
    known = {
        digest
        for kind in ("charter", "suspension", "manifest", "withdrawal", "review", "certificate-revocation")
        for digest in everything.by_kind.get(kind, {})
    }
    sequences = {release.body["sequence"]}
    for said in everything.all("acknowledgement"):
        sequence = said.body["sequence"]
        why = "an acknowledgement is by a broker that no charter in force names"
        ensure(said.key in word.brokers, "acknowledgement", why)
        why = "an acknowledgement is of a statement that the bundle does not bring"
        ensure(said.body["statement"] in known, "acknowledgement", why)
        why = "two of the broker's statements have one sequence number"
        ensure(sequence not in sequences, "acknowledgement", why)
        sequences.add(sequence)


def _unacknowledged(bundle: _Bundle, word: _Word, force: InForce) -> str | None:
    for statement in bundle.envelopes:
        first = statement.kind == "manifest" and statement.open("manifest")["body"]["sequence"] == 1
        proposed = statement.kind == "charter" and force.past(statement.digest) is None
        needed = _is_restricting(statement) and not first and not proposed
        if needed and statement.digest not in word.acknowledged:
            return f"the broker's acknowledgement of the {statement.kind} `{statement.digest}` is missing"
    return None
