"""Check `charter`: which charter of a workspace is in force."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .dossier import Dossier, Person
from .kinds import control
from .report import Refused, ensure
from .statements import Verified

MEASUREMENT = re.compile(r"[0-9a-f]{96}")
MAX_VERSIONS = 10_000


@dataclass
class InForce:
    """The charter in force, with the chain that leads to it."""

    genesis: str
    chain: list[Verified] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    suspended: dict[str, int] = field(default_factory=dict)
    archived: bool = False

    @property
    def charter(self) -> dict[str, Any]:
        return self.chain[-1].body

    @property
    def digest(self) -> str:
        return self.chain[-1].digest

    def past(self, digest: str | None) -> Verified | None:
        """A charter of the chain."""
        return next((c for c in self.chain if c.digest == digest), None)


def establish(genesis: str, dossier: Dossier) -> InForce:
    """Finds the charter in force."""
    first = dossier.get("charter", genesis)
    if first is None:
        raise Refused("charter", f"the first charter `{genesis}` is missing")
    force = _first_in_force(first, dossier)
    while len(force.chain) < MAX_VERSIONS:
        _collect_suspensions(force, dossier)
        following = _successor(force, dossier)
        if following is None:
            break
        _take(force, following, dossier)
    force.archived = any(
        archive.workspace == genesis and _administrator_then(force, archive.body["charter"], archive.certificate)
        is not None
        for archive in dossier.all("archive")
    )
    return force


def _first_in_force(first: Verified, dossier: Dossier) -> InForce:
    charter = first.body
    ensure(charter["version"] == 1, "charter", "the first charter is not version 1")
    _validate(charter)
    _one_certificate_a_person(charter, dossier)
    named = first.certificate in charter["administrators"]
    ensure(named, "charter", "the first charter is not signed by an administrator it names")
    accepted = _acceptances(first, dossier, {})
    for member in charter["members"]:
        ensure(member in accepted, "charter", f"member `{member}` has not accepted version 1")
    ensure(not _refused(first, dossier, {}), "charter", "a member refused version 1")
    force = InForce(first.digest)
    _take(force, first, dossier)
    return force


def _take(force: InForce, following: Verified, dossier: Dossier) -> None:
    force.used.add(following.digest)
    if following.certificate is not None:
        force.used.add(following.certificate)
    for member, acceptance in _acceptances(following, dossier, force.suspended).items():
        force.used |= {member, acceptance}
    force.chain.append(following)


def _acceptances(charter: Verified, dossier: Dossier, suspended: dict[str, int]) -> dict[str, str]:
    """Who accepted, and by which statement: the signature on the charter itself, else the last by digest."""
    said = [
        (a.certificate, a.digest)
        for a in dossier.all("acceptance")
        if a.body["charter"] == charter.digest and a.workspace == charter.workspace
    ]
    said.append((charter.certificate, charter.digest))
    members = charter.body["members"]
    return {who: what for who, what in said if who is not None and who in members and who not in suspended}


def _refused(charter: Verified, dossier: Dossier, suspended: dict[str, int]) -> bool:
    """By a listed member, or by its proposer, who takes it back."""
    may = {*charter.body["members"], charter.certificate} - {None}
    return any(
        r.body["charter"] == charter.digest
        and r.certificate in may
        and r.certificate not in suspended
        for r in dossier.all("refusal")
    )


def _successor(force: InForce, dossier: Dossier) -> Verified | None:
    """The next version, if it takes over."""
    current = force.charter
    candidates = [
        c
        for c in dossier.all("charter")
        if c.body["version"] == current["version"] + 1
        and c.workspace == force.genesis
        and c.certificate in current["administrators"]
        and c.certificate not in force.suspended
        and not _refused(c, dossier, force.suspended)
    ]
    if not candidates:
        return None
    ensure(len(candidates) == 1, "charter", f"two charters of one version stop the workspace `{force.genesis}`")
    following = candidates[0]
    _validate(following.body)
    _keeps(force, following.body)
    _one_certificate_a_person(following.body, dossier)
    accepted = _acceptances(following, dossier, force.suspended)
    only_adds = current["approval"]["policy"] == "all_members" and _only_adds(current, following.body)
    needed = [m for m in following.body["members"] if not (only_adds and m in current["members"])]
    return following if all(m in accepted for m in needed) else None


def _keeps(force: InForce, following: dict[str, Any]) -> None:
    current = force.charter
    why = f"version {following['version']} does not continue the one before"
    ensure(following.get("previous") == force.digest, "charter", why)
    ensure(all(following[f] == current[f] for f in ("name", "kind", "floor")), "charter", why)


def _only_adds(current: dict[str, Any], following: dict[str, Any]) -> bool:
    free = {"version", "previous", "nonce", "members"}
    rest = set(current) | set(following)
    same = all(current.get(name) == following.get(name) for name in rest - free)
    return same and set(current["members"]) <= set(following["members"])


def _one_certificate_a_person(charter: dict[str, Any], dossier: Dossier) -> None:
    seen: set[Person] = set()
    for member in charter["members"]:
        person = dossier.person(member)
        if person is None:
            raise Refused("charter", f"the certificate `{member}` of a member is missing")
        ensure(person not in seen, "charter", "a charter lists two certificates of one person")
        seen.add(person)


def _administrator_then(force: InForce, charter: str, certificate: str | None) -> int | None:
    then = force.past(charter)
    if then is None or certificate not in then.body["administrators"]:
        return None
    version: int = then.body["version"]
    suspended = force.suspended.get(certificate) if certificate is not None else None
    return None if suspended is not None and suspended <= version else version


def _collect_suspensions(force: InForce, dossier: Dossier) -> None:
    for suspension in dossier.all("suspension"):
        body = suspension.body
        if suspension.workspace == force.genesis and body["charter"] == force.digest:
            version = _administrator_then(force, body["charter"], suspension.certificate)
            if version is not None:
                force.suspended.setdefault(body["member"], version)


def _validate(charter: dict[str, Any]) -> None:
    """Whether a charter makes sense by itself."""

    def must(holds: bool, why: str) -> None:
        ensure(holds, "charter", why)

    members = set(charter["members"])
    must(charter["version"] >= 1, "a charter's version is at least 1")
    must((charter["version"] == 1) == ("previous" not in charter), "version 1 alone names no charter before it")
    must(re.fullmatch(r"[0-9a-f]{32}", charter["nonce"]) is not None, "the nonce is not 32 hexadecimal digits")
    must(1 <= len(members) <= 500, "a workspace has 1 to 500 members")
    must(0 < len(charter["administrators"]), "a workspace has an administrator")
    must(set(charter["administrators"]) <= members, "an administrator is not a member")
    must(set(charter["recoverers"]) <= members, "a recoverer is not a member")
    must(len(charter["recoverers"]) != 1, "one recoverer is none: name two or nobody")
    must(MEASUREMENT.fullmatch(charter["broker"]["measurement"]) is not None, "the broker's measurement is malformed")
    if charter["run"]["policy"] == "named":
        named = set(charter["run"]["members"])
        must(bool(named) and named <= members, "a run policy names members, at least one")
    if charter["approval"]["policy"] == "groups":
        groups = charter["approval"]["groups"]
        must(bool(groups), "an approval policy of groups has a group")
        must(len({g["name"] for g in groups}) == len(groups), "two approval groups have one name")
        for group in groups:
            plain = 1 <= len(group["name"].encode()) <= 80 and not any(map(control, group["name"]))
            must(plain, "an approval group's name has 1 to 80 characters")
            must(set(group["members"]) <= members, "an approval group names someone who is no member")
            must(1 <= group["threshold"] <= len(group["members"]), "an approval group's threshold cannot be met")
