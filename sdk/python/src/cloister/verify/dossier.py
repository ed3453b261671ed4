"""A dossier: statements whose signatures hold under the key that their kind demands, by kind and digest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .moments import SECOND, micros
from .report import Refused, ensure
from .statements import Envelope, Statements, Verified
from .strict import Malformed

CLOCK_SKEW = 300 * SECOND
MAX_STATEMENTS = 20_000

_BY_BROKERS = frozenset({"release-record", "challenge", "acknowledgement", "certificate"})
_BY_MEMBERS = frozenset(
    {
        "charter", "acceptance", "refusal", "suspension", "archive", "manifest", "dataset-deletion", "grant",
        "revocation", "spec", "review", "withdrawal", "run-request", "certificate-revocation", "recovery",
    }
)

Person = tuple[str, str]
"""Who someone is: (issuer, subject). Never an e-mail address."""


@dataclass
class Dossier:
    """Verified statements."""

    issuers: frozenset[str]
    by_kind: dict[str, Statements] = field(default_factory=dict)

    @classmethod
    def read(cls, envelopes: Iterable[Envelope], issuers: Iterable[str]) -> Dossier:
        """Verifies statements, certificates first; one that fails refuses them all."""
        all_of_them = list(envelopes)
        ensure(len(all_of_them) <= MAX_STATEMENTS, "format", f"more than {MAX_STATEMENTS} statements")
        out = cls(frozenset(issuers))
        for envelope in sorted(all_of_them, key=lambda e: e.kind != "certificate"):
            out._add(envelope)
        return out

    def all(self, kind: str) -> list[Verified]:
        """Every statement of a kind, by ascending digest."""
        found = self.by_kind.get(kind, {})
        return [found[digest] for digest in sorted(found)]

    def get(self, kind: str, digest: str | None) -> Verified | None:
        """One statement."""
        return self.by_kind.get(kind, {}).get(digest) if digest is not None else None

    def person(self, certificate: str | None) -> Person | None:
        """The person of a certificate."""
        found = self.get("certificate", certificate)
        return (found.body["issuer"], found.body["subject"]) if found else None

    def signer(self, statement: Verified) -> Person | None:
        """The person who signed."""
        return self.person(statement.certificate)

    def _add(self, envelope: Envelope) -> None:
        kind = envelope.kind
        try:
            predicate = envelope.open(kind)
        except Malformed as error:
            raise Refused("format", f"a {kind}: {error}") from error
        verified = Verified(envelope, predicate)
        key = self._key_for(verified)
        shown = f"the signature of {kind} `{envelope.digest}` is not by the key `{key}`"
        ensure(envelope.holds_under(key), "signature", shown)
        certificate = self.get("certificate", verified.certificate)
        if certificate is not None:
            early = verified.issued_at + CLOCK_SKEW < micros(certificate.body["not_before"])
            late = verified.issued_at >= micros(certificate.body["not_after"])
            why = f"a {kind} was issued outside the validity of its signer's certificate"
            ensure(not early and not late, "signature", why)
        self.by_kind.setdefault(kind, {})[envelope.digest] = verified

    def _key_for(self, statement: Verified) -> str:
        kind, body = statement.envelope.kind, statement.body
        signer = statement.predicate["signer"]
        own = {"receipt": "worker", "certificate-request": "signing_key"}.get(kind)
        if "certificate" in signer:
            takes = kind in _BY_MEMBERS or kind == "certificate-request"
            ensure(takes, "signature", f"a {kind} is not signed by members")
            certificate = self.get("certificate", signer["certificate"])
            if certificate is None:
                raise Refused("signature", f"the certificate `{signer['certificate']}` that a {kind} names is missing")
            certified: str = certificate.body["signing_key"]
            return certified
        key: str = signer["key"]
        ensure(kind not in _BY_MEMBERS, "signature", f"a {kind} is signed by a member, not by a bare key")
        if kind in _BY_BROKERS:
            ensure(key in self.issuers, "signature", f"a {kind} is signed by a broker that is not trusted here")
        if own is not None:
            ensure(body[own] == key, "signature", f"a {kind} is signed by another key than it names")
        return key
