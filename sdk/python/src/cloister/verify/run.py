"""The checks of a run, as its broker made them: `session` to `counter`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from . import approvals, evidence, inputs
from .charters import InForce, establish
from .dossier import CLOCK_SKEW, Dossier, Person
from .moments import HOUR, SECOND, micros
from .report import Refused, ensure
from .statements import Envelope, Verified, sha256
from .strict import Malformed


def length_prefixed(*parts: bytes) -> bytes:
    """Each part as its length in 8 bytes, most significant first, then the part."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def split_length_prefixed(data: bytes) -> list[bytes] | None:
    """The parts of such an encoding."""
    out, at = [], 0
    while at < len(data):
        end = at + 8 + int.from_bytes(data[at : at + 8], "big")
        if at + 8 > len(data) or end > len(data):
            return None
        out.append(data[at + 8 : end])
        at = end
    return out


@dataclass(frozen=True)
class Facts:
    """What the checks go by."""

    bundle_spec: str
    challenge: Envelope
    signing_key: bytes
    sealing_key: bytes
    evidence: evidence.Evidence
    broker: dict[str, Any]
    configuration: dict[str, Any]
    release: Verified
    evidence_at: int

    @property
    def now(self) -> int:
        return self.release.issued_at


@dataclass(frozen=True)
class Cleared:
    """What a run is that every check cleared: compared with the release record field by field."""

    workspace: str
    record: dict[str, Any]
    assurance: str


def session(facts: Facts) -> None:
    """The challenge is the broker's, of this run and spec, short, and unexpired."""
    broker = facts.broker["signing_key"]
    try:
        predicate = facts.challenge.open("challenge")
    except Malformed as error:
        raise Refused("session", str(error)) from error
    ensure(facts.challenge.holds_under(broker), "session", "the challenge is not signed by the broker")
    body, issued = predicate["body"], micros(predicate["issued_at"])
    expires = micros(body["expires"])
    ensure(body["broker"] == broker, "session", "the challenge is another broker's")
    ensure(body["run"] == facts.release.body["run"], "session", "the challenge is for another run")
    ensure(body["spec"] == facts.bundle_spec, "session", "the challenge is for another spec")
    ensure(0 < expires - issued <= 60 * SECOND, "session", "the challenge lasts longer than 60 seconds")
    ensure(facts.now < expires, "session", "the challenge has expired")


def check(dossier: Dossier, facts: Facts, passed: set[str]) -> Cleared:
    """Makes every check; the first that fails refuses."""
    session(facts)
    passed.add("session")
    spec = dossier.get("spec", facts.bundle_spec)
    if spec is None:
        raise Refused("transcript", f"the spec `{facts.bundle_spec}` is missing")
    run, now = facts.release.body["run"], facts.now
    transcript = length_prefixed(
        facts.challenge.payload, b"worker", run.encode(), bytes.fromhex(spec.digest),
        bytes.fromhex(spec.body["environment"]), facts.signing_key, facts.sealing_key,
    )
    expected = hashlib.sha512(transcript).digest()
    configuration = facts.configuration
    proven = evidence.appraise(
        facts.evidence, configuration, configuration["workers"], expected, facts.evidence_at
    )
    passed |= {"transcript", "chain", "platform", "measurement"}
    workspace = spec.workspace or ""
    force = establish(workspace, dossier)
    ensure(force.charter["broker"] == facts.broker, "charter", "the charter in force names another broker")
    request = next(
        (r for r in dossier.all("run-request") if r.body["run"] == run and r.body["spec"] == spec.digest), None
    )
    if request is None:
        raise Refused("run_policy", f"no request of the run `{run}` for this spec")
    used = set(force.used) | {spec.digest, request.digest} | _signers(spec, request)
    passed.add("charter")
    for certificate in [*spec.body["readers"], spec.certificate, request.certificate]:
        approvals.member(certificate, force, dossier, now)
        used.add(certificate)
    passed.add("membership")
    datasets = _datasets(spec, force, dossier, now, used, passed)
    for member, statement in approvals.approved(spec, force, dossier, now).items():
        used |= {member, statement}
    passed.add("approval")
    _run_policy(request, spec, force, dossier, now)
    passed.add("run_policy")
    inputs.complete(spec.body, request.body["inputs"])
    inputs.program(spec.body, [manifest.body for manifest, _ in datasets])
    passed.add("inputs")
    _assurance(proven.assurance, force, datasets)
    passed.add("assurance")
    ensure(not force.archived, "archive", f"the workspace `{workspace}` is archived")
    # No analysis rule that exists spends a privacy budget.
    passed |= {"archive", "budget"}
    count, attempt = _counter(facts.release.body, spec, used)
    passed.add("counter")
    record = {
        "spec": spec.digest, "run": run, "charter": force.digest, "request": request.digest,
        "statements": sorted(used), "manifests": sorted(manifest.digest for manifest, _ in datasets),
        "challenge": facts.challenge.digest, "evidence": facts.evidence.digest, "transcript": sha256(transcript),
        "worker": facts.signing_key.hex(), "measurement": proven.measurement, "assurance": proven.assurance,
        "count": count, "attempt": attempt, "configuration": facts.broker["configuration"],
    }
    return Cleared(workspace, record, proven.assurance)


