"""Checks `membership` and `approval`: whose signature counts, and whether the approval policy is met."""

from __future__ import annotations

from typing import Any

from . import inputs
from .charters import InForce
from .dossier import CLOCK_SKEW, Dossier, Person
from .moments import micros
from .report import Refused, ensure
from .statements import Verified


def member(certificate: str | None, force: InForce, dossier: Dossier, now: int) -> None:
    """Refuses unless the certificate is listed, unsuspended, live, and identified as the charter demands."""

    def must(holds: bool, why: str) -> None:
        ensure(holds, "membership", f"the certificate `{certificate}` {why}")

    found = dossier.get("certificate", certificate)
    if found is None:
        raise Refused("membership", f"the certificate `{certificate}` is missing")
    charter, body = force.charter, found.body
    must(certificate in charter["members"], "is not of a member of the charter in force")
    must(certificate not in force.suspended, "is suspended")
    must(micros(body["not_before"]) <= now + CLOCK_SKEW, "is not valid yet")
    must(now < micros(body["not_after"]), "has expired")
    revoked = any(
        r.body["certificate"] == certificate and r.certificate == certificate
        for r in dossier.all("certificate-revocation")
    )
    must(not revoked, "is revoked")
    strong = body["identity"] == "sso" or charter["minimum_identity"] == "local"
    must(strong, "was identified less strongly than the charter demands")
    must(body["channel"] == "native" or charter["console_allowed"], "was enrolled through the console")


def member_person(person: Person, force: InForce, dossier: Dossier, now: int) -> None:
    """Refuses unless a person has a certificate that is a member's now."""
    why = Refused("membership", f"nobody with the identity `{person[1]}` at `{person[0]}` is a member")
    for certificate in force.charter["members"]:
        if dossier.person(certificate) == person:
            try:
                return member(certificate, force, dossier, now)
            except Refused as refused:
                why = refused
    raise why


def _counts(certificate: str | None, force: InForce, dossier: Dossier, now: int) -> bool:
    try:
        member(certificate, force, dossier, now)
    except Refused:
        return False
    return True


def may_review(charter: dict[str, Any]) -> set[str]:
    """The members whose reviews the approval policy counts."""
    approval = charter["approval"]
    if approval["policy"] == "all_members":
        return set(charter["members"])
    return {m for group in approval["groups"] for m in group["members"]}


def _withdrawn(target: dict[str, str], by: set[str], dossier: Dossier) -> bool:
    return any(w.body["target"] == target and w.certificate in by for w in dossier.all("withdrawal"))


def _about(review: Verified, spec: str, force: InForce) -> bool:
    body = review.body
    comment = body.get("comment", "")
    sensible = len(comment) <= 2000 and (body["decision"] == "approve" or bool(comment.strip()))
    chained = force.past(body["charter"]) is not None
    return body["spec"] == spec and review.workspace == force.genesis and chained and sensible


def approved(spec: Verified, force: InForce, dossier: Dossier, now: int) -> dict[str, str]:
    """Who approved and by which statement; refuses unless the policy is met."""

    def must(holds: bool, why: str) -> None:
        ensure(holds, "approval", f"the spec `{spec.digest}` {why}")

    body = spec.body
    must(bool(body["source"].strip()), "has no program")
    must(bool(body["readers"]), "has no reader")
    must(body["max_runs"] >= 1, "may never run")
    must(len(body.get("schedule", "").encode()) <= 100, "has a schedule that is too long")
    inputs.validate_variables(body)
    must(spec.workspace == force.genesis, "belongs to another workspace")
    must(force.past(body["charter"]) is not None, "names a charter outside the chain")
    must(not body["test"], "is a test and never runs on real data")
    must("valid_until" not in body or now < micros(body["valid_until"]), "is no longer valid")
    reviews = [r for r in dossier.all("review") if _about(r, spec.digest, force)]
    may_withdraw = {r.certificate for r in reviews if r.certificate} | may_review(force.charter)
    may_withdraw |= {spec.certificate} if spec.certificate else set()
    must(not _withdrawn({"spec": spec.digest}, may_withdraw, dossier), "is withdrawn")
    by: dict[str, str] = {}
    if spec.certificate is not None and _counts(spec.certificate, force, dossier, now):
        by[spec.certificate] = spec.digest
    for review in reviews:
        reviewer = review.certificate
        if reviewer is None or not _counts(reviewer, force, dossier, now):
            continue
        if _withdrawn({"review": review.digest}, {reviewer}, dossier):
            continue
        must(review.body["decision"] == "approve", "is rejected")
        if "expires" not in review.body or micros(review.body["expires"]) > now:
            by.setdefault(reviewer, review.digest)
    _met(force.charter, by)
    return by


def _met(charter: dict[str, Any], by: dict[str, str]) -> None:
    approval = charter["approval"]
    if approval["policy"] == "all_members":
        for certificate in charter["members"]:
            ensure(certificate in by, "approval", f"the approval of member `{certificate}` is missing")
        return
    for group in approval["groups"]:
        got = sum(m in by for m in group["members"])
        why = f"the group `{group['name']}` has {got} of {group['threshold']} approvals"
        ensure(got >= group["threshold"], "approval", why)