def _signers(*statements: Verified) -> set[str]:
    return {s.certificate for s in statements if s.certificate is not None}


def _datasets(
    spec: Verified, force: InForce, dossier: Dossier, now: int, used: set[str], passed: set[str]
) -> list[tuple[Verified, Verified]]:
    found = []
    for digest in sorted(set(spec.body["tables"].values())):
        manifest, owner = _newest(digest, dossier)
        rules, kind = manifest.body["rules"], spec.body["kind"]
        name = manifest.body["name"]
        allowed = kind == "ingest" or "sql" in rules["uses"]
        ensure(allowed, "manifest", f"the rules of `{name}` do not allow this kind of job")
        alive = "expires" not in rules or now < micros(rules["expires"])
        ensure(alive, "manifest", f"the rules of `{name}` have expired")
        _readable(spec, manifest, owner, force, dossier)
        found.append((manifest, owner))
    passed.add("manifest")
    out = []
    for manifest, owner in found:
        grant = _grant(manifest, owner, force, dossier, now)
        used |= {manifest.digest, grant.digest} | _signers(manifest, grant)
        out.append((manifest, grant))
    passed.add("grant")
    return out


def _newest(digest: str, dossier: Dossier) -> tuple[Verified, Person]:
    manifest = dossier.get("manifest", digest)
    owner = dossier.signer(manifest) if manifest else None
    if manifest is None or owner is None:
        raise Refused("manifest", f"the manifest `{digest}` or its owner's certificate is missing")
    body = manifest.body
    _validate(body)
    deleted = any(
        d.body["dataset"] == body["dataset"] and dossier.signer(d) == owner for d in dossier.all("dataset-deletion")
    )
    ensure(not deleted, "manifest", f"the dataset `{body['name']}` is deleted")
    superseded = any(
        dossier.signer(other) == owner
        and other.body["dataset"] == body["dataset"]
        and (other.body["sequence"] > body["sequence"]
             or (other.body["sequence"] == body["sequence"] and other.digest != digest))
        for other in dossier.all("manifest")
    )
    ensure(not superseded, "manifest", f"the manifest of `{body['name']}` is superseded by a newer one")
    return manifest, owner


def _validate(manifest: dict[str, Any]) -> None:
    def must(holds: bool, why: str) -> None:
        ensure(holds, "manifest", why)

    must(manifest["sequence"] >= 1 and manifest["version"] >= 1, "sequence number and version start at 1")
    first = manifest["sequence"] == 1
    must(first == ("previous" not in manifest), "the first manifest alone names none before it")
    names = [file["name"] for file in manifest["files"]]
    must(bool(names), "a manifest has a file")
    must(bool(manifest["rules"]["uses"]), "a manifest allows a use")
    must(len(set(names)) == len(names), "two files have one name")
    for name in names:
        plain = 0 < len(name) <= 100 and all(c.isascii() and (c.isalnum() or c in "-_.") for c in name)
        must(plain and not name.startswith("."), "a file's name is not plain")
    if manifest.get("format") == "raw":
        must(names == ["raw.age"], "a raw manifest has one file, `raw.age`")
    else:
        must("raw.age" not in names, "`raw.age` is the name of a raw file")


def _readable(spec: Verified, manifest: Verified, owner: Person, force: InForce, dossier: Dossier) -> None:
    name, raw = manifest.body["name"], manifest.body.get("format") == "raw"
    ingest = spec.body["kind"] == "ingest"
    ensure(raw == ingest, "manifest", f"`{name}` is not of the format that this kind of job reads")
    if not ingest:
        return
    ensure(dossier.signer(spec) == owner, "manifest", f"`{name}` is ingested by its owner only")
    own = all(dossier.person(r) == owner for r in spec.body["readers"])
    ensure(own, "manifest", f"`{name}` is ingested for its owner only: a reader is someone else")
    members = force.charter["members"]
    alone = len(members) == 1 and dossier.person(members[0]) == owner
    ensure(alone, "manifest", f"`{name}` is ingested in a workspace of its owner alone")


def _grant(manifest: Verified, owner: Person, force: InForce, dossier: Dossier, now: int) -> Verified:
    try:
        approvals.member_person(owner, force, dossier, now)
    except Refused as refused:
        raise Refused("grant", f"the owner's grant does not count: {refused.reason}") from refused
    grants = [
        g
        for g in dossier.all("grant")
        if g.body["manifest"] == manifest.digest and g.workspace == force.genesis and dossier.signer(g) == owner
    ]
    why = Refused("grant", f"no grant of the manifest `{manifest.digest}` to this workspace by its owner")
    refused_by_newest = False
    for grant in sorted(grants, key=lambda g: (g.issued_at, g.digest), reverse=True):
        reason = _grant_fails(grant, owner, force, dossier, now)
        if reason is None:
            return grant
        if not refused_by_newest:
            why, refused_by_newest = Refused("grant", f"the grant `{grant.digest}` {reason}"), True
    raise why


def _grant_fails(grant: Verified, owner: Person, force: InForce, dossier: Dossier, now: int) -> str | None:
    body = grant.body
    if any(r.body["grant"] == grant.digest and dossier.signer(r) == owner for r in dossier.all("revocation")):
        return "is revoked"
    if "expires" in body and now >= micros(body["expires"]):
        return "has expired"
    seconds = min(body.get("renew_within", 0), 100 * 365 * 86_400)
    if "renew_within" in body and now >= grant.issued_at + seconds * SECOND:
        return "was not renewed in time"
    if body["pin"] != "follows" and body["pin"]["charter"] != force.digest:
        return "is pinned to another charter than the one in force"
    return None


def _run_policy(request: Verified, spec: Verified, force: InForce, dossier: Dossier, now: int) -> None:
    def must(holds: bool, why: str) -> None:
        ensure(holds, "run_policy", f"the run request {why}")

    body, until = request.body, micros(request.body["not_after"])
    must(request.workspace == force.genesis, "is of another workspace")
    must(body["charter"] == force.digest, "names another charter than the one in force")
    must(0 < until - request.issued_at <= 24 * HOUR, "lasts at most 24 hours")
    must(request.issued_at <= now + CLOCK_SKEW, "is from the future")
    must(now < until, "has run out")
    policy = force.charter["run"]
    match policy["policy"]:
        case "all_members":
            may = request.certificate in force.charter["members"]
        case "creator_only":
            runner = dossier.signer(request)
            may = runner is not None and runner == dossier.signer(spec)
        case _:
            may = request.certificate in policy["members"]
    must(may, "is by someone whom the run policy does not let run")


def _assurance(proven: str, force: InForce, datasets: list[tuple[Verified, Verified]]) -> None:
    if proven == "hardware":
        return
    ensure(force.charter["floor"] == "simulated", "assurance", "the charter does not allow simulated workers")
    for manifest, grant in datasets:
        name = manifest.body["name"]
        ensure(manifest.body["floor"] == "simulated", "assurance", f"`{name}` does not allow simulated workers")
        allows = grant.body["allow_simulated"]
        ensure(allows, "assurance", f"the grant of `{name}` does not allow simulated workers")


def _counter(record: dict[str, Any], spec: Verified, used: set[str]) -> tuple[int, int]:
    """What the release record claims of earlier runs, which nobody else remembers, must fit by itself."""
    if record["attempt"] > 1:
        ensure(record["spec"] == spec.digest, "counter", "the run was reserved for another spec")
        ensure(record["attempt"] == 2, "counter", "the run was released twice")
        same = set(record["statements"]) == used
        ensure(same, "counter", "the run was reserved with other statements")
        return record["count"], 2
    before = max(record["count"] - 1, 0) if record["spec"] == spec.digest else 0
    ensure(before < spec.body["max_runs"], "counter", "the run exceeds the runs that the job may have")
    return before + 1, 1
